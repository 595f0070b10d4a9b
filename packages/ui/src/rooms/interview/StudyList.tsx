// The studies of a project: how many talks each wants, has booked and has had.
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { Plus } from "lucide-react";
import { api } from "@/api/client.ts";
import type { StudyStatus } from "@/api/interview.ts";
import { useSpeech } from "@/i18n/language.tsx";
import { tellError } from "@/shell/errors.ts";
import { useProject } from "@/shell/session.tsx";
import { Button } from "@/ui/Button.tsx";
import { NumberHead } from "@/ui/NumberHead.tsx";
import { Card, Page } from "@/ui/Page.tsx";
import { Empty, Failure, SkeletonRows } from "@/ui/State.tsx";
import table from "@/ui/table.module.css";
import { STUDY_STATUS } from "./words.ts";
import styles from "./interview.module.css";

export function StudyList() {
  const speech = useSpeech();
  const { t, format } = speech;
  const project = useProject();
  const navigate = useNavigate();
  const list = useQuery({ queryKey: ["studies", project.id], queryFn: () => api.studies(project.id) });
  const mayChange = project.role !== "viewer";
  const studies = list.data?.studies ?? [];
  const create = (
    <Button look="primary" icon={<Plus aria-hidden />} onClick={() => void navigate({ to: "/p/$project/interviews/$study", params: { project: String(project.id), study: "new" }, search: {} })}>
      {t("interview.create")}
    </Button>
  );
  return (
    <Page title={t("room.interview")} aside={mayChange && studies.length > 0 ? create : undefined}>
      {list.isPending && <SkeletonRows rows={6} />}
      {list.error && <Failure {...tellError(list.error, speech)} />}
      {list.data && studies.length === 0 && <Empty title={t("interview.none")} text={t("interview.answersWhat")} picture={<WeekExample />} action={mayChange ? create : undefined} />}
      {studies.length > 0 && (
        <Card flush>
          <div className={table.wrap} tabIndex={0} role="region" aria-label={t("room.interview")}>
            <table className={table.table}>
              <thead>
                <tr>
                  <th scope="col" className={table.pinned}>
                    {t("interview.column.title")}
                  </th>
                  <th scope="col">{t("interview.column.status")}</th>
                  <NumberHead>{t("interview.column.invited")}</NumberHead>
                  <NumberHead>{t("interview.column.booked")}</NumberHead>
                  <NumberHead>{t("interview.column.done")}</NumberHead>
                  <NumberHead>{t("interview.column.wanted")}</NumberHead>
                  <th scope="col">{t("interview.column.next")}</th>
                </tr>
              </thead>
              <tbody>
                {studies.map((study) => (
                  <tr key={study.id}>
                    <th scope="row" className={table.pinned}>
                      <Link to="/p/$project/interviews/$study" params={{ project: String(project.id), study: study.id }} search={{}}>
                        {study.title}
                      </Link>
                    </th>
                    <td>
                      <StudyChip status={study.status} />
                    </td>
                    <td className={table.number}>{format.number(Object.values(study.counts).reduce((sum, n) => sum + n, 0))}</td>
                    <td className={table.number}>{format.number(study.counts.booked ?? 0)}</td>
                    <td className={table.number}>{format.number(study.counts.done ?? 0)}</td>
                    <td className={table.number}>{format.number(study.wanted)}</td>
                    <td>{study.next_at ? format.moment(study.next_at, project.timezone) : <span className={table.muted}>{t("interview.noNext")}</span>}</td>
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

export function StudyChip({ status }: { status: StudyStatus }) {
  const { t } = useSpeech();
  return (
    <span className={`${styles.status} ${styles[status]}`}>
      <i aria-hidden />
      {t(STUDY_STATUS[status])}
    </span>
  );
}

/** A week with hours that are free and talks that are booked, invented and marked as such. */
function WeekExample() {
  const { t } = useSpeech();
  const booked = ["0-1", "2-3", "3-0"];
  return (
    <figure className={styles.example}>
      <svg viewBox="0 0 320 110" role="img" aria-label={t("empty.exampleLabel")}>
        {[0, 1, 2, 3, 4].flatMap((day) =>
          [0, 1, 2, 3].map((hour) => <rect key={`${day}-${hour}`} className={booked.includes(`${day}-${hour}`) ? styles.exampleBooked : styles.exampleFree} x={6 + day * 62} y={6 + hour * 25 + (hour > 1 ? 4 : 0)} width={56} height={20} rx={3} />),
        )}
      </svg>
      <figcaption>{t("empty.exampleLabel")}</figcaption>
    </figure>
  );
}
