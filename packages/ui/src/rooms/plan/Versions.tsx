// What was in force, and taking an earlier version back into a draft.
import { useQuery } from "@tanstack/react-query";
import { api } from "@/api/client.ts";
import type { PlanState } from "@/api/plan.ts";
import { useSpeech } from "@/i18n/language.tsx";
import { tellError } from "@/shell/errors.ts";
import { useProject } from "@/shell/session.tsx";
import { Button } from "@/ui/Button.tsx";
import { NumberHead } from "@/ui/NumberHead.tsx";
import { Card } from "@/ui/Page.tsx";
import { Empty, Failure, SkeletonRows } from "@/ui/State.tsx";
import table from "@/ui/table.module.css";
import { useToast } from "@/ui/Toast.tsx";
import { useKeep } from "./usePlan.ts";

export function Versions({ state }: { state: PlanState }) {
  const speech = useSpeech();
  const { t, format } = speech;
  const project = useProject();
  const toast = useToast();
  const keep = useKeep(state, () => toast(t("plan.kept")));
  const { data, error, isPending } = useQuery({ queryKey: ["plan", project.id, "versions"], queryFn: () => api.planVersions(project.id) });
  const takeBack = async (version: number) => keep.mutate((await api.planVersion(project.id, version)).document);
  if (error) return <Failure {...tellError(error, speech)} />;
  if (isPending) return <SkeletonRows rows={4} />;
  if (data.versions.length === 0) return <Empty title={t("plan.noVersions")} text={t("plan.noVersionsText")} />;
  return (
    <Card flush>
      {keep.error && <Failure {...tellError(keep.error, speech)} />}
      <div className={table.wrap} tabIndex={0} role="region" aria-label={t("plan.tab.versions")}>
        <table className={table.table}>
          <thead>
            <tr>
              <th scope="col" className={table.pinned}>
                {t("plan.column.version")}
              </th>
              <th scope="col">{t("plan.column.publishedAt")}</th>
              <th scope="col">{t("plan.column.publishedBy")}</th>
              <NumberHead>{t("plan.column.events")}</NumberHead>
              <NumberHead>{t("plan.column.changes")}</NumberHead>
              <th scope="col" className={table.wide}>
                {t("plan.note")}
              </th>
              <th aria-label={t("plan.takeBack")} />
            </tr>
          </thead>
          <tbody>
            {data.versions.map((one) => (
              <tr key={one.version}>
                <th scope="row" className={table.pinned}>
                  {one.version === state.published?.version ? t("plan.versionInForce", { version: one.version }) : one.version}
                </th>
                <td>{format.moment(one.published_at, project.timezone)}</td>
                <td>{one.published_by}</td>
                <td className={table.number}>{format.number(one.events)}</td>
                <td className={table.number}>{one.changes == null ? "–" : format.number(one.changes)}</td>
                <td className={table.wide}>{one.note}</td>
                <td>
                  {project.role !== "viewer" && one.version !== state.published?.version && (
                    <Button size="small" busy={keep.isPending} onClick={() => void takeBack(one.version)}>
                      {t("plan.takeBack")}
                    </Button>
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Card>
  );
}
