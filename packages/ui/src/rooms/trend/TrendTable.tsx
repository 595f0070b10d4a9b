// The numbers of a trend, each of which opens; where two periods are compared, the earlier one in a row of its own.
import { Fragment } from "react";
import { chartColors } from "@/chart/colors.ts";
import { useSpeech } from "@/i18n/language.tsx";
import { Delta } from "@/report/Delta.tsx";
import type { AnswerProps } from "@/report/room.ts";
import { useProject } from "@/shell/session.tsx";
import { Opens } from "@/ui/Opens.tsx";
import { useTheme } from "@/ui/theme.tsx";
import { NumberHead } from "@/ui/NumberHead.tsx";
import table from "@/ui/table.module.css";
import { openingOf } from "./opening.ts";
import { colorOf, hiddenLines, incompleteIndex, shownLines, trendLines, valueBefore, type TrendLine } from "./trend.ts";

export function TrendTable({ asked, view, onView, onOpen }: AnswerProps<"trend">) {
  const speech = useSpeech();
  const { t, format } = speech;
  const project = useProject();
  const { theme } = useTheme();
  const colors = chartColors(theme);
  const { question, answer } = asked;
  const zone = question.timezone ?? project.timezone;
  const lines = trendLines(asked, speech);
  const drawn = new Set(shownLines(lines, view.hidden).map((line) => line.id));
  const until = incompleteIndex(asked);
  const compares = lines.some((line) => line.previousTotal !== undefined);
  const hidden = hiddenLines(lines, view.hidden);
  const shown = (time: string) => format.interval(time, question.interval, zone);
  const earlier = answer.compare?.times ?? [];
  const number = (line: TrendLine, value: number | null, time: string | null, isPrevious = false) => {
    if (value === null) return <span className={table.muted}>–</span>;
    const when = time === null ? (isPrevious ? t("trend.previous") : "") : shown(time);
    return (
      <Opens nobody={value === 0} onOpen={() => onOpen(...openingOf(asked, line, time, when, speech, isPrevious))}>
        {format.number(value)}
      </Opens>
    );
  };
  return (
    <div className={table.wrap} style={{ maxHeight: 480 }} tabIndex={0} role="region" aria-label={t("report.table")}>
      <table className={table.table}>
        <thead>
          <tr>
            <th scope="col" className={table.pinned}>
              {t("trend.column.line")}
            </th>
            <NumberHead>{t("trend.column.total")}</NumberHead>
            {compares && (
              <NumberHead>{t("trend.column.change")}</NumberHead>
            )}
            {answer.times.map((time, index) => (
              <NumberHead key={time} title={index >= until ? t("tip.incomplete") : undefined}>
                {shown(time)}
                {index >= until && " *"}
              </NumberHead>
            ))}
          </tr>
        </thead>
        <tbody>
          {lines.slice(0, 200).map((line) => {
            const color = colorOf(lines, line);
            const on = drawn.has(line.id);
            return (
              <Fragment key={line.id}>
                <tr>
                  <th scope="row" className={table.pinned}>
                    <button
                      type="button"
                      className={table.swatchButton}
                      aria-pressed={on}
                      title={on ? t("picture.hideLine") : t("picture.showLine")}
                      aria-label={`${on ? t("picture.hideLine") : t("picture.showLine")} ${line.name}`}
                      onClick={() => onView({ ...view, hidden: on ? [...hidden, line.id] : hidden.filter((id) => id !== line.id) })}
                    >
                      <i className={table.swatch} style={{ background: on ? (color === null ? colors.others : color === "overall" ? colors.ink : colors.series(color)) : "transparent", outline: on ? undefined : `1px solid ${colors.quiet}` }} />
                    </button>
                    {line.name}
                  </th>
                  <td className={table.number}>
                    <strong>{number(line, line.total, null)}</strong>
                  </td>
                  {compares && (
                    <td className={table.number}>
                      <Delta now={line.total} before={line.previousTotal ?? null} />
                    </td>
                  )}
                  {line.values.map((value, index) => (
                    <td key={answer.times[index]} className={table.number}>
                      {number(line, value, answer.times[index] ?? null)}
                    </td>
                  ))}
                </tr>
                {line.previousTotal !== undefined && (
                  <tr className={table.earlier}>
                    <th scope="row" className={table.pinned}>
                      {t("trend.previous")}
                    </th>
                    <td className={table.number}>{number(line, line.previousTotal, null, true)}</td>
                    <td>{" "}</td>
                    {answer.times.map((time, index) => (
                      <td key={time} className={table.number} title={earlier[index] ? shown(earlier[index]) : undefined}>
                        {earlier[index] === undefined ? "" : number(line, valueBefore(line, index), earlier[index], true)}
                      </td>
                    ))}
                  </tr>
                )}
              </Fragment>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}
