// The elements and zones of a page by one of their figures; what is pointed at here is pointed at on the page, and the other way round.
import { useEffect, useRef } from "react";
import { useSpeech } from "@/i18n/language.tsx";
import { isUnsure, metricText, sameIn, shortName, type Metric, type Named } from "./heatmap.ts";
import styles from "./heatmap.module.css";

interface ElementListProps {
  named: Named[];
  /** Of the second sheet, where there is one. */
  others: Named[] | null;
  metric: Metric;
  highlighted: Named | null;
  onHighlight: (named: Named | null) => void;
  onOpen: (named: Named) => void;
}

const LISTED = 60;

export function ElementList({ named, others, metric, highlighted, onHighlight, onOpen }: ElementListProps) {
  const speech = useSpeech();
  const { t } = speech;
  const list = useRef<HTMLUListElement>(null);
  const shown = named.slice(0, LISTED);
  const most = Math.max(0.0001, ...shown.map((one) => one.sums[metric] ?? 0), ...(others ?? []).map((one) => one.sums[metric] ?? 0));
  const pointed = sameIn(shown, highlighted);
  const place = pointed ? shown.indexOf(pointed) : -1;
  useEffect(() => {
    const row = list.current?.children[place];
    // Pointed at on the page: its row comes into sight. A row under the pointer is in sight already.
    if (!(row instanceof HTMLElement) || !list.current || list.current.matches(":hover")) return;
    const [top, bottom] = [row.offsetTop - list.current.offsetTop, row.offsetTop - list.current.offsetTop + row.offsetHeight];
    if (top < list.current.scrollTop) list.current.scrollTop = top;
    else if (bottom > list.current.scrollTop + list.current.clientHeight) list.current.scrollTop = bottom - list.current.clientHeight;
  }, [place]);
  return (
    <ul className={styles.list} ref={list}>
      {shown.map((one) => {
        const other = others && sameIn(others, one);
        const isPointed = one === pointed;
        return (
          <li key={`${one.isZone} ${one.name}`} className={one.isZone ? styles.zone : undefined}>
            <button
              type="button"
              className={styles.row}
              data-pointed={isPointed || undefined}
              data-unsure={isUnsure(metric, one.sums) || undefined}
              title={isUnsure(metric, one.sums) ? t("heatmap.unsure") : one.name}
              onPointerEnter={() => onHighlight(one)}
              onPointerLeave={() => onHighlight(null)}
              onFocus={() => onHighlight(one)}
              onBlur={() => onHighlight(null)}
              onClick={() => onOpen(one)}
            >
              <span>{shortName(one)}</span>
              <strong>
                {metricText(metric, one.sums, speech)}
                {others && <small>{t("heatmap.beside.value", { value: other ? metricText(metric, other.sums, speech) : "–" })}</small>}
              </strong>
              <i style={{ width: `${Math.max(0, (100 * (one.sums[metric] ?? 0)) / most)}%` }} />
              {others && <i data-other style={{ width: `${Math.max(0, (100 * (other?.sums[metric] ?? 0)) / most)}%` }} />}
            </button>
          </li>
        );
      })}
    </ul>
  );
}
