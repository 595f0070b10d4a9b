// Whether mails can be sent, what waits and what was given up; for administrators of the installation.
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { RotateCw, Send } from "lucide-react";
import { api } from "@/api/client.ts";
import type { SentMail } from "@/api/types.ts";
import { useSpeech } from "@/i18n/language.tsx";
import { tellError } from "@/shell/errors.ts";
import { Button, IconButton } from "@/ui/Button.tsx";
import { Card } from "@/ui/Page.tsx";
import { Failure, Note, SkeletonRows } from "@/ui/State.tsx";
import table from "@/ui/table.module.css";
import { useToast } from "@/ui/Toast.tsx";
import styles from "./Settings.module.css";

/** Looked at again while it is open, since a mail takes a few seconds. */
const LOOK_AGAIN_MS = 2500;
const HOW = `--smtp smtp://user:password@mail.example.org:587
--mail-from "Sillage <sillage@example.org>"
--public-url https://sillage.example.org`;

export function MailSettings() {
  const speech = useSpeech();
  const { t, format } = speech;
  const toast = useToast();
  const client = useQueryClient();
  const mail = useQuery({ queryKey: ["mail"], queryFn: api.mail, refetchInterval: LOOK_AGAIN_MS });
  const refresh = () => client.invalidateQueries({ queryKey: ["mail"] });
  const test = useMutation({
    mutationFn: api.testMail,
    onSuccess: () => toast(t("mail.queued")),
    onSettled: refresh,
  });
  const retry = useMutation({ mutationFn: api.retryMail, onSettled: refresh });
  const wrong = mail.error ?? test.error ?? retry.error;
  const state = mail.data;
  return (
    <>
      <Card title={t("mail.title")}>
        {mail.isPending && <SkeletonRows rows={2} />}
        {wrong && <Failure {...tellError(wrong, speech)} />}
        {state && !state.configured && (
          <div className={styles.checks}>
            <Note>{t("mail.off")}</Note>
            <p>{t("mail.offHow")}</p>
            <pre className={styles.code}>{HOW}</pre>
          </div>
        )}
        {state?.configured && (
          <div className={styles.checks}>
            <p>{t("mail.by", { server: state.server ?? "", from: state.from ?? "" })}</p>
            <p className={table.muted}>
              {t("mail.waiting", { n: state.waiting, shown: format.number(state.waiting) })}, {t("mail.failed", { n: state.failed, shown: format.number(state.failed) })}.
            </p>
            <div>
              <Button icon={<Send aria-hidden />} busy={test.isPending} onClick={() => test.mutate()}>
                {t("mail.test")}
              </Button>
            </div>
          </div>
        )}
      </Card>
      {state && (state.configured || state.mails.length > 0) && (
        <Card title={t("mail.latest")} flush>
          {state.mails.length === 0 ? (
            <p className={styles.more}>{t("mail.none")}</p>
          ) : (
            <div className={table.wrap}>
              <table className={table.table}>
                <thead>
                  <tr>
                    <th scope="col">{t("mail.to")}</th>
                    <th scope="col" className={table.wide}>
                      {t("mail.subject")}
                    </th>
                    <th scope="col">{t("mail.state")}</th>
                    <th aria-label={t("action.moreActions")} />
                  </tr>
                </thead>
                <tbody>
                  {state.mails.map((one) => (
                    <tr key={one.id}>
                      <th scope="row">{one.to}</th>
                      <td className={table.wide}>{one.subject}</td>
                      <td>
                        <State mail={one} />
                      </td>
                      <td className={table.number}>{one.status === "failed" && state.configured && <IconButton label={t("mail.retryOf", { name: one.to })} icon={<RotateCw />} onClick={() => retry.mutate(one.id)} />}</td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </div>
          )}
        </Card>
      )}
    </>
  );
}

function State({ mail }: { mail: SentMail }) {
  const { t, format } = useSpeech();
  const at = mail.ended_at ?? mail.created_at;
  return (
    <span className={styles.person}>
      <span title={format.date(at)}>
        {t(`mail.state.${mail.status as "waiting" | "sent" | "failed"}`)} <span className={table.muted}>{format.ago(at, Date.now())}</span>
      </span>
      {mail.last_error && (
        <span className={styles.email}>
          {mail.last_error}
          {mail.next_at && mail.attempts > 0 && ` (${t("mail.nextAt", { time: format.moment(mail.next_at) })})`}
        </span>
      )}
    </span>
  );
}
