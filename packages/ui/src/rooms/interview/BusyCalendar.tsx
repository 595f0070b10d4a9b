// The host's own calendar, given as a file: no talk meets what is in it.
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { CalendarX } from "lucide-react";
import { api } from "@/api/client.ts";
import type { Study } from "@/api/interview.ts";
import { useSpeech } from "@/i18n/language.tsx";
import { tellError } from "@/shell/errors.ts";
import { useProject } from "@/shell/session.tsx";
import { Button } from "@/ui/Button.tsx";
import { FileButton } from "@/ui/FileButton.tsx";
import { Failure, Note } from "@/ui/State.tsx";
import styles from "./interview.module.css";

export function BusyCalendar({ study }: { study: Study }) {
  const speech = useSpeech();
  const { t, format } = speech;
  const project = useProject();
  const client = useQueryClient();
  const renew = (): Promise<void> => client.invalidateQueries({ queryKey: ["study", project.id, study.id] });
  const give = useMutation({ mutationFn: async (chosen: File) => api.setStudyBusy(project.id, study.id, { name: chosen.name, ics: await chosen.text() }), onSuccess: renew });
  const forget = useMutation({ mutationFn: () => api.forgetStudyBusy(project.id, study.id), onSuccess: renew });
  const busy = study.busy;
  return (
    <section className={styles.busy}>
      <h3>{t("interview.calendar")}</h3>
      <p className={styles.quiet}>{t("interview.calendarHint")}</p>
      {busy && !busy.error && <Note tone="good">{t("interview.calendarRead", { name: busy.name, n: busy.busy, ago: format.ago(busy.given_at, Date.now()) })}</Note>}
      {busy?.error && <Note tone="warn">{t("interview.calendarWrong", { name: busy.name })}</Note>}
      {busy && busy.unread > 0 && (
        <details>
          <summary>{t("interview.unread", { n: busy.unread })}</summary>
          <ul>
            {busy.reasons.map((one) => (
              <li key={one.line}>
                {t("interview.unreadLine", { line: one.line })} <span lang="en">{one.reason}</span>
              </li>
            ))}
          </ul>
        </details>
      )}
      {(give.error ?? forget.error) && <Failure {...tellError(give.error ?? forget.error, speech)} />}
      <div className={styles.do}>
        <FileButton
          label={t("interview.calendarFile")}
          text={busy ? t("interview.calendarReplace") : t("interview.calendarGive")}
          accept=".ics,text/calendar"
          busy={give.isPending}
          onFile={(file) => give.mutate(file)}
        />
        {busy && (
          <Button size="small" icon={<CalendarX aria-hidden />} busy={forget.isPending} onClick={() => forget.mutate()}>
            {t("interview.calendarForget")}
          </Button>
        )}
      </div>
    </section>
  );
}
