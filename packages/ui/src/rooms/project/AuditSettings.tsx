// Who changed what in the project, the latest first. Entries are added by the server and never changed.
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { api } from "@/api/client.ts";
import type { Messages } from "@/i18n/catalogue.ts";
import { useSpeech } from "@/i18n/language.tsx";
import { tellError } from "@/shell/errors.ts";
import { useProject } from "@/shell/session.tsx";
import { Button } from "@/ui/Button.tsx";
import { Card } from "@/ui/Page.tsx";
import { Empty, Failure, SkeletonRows } from "@/ui/State.tsx";
import table from "@/ui/table.module.css";
import { ACTIONS } from "./auditActions.ts";
import styles from "./Settings.module.css";

const PAGE = 50;

export function AuditSettings() {
  const speech = useSpeech();
  const { t, format } = speech;
  const project = useProject();
  const members = useQuery({ queryKey: ["members", project.id], queryFn: () => api.members(project.id) });
  const audit = useInfiniteQuery({
    queryKey: ["audit", project.id],
    queryFn: ({ pageParam }) => api.audit(project.id, { limit: PAGE, ...(pageParam === null ? {} : { before: pageParam }) }),
    initialPageParam: null as number | null,
    getNextPageParam: (page) => (page.entries.length < PAGE ? undefined : page.entries.at(-1)?.position),
  });
  const entries = audit.data?.pages.flatMap((page) => page.entries) ?? [];
  const actorName = (actor: string) => {
    if (actor === "console") return t("audit.console");
    if (actor === "visitor") return t("audit.visitor");
    if (actor.startsWith("key:")) return t("audit.key");
    if (actor.startsWith("share:")) return t("audit.sharedLink");
    return members.data?.members.find((member) => `user:${member.id}` === actor)?.email ?? t("audit.gone");
  };
  return (
    <Card title={t("settings.audit")} flush>
      {audit.isPending && <SkeletonRows rows={6} />}
      {audit.error && <Failure {...tellError(audit.error, speech)} />}
      {audit.data && entries.length === 0 && <Empty title={t("audit.none")} text={t("audit.noneText")} />}
      {entries.length > 0 && (
        <div className={table.wrap}>
          <table className={table.table}>
            <thead>
              <tr>
                <th scope="col">{t("audit.when")}</th>
                <th scope="col">{t("audit.who")}</th>
                <th scope="col" className={table.wide}>
                  {t("audit.what")}
                </th>
              </tr>
            </thead>
            <tbody>
              {entries.map((entry) => (
                <tr key={entry.position}>
                  <td>{format.moment(entry.at, project.timezone)}</td>
                  <td>{actorName(entry.actor)}</td>
                  <td className={table.wide}>
                    {actionName(entry.action, speech)} <span className={table.muted}>{shownObject(entry, speech)}</span>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {audit.hasNextPage && (
        <div className={styles.more}>
          <Button size="small" busy={audit.isFetchingNextPage} onClick={() => void audit.fetchNextPage()}>
            {t("action.more")}
          </Button>
        </div>
      )}
    </Card>
  );
}

function actionName(action: string, { t }: Messages): string {
  const key = ACTIONS[action];
  return key ? t(key) : action;
}

/** A name says more than an id, where the entry has one. */
function shownObject(entry: { action: string; object: string; details: unknown }, { t }: Messages): string {
  if (WITHOUT_OBJECT.has(entry.action)) return "";
  const details = (entry.details ?? {}) as { name?: unknown; role?: unknown };
  const name = typeof details.name === "string" ? details.name : entry.object;
  const role = ROLES.find((one) => one === details.role);
  return role ? `${name} → ${t(`role.${role}`)}` : name;
}

const ROLES = ["admin", "editor", "viewer", "none"] as const;
/** What was done to the project as a whole. */
const WITHOUT_OBJECT = new Set(["friction_weights.change", "identities.import", "recording.settings", "refused.replay"]);
