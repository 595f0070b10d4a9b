// A heatmap as a table: every element and zone with every figure; of two, what differs between them.
import { useSpeech } from "@/i18n/language.tsx";
import { AnswerHead } from "@/report/AnswerHead.tsx";
import type { AnswerProps } from "@/report/room.ts";
import { useAsk } from "@/report/useAsk.ts";
import { NumberHead } from "@/ui/NumberHead.tsx";
import table from "@/ui/table.module.css";
import { besideOf, questionOf } from "./beside.ts";
import { DifferenceTable } from "./DifferenceTable.tsx";
import { cellOf, isUnsure, metricsOf, metricText, ranked, shortName, type Metric } from "./heatmap.ts";

export function HeatmapTable(props: AnswerProps<"heatmap">) {
  const { asked, view } = props;
  const beside = besideOf(view, asked);
  // The same question as the second sheet's, so that it is asked once.
  const other = useAsk<"heatmap">(beside && questionOf(beside, asked.question));
  const metric: Metric = metricsOf(asked.question).find((one) => one === view.metric) ?? "click_rate";
  return (
    <>
      {beside && other.asked && <DifferenceTable asked={asked} other={other.asked} metric={metric} onOpen={props.onOpen} />}
      <ElementTable {...props} />
    </>
  );
}

function ElementTable({ asked, onOpen, onAsk }: AnswerProps<"heatmap">) {
  const speech = useSpeech();
  const { t, format } = speech;
  const { question, answer } = asked;
  const metrics = metricsOf(question);
  const left = answer.elements_in_all - answer.elements.length;
  return (
    <>
      {left > 0 && <AnswerHead note={t("friction.more", { n: left })} />}
      <div className={table.wrap} style={{ maxHeight: 560 }} tabIndex={0} role="region" aria-label={t("report.table")}>
        <table className={table.table}>
          <thead>
            <tr>
              <th scope="col" className={table.pinned}>
                {t("heatmap.column.element")}
              </th>
              <NumberHead>{t("heatmap.column.clicks")}</NumberHead>
              <NumberHead>{t("people.person.many")}</NumberHead>
              {metrics.map((metric) => (
                <NumberHead key={metric}>{t(`heatmap.metric.${metric}`)}</NumberHead>
              ))}
            </tr>
          </thead>
          <tbody>
            {ranked(answer, "click_rate").map((one) => (
              <tr key={`${one.isZone} ${one.name}`}>
                <th scope="row" className={table.pinned} title={one.name}>
                  {shortName(one)}
                  {one.isZone && (
                    <button type="button" className={table.open} style={{ marginLeft: 8 }} onClick={() => onAsk({ ...question, zones: (question.zones ?? []).filter((zone) => zone.name !== one.name) })}>
                      {t("heatmap.removeZone")}
                    </button>
                  )}
                </th>
                <td className={table.number}>{format.number(one.sums.clicks)}</td>
                <td className={table.number}>
                  {one.sums.clicked_people === 0 ? (
                    "0"
                  ) : (
                    <button type="button" className={table.open} onClick={() => onOpen(cellOf(one, "clicked"), t("heatmap.panel.clicked", { name: one.name }))}>
                      {format.number(one.sums.clicked_people)}
                    </button>
                  )}
                </td>
                {metrics.map((metric) => (
                  <td key={metric} className={table.number} style={isUnsure(metric, one.sums) ? { color: "var(--ink-3)" } : undefined}>
                    {metricText(metric, one.sums, speech)}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}

