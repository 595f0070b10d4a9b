// Settings: the project, its keys, one's account.
import { Link, useParams } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useSpeech } from "@/i18n/language.tsx";
import { useProject } from "@/shell/session.tsx";
import { Page } from "@/ui/Page.tsx";
import { AccountSettings } from "./AccountSettings.tsx";
import { CustomEventSettings } from "./CustomEventSettings.tsx";
import { CustomPropertySettings } from "./CustomPropertySettings.tsx";
import { KeySettings } from "./KeySettings.tsx";
import { LookupSettings } from "./LookupSettings.tsx";
import { ProjectSettings } from "./ProjectSettings.tsx";
import styles from "./Settings.module.css";

export function Settings() {
  const { t } = useSpeech();
  const project = useProject();
  const { tab = "project" } = useParams({ strict: false });
  const params = { project: String(project.id) };
  const link = (name: string, label: string): ReactNode => (
    <Link to={name === "project" ? "/p/$project/settings" : "/p/$project/settings/$tab"} params={{ ...params, tab: name }} data-active={tab === name || undefined} aria-current={tab === name ? "page" : undefined}>
      {label}
    </Link>
  );
  return (
    <Page title={t("room.settings")} narrow>
      <nav className={styles.tabs} aria-label={t("room.settings")}>
        {link("project", t("settings.project"))}
        {link("events", t("settings.customEvents"))}
        {link("properties", t("settings.customProperties"))}
        {link("lookups", t("settings.lookups"))}
        {link("keys", t("settings.keys"))}
        {link("account", t("settings.account"))}
      </nav>
      {tab === "events" ? <CustomEventSettings /> : tab === "properties" ? <CustomPropertySettings /> : tab === "lookups" ? <LookupSettings /> : tab === "keys" ? <KeySettings /> : tab === "account" ? <AccountSettings /> : <ProjectSettings key={project.id} />}
    </Page>
  );
}
