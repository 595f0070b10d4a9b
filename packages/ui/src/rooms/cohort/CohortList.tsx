// The saved cohorts: groups of people by what they did or who they are, for every filter and breakdown.
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { Plus, Trash2 } from "lucide-react";
import { useState } from "react";
import { api } from "@/api/client.ts";
import type { Cohort } from "@/api/types.ts";
import { useSpeech } from "@/i18n/language.tsx";
import { useCohorts } from "@/question/names.ts";
import { PeopleExample } from "@/report/examples.tsx";
import { tellError } from "@/shell/errors.ts";
import { RemoveDialog } from "@/shell/RemoveDialog.tsx";
import { useProject } from "@/shell/session.tsx";
import { Button, IconButton } from "@/ui/Button.tsx";
import { Card, Page } from "@/ui/Page.tsx";
import { Empty, Failure, SkeletonRows } from "@/ui/State.tsx";
import table from "@/ui/table.module.css";
import { useToast } from "@/ui/Toast.tsx";
import { definitionName } from "./definitionWords.ts";

export function CohortList() {
  const speech = useSpeech();
  const { t, format } = speech;
  const project = useProject();
  const navigate = useNavigate();
  const { cohorts, loading, error } = useCohorts();
  const [removing, setRemoving] = useState<Cohort | null>(null);
  const params = { project: String(project.id) };
  const mayChange = project.role !== "viewer";
  const create = (
    <Button look="primary" icon={<Plus aria-hidden />} onClick={() => void navigate({ to: "/p/$project/cohorts/$cohort", params: { ...params, cohort: "new" } })}>
      {t("cohort.create")}
    </Button>
  );
  return (
    <Page title={t("room.cohort")} aside={mayChange && cohorts.length > 0 ? create : undefined}>
      {loading && <SkeletonRows rows={6} />}
      {error != null && <Failure {...tellError(error, speech)} />}
      {!loading && error == null && cohorts.length === 0 && <Empty title={t("cohort.none")} text={t("cohort.answers")} picture={<PeopleExample />} action={mayChange ? create : undefined} />}
      {cohorts.length > 0 && (
        <Card flush>
          <div className={table.wrap} tabIndex={0} role="region" aria-label={t("report.table")}>
            <table className={table.table}>
              <thead>
                <tr>
                  <th scope="col" className={table.pinned}>
                    {t("cohort.column.name")}
                  </th>
                  <th scope="col" className={table.wide}>
                    {t("cohort.column.who")}
                  </th>
                  <th scope="col">{t("cohort.column.kind")}</th>
                  <th scope="col">{t("cohort.column.changed")}</th>
                  <th aria-label={t("action.remove")} />
                </tr>
              </thead>
              <tbody>
                {cohorts.map((cohort) => (
                  <tr key={cohort.id}>
                    <th scope="row" className={table.pinned}>
                      <Link to="/p/$project/cohorts/$cohort" params={{ ...params, cohort: cohort.id }}>
                        {cohort.name}
                      </Link>
                    </th>
                    <td className={table.wide}>{cohort.description || (cohort.definition ? definitionName(cohort.definition, speech) : "")}</td>
                    <td>{cohort.listed == null ? t("cohort.live") : t("cohort.listed", { n: cohort.listed, shown: format.number(cohort.listed) })}</td>
                    <td>{format.ago(cohort.updated_at, Date.now())}</td>
                    <td className={table.number}>{mayChange && <IconButton label={t("action.removeNamed", { name: cohort.name })} icon={<Trash2 />} onClick={() => setRemoving(cohort)} />}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        </Card>
      )}
      {removing && <RemoveCohort cohort={removing} onClose={() => setRemoving(null)} />}
    </Page>
  );
}

function RemoveCohort({ cohort, onClose }: { cohort: Cohort; onClose: () => void }) {
  const { t } = useSpeech();
  const project = useProject();
  const client = useQueryClient();
  const toast = useToast();
  const remove = useMutation({
    mutationFn: () => api.removeCohort(project.id, cohort.id),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ["cohorts", project.id] });
      toast(t("toast.removed"));
      onClose();
    },
  });
  return (
    <RemoveDialog title={t("cohort.removeTitle", { name: cohort.name })} remove={remove} onClose={onClose}>
      {t("cohort.removeText")}
    </RemoveDialog>
  );
}
