// Where, when, to whom and how often it is shown, how it looks, and what people are told of their answers.
import { useQuery } from "@tanstack/react-query";
import { Plus, X } from "lucide-react";
import { api } from "@/api/client.ts";
import { useSpeech } from "@/i18n/language.tsx";
import { useCohorts } from "@/question/names.ts";
import { useProject } from "@/shell/session.tsx";
import { Button, IconButton } from "@/ui/Button.tsx";
import { Check, InlineSelect, SelectField, TextField } from "@/ui/Field.tsx";
import { Card } from "@/ui/Page.tsx";
import { withText, type Definition, type Trigger } from "./definition.ts";
import { useTaskNames } from "./useTaskNames.ts";
import { OUTCOME, SIGNALS, TRIGGER } from "./words.ts";
import styles from "./survey.module.css";

interface Props {
  definition: Definition;
  language: string;
  onChange: (definition: Definition) => void;
}

export function ShowingEditor(props: Props) {
  return (
    <>
      <Looks {...props} />
      <Triggers {...props} />
      <Audience {...props} />
      <Often {...props} />
      <Privacy {...props} />
    </>
  );
}

function Looks({ definition, language, onChange }: Props) {
  const { t } = useSpeech();
  const display = definition.display ?? {};
  const form = display.form ?? "popover";
  const set = (part: Partial<NonNullable<Definition["display"]>>): void => onChange({ ...definition, display: { ...display, ...part } });
  return (
    <Card title={t("survey.looks")}>
      <div className={styles.two}>
        <SelectField
          label={t("survey.form")}
          value={form}
          choices={[
            { value: "popover" as const, label: t("survey.form.popover") },
            { value: "modal" as const, label: t("survey.form.modal") },
            { value: "bar" as const, label: t("survey.form.bar") },
            { value: "inline" as const, label: t("survey.form.inline") },
            { value: "button" as const, label: t("survey.form.button") },
          ]}
          onPick={(next) => {
            const isWaiting = next === "button" || next === "inline";
            // How often follows the form, where nobody chose otherwise.
            onChange({ ...definition, display: { ...display, form: next }, frequency: { ...definition.frequency, show: isWaiting ? "always" : definition.frequency?.show === "always" ? "until_answered" : definition.frequency?.show, ...(isWaiting && { quiet_days: 0, once_a_session: false }) } });
          }}
        />
        {(form === "popover" || form === "button") && (
          <SelectField
            label={t("survey.position")}
            value={display.position ?? "bottom_right"}
            choices={[
              { value: "bottom_right" as const, label: t("survey.position.bottom_right") },
              { value: "bottom_left" as const, label: t("survey.position.bottom_left") },
              { value: "top_right" as const, label: t("survey.position.top_right") },
              { value: "top_left" as const, label: t("survey.position.top_left") },
            ]}
            onPick={(position) => set({ position })}
          />
        )}
        {form === "inline" && <TextField label={t("survey.selector")} placeholder="#feedback" value={display.selector ?? ""} onChange={(event) => set({ selector: event.target.value })} />}
        {form === "button" && <TextField label={t("survey.buttonLabel")} value={display.label?.[language] ?? ""} onChange={(event) => set({ label: withText(display.label, language, event.target.value) })} />}
      </div>
      <div className={styles.two}>
        <TextField label={t("survey.color")} type="color" value={display.color ?? "#0F766E"} onChange={(event) => set({ color: event.target.value.toUpperCase() })} />
        <SelectField
          label={t("survey.ground")}
          value={display.ground ?? "auto"}
          choices={[
            { value: "auto" as const, label: t("survey.ground.auto") },
            { value: "light" as const, label: t("survey.ground.light") },
            { value: "dark" as const, label: t("survey.ground.dark") },
          ]}
          onPick={(ground) => set({ ground })}
        />
      </div>
      <Check label={t("survey.progress")} checked={display.progress ?? true} onChange={(progress) => set({ progress })} />
    </Card>
  );
}

const OUTCOMES = ["completed", "slow", "off_path", "failed"] as const;
const FRESH: Record<Trigger["on"], Trigger> = {
  load: { on: "load" },
  time: { on: "time", seconds: 20 },
  scroll: { on: "scroll", percent: 50 },
  exit: { on: "exit" },
  click: { on: "click", selector: "" },
  visible: { on: "visible", selector: "" },
  event: { on: "event", event: "" },
  friction: { on: "friction", signal: "rage_click" },
  task: { on: "task", task: "", outcome: "completed" },
  call: { on: "call" },
};

function Triggers({ definition, onChange }: Props) {
  const { t } = useSpeech();
  const project = useProject();
  const names = useQuery({ queryKey: ["names", project.id, "survey"], queryFn: ({ signal }) => api.names(project.id, { limit: 200 }, signal), staleTime: 60_000 });
  const tasks = useTaskNames();
  const triggers = definition.triggers ?? [];
  const fresh = (on: Trigger["on"]): Trigger => (on === "task" ? { on, task: [...tasks.keys()][0] ?? "", outcome: "completed" } : FRESH[on]);
  const pages = definition.pages ?? [];
  const change = (i: number, trigger: Trigger): void => onChange({ ...definition, triggers: triggers.map((one, j) => (j === i ? trigger : one)) });
  // Without a task there is nothing to wait for.
  const kinds = (Object.keys(FRESH) as Trigger["on"][]).filter((on) => on !== "task" || tasks.size > 0 || triggers.some((one) => one.on === on)).map((on) => ({ value: on, label: t(TRIGGER[on]) }));
  return (
    <Card title={t("survey.when")}>
      <fieldset className={styles.rules}>
        <legend>{t("survey.triggers")}</legend>
        <datalist id="survey-events">
          {names.data?.events.map((event) => (
            <option key={event.name} value={event.name}>
              {event.name}
            </option>
          ))}
        </datalist>
        {triggers.map((trigger, i) => (
          <div key={i} className={styles.rule}>
            <InlineSelect label={t("survey.triggers")} value={trigger.on} choices={kinds} onPick={(on) => change(i, fresh(on))} />
            {trigger.on === "time" && <input type="number" min={1} max={3600} aria-label={t("survey.seconds")} value={trigger.seconds} onChange={(event) => change(i, { ...trigger, seconds: Math.max(1, Math.round(Number(event.target.value))) })} />}
            {trigger.on === "time" && <span>{t("survey.seconds")}</span>}
            {trigger.on === "scroll" && <input type="number" min={1} max={100} aria-label={t("survey.percent")} value={trigger.percent} onChange={(event) => change(i, { ...trigger, percent: Math.min(100, Math.max(1, Math.round(Number(event.target.value)))) })} />}
            {trigger.on === "scroll" && <span>{t("survey.percent")}</span>}
            {(trigger.on === "click" || trigger.on === "visible") && <input className={styles.grow} aria-label={t("survey.selector")} placeholder="#checkout" value={trigger.selector} onChange={(event) => change(i, { ...trigger, selector: event.target.value })} />}
            {trigger.on === "event" && <input className={styles.grow} list="survey-events" aria-label={t("survey.event")} placeholder={t("survey.event")} value={trigger.event} onChange={(event) => change(i, { ...trigger, event: event.target.value })} />}
            {trigger.on === "friction" && <InlineSelect label={t("survey.signal")} value={trigger.signal} choices={SIGNALS.map(([value, key]) => ({ value, label: t(key) }))} onPick={(signal) => change(i, { ...trigger, signal })} />}
            {trigger.on === "task" && (
              <InlineSelect
                label={t("survey.task")}
                value={trigger.task}
                choices={[...(tasks.has(trigger.task) ? [] : [{ value: trigger.task, label: t("survey.taskGone") }]), ...[...tasks].map(([value, label]) => ({ value, label }))]}
                onPick={(task) => change(i, { ...trigger, task })}
              />
            )}
            {trigger.on === "task" && <InlineSelect label={t("survey.outcome")} value={trigger.outcome} choices={OUTCOMES.map((value) => ({ value, label: t(OUTCOME[value]) }))} onPick={(outcome) => change(i, { ...trigger, outcome })} />}
            <IconButton label={t("survey.removeTrigger", { n: i + 1 })} icon={<X />} onClick={() => onChange({ ...definition, triggers: triggers.filter((_, j) => j !== i) })} />
            {trigger.on === "event" && <Conditions trigger={trigger} onChange={(next) => change(i, next)} />}
          </div>
        ))}
        <div>
          <Button size="small" icon={<Plus aria-hidden />} onClick={() => onChange({ ...definition, triggers: [...triggers, { on: "time", seconds: 20 }] })}>
            {t("survey.addTrigger")}
          </Button>
        </div>
      </fieldset>
      <div className={styles.rule}>
        <label className={styles.inlineNumber}>
          {t("survey.delay")}
          <input type="number" min={0} max={86400} value={definition.delay_s ?? 0} onChange={(event) => onChange({ ...definition, delay_s: Math.max(0, Math.round(Number(event.target.value))) })} />
        </label>
      </div>
      <fieldset className={styles.rules}>
        <legend>{t("survey.pages")}</legend>
        {pages.map((rule, i) => {
          const set = (part: Partial<typeof rule>): void => onChange({ ...definition, pages: pages.map((one, j) => (j === i ? { ...one, ...part } : one)) });
          return (
            <div key={i} className={styles.rule}>
              <InlineSelect
                label={t("survey.pageNot")}
                value={rule.not ? "not" : "yes"}
                choices={[
                  { value: "yes", label: t("survey.pageOn") },
                  { value: "not", label: t("survey.pageNot") },
                ]}
                onPick={(not) => set({ not: not === "not" })}
              />
              <InlineSelect
                label={t("survey.pageOp")}
                value={rule.op ?? "is"}
                choices={[
                  { value: "is" as const, label: t("survey.page.is") },
                  { value: "contains" as const, label: t("survey.page.contains") },
                  { value: "starts_with" as const, label: t("survey.page.starts_with") },
                  { value: "ends_with" as const, label: t("survey.page.ends_with") },
                  { value: "matches" as const, label: t("survey.page.matches") },
                ]}
                onPick={(op) => set({ op })}
              />
              <input className={styles.grow} aria-label={t("survey.pageValue")} placeholder="/pricing" value={rule.value} onChange={(event) => set({ value: event.target.value })} />
              <IconButton label={t("survey.removePage", { n: i + 1 })} icon={<X />} onClick={() => onChange({ ...definition, pages: pages.filter((_, j) => j !== i) })} />
            </div>
          );
        })}
        <div>
          <Button size="small" icon={<Plus aria-hidden />} onClick={() => onChange({ ...definition, pages: [...pages, { op: "contains", value: "/" }] })}>
            {t("survey.addPage")}
          </Button>
        </div>
      </fieldset>
    </Card>
  );
}

const OPS = ["is", "is_not", "contains", "gt", "gte", "lt", "lte", "set", "not_set"] as const;

function Conditions({ trigger, onChange }: { trigger: Extract<Trigger, { on: "event" }>; onChange: (trigger: Trigger) => void }) {
  const { t } = useSpeech();
  const conditions = trigger.where ?? [];
  const words: Record<(typeof OPS)[number], string> = { is: t("survey.op.is"), is_not: t("survey.op.is_not"), contains: t("survey.op.contains"), gt: ">", gte: "≥", lt: "<", lte: "≤", set: t("survey.op.set"), not_set: t("survey.op.not_set") };
  return (
    <div className={styles.conditions}>
      {conditions.map((one, i) => {
        const set = (part: Partial<typeof one>): void => onChange({ ...trigger, where: conditions.map((other, j) => (j === i ? { ...other, ...part } : other)) });
        return (
          <div key={i} className={styles.rule}>
            <input aria-label={t("survey.property")} placeholder={t("survey.property")} value={one.property} onChange={(event) => set({ property: event.target.value })} />
            <InlineSelect label={t("survey.op")} value={one.op ?? "is"} choices={OPS.map((op) => ({ value: op, label: words[op] }))} onPick={(op) => set({ op })} />
            {one.op !== "set" && one.op !== "not_set" && <input aria-label={t("survey.value")} placeholder={t("survey.value")} value={String(one.value ?? "")} onChange={(event) => set({ value: event.target.value })} />}
            <IconButton label={t("survey.removeCondition", { n: i + 1 })} icon={<X />} onClick={() => onChange({ ...trigger, where: conditions.filter((_, j) => j !== i) })} />
          </div>
        );
      })}
      <div>
        <Button size="small" look="quiet" icon={<Plus aria-hidden />} onClick={() => onChange({ ...trigger, where: [...conditions, { property: "", op: "is", value: "" }] })}>
          {t("survey.addCondition")}
        </Button>
      </div>
    </div>
  );
}

function Audience({ definition, onChange }: Props) {
  const { t } = useSpeech();
  const { cohorts } = useCohorts();
  const audience = definition.audience ?? {};
  const set = (part: Partial<NonNullable<Definition["audience"]>>): void => onChange({ ...definition, audience: { ...audience, ...part } });
  const devices = audience.devices ?? [];
  const device = (one: "desktop" | "tablet" | "mobile", label: string) => (
    <Check label={label} checked={devices.length === 0 || devices.includes(one)} onChange={(is) => {
      const now = devices.length === 0 ? (["desktop", "tablet", "mobile"] as const).slice() : devices;
      const next = is ? [...now, one] : now.filter((other) => other !== one);
      set({ devices: next.length === 3 || next.length === 0 ? [] : next });
    }} />
  );
  return (
    <Card title={t("survey.who")}>
      <div className={styles.checks} role="group" aria-label={t("survey.devices")}>
        {device("desktop", t("survey.desktop"))}
        {device("tablet", t("survey.tablet"))}
        {device("mobile", t("survey.phone"))}
      </div>
      <div className={styles.two}>
        <SelectField
          label={t("survey.visitors")}
          value={audience.visitors ?? ""}
          choices={[
            { value: "" as const, label: t("survey.visitors.all") },
            { value: "new" as const, label: t("survey.visitors.new") },
            { value: "returning" as const, label: t("survey.visitors.returning") },
          ]}
          onPick={(visitors) => set({ visitors: visitors === "" ? undefined : visitors })}
        />
        <SelectField
          label={t("survey.cohort")}
          value={audience.cohort ? `${audience.cohort.in === false ? "!" : ""}${audience.cohort.id}` : ""}
          choices={[{ value: "", label: t("survey.cohort.any") }, ...cohorts.flatMap((cohort) => [{ value: cohort.id, label: t("survey.cohort.in", { name: cohort.name }) }, { value: `!${cohort.id}`, label: t("survey.cohort.out", { name: cohort.name }) }])]}
          onPick={(value) => set({ cohort: value === "" ? undefined : { id: value.replace(/^!/, ""), in: !value.startsWith("!") } })}
        />
      </div>
      <TextField label={t("survey.sample")} type="number" min={1} max={100} value={definition.sample ?? 100} onChange={(event) => onChange({ ...definition, sample: Math.min(100, Math.max(0.1, Number(event.target.value))) })} />
    </Card>
  );
}

function Often({ definition, onChange }: Props) {
  const { t } = useSpeech();
  const frequency = definition.frequency ?? {};
  const isWaiting = definition.display?.form === "button" || definition.display?.form === "inline";
  const show = frequency.show ?? (isWaiting ? "always" : "until_answered");
  const set = (part: Partial<NonNullable<Definition["frequency"]>>): void => onChange({ ...definition, frequency: { ...frequency, ...part } });
  const limits = definition.limits ?? {};
  const setLimits = (part: Partial<NonNullable<Definition["limits"]>>): void => onChange({ ...definition, limits: { ...limits, ...part } });
  const number = (label: string, value: number | undefined, pick: (value: number) => void, placeholder?: string) => (
    <TextField label={label} type="number" min={0} max={3650} placeholder={placeholder} value={value ?? ""} onChange={(event) => pick(Math.max(0, Math.round(Number(event.target.value))))} />
  );
  return (
    <Card title={t("survey.often")}>
      <SelectField
        label={t("survey.show")}
        value={show}
        choices={[
          { value: "until_answered" as const, label: t("survey.show.until_answered") },
          { value: "once" as const, label: t("survey.show.once") },
          { value: "always" as const, label: t("survey.show.always") },
        ]}
        onPick={(next) => set({ show: next })}
      />
      {show === "until_answered" && (
        <div className={styles.two}>
          {number(t("survey.againTimes"), frequency.again ?? 2, (again) => set({ again }))}
          {number(t("survey.againDays"), frequency.again_after_days ?? 7, (again_after_days) => set({ again_after_days }))}
        </div>
      )}
      <div className={styles.two}>
        {show !== "always" && (
          <TextField label={t("survey.renew")} type="number" min={0} max={3650} placeholder={t("survey.never")} value={frequency.renew_after_days ?? ""} onChange={(event) => set({ renew_after_days: event.target.value === "" ? undefined : Math.max(0, Math.round(Number(event.target.value))) })} />
        )}
        {number(t("survey.quiet"), frequency.quiet_days ?? (isWaiting ? 0 : 7), (quiet_days) => set({ quiet_days }))}
      </div>
      <Check label={t("survey.onceASession")} checked={frequency.once_a_session ?? !isWaiting} onChange={(once_a_session) => set({ once_a_session })} />
      <div className={styles.three}>
        <TextField label={t("survey.quota")} type="number" min={1} placeholder={t("survey.noLimit")} value={limits.answers ?? ""} onChange={(event) => setLimits({ answers: event.target.value === "" ? undefined : Math.max(1, Math.round(Number(event.target.value))) })} />
        <TextField label={t("survey.from")} type="datetime-local" value={localOf(limits.from)} onChange={(event) => setLimits({ from: instantOf(event.target.value) })} />
        <TextField label={t("survey.until")} type="datetime-local" value={localOf(limits.to)} onChange={(event) => setLimits({ to: instantOf(event.target.value) })} />
      </div>
    </Card>
  );
}

function localOf(instant: string | undefined): string {
  if (!instant) return "";
  const date = new Date(instant);
  return new Date(date.getTime() - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

const instantOf = (local: string): string | undefined => (local === "" ? undefined : new Date(local).toISOString());

function Privacy({ definition, language, onChange }: Props) {
  const { t } = useSpeech();
  const privacy = definition.privacy ?? {};
  const set = (part: Partial<NonNullable<Definition["privacy"]>>): void => onChange({ ...definition, privacy: { ...privacy, ...part } });
  return (
    <Card title={t("survey.privacy")}>
      <SelectField
        label={t("survey.link")}
        value={privacy.link ?? "ask"}
        choices={[
          { value: "ask" as const, label: t("survey.link.ask") },
          { value: "consent" as const, label: t("survey.link.consent") },
          { value: "never" as const, label: t("survey.link.never") },
        ]}
        onPick={(link) => set({ link })}
      />
      <TextField label={t("survey.notice")} value={privacy.notice?.[language] ?? ""} onChange={(event) => set({ notice: withText(privacy.notice, language, event.target.value) })} />
      <TextField label={t("survey.policy")} placeholder="https://" value={privacy.policy ?? ""} onChange={(event) => set({ policy: event.target.value === "" ? undefined : event.target.value })} />
    </Card>
  );
}
