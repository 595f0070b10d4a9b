// Who is told when somebody answered: by mail, or another server by a post; of every answer, or of low scores.
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "@/api/client.ts";
import type { Survey, SurveyAlerts } from "@/api/survey.ts";
import { useSpeech } from "@/i18n/language.tsx";
import { tellError } from "@/shell/errors.ts";
import { useProject } from "@/shell/session.tsx";
import { Button } from "@/ui/Button.tsx";
import { SelectField, TextField } from "@/ui/Field.tsx";
import { Card } from "@/ui/Page.tsx";
import { Failure, Note, SkeletonRows } from "@/ui/State.tsx";
import table from "@/ui/table.module.css";
import { useToast } from "@/ui/Toast.tsx";
import styles from "./survey.module.css";

const SCORED = new Set(["nps", "csat", "ces", "rating", "seq", "thumbs", "sus", "umux_lite"]);
/** Looked at again while it is open. */
const LOOK_AGAIN_MS = 5000;

export function Alerts({ survey }: { survey: Survey }) {
  const speech = useSpeech();
  const { t } = speech;
  const project = useProject();
  const alerts = useQuery({ queryKey: ["survey-alerts", project.id, survey.id], queryFn: () => api.surveyAlerts(project.id, survey.id), refetchInterval: LOOK_AGAIN_MS });
  return (
    <Card title={t("survey.alert.title")}>
      {alerts.isPending && <SkeletonRows rows={3} />}
      {alerts.error && <Failure {...tellError(alerts.error, speech)} />}
      {alerts.data && <Settings survey={survey} alerts={alerts.data} />}
    </Card>
  );
}

function Settings({ survey, alerts }: { survey: Survey; alerts: SurveyAlerts }) {
  const speech = useSpeech();
  const { t, format, language } = speech;
  const project = useProject();
  const client = useQueryClient();
  const toast = useToast();
  const { settings } = alerts;
  const scored = (survey.definition.questions ?? []).filter((question) => SCORED.has(question.kind));
  const [mail, setMail] = useState((settings.mail ?? []).join(", "));
  const [webhook, setWebhook] = useState(settings.webhook ?? "");
  const [question, setQuestion] = useState(settings.when?.question ?? "");
  const [atMost, setAtMost] = useState(String(settings.when?.at_most ?? 6));
  const change = useMutation({
    mutationFn: () =>
      api.changeSurveyAlerts(project.id, survey.id, {
        mail: mail
          .split(/[\s,;]+/)
          .map((address) => address.trim())
          .filter((address) => address !== ""),
        webhook: webhook.trim() || null,
        when: question ? { question, at_most: Number(atMost) } : null,
        language,
      }),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ["survey-alerts", project.id, survey.id] });
      toast(t("toast.saved"));
    },
  });
  const text = (id: string): string => {
    const words = scored.find((one) => one.id === id)?.text as Record<string, string> | undefined;
    return words?.[language] ?? Object.values(words ?? {})[0] ?? id;
  };
  const mayChange = project.role !== "viewer";
  return (
    <div className={styles.shareBody}>
      <p>{t("survey.alert.text")}</p>
      <form
        className={styles.shareBody}
        onSubmit={(event) => {
          event.preventDefault();
          change.mutate();
        }}
      >
        <div className={styles.linkSettings}>
          <SelectField
            label={t("survey.alert.when")}
            choices={[{ value: "", label: t("survey.alert.always") }, ...scored.map((one) => ({ value: one.id, label: t("survey.alert.lowOf", { question: text(one.id) }) }))]}
            value={question}
            disabled={!mayChange}
            onPick={setQuestion}
          />
          {question !== "" && <TextField label={t("survey.alert.atMost")} type="number" step="any" value={atMost} disabled={!mayChange} onChange={(event) => setAtMost(event.target.value)} />}
        </div>
        {!alerts.can_mail && <Note>{t("survey.alert.noMail")}</Note>}
        <TextField label={t("survey.alert.mail")} value={mail} placeholder="team@example.com" disabled={!mayChange || !alerts.can_mail} onChange={(event) => setMail(event.target.value)} />
        <TextField label={t("survey.alert.webhook")} value={webhook} placeholder="https://hooks.example.com/answers" hint={t("survey.alert.webhookHint")} disabled={!mayChange} onChange={(event) => setWebhook(event.target.value)} />
        {change.error && <Failure {...tellError(change.error, speech)} />}
        {mayChange && (
          <div className={styles.do}>
            <Button look="primary" type="submit" busy={change.isPending}>
              {t("action.save")}
            </Button>
          </div>
        )}
      </form>
      {alerts.secret && settings.webhook && (
        <div className={styles.copied}>
          <p className={table.muted}>{t("survey.alert.secret")}</p>
          <code>{alerts.secret}</code>
        </div>
      )}
      {alerts.posts.length > 0 && (
        <div className={table.wrap}>
          <table className={table.table}>
            <thead>
              <tr>
                <th scope="col">{t("survey.alert.post")}</th>
                <th scope="col" className={table.wide}>
                  {t("mail.state")}
                </th>
              </tr>
            </thead>
            <tbody>
              {alerts.posts.map((post) => (
                <tr key={post.id}>
                  <th scope="row">{format.moment(post.created_at)}</th>
                  <td className={table.wide}>
                    {t(`mail.state.${post.status as "waiting" | "sent" | "failed"}`)} {post.last_error && <span className={table.muted}>{post.last_error}</span>}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </div>
  );
}
