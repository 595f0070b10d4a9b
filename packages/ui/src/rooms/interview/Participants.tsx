// Those who take part: talks to come first, then everybody else.
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Copy, UserPlus } from "lucide-react";
import { useState } from "react";
import { api } from "@/api/client.ts";
import type { ParticipantStatus, Study } from "@/api/interview.ts";
import { useSpeech } from "@/i18n/language.tsx";
import { tellError } from "@/shell/errors.ts";
import { useProject } from "@/shell/session.tsx";
import { Button } from "@/ui/Button.tsx";
import { Card } from "@/ui/Page.tsx";
import { Empty, Failure, Note, SkeletonRows } from "@/ui/State.tsx";
import table from "@/ui/table.module.css";
import { useToast } from "@/ui/Toast.tsx";
import { PasteDialog } from "./Invite.tsx";
import { PARTICIPANT_STATUS, SOURCE } from "./words.ts";
import styles from "./interview.module.css";

export function Participants({ study }: { study: Study }) {
  const speech = useSpeech();
  const { t, format } = speech;
  const project = useProject();
  const toast = useToast();
  const [isInviting, setInviting] = useState(false);
  const query = useQuery({ queryKey: ["participants", project.id, study.id], queryFn: () => api.participants(project.id, study.id), refetchInterval: 30_000 });
  const people = query.data?.participants ?? [];
  const mayChange = project.role !== "viewer";
  const link = `${location.origin}${study.recruit_path}`;
  const invite = mayChange && (
    <Button look="primary" icon={<UserPlus aria-hidden />} onClick={() => setInviting(true)}>
      {t("interview.invite")}
    </Button>
  );
  const copy = async (): Promise<void> => {
    await navigator.clipboard.writeText(link);
    toast(t("toast.copied"));
  };
  return (
    <>
      {study.status !== "open" && <Note tone="warn">{study.status === "draft" ? t("interview.draftHint") : t("interview.shutHint")}</Note>}
      {study.status === "open" && study.free === 0 && <Note tone="warn">{t("interview.noFree")}</Note>}
      {!study.sends_mail && <Note tone="warn">{t("interview.noMail")}</Note>}
      <div className={styles.recruit}>
        <div>
          <strong>{t("interview.recruitLink")}</strong>
          <p className={styles.quiet}>{t("interview.recruitHint")}</p>
          <code className={styles.address}>{link}</code>
        </div>
        <div className={styles.do}>
          <Button icon={<Copy aria-hidden />} onClick={() => void copy()}>
            {t("interview.copyLink")}
          </Button>
          {invite}
        </div>
      </div>
      {query.isPending && <SkeletonRows rows={6} />}
      {query.error && <Failure {...tellError(query.error, speech)} />}
      {query.data && people.length === 0 && <Empty title={t("interview.nobody")} text={t("interview.nobodyHint")} />}
      {people.length > 0 && (
        <Card flush>
          <div className={table.wrap} tabIndex={0} role="region" aria-label={t("interview.tab.people")}>
            <table className={table.table}>
              <thead>
                <tr>
                  <th scope="col" className={table.pinned}>
                    {t("interview.column.who")}
                  </th>
                  <th scope="col">{t("interview.column.status")}</th>
                  <th scope="col">{t("interview.column.talk")}</th>
                  <th scope="col">
                    {t("interview.column.zone")}
                  </th>
                  <th scope="col">
                    {t("interview.column.source")}
                  </th>
                  <th scope="col">{t("interview.column.changed")}</th>
                </tr>
              </thead>
              <tbody>
                {people.map((one) => (
                  <tr key={one.id}>
                    <th scope="row" className={table.pinned}>
                      <Link to="/p/$project/interviews/$study/$participant" params={{ project: String(project.id), study: study.id, participant: one.id }}>
                        {one.name || one.email}
                      </Link>
                      {one.name && <small className={styles.under}>{one.email}</small>}
                    </th>
                    <td>
                      <ParticipantChip status={one.status} />
                    </td>
                    <td>{one.starts_at && one.status !== "cancelled" ? format.moment(one.starts_at, study.definition.timezone) : ""}</td>
                    <td>{one.timezone?.replaceAll("_", " ")}</td>
                    <td>{t(SOURCE[one.source] ?? "interview.source.link")}</td>
                    <td>{format.ago(one.updated_at, Date.now())}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
          <p className={styles.foot}>{t("interview.timesIn", { zone: study.definition.timezone.replaceAll("_", " ") })}</p>
        </Card>
      )}
      {isInviting && <PasteDialog study={study} onClose={() => setInviting(false)} />}
    </>
  );
}

export function ParticipantChip({ status }: { status: ParticipantStatus }) {
  const { t } = useSpeech();
  return (
    <span className={`${styles.status} ${styles[status]}`}>
      <i aria-hidden />
      {t(PARTICIPANT_STATUS[status])}
    </span>
  );
}
