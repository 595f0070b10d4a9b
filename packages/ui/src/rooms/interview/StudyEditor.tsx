// What a study is made of. Nothing is kept before it is saved; what is missing before guests may come is listed at the right.
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { CircleAlert, Plus, Trash2 } from "lucide-react";
import { useId, useState, type ReactNode } from "react";
import { api } from "@/api/client.ts";
import type { Study, StudyDefinition, Texts } from "@/api/interview.ts";
import { timezoneChoices } from "@/format/timezones.ts";
import { useSpeech } from "@/i18n/language.tsx";
import { tellError } from "@/shell/errors.ts";
import { useProject } from "@/shell/session.tsx";
import { Button, IconButton } from "@/ui/Button.tsx";
import { Check, Segmented, SelectField, TextField } from "@/ui/Field.tsx";
import { Card } from "@/ui/Page.tsx";
import { Failure, Note } from "@/ui/State.tsx";
import { useToast } from "@/ui/Toast.tsx";
import { BusyCalendar } from "./BusyCalendar.tsx";
import { HoursEditor } from "./HoursEditor.tsx";
import { PROBLEM } from "./words.ts";
import styles from "./interview.module.css";

const LENGTHS = [30, 45, 60, 90, 120];
type Spoken = "en" | "fr";

export function StudyEditor({ study, startTitle, startDefinition }: { study: Study | null; startTitle: string; startDefinition: StudyDefinition }) {
  const speech = useSpeech();
  const { t } = speech;
  const project = useProject();
  const client = useQueryClient();
  const navigate = useNavigate();
  const toast = useToast();
  const [title, setTitle] = useState(startTitle);
  const [definition, setDefinition] = useState(startDefinition);
  const [language, setLanguage] = useState<Spoken>(speech.language);
  const [isDirty, setDirty] = useState(study === null);
  const readOnly = project.role === "viewer";
  const change = (part: Partial<StudyDefinition>): void => {
    setDefinition({ ...definition, ...part });
    setDirty(true);
  };
  const save = useMutation({
    mutationFn: () => (study ? api.changeStudy(project.id, study.id, { title, definition }) : api.createStudy(project.id, { title, definition })),
    onSuccess: async (kept) => {
      setDirty(false);
      client.setQueryData(["study", project.id, kept.id], kept);
      await client.invalidateQueries({ queryKey: ["studies", project.id] });
      toast(t("toast.saved"));
      if (!study) void navigate({ to: "/p/$project/interviews/$study", params: { project: String(project.id), study: kept.id }, search: { tab: "edit" } });
    },
  });
  const number = (field: "wanted" | "every_minutes" | "buffer_before_minutes" | "buffer_after_minutes" | "notice_hours" | "max_a_day" | "horizon_days", label: string, hint?: string): ReactNode => (
    <TextField label={label} hint={hint} type="number" min={0} value={definition[field]} onChange={(event) => change({ [field]: Math.max(0, Math.round(Number(event.target.value) || 0)) })} />
  );
  const words = (texts: Texts, next: string): Texts => ({ ...texts, [language]: next });
  const spoken = (
    <Segmented
      label={t("interview.language")}
      value={language}
      onPick={setLanguage}
      choices={[
        { value: "en", label: "English" },
        { value: "fr", label: "Français" },
      ]}
    />
  );
  return (
    <fieldset className={styles.editor} disabled={readOnly}>
      <div className={styles.form}>
        <Card title={t("interview.about")}>
          <div className={styles.fields}>
            <TextField label={t("interview.title")} hint={t("interview.titleHint")} value={title} maxLength={200} onChange={(event) => { setTitle(event.target.value); setDirty(true); }} />
            <TextArea label={t("interview.goal")} hint={t("interview.goalHint")} value={definition.goal} onChange={(goal) => change({ goal })} rows={2} />
            <div className={styles.pair}>
              <SelectField label={t("interview.minutes")} hint={t("interview.minutesHint")} value={String(definition.minutes)} onPick={(minutes) => change({ minutes: Number(minutes) })} choices={LENGTHS.map((minutes) => ({ value: String(minutes), label: t("interview.nMinutes", { n: minutes }) }))} />
              {number("wanted", t("interview.wanted"))}
            </div>
            <TextField label={t("interview.meeting")} hint={t("interview.meetingHint")} type="url" placeholder="https://" value={definition.meeting_url} onChange={(event) => change({ meeting_url: event.target.value.trim() })} />
            <div className={styles.pair}>
              <TextField label={t("interview.host")} value={definition.host.name} onChange={(event) => change({ host: { ...definition.host, name: event.target.value } })} />
              <TextField label={t("interview.hostEmail")} hint={t("interview.hostEmailHint")} type="email" value={definition.host.email} onChange={(event) => change({ host: { ...definition.host, email: event.target.value.trim() } })} />
            </div>
            <SelectField
              label={t("interview.approval")}
              value={definition.approval}
              onPick={(approval) => change({ approval })}
              choices={[
                { value: "automatic", label: t("interview.approval.automatic") },
                { value: "manual", label: t("interview.approval.manual") },
              ]}
            />
          </div>
        </Card>
        <Card title={t("interview.times")}>
          <div className={styles.fields}>
            <SelectField label={t("interview.timezone")} value={definition.timezone} onPick={(timezone) => change({ timezone })} choices={timezoneChoices(definition.timezone)} />
            <HoursEditor hours={definition.availability} onChange={(availability) => change({ availability })} />
            <div className={styles.pair}>
              {number("every_minutes", t("interview.every"), t("interview.everyHint"))}
              {number("max_a_day", t("interview.maxADay"), t("interview.maxADayHint"))}
              {number("buffer_before_minutes", t("interview.before"))}
              {number("buffer_after_minutes", t("interview.after"))}
              {number("notice_hours", t("interview.notice"))}
              {number("horizon_days", t("interview.horizon"))}
            </div>
            {study && <BusyCalendar study={study} />}
          </div>
        </Card>
        <Card title={t("interview.screener")} aside={spoken}>
          <Screener definition={definition} language={language} onChange={change} />
        </Card>
        <Card title={t("interview.consent")} aside={spoken}>
          <div className={styles.fields}>
            <TextArea label={t("interview.consentText")} hint={t("interview.consentHint")} value={definition.consent[language]} onChange={(text) => change({ consent: words(definition.consent, text) })} rows={7} />
            <Observers definition={definition} onChange={change} />
          </div>
        </Card>
        <Card title={t("interview.invitation")} aside={spoken}>
          <div className={styles.fields}>
            <TextArea label={t("interview.invitationText")} hint={t("interview.invitationHint")} value={definition.invitation[language]} onChange={(text) => change({ invitation: words(definition.invitation, text) })} rows={4} />
            <TextArea label={t("interview.incentive")} hint={t("interview.incentiveHint")} value={definition.incentive[language]} onChange={(text) => change({ incentive: words(definition.incentive, text) })} rows={2} />
          </div>
        </Card>
      </div>
      <div className={styles.beside}>
        <Button look="primary" disabled={readOnly || !isDirty} busy={save.isPending} onClick={() => save.mutate()}>
          {t("action.save")}
        </Button>
        {save.error && <Failure {...tellError(save.error, speech)} />}
        {study && isDirty && <Note>{t("interview.unsaved")}</Note>}
        {study && !isDirty && study.problems.length > 0 && (
          <section className={styles.problems} aria-label={t("interview.missing")}>
            <h2>{t("interview.missing")}</h2>
            <ul>
              {study.problems.map((problem) => (
                <li key={problem.field + problem.code}>
                  <CircleAlert aria-hidden />
                  {t(PROBLEM[problem.code] ?? "interview.problem.no_words", { n: Number(/\[(\d+)\]/.exec(problem.field)?.[1] ?? 0) + 1 })}
                </li>
              ))}
            </ul>
          </section>
        )}
        {study && !isDirty && study.problems.length === 0 && (
          <Note tone={study.free > 0 ? "good" : "warn"}>{study.free > 0 ? t("interview.free", { n: study.free }) : t("interview.noFree")}</Note>
        )}
        {study && !study.sends_mail && <Note tone="warn">{t("interview.noMail")}</Note>}
        {study && study.consents.length > 0 && <p className={styles.quiet}>{t("interview.consentVersion", { n: study.consents[0]?.version ?? 0 })}</p>}
      </div>
    </fieldset>
  );
}

export function TextArea({ label, hint, value, onChange, rows }: { label: string; hint?: string; value: string; onChange: (text: string) => void; rows: number }) {
  const id = useId();
  return (
    <div className={styles.area}>
      <label htmlFor={id}>{label}</label>
      <textarea id={id} rows={rows} value={value} maxLength={10_000} aria-describedby={`${id}-hint`} onChange={(event) => onChange(event.target.value)} />
      <p id={`${id}-hint`}>{hint}</p>
    </div>
  );
}

function Screener({ definition, language, onChange }: { definition: StudyDefinition; language: Spoken; onChange: (part: Partial<StudyDefinition>) => void }) {
  const { t } = useSpeech();
  const { screener } = definition;
  const set = (i: number, question: StudyDefinition["screener"][number] | null): void =>
    onChange({ screener: screener.flatMap((one, j) => (j !== i ? [one] : question ? [question] : [])) });
  const empty = (): Texts => ({ en: "", fr: "" });
  return (
    <div className={styles.fields}>
      <p className={styles.quiet}>{t("interview.screenerHint")}</p>
      {screener.map((question, i) => (
        <fieldset key={i} className={styles.question}>
          <div className={styles.line}>
            <TextField label={t("interview.question", { n: i + 1 })} value={question.text[language]} maxLength={300} onChange={(event) => set(i, { ...question, text: { ...question.text, [language]: event.target.value } })} />
            <IconButton label={t("action.removeNamed", { name: t("interview.question", { n: i + 1 }) })} icon={<Trash2 />} onClick={() => set(i, null)} />
          </div>
          {question.choices.map((choice, j) => {
            const put = (next: typeof choice | null): void => set(i, { ...question, choices: question.choices.flatMap((one, k) => (k !== j ? [one] : next ? [next] : [])) });
            return (
              <div key={j} className={styles.line}>
                <TextField label={t("interview.choice", { n: j + 1 })} value={choice.text[language]} maxLength={300} onChange={(event) => put({ ...choice, text: { ...choice.text, [language]: event.target.value } })} />
                <Check label={t("interview.passes")} checked={choice.passes} onChange={(passes) => put({ ...choice, passes })} />
                <IconButton label={t("action.removeNamed", { name: t("interview.choice", { n: j + 1 }) })} icon={<Trash2 />} disabled={question.choices.length <= 2} onClick={() => put(null)} />
              </div>
            );
          })}
          <div>
            <Button size="small" icon={<Plus aria-hidden />} onClick={() => set(i, { ...question, choices: [...question.choices, { text: empty(), passes: false }] })}>
              {t("interview.addChoice")}
            </Button>
          </div>
        </fieldset>
      ))}
      <div>
        <Button icon={<Plus aria-hidden />} onClick={() => onChange({ screener: [...screener, { text: empty(), choices: [{ text: empty(), passes: true }, { text: empty(), passes: false }] }] })}>
          {t("interview.addQuestion")}
        </Button>
      </div>
    </div>
  );
}

function Observers({ definition, onChange }: { definition: StudyDefinition; onChange: (part: Partial<StudyDefinition>) => void }) {
  const { t } = useSpeech();
  const { observers } = definition;
  const set = (i: number, next: (typeof observers)[number] | null): void => onChange({ observers: observers.flatMap((one, j) => (j !== i ? [one] : next ? [next] : [])) });
  return (
    <div className={styles.fields}>
      <p className={styles.quiet}>{t("interview.observersHint")}</p>
      {observers.map((one, i) => (
        <div key={i} className={styles.line}>
          <TextField label={t("interview.observer")} value={one.name} maxLength={200} onChange={(event) => set(i, { ...one, name: event.target.value })} />
          <TextField label={t("interview.observerRole")} value={one.role} maxLength={200} onChange={(event) => set(i, { ...one, role: event.target.value })} />
          <IconButton label={t("action.removeNamed", { name: one.name || t("interview.observer") })} icon={<Trash2 />} onClick={() => set(i, null)} />
        </div>
      ))}
      <div>
        <Button size="small" icon={<Plus aria-hidden />} onClick={() => onChange({ observers: [...observers, { name: "", role: "" }] })}>
          {t("interview.addObserver")}
        </Button>
      </div>
    </div>
  );
}
