// One event: what it means, what becomes of it when it is otherwise, its properties with their rules, and what was broken lately. Saving keeps a draft.
import { useQuery } from "@tanstack/react-query";
import { Plus } from "lucide-react";
import { useState } from "react";
import { api } from "@/api/client.ts";
import type { PlanLevel, PlannedEvent, PlannedProperty, PlanState } from "@/api/plan.ts";
import { useSpeech } from "@/i18n/language.tsx";
import { eventName } from "@/question/words.ts";
import { tellError } from "@/shell/errors.ts";
import { useProject } from "@/shell/session.tsx";
import { Button } from "@/ui/Button.tsx";
import { LongField, SelectField, TextField } from "@/ui/Field.tsx";
import { SidePanel } from "@/ui/Panel.tsx";
import { Failure } from "@/ui/State.tsx";
import { useToast } from "@/ui/Toast.tsx";
import { eventsOf, levelOf, tidied, withEvent, workingCopy } from "./document.ts";
import { PropertyEditor } from "./PropertyEditor.tsx";
import { useKeep } from "./usePlan.ts";
import { LEVEL, LEVELS, ruleWord, STATUS, STATUSES } from "./words.ts";
import styles from "./plan.module.css";

interface EventPanelProps {
  name: string;
  state: PlanState;
  onClose: () => void;
}

export function EventPanel({ name, state, onClose }: EventPanelProps) {
  const speech = useSpeech();
  const { t, format } = speech;
  const project = useProject();
  const toast = useToast();
  const plan = workingCopy(state);
  const before = eventsOf(plan)[name];
  const [event, setEvent] = useState<PlannedEvent>(before ?? {});
  const [adding, setAdding] = useState("");
  const keep = useKeep(state, () => toast(t("plan.kept")));
  const broken = useQuery({ queryKey: ["plan", project.id, "violations", name], queryFn: () => api.planViolations(project.id, name) });
  const seen = useQuery({ queryKey: ["properties", project.id, "event", name], queryFn: ({ signal }) => api.properties(project.id, { of: "event", event: name }, signal) });
  const mayChange = project.role !== "viewer";
  const change = (part: Partial<PlannedEvent>) => setEvent((now) => ({ ...now, ...part }));
  const properties: Record<string, PlannedProperty> = event.properties ?? {};
  const setProperty = (property: string, rules: PlannedProperty | undefined) => {
    const others = Object.entries(properties).filter(([other]) => other !== property);
    change({ properties: Object.fromEntries(rules === undefined ? others : [...others, [property, rules]]) });
  };
  const unplanned = (seen.data?.properties ?? []).filter((one) => !one.name.startsWith("$") && !one.name.startsWith("mp_") && !Object.hasOwn(properties, one.name) && !Object.hasOwn(plan.properties ?? {}, one.name));
  const levels = [{ value: "inherit" as const, label: t("plan.inherit", { level: t(LEVEL[levelOf(plan, {})]) }) }, ...LEVELS.map((level) => ({ value: level, label: t(LEVEL[level]) }))];
  const objectives = Object.keys(plan.objectives ?? {});
  const save = () => {
    const { properties: _, ...rest } = event;
    const kept = Object.fromEntries(Object.entries(properties).map(([property, rules]) => [property, tidied(rules)]));
    keep.mutate(withEvent(plan, name, { ...tidied(rest), ...(Object.keys(kept).length > 0 ? { properties: kept } : {}) }));
  };
  const add = (property: string, rules: PlannedProperty) => {
    setProperty(property, rules);
    setAdding("");
  };
  return (
    <SidePanel
      title={eventName(name, speech)}
      closeLabel={t("action.close")}
      onClose={onClose}
      footer={
        mayChange && (
          <>
            {before && (
              <Button look="quiet" busy={keep.isPending} onClick={() => keep.mutate(withEvent(plan, name, undefined), { onSuccess: onClose })}>
                {t("plan.takeOut")}
              </Button>
            )}
            <Button look="primary" busy={keep.isPending} onClick={save}>
              {t("plan.keep")}
            </Button>
          </>
        )
      }
    >
      <div className={styles.panel}>
        <fieldset className={styles.form} disabled={!mayChange}>
          {keep.error && <Failure {...tellError(keep.error, speech)} />}
          <LongField label={t("plan.field.description")} hint={t("plan.field.descriptionHint")} value={event.description ?? ""} onChange={(now) => change({ description: now.target.value })} />
          <TextField label={t("plan.field.trigger")} hint={t("plan.field.triggerHint")} value={event.trigger ?? ""} onChange={(now) => change({ trigger: now.target.value })} />
          <div className={styles.pair}>
            <TextField label={t("plan.column.owner")} value={event.owner ?? ""} onChange={(now) => change({ owner: now.target.value })} />
            {objectives.length > 0 ? (
              <SelectField
                label={t("plan.field.objective")}
                value={event.objective ?? ""}
                onPick={(objective) => change({ objective })}
                choices={[{ value: "", label: t("plan.noObjective") }, ...objectives.map((one) => ({ value: one, label: one }))]}
              />
            ) : (
              <TextField label={t("plan.field.objective")} value={event.objective ?? ""} onChange={(now) => change({ objective: now.target.value })} />
            )}
          </div>
          <SelectField
            label={t("plan.column.status")}
            value={event.status ?? "active"}
            onPick={(status) => change({ status: status === "active" ? undefined : status })}
            choices={STATUSES.map((status) => ({ value: status, label: t(STATUS[status]) }))}
          />
          <SelectField
            label={t("plan.field.onViolation")}
            value={event.on_violation ?? "inherit"}
            onPick={(level) => change({ on_violation: level === "inherit" ? undefined : (level satisfies PlanLevel) })}
            choices={levels}
          />
          <TextField
            label={t("plan.field.replaces")}
            hint={t("plan.field.replacesHint")}
            defaultValue={(event.replaces ?? []).join(", ")}
            onChange={(now) => change({ replaces: now.target.value.split(",").map((one) => one.trim()).filter((one) => one !== "") })}
          />
        </fieldset>
        <section className={styles.part}>
          <h3>{t("plan.properties", { n: Object.keys(properties).length })}</h3>
          {Object.keys(properties).length === 0 && <p className={styles.muted}>{t("plan.noProperties")}</p>}
          <ul className={styles.properties}>
            {Object.entries(properties)
              .toSorted(([a], [b]) => a.localeCompare(b))
              .map(([property, rules]) => (
                <PropertyEditor key={property} name={property} rules={rules} plan={plan} mayChange={mayChange} onChange={(next) => setProperty(property, next)} onRemove={() => setProperty(property, undefined)} />
              ))}
          </ul>
          {mayChange && (
            <form
              className={styles.adder}
              onSubmit={(submitted) => {
                submitted.preventDefault();
                if (adding.trim() !== "" && !Object.hasOwn(properties, adding.trim())) add(adding.trim(), {});
              }}
            >
              <input className={styles.find} value={adding} maxLength={200} placeholder={t("plan.propertyName")} aria-label={t("plan.propertyName")} onChange={(now) => setAdding(now.target.value)} />
              <Button size="small" type="submit" icon={<Plus aria-hidden />} disabled={adding.trim() === ""}>
                {t("plan.addProperty")}
              </Button>
            </form>
          )}
        </section>
        {mayChange && unplanned.length > 0 && (
          <section className={styles.part}>
            <h3>{t("plan.seenUnplanned")}</h3>
            <div className={styles.chips}>
              {unplanned.map((one) => {
                // Lists and objects are not told apart.
                const type = one.types.length === 1 && one.types[0] !== "list" ? one.types[0] : undefined;
                return (
                  <Button key={one.name} size="small" icon={<Plus aria-hidden />} onClick={() => add(one.name, type ? { type: type as PlannedProperty["type"] } : {})}>
                    {one.name}
                  </Button>
                );
              })}
            </div>
          </section>
        )}
        {(broken.data?.violations.length ?? 0) > 0 && (
          <section className={styles.part}>
            <h3>{t("plan.brokenLately")}</h3>
            <ul className={styles.broken}>
              {broken.data?.violations.slice(0, 10).map((one) => (
                <li key={`${one.property} ${one.rule} ${one.sdk} ${one.sdk_version}`}>
                  <b>{format.number(one.count)}</b>
                  <span>
                    {ruleWord(one.rule, speech)}
                    {one.property != null && <code>{one.property}</code>}
                  </span>
                  <span className={styles.muted}>{[one.sdk, one.sdk_version].filter(Boolean).join(" ")}</span>
                </li>
              ))}
            </ul>
          </section>
        )}
      </div>
    </SidePanel>
  );
}
