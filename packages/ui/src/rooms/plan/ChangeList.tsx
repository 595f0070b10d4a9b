// What two plans differ in, line by line.
import type { PlanChange } from "@/api/plan.ts";
import { useSpeech } from "@/i18n/language.tsx";
import type { Speech } from "@/report/room.ts";
import styles from "./plan.module.css";

const SHOWN = 60;
const KIND = { added: "plan.change.added", removed: "plan.change.removed", changed: "plan.change.changed" } as const;
const SIGN = { added: "+", removed: "−", changed: "~" } as const;

export function ChangeList({ changes }: { changes: PlanChange[] }) {
  const speech = useSpeech();
  const { t } = speech;
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
            {kind === "changed" && <del>{short(change.before, speech)}</del>}
            {kind !== "removed" && <ins>{short(change.after, speech)}</ins>}
          </li>
        );
      })}
      {changes.length > SHOWN && <li className={styles.muted}>{t("plan.moreChanges", { n: changes.length - SHOWN })}</li>}
    </ul>
  );
}

/** A list as people write it; of an event or property that is new, what it means. */
function short(value: unknown, { format }: Speech): string {
  const text = Array.isArray(value) ? format.list(value.map(String)) : typeof value === "object" && value !== null ? String((value as { description?: unknown }).description ?? "") : String(value);
  return text.length > 90 ? `${text.slice(0, 89)}…` : text;
}
