// Two heatmaps of one page by one figure, what differs most first.
import { useMemo, useState } from "react";
import type { Cell } from "@/api/types.ts";
import { useSpeech } from "@/i18n/language.tsx";
import type { Question } from "@/question/question.ts";
import { AnswerHead } from "@/report/AnswerHead.tsx";
import { PeoplePanel } from "@/report/PeoplePanel.tsx";
import type { Asked } from "@/report/useAsk.ts";
import { NumberHead } from "@/ui/NumberHead.tsx";
import table from "@/ui/table.module.css";
import { differences, type Difference } from "./difference.ts";
import { cellOf, didOf, isShare, metricText, shortName, type Metric, type Named } from "./heatmap.ts";
import styles from "./heatmap.module.css";

interface DifferenceTableProps {
  asked: Asked<"heatmap">;
  other: Asked<"heatmap">;
  metric: Metric;
  onOpen: (cell: Cell, title: string) => void;
}

export function DifferenceTable({ asked, other, metric, onOpen }: DifferenceTableProps) {
  const speech = useSpeech();
  const { t, format } = speech;
  const [opened, setOpened] = useState<Named | null>(null);
  const rows = useMemo(() => differences(asked.answer, other.answer, metric, asked.question.zones), [asked, other, metric]);
  const did = didOf(metric);
  const title = (name: string) => t(`heatmap.panel.${did as "clicked"}`, { name });
  return (
    <>
      <AnswerHead note={t("heatmap.difference.note", { metric: t(`heatmap.metric.${metric}`) })} />
      <div className={table.wrap} style={{ maxHeight: 420 }} tabIndex={0} role="region" aria-label={t("heatmap.difference.title")}>
        <table className={table.table}>
          <thead>
            <tr>
              <th scope="col" className={table.pinned}>
                {t("heatmap.column.element")}
              </th>
              <NumberHead>A</NumberHead>
              <NumberHead>B</NumberHead>
              <NumberHead>{t("heatmap.difference.column")}</NumberHead>
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <tr key={`${row.isZone} ${row.name}`}>
                <th scope="row" className={table.pinned} title={row.name}>
                  {shortName((row.a ?? row.b) as Named)}
                </th>
                <td className={table.number}>{value(row.a, (named) => onOpen(cellOf(named, did), title(named.name)))}</td>
                <td className={table.number}>{value(row.b, setOpened)}</td>
                <td className={table.number} data-sure={row.difference !== null && !row.isUnsure ? true : undefined}>
                  <span className={row.isUnsure ? styles.unsure : styles.sure} title={row.isUnsure ? t("heatmap.difference.unsure") : undefined}>
                    {differenceText(row)}
                  </span>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {opened && <PeoplePanel question={other.question as Question} cell={cellOf(opened, did)} title={title(opened.name)} onClose={() => setOpened(null)} />}
    </>
  );

  function value(named: Named | null, onPick: (named: Named) => void) {
    if (!named) return "–";
    const text = metricText(metric, named.sums, speech);
    if (!named.sums[metric]) return text;
    return (
      <button type="button" className={table.open} onClick={() => onPick(named)}>
        {text}
      </button>
    );
  }

  /** Shares differ by points; what else is told in its own unit. */
  function differenceText({ difference, interval }: Difference): string {
    if (difference === null) return "–";
    if (!isShare(metric)) {
      const size = metric.endsWith("_ms") ? format.duration(Math.abs(difference) / 1000) : format.number(Math.round(Math.abs(difference) * 100) / 100);
      return difference === 0 ? size : t(difference > 0 ? "heatmap.difference.more" : "heatmap.difference.less", { size });
    }
    const points = (share: number) => format.number(Math.round(Math.abs(share) * 1000) / 10);
    const signed = (share: number) => (Math.abs(share) < 0.0005 ? "0" : t(share > 0 ? "heatmap.difference.more" : "heatmap.difference.less", { size: points(share) }));
    return interval ? t("heatmap.difference.pointsBetween", { size: signed(difference), low: signed(interval[0]), high: signed(interval[1]) }) : t("heatmap.difference.points", { size: signed(difference) });
  }
}
