// Settings: the project, its events, and for its administrators keys, team and activity; one's account.
import { Link, useParams } from "@tanstack/react-router";
import { useEffect, useRef, type ReactNode } from "react";
import { useSpeech } from "@/i18n/language.tsx";
import { useMe, useProject } from "@/shell/session.tsx";
import { Page } from "@/ui/Page.tsx";
import { RecordingSettings } from "@/rooms/recording/RecordingSettings.tsx";
import { AccountSettings } from "./AccountSettings.tsx";
import { AuditSettings } from "./AuditSettings.tsx";
import { CustomEventSettings } from "./CustomEventSettings.tsx";
import { CustomPropertySettings } from "./CustomPropertySettings.tsx";
import { KeySettings } from "./KeySettings.tsx";
import { LookupSettings } from "./LookupSettings.tsx";
import { MailSettings } from "./MailSettings.tsx";
import { PageMappingSettings } from "./PageMappingSettings.tsx";
import { ProjectSettings } from "./ProjectSettings.tsx";
import { TeamSettings } from "./TeamSettings.tsx";
import styles from "./Settings.module.css";

export function Settings() {
  const { t } = useSpeech();
  const project = useProject();
  const { tab = "project" } = useParams({ strict: false });
  const params = { project: String(project.id) };
  const isAdmin = project.role === "admin";
  const isOfInstallation = useMe().user.everywhere === "admin";
  const tabs = useRef<HTMLElement>(null);
  // On a phone the row of tabs is wider than the screen: the one that is open comes into sight.
  useEffect(() => {
    tabs.current?.querySelector("[data-active]")?.scrollIntoView({ block: "nearest", inline: "center" });
  }, [tab]);
  const shown: Record<string, ReactNode> = {
    events: <CustomEventSettings />,
    properties: <CustomPropertySettings />,
    lookups: <LookupSettings />,
    pages: <PageMappingSettings />,
    recordings: <RecordingSettings />,
    account: <AccountSettings />,
    ...(isAdmin && { keys: <KeySettings />, team: <TeamSettings />, audit: <AuditSettings /> }),
    ...(isOfInstallation && { mail: <MailSettings /> }),
  };
  const link = (name: string, label: string): ReactNode => (
    <Link to={name === "project" ? "/p/$project/settings" : "/p/$project/settings/$tab"} params={{ ...params, tab: name }} data-active={tab === name || undefined} aria-current={tab === name ? "page" : undefined}>
      {label}
    </Link>
  );
  return (
    <Page title={t("room.settings")} narrow>
      <nav ref={tabs} className={styles.tabs} aria-label={t("room.settings")}>
        {link("project", t("settings.project"))}
        {link("events", t("settings.customEvents"))}
        {link("properties", t("settings.customProperties"))}
        {link("lookups", t("settings.lookups"))}
        {link("pages", t("settings.pageMappings"))}
        {link("recordings", t("room.recording"))}
        {isAdmin && link("keys", t("settings.keys"))}
        {isAdmin && link("team", t("settings.team"))}
        {isAdmin && link("audit", t("settings.audit"))}
        {isOfInstallation && link("mail", t("settings.mail"))}
        {link("account", t("settings.account"))}
      </nav>
      {shown[tab] ?? <ProjectSettings key={project.id} />}
    </Page>
  );
}
