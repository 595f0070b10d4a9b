// The way that is meant, step by step, in order.
import { ArrowDown, ArrowUp, X } from "lucide-react";
import { useSpeech } from "@/i18n/language.tsx";
import { SelectorEditor } from "@/question/SelectorEditor.tsx";
import { IconButton } from "@/ui/Button.tsx";
import { Check } from "@/ui/Field.tsx";
import { MOST_STEPS, moved, withStep, type Step } from "./definition.ts";
import { AddEvent, AddPage, PageChip } from "./RuleList.tsx";
import { stepName } from "./words.ts";
import styles from "./task.module.css";

interface StepListProps {
  steps: Step[];
  property: string;
  /** What is wrong with a step, by its place; with the whole list under `null`. */
  problemOf: (index: number | null) => string | null;
  onChange: (steps: Step[]) => void;
}

export function StepList({ steps, property, problemOf, onChange }: StepListProps) {
  const speech = useSpeech();
  const { t } = speech;
  const set = (i: number, part: Partial<Step>): void => onChange(steps.map((one, j) => (j === i ? { ...one, ...part } : one)));
  const whole = problemOf(null);
  return (
    <>
      <ol className={styles.stepList}>
        {steps.map((step, i) => {
          const name = stepName({ ...step, label: undefined }, speech);
          const problem = problemOf(i);
          return (
            <li key={step.id} data-wrong={problem !== null || undefined} aria-label={t("task.stepNumber", { n: i + 1 })}>
              <b className={styles.rank}>{i + 1}</b>
              <div className={styles.stepBody}>
                <div className={styles.rule}>
                  {step.page !== undefined ? <PageChip page={step.page} property={property} onPick={(page) => set(i, { page })} /> : step.select && <SelectorEditor selector={step.select} onChange={(select) => set(i, { select })} />}
                </div>
                <div className={styles.rule}>
                  <input className={styles.label} value={step.label ?? ""} placeholder={name} maxLength={80} aria-label={t("task.stepLabel", { n: i + 1 })} onChange={(event) => set(i, { label: event.target.value })} />
                  <Check label={t("task.optional")} checked={step.optional === true} onChange={(optional) => set(i, { optional: optional || undefined })} />
                  <Check label={t("task.repeatable")} checked={step.repeatable === true} onChange={(repeatable) => set(i, { repeatable: repeatable || undefined })} />
                </div>
                {problem !== null && (
                  <p className={styles.problem} role="alert">
                    {problem}
                  </p>
                )}
              </div>
              <span className={styles.stepTools}>
                <IconButton label={t("task.stepUp", { n: i + 1 })} icon={<ArrowUp />} disabled={i === 0} onClick={() => onChange(moved(steps, i, -1))} />
                <IconButton label={t("task.stepDown", { n: i + 1 })} icon={<ArrowDown />} disabled={i === steps.length - 1} onClick={() => onChange(moved(steps, i, 1))} />
                <IconButton label={t("task.stepRemove", { n: i + 1 })} icon={<X />} onClick={() => onChange(steps.filter((_, j) => j !== i))} />
              </span>
            </li>
          );
        })}
      </ol>
      {steps.length < MOST_STEPS ? (
        <div className={styles.rule}>
          <AddPage property={property} label={t("task.addPageStep")} onPick={(page) => onChange(withStep(steps, { page }))} />
          <AddEvent label={t("task.addEventStep")} onPick={(select) => onChange(withStep(steps, { select }))} />
        </div>
      ) : (
        <p className={styles.muted}>{t("task.mostSteps", { n: MOST_STEPS })}</p>
      )}
      {whole !== null && (
        <p className={styles.problem} role="alert">
          {whole}
        </p>
      )}
    </>
  );
}
