// The rules of one property: in a line, unfolded to change them.
import { ChevronRight, Trash2 } from "lucide-react";
import { useState } from "react";
import type { Plan, PlannedProperty } from "@/api/plan.ts";
import { useSpeech } from "@/i18n/language.tsx";
import type { Messages } from "@/i18n/catalogue.ts";
import { Button } from "@/ui/Button.tsx";
import { Check, SelectField, TextField } from "@/ui/Field.tsx";
import { numberOf, resolved, valuesOf } from "./document.ts";
import { LEVEL, LEVELS, STATUS, STATUSES, TYPE, TYPES } from "./words.ts";
import styles from "./plan.module.css";

interface PropertyEditorProps {
  name: string;
  rules: PlannedProperty;
  plan: Plan;
  mayChange: boolean;
  onChange: (rules: PlannedProperty) => void;
  onRemove: () => void;
}

export function PropertyEditor({ name, rules, plan, mayChange, onChange, onRemove }: PropertyEditorProps) {
  const speech = useSpeech();
  const { t } = speech;
  const [open, setOpen] = useState(false);
  const change = (part: Partial<PlannedProperty>) => onChange({ ...rules, ...part });
  const whole = resolved(plan, rules);
  const shared = Object.keys(plan.properties ?? {});
  const hasRange = whole.type === undefined || whole.type === "any" || whole.type === "number" || whole.type === "integer";
  const hasPattern = whole.type === undefined || whole.type === "any" || whole.type === "string";
  return (
    <li>
      <button type="button" className={styles.property} aria-expanded={open} onClick={() => setOpen(!open)}>
        <ChevronRight aria-hidden />
        <code>{name}</code>
        <span>{inShort(whole, speech)}</span>
        {whole.required === true && <b>{t("plan.required")}</b>}
      </button>
      {open && (
        <fieldset className={styles.rules} disabled={!mayChange}>
          <div className={styles.pair}>
            <SelectField
              label={t("plan.field.type")}
              value={rules.type ?? "any"}
              onPick={(type) => change({ type: type === "any" ? undefined : type })}
              choices={TYPES.map((type) => ({ value: type, label: t(TYPE[type]) }))}
            />
            {shared.length > 0 && (
              <SelectField
                label={t("plan.field.sameAs")}
                value={rules.same_as ?? ""}
                onPick={(same_as) => change({ same_as: same_as === "" ? undefined : same_as })}
                choices={[{ value: "", label: "–" }, ...shared.map((one) => ({ value: one, label: one }))]}
              />
            )}
          </div>
          <Check label={t("plan.field.required")} checked={whole.required === true} onChange={(required) => change({ required })} />
          <TextField label={t("plan.field.values")} hint={t("plan.field.valuesHint")} defaultValue={(rules.values ?? []).join(", ")} onChange={(now) => change({ values: valuesOf(now.target.value, whole.type) })} />
          {hasRange && (
            <div className={styles.pair}>
              <TextField label={t("plan.field.min")} inputMode="decimal" defaultValue={rules.min ?? ""} onChange={(now) => change({ min: numberOf(now.target.value) })} />
              <TextField label={t("plan.field.max")} inputMode="decimal" defaultValue={rules.max ?? ""} onChange={(now) => change({ max: numberOf(now.target.value) })} />
            </div>
          )}
          {hasPattern && <TextField label={t("plan.field.pattern")} hint={t("plan.field.patternHint")} spellCheck={false} defaultValue={rules.pattern ?? ""} onChange={(now) => change({ pattern: now.target.value === "" ? undefined : now.target.value })} />}
          <TextField label={t("plan.field.description")} defaultValue={rules.description ?? ""} onChange={(now) => change({ description: now.target.value === "" ? undefined : now.target.value })} />
          <div className={styles.pair}>
            <SelectField
              label={t("plan.column.status")}
              value={rules.status ?? "active"}
              onPick={(status) => change({ status: status === "active" ? undefined : status })}
              choices={STATUSES.map((status) => ({ value: status, label: t(STATUS[status]) }))}
            />
            <SelectField
              label={t("plan.field.onViolation")}
              value={rules.on_violation ?? "inherit"}
              onPick={(level) => change({ on_violation: level === "inherit" ? undefined : level })}
              choices={[{ value: "inherit" as const, label: t("plan.inheritEvent") }, ...LEVELS.map((level) => ({ value: level, label: t(LEVEL[level]) }))]}
            />
          </div>
          {mayChange && (
            <div>
              <Button size="small" look="quiet" icon={<Trash2 aria-hidden />} onClick={onRemove}>
                {t("plan.removeProperty", { name })}
              </Button>
            </div>
          )}
        </fieldset>
      )}
    </li>
  );
}

function inShort(rules: PlannedProperty, { t, format }: Messages & { format: { list: (words: string[]) => string; number: (n: number) => string } }): string {
  const parts = [t(TYPE[rules.type ?? (rules.items ? "list" : "any")])];
  if (rules.values && rules.values.length > 0) parts.push(format.list(rules.values.slice(0, 4).map(String)) + (rules.values.length > 4 ? "…" : ""));
  if (rules.min !== undefined && rules.max !== undefined) parts.push(t("plan.between", { from: format.number(rules.min), to: format.number(rules.max) }));
  else if (rules.min !== undefined) parts.push(t("plan.atLeast", { from: format.number(rules.min) }));
  else if (rules.max !== undefined) parts.push(t("plan.atMost", { to: format.number(rules.max) }));
  if (rules.pattern) parts.push(rules.pattern);
  return parts.join(" · ");
}
