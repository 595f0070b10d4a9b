// The last line of a question: who is meant, by what it is split, and who is counted.
import { useSpeech } from "@/i18n/language.tsx";
import { ActorPicker } from "./ActorPicker.tsx";
import { BreakdownEditor } from "./BreakdownEditor.tsx";
import { FilterEditor } from "./FilterEditor.tsx";
import type { Breakdown, Common, Filter } from "./question.ts";
import type { ReactNode } from "react";
import styles from "./editors.module.css";

interface AmongLineProps {
  filter: Filter | undefined;
  onFilter: (filter: Filter | undefined) => void;
  /** Left out where the kind of question is not split. */
  breakdown?: { value: Breakdown[] | undefined; onChange: (breakdown: Breakdown[] | undefined) => void; most?: number; top?: { value: number | undefined; onChange: (top: number | undefined) => void } };
  /** Left out where another control of the question says what is counted. */
  actor?: { value: Common["actor"]; onChange: (actor: Common["actor"]) => void };
  event?: string;
  /** Stands before all, on the same line. */
  lead?: ReactNode;
  /** Stands after the breakdown. */
  more?: ReactNode;
}

export function AmongLine({ filter, onFilter, breakdown, actor, event, lead, more }: AmongLineProps) {
  const { t } = useSpeech();
  return (
    <div className={styles.line}>
      {lead && <span className={styles.pair}>{lead}</span>}
      <span className={styles.pair}>
        <span className={styles.rail}>{t("question.among")}</span>
        <FilterEditor filter={filter} onChange={onFilter} event={event} addLabel={filter ? t("filter.add") : t("question.everyone")} />
      </span>
      {breakdown && (
        <span className={styles.pair}>
          <span className={styles.rail}>{t("question.splitBy")}</span>
          <BreakdownEditor breakdown={breakdown.value} onChange={breakdown.onChange} event={event} most={breakdown.most} top={breakdown.top} />
        </span>
      )}
      {more && <span className={styles.pair}>{more}</span>}
      {actor && (
        <span className={styles.pair}>
          <span className={styles.rail}>{t("question.counting")}</span>
          <ActorPicker actor={actor.value} onChange={actor.onChange} />
        </span>
      )}
    </div>
  );
}
