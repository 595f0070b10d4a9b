// The user tests of a project.
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { Plus } from "lucide-react";
import { api } from "@/api/client.ts";
import { useSpeech } from "@/i18n/language.tsx";
import { StatusChip } from "@/rooms/survey/SurveyList.tsx";
import { tellError } from "@/shell/errors.ts";
import { useProject } from "@/shell/session.tsx";
import { Button } from "@/ui/Button.tsx";
import { NumberHead } from "@/ui/NumberHead.tsx";
import { Card, Page } from "@/ui/Page.tsx";
import { Empty, Failure, SkeletonRows } from "@/ui/State.tsx";
import table from "@/ui/table.module.css";
import { OutcomesExample } from "./OutcomesExample.tsx";

export function UserTestList() {
  const speech = useSpeech();
  const { t, format } = speech;
  const project = useProject();
  const navigate = useNavigate();
  const list = useQuery({ queryKey: ["userTests", project.id], queryFn: () => api.userTests(project.id) });
  const mayChange = project.role !== "viewer";
  const tests = list.data?.tests ?? [];
  const create = (
    <Button look="primary" icon={<Plus aria-hidden />} onClick={() => void navigate({ to: "/p/$project/user-tests/$test", params: { project: String(project.id), test: "new" }, search: {} })}>
      {t("userTest.create")}
    </Button>
  );
  return (
    <Page title={t("room.userTest")} aside={mayChange && tests.length > 0 ? create : undefined}>
      {list.isPending && <SkeletonRows rows={6} />}
      {list.error && <Failure {...tellError(list.error, speech)} />}
      {list.data && tests.length === 0 && <Empty title={t("userTest.none")} text={t("userTest.answersWhat")} picture={<OutcomesExample />} action={mayChange ? create : undefined} />}
      {tests.length > 0 && (
        <Card flush>
          <div className={table.wrap} tabIndex={0} role="region" aria-label={t("room.userTest")}>
            <table className={table.table}>
              <thead>
                <tr>
                  <th scope="col" className={`${table.pinned} ${table.wide}`}>
                    {t("userTest.column.name")}
                  </th>
                  <th scope="col">{t("survey.column.status")}</th>
                  <NumberHead>{t("userTest.column.tasks")}</NumberHead>
                  <NumberHead>{t("userTest.column.started")}</NumberHead>
                  <NumberHead>{t("userTest.column.completed")}</NumberHead>
                  <th scope="col">{t("survey.column.changed")}</th>
                </tr>
              </thead>
              <tbody>
                {tests.map((test) => (
                  <tr key={test.id}>
                    <th scope="row" className={`${table.pinned} ${table.wide}`}>
                      <Link to="/p/$project/user-tests/$test" params={{ project: String(project.id), test: test.id }} search={{}}>
                        {test.name}
                      </Link>
                    </th>
                    <td>
                      <StatusChip status={test.status} />
                    </td>
                    <td className={table.number}>{format.number(test.n_tasks)}</td>
                    <td className={table.number}>{format.number(test.started)}</td>
                    <td className={table.number}>{format.number(test.completed)}</td>
                    <td>{format.ago(test.updated_at, Date.now())}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        </Card>
      )}
    </Page>
  );
}
