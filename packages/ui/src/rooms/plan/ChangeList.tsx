// What two plans differ in, line by line.
import { useSpeech } from "@/i18n/language.tsx";
import type { PlanChange } from "@/api/plan.ts";
import styles from "./plan.module.css";

const SHOWN = 60;
const KIND = { added: "plan.change.added", removed: "plan.change.removed", changed: "plan.change.changed" } as const;
const SIGN = { added: "+", removed: "−", changed: "~" } as const;

export function ChangeList({ changes }: { changes: PlanChange[] }) {
  const { t } = useSpeech();
  if (changes.length === 0) return <p className={styles.muted}>{t("plan.noChanges")}</p>;
  return (
    <ul className={styles.changes}>
      {changes.slice(0, SHOWN).map((change) => {
        const kind = change.kind as keyof typeof KIND;
        return (
          <li key={change.field} data-kind={kind}>
            <b title={t(KIND[kind])} aria-label={t(KIND[kind])}>
              {SIGN[kind]}
            </b>
            <code>{change.field}</code>
            {kind === "changed" && <del>{short(change.before)}</del>}
            {kind !== "removed" && <ins>{short(change.after)}</ins>}
          </li>
        );
      })}
      {changes.length > SHOWN && <li className={styles.muted}>{t("plan.moreChanges", { n: changes.length - SHOWN })}</li>}
    </ul>
  );
}

function short(value: unknown): string {
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return text.length > 90 ? `${text.slice(0, 89)}…` : text;
}
