// The saved reports of a project: for now, its home.
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { api } from "@/api/client.ts";
import { useSpeech } from "@/i18n/language.tsx";
import { tellError } from "@/shell/errors.ts";
import { allRooms, roomOfKind } from "@/shell/roomList.ts";
import { useProject } from "@/shell/session.tsx";
import { moveWithArrows } from "@/ui/arrowKeys.ts";
import { Card, Page } from "@/ui/Page.tsx";
import { Failure, SkeletonRows } from "@/ui/State.tsx";
import styles from "./ReportList.module.css";

export function ReportList() {
  const speech = useSpeech();
  const { t, format } = speech;
  const project = useProject();
  const params = { project: String(project.id) };
  const { data, error, isPending } = useQuery({ queryKey: ["reports", project.id], queryFn: () => api.reports(project.id) });
  const [find, setFind] = useState("");
  const builders = allRooms.filter((room) => room.kind !== undefined);
  const reports = (data?.reports ?? []).filter((report) => report.name.toLowerCase().includes(find.trim().toLowerCase())).toSorted((a, b) => b.updated_at.localeCompare(a.updated_at));
  // Who has reports comes for them; who has none yet comes to ask a first question.
  const savedFirst = (data?.reports.length ?? 0) > 0;
  const questions = (
    <section aria-label={t("reports.new")}>
      <h2 className={styles.label}>{t("reports.new")}</h2>
      <ul className={styles.builders}>
        {builders.map((room) => (
          <li key={room.path}>
            <Link to={`/p/$project/${room.path}`} params={params}>
              <room.icon aria-hidden />
              <strong>{t(room.label)}</strong>
              <span>{t(`${room.kind ?? "trend"}.answers`)}</span>
            </Link>
          </li>
        ))}
      </ul>
    </section>
  );
  return (
    <Page title={t("room.reports")}>
      {!savedFirst && questions}
      <Card
        title={t("reports.saved")}
        flush
        aside={data && data.reports.length > 8 ? <input className={styles.find} type="search" placeholder={t("reports.find")} aria-label={t("reports.find")} value={find} onChange={(event) => setFind(event.target.value)} /> : undefined}
      >
        {isPending && (
          <div className={styles.pad}>
            <SkeletonRows rows={4} />
          </div>
        )}
        {error && <Failure {...tellError(error, speech)} />}
        {data?.reports.length === 0 && <p className={styles.none}>{t("reports.none")}</p>}
        <ul className={styles.list} onKeyDown={moveWithArrows}>
          {reports.map((report) => {
            const room = roomOfKind(report.kind);
            return (
              <li key={report.id}>
                <Link to={`/p/$project/${room?.path ?? "trends"}`} params={params} search={{ r: String(report.id) }} data-row>
                  {room && <room.icon aria-hidden />}
                  <span className={styles.name}>{report.name}</span>
                  <span className={styles.by}>{report.created_by}</span>
                  {room && <span className={styles.kind}>{t(room.label)}</span>}
                  <span className={styles.when}>{format.ago(report.updated_at, Date.now())}</span>
                </Link>
              </li>
            );
          })}
        </ul>
      </Card>
      {savedFirst && questions}
    </Page>
  );
}
