// The last line of a question: who is meant, and by what it is split.
import { useSpeech } from "@/i18n/language.tsx";
import { BreakdownEditor } from "./BreakdownEditor.tsx";
import { FilterEditor } from "./FilterEditor.tsx";
import type { Breakdown, Filter } from "./question.ts";
import type { ReactNode } from "react";
import styles from "./editors.module.css";

interface AmongLineProps {
  filter: Filter | undefined;
  onFilter: (filter: Filter | undefined) => void;
  /** Left out where the kind of question is not split. */
  breakdown?: { value: Breakdown[] | undefined; onChange: (breakdown: Breakdown[] | undefined) => void; most?: number };
  event?: string;
  children?: ReactNode;
}

export function AmongLine({ filter, onFilter, breakdown, event, children }: AmongLineProps) {
  const { t } = useSpeech();
  return (
    <div className={styles.line}>
      <span className={styles.pair}>
        <span className={styles.rail}>{t("question.among")}</span>
        <FilterEditor filter={filter} onChange={onFilter} event={event} addLabel={filter ? t("filter.add") : t("question.everyone")} />
      </span>
      {breakdown && (
        <span className={styles.pair}>
          <span className={styles.rail}>{t("question.splitBy")}</span>
          <BreakdownEditor breakdown={breakdown.value} onChange={breakdown.onChange} event={event} most={breakdown.most} />
          {children}
        </span>
      )}
    </div>
  );
}
