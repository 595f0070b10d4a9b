// The answer of a trend: lines (or bars, or areas) over time, and the same numbers as a table, each of which opens.
import { ChartArea, ChartBarBig, ChartColumnStacked, ChartSpline } from "lucide-react";
import { BarsPicture } from "@/chart/bars.tsx";
import { LinesPicture } from "@/chart/lines.tsx";
import { chartColors } from "@/chart/colors.ts";
import { useSpeech } from "@/i18n/language.tsx";
import type { AnswerProps, ReportRoomParts, Telling } from "@/report/room.ts";
import { seriesLetter, type Asked } from "@/report/useAsk.ts";
import { actorWords, rangePhrase, selectorName } from "@/question/words.ts";
import { SHOWN_SEGMENTS } from "@/question/BreakdownEditor.tsx";
import { useProject } from "@/shell/session.tsx";
import { Segmented } from "@/ui/Field.tsx";
import { useTheme } from "@/ui/theme.tsx";
import table from "@/ui/table.module.css";
import { AnswerHead } from "@/report/AnswerHead.tsx";
import { Delta } from "@/report/Delta.tsx";
import { incompleteIndex, peakOf, sentenceKey, trendLines, type TrendLine } from "./trend.ts";

type Shape = "line" | "bar" | "area" | "ranking";

/** What is not drawn: chosen by hand, or else the overall line of a split answer, which would flatten its segments. */
export function hiddenLines(lines: TrendLine[], hidden: unknown): string[] {
  return Array.isArray(hidden) ? (hidden as string[]) : lines.filter((line) => isOverall(lines, line)).map((line) => line.id);
}

export function shownLines(lines: TrendLine[], hidden: unknown): TrendLine[] {
  const out = new Set(hiddenLines(lines, hidden));
  return lines.filter((line) => !out.has(line.id)).slice(0, SHOWN_SEGMENTS);
}

function isOverall(lines: TrendLine[], line: TrendLine): boolean {
  return line.breakdown.length === 0 && line.other === undefined && lines.some((one) => one.breakdown.length > 0);
}

function colorOf(lines: TrendLine[], line: TrendLine): number | "overall" | null {
  if (line.other !== undefined) return null;
  if (isOverall(lines, line)) return "overall";
  return lines.filter((one) => !isOverall(lines, one)).indexOf(line);
}

/** How many people (or sessions) have how much: a bar for each stretch. */
const SpreadPicture: ReportRoomParts<"trend">["Picture"] = ({ asked, onOpen, pictureRef, label }) => {
  const speech = useSpeech();
  const { t, format } = speech;
  const lines = trendLines(asked, speech).filter((line) => line.distribution !== undefined);
  const edges = lines[0]?.distribution?.edges ?? [];
  const alone = edges.every((edge, index) => index === 0 || edge === (edges[index - 1] as number) + 1);
  const names = edges.slice(0, -1).map((edge, index) => (alone ? format.number(edge) : t("bucket.within", { low: format.number(edge), high: format.number(edges[index + 1] ?? edge) })));
  const shown = lines.filter((line) => !isOverall(lines, line)).slice(0, SHOWN_SEGMENTS);
  const left = lines.reduce((sum, line) => sum + (isOverall(lines, line) ? 0 : (line.distribution?.below ?? 0) + (line.distribution?.above ?? 0)), 0);
  return (
    <>
      <AnswerHead note={left > 0 ? t("trend.spreadLeft", { n: left }) : t("trend.spread")} />
      <LinesPicture
        names={names}
        lines={shown.map((line, index) => ({ id: line.id, name: line.name, values: line.distribution?.bins ?? [], color: line.other === undefined ? index : null }))}
        incompleteFrom={names.length}
        shape="bar"
        label={label}
        pictureRef={pictureRef}
        onPlace={(line, index) => {
          const own = lines.find((one) => one.id === line.id);
          const series = own?.series == null ? undefined : asked.question.series[own.series];
          // Behind a bin of sessions stand no people of their own.
          if (!own || !series || typeof series.measure !== "object" || !("per_person" in series.measure)) return;
          const [cell, title] = cellOf(own, null, names[index] ?? "");
          onOpen({ ...cell, between: [edges[index], edges[index + 1]] }, title);
        }}
      />
    </>
  );
};

export const TrendPicture: ReportRoomParts<"trend">["Picture"] = (props) => {
  const spread = props.asked.answer.series.length > 0 && props.asked.answer.series.every((series) => series.distribution !== undefined);
  return spread ? <SpreadPicture {...props} /> : <OverTimePicture {...props} />;
};

const OverTimePicture: ReportRoomParts<"trend">["Picture"] = ({ asked, view, onView, onOpen, pictureRef, label }) => {
  const speech = useSpeech();
  const { t, format } = speech;
  const project = useProject();
  const { question, answer } = asked;
  const zone = question.timezone ?? project.timezone;
  const lines = trendLines(asked, speech);
  const shown = shownLines(lines, view.hidden);
  const shape: Shape = view.chart === "bar" || view.chart === "area" || view.chart === "ranking" ? view.chart : "line";
  // Hours of today that lie ahead are in the table, empty; the picture ends with the present.
  const times = answer.times.filter((time) => Date.parse(time) <= Date.now());
  const names = times.map((time) => format.interval(time, question.interval, zone));
  return (
    <>
      <AnswerHead
        note={lines.length > SHOWN_SEGMENTS + 1 ? t("trend.shownOf", { shown: shown.length, n: lines.length }) : undefined}
        aside={
          <Segmented<Shape>
            label={t("picture.shape")}
            value={shape}
            onPick={(chart) => onView({ ...view, chart: chart === "line" ? undefined : chart })}
            choices={[
              { value: "line", label: t("picture.line"), icon: <ChartSpline aria-hidden /> },
              { value: "bar", label: t("picture.bar"), icon: <ChartColumnStacked aria-hidden /> },
              { value: "area", label: t("picture.area"), icon: <ChartArea aria-hidden /> },
              { value: "ranking", label: t("picture.ranking"), icon: <ChartBarBig aria-hidden /> },
            ]}
          />
        }
      />
      {shape === "ranking" ? (
        <BarsPicture
          bars={shown
            .filter((line) => line.total !== null)
            .map((line) => ({
              id: line.id,
              name: line.name,
              value: line.total ?? 0,
              shown: format.number(line.total ?? 0),
              told: [{ name: t("trend.column.total"), value: format.number(line.total ?? 0), note: line.previousTotal === undefined || line.previousTotal === null ? undefined : t("tip.before", { value: format.number(line.previousTotal) }) }],
              faint: line.other !== undefined,
            }))}
          axis={format.compact}
          label={label}
          pictureRef={pictureRef}
          onBar={(bar) => {
            const own = lines.find((one) => one.id === bar.id);
            if (own && own.series !== null) onOpen(...cellOf(own, null, ""));
          }}
        />
      ) : (
        <LinesPicture
          names={names}
          longNames={times.map((time) => format.interval(time, question.interval, zone, true))}
          lines={shown.map((line) => ({ id: line.id, name: line.name, values: line.values.slice(0, times.length), color: colorOf(lines, line), previous: line.previous?.slice(0, times.length) }))}
          incompleteFrom={incompleteIndex(asked)}
          shape={shape}
          label={label}
          pictureRef={pictureRef}
          onPlace={(line, index) => {
            const own = lines.find((one) => one.id === line.id);
            const time = times[index];
            if (own && own.series !== null && time) onOpen(...cellOf(own, time, names[index] ?? ""));
          }}
        />
      )}
    </>
  );
};

/** The segment in a cell: its values, or all the others together. */
function segmentOf(line: TrendLine): { breakdown?: TrendLine["breakdown"]; other?: true } {
  if (line.other !== undefined) return { other: true };
  return line.breakdown.length > 0 ? { breakdown: line.breakdown } : {};
}

function cellOf(line: TrendLine, time: string | null, when: string): [Record<string, unknown>, string] {
  return [{ series: line.series ?? 0, ...(time ? { time } : {}), ...segmentOf(line) }, when === "" ? line.name : `${line.name} · ${when}`];
}

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
  const number = (value: number | null, line: TrendLine, time: string | null, when: string) =>
    value === null ? (
      <span className={table.muted}>–</span>
    ) : line.series === null || value === 0 ? (
      format.number(value)
    ) : (
      <button type="button" className={table.open} onClick={() => onOpen(...cellOf(line, time, when))}>
        {format.number(value)}
      </button>
    );
  return (
    <div className={table.wrap} style={{ maxHeight: 480 }} tabIndex={0} role="region" aria-label={t("report.table")}>
      <table className={table.table}>
        <thead>
          <tr>
            <th scope="col" className={table.pinned}>
              {t("trend.column.line")}
            </th>
            <th scope="col" className={table.number}>
              {t("trend.column.total")}
            </th>
            {compares && (
              <th scope="col" className={table.number}>
                {t("trend.column.change")}
              </th>
            )}
            {answer.times.map((time, index) => (
              <th key={time} scope="col" className={table.number} title={index >= until ? t("tip.incomplete") : undefined}>
                {format.interval(time, question.interval, zone)}
                {index >= until && " *"}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {lines.slice(0, 200).map((line) => {
            const color = colorOf(lines, line);
            const on = drawn.has(line.id);
            return (
              <tr key={line.id}>
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
                  <strong>{number(line.total, line, null, "")}</strong>
                </td>
                {compares && (
                  <td className={table.number}>
                    <Delta now={line.total} before={line.previousTotal ?? null} />
                  </td>
                )}
                {line.values.map((value, index) => (
                  <td key={answer.times[index]} className={table.number}>
                    {number(value, line, answer.times[index] ?? null, format.interval(answer.times[index] ?? "", question.interval, zone))}
                  </td>
                ))}
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

export function trendSentence(asked: Asked<"trend">, { speech, project }: Telling) {
  const { t, rich, format } = speech;
  const { question, answer } = asked;
  const lines = trendLines(asked, speech).filter((line) => line.total !== null);
  const segments = lines.filter((line) => line.breakdown.length > 0 && line.other === undefined);
  const wholes = lines.filter((line) => line.breakdown.length === 0 && line.other === undefined);
  const bold = (parts: unknown[]) => <b key={String(parts)}>{parts as string[]}</b>;
  const range = rangePhrase(question.range, speech);
  const leaders = (segments.length > 0 ? segments : wholes).toSorted((a, b) => (b.total ?? 0) - (a.total ?? 0));
  const first = wholes.length === 1 ? wholes[0] : leaders[0];
  if (!first || lines.every((line) => line.total === 0)) return t("trend.sentence.nothing", { range });
  const [leader, second] = leaders;
  const ranking = (key: "trend.sentence.several" | "trend.sentence.segments") =>
    leader && second ? rich(key, { b: bold, first: leader.name, firstValue: format.number(leader.total ?? 0), second: second.name, secondValue: format.number(second.total ?? 0), range }) : [];
  if (wholes.length !== 1 && second) {
    // Only like can be ranked with like: other series are each told for themselves.
    const alike = new Set(question.series.map((series) => JSON.stringify(series.measure))).size === 1 && !question.formulas?.length;
    if (alike) return ranking("trend.sentence.several");
    const told = wholes.slice(0, 4).map((line) => t("trend.sentence.pair", { name: line.name, value: format.number(line.total ?? 0) }));
    return t("trend.sentence.pairs", { items: format.list(told), range });
  }
  const series = question.series[first.series ?? 0];
  const peak = segments.length > 0 ? null : peakOf(first, incompleteIndex(asked));
  const zone = question.timezone ?? project.timezone;
  const parts = [
    ...rich(series && first.series !== null && series.cohort === undefined ? sentenceKey(series.measure) : "trend.sentence.value", {
      ...actorWords(question.actor),
      b: bold,
      name: series && first.series !== null && series.cohort === undefined && typeof series.measure === "string" ? eventOf(first) : first.name,
      n: first.total ?? 0,
      total: format.number(first.total ?? 0),
      range,
    }),
  ];
  if (peak && answer.times.length > 1 && !question.cumulative) {
    parts.push(" ", ...rich("trend.sentence.peak", { b: bold, interval: question.interval, when: format.interval(answer.times[peak.index] ?? "", question.interval, zone, true), value: format.number(peak.value) }));
  }
  if (segments.length > 1) parts.push(" ", ...ranking("trend.sentence.segments"));
  if (first.previousTotal !== undefined && first.previousTotal !== null && first.total !== null && first.previousTotal > 0) {
    const change = first.total / first.previousTotal - 1;
    parts.push(" ", ...rich("trend.sentence.compared", { b: bold, direction: change > 0 ? "up" : change < 0 ? "down" : "same", change: format.percent(Math.abs(change)), before: format.number(first.previousTotal) }));
  }
  return parts;

  function eventOf(line: TrendLine): string {
    const select = question.series[line.series ?? 0]?.select;
    return select ? selectorName(select, speech) : line.name;
  }
}

export function trendRows(asked: Asked<"trend">, { speech }: Telling): string[][] {
  const { question, answer } = asked;
  const lines = trendLines(asked, speech);
  return [
    [speech.t("trend.column.line"), speech.t("trend.column.total"), ...answer.times.map((time) => (question.interval === "hour" ? time : time.slice(0, 10)))],
    ...lines.map((line) => [line.series === null ? line.name : question.series.length > 1 ? `${seriesLetter(line.series)} ${line.name}` : line.name, String(line.total ?? ""), ...line.values.map((value) => String(value ?? ""))]),
  ];
}
