// What arrives now, and what was refused and why.
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { useQuery } from "@tanstack/react-query";
import { api } from "@/api/client.ts";
import { useSpeech } from "@/i18n/language.tsx";
import { useProject } from "@/shell/session.tsx";
import { Page } from "@/ui/Page.tsx";
import settings from "@/rooms/project/Settings.module.css";
import { LiveList } from "./LiveList.tsx";
import { RefusedList } from "./RefusedList.tsx";
import styles from "./event.module.css";

export function LiveRoom() {
  const { t, format } = useSpeech();
  const project = useProject();
  const navigate = useNavigate();
  const { tab, code, find } = useSearch({ from: "/signed-in/p/$project/live" });
  const params = { project: String(project.id) };
  const refused = useQuery({ queryKey: ["refused", project.id, "counts"], queryFn: ({ signal }) => api.refused(project.id, { limit: 1 }, signal), refetchInterval: 10_000 });
  const total = (refused.data?.counts ?? []).reduce((sum, one) => sum + one.count, 0);
  return (
    <Page title={t("room.live")}>
      <nav className={settings.tabs} aria-label={t("room.live")}>
        <Link to="/p/$project/live" params={params} search={{ tab: undefined, code: undefined, find: undefined }} data-active={tab === undefined || undefined} aria-current={tab === undefined ? "page" : undefined}>
          {t("live.tab.arriving")}
        </Link>
        <Link to="/p/$project/live" params={params} search={{ tab: "refused", code: undefined, find: undefined }} data-active={tab === "refused" || undefined} aria-current={tab === "refused" ? "page" : undefined}>
          {t("live.tab.refused")}
          {total > 0 && <span className={styles.badge}>{format.compact(total)}</span>}
        </Link>
      </nav>
      {tab === "refused" ? (
        <RefusedList code={code} onCode={(next) => void navigate({ to: ".", search: { tab: "refused", code: next, find: undefined } })} />
      ) : (
        <LiveList find={find ?? ""} onFind={(next) => void navigate({ to: ".", search: { tab: undefined, code: undefined, find: next === "" ? undefined : next }, replace: true })} />
      )}
    </Page>
  );
}
