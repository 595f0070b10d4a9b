// The answer of a trend in words and as a picture: lines (or bars, or areas) over time, a ranking, or how many have how much.
import { ChartArea, ChartBarBig, ChartColumnStacked, ChartSpline } from "lucide-react";
import { BarsPicture } from "@/chart/bars.tsx";
import { LinesPicture } from "@/chart/lines.tsx";
import { MANY_TIMES } from "@/format/format.ts";
import { useSpeech } from "@/i18n/language.tsx";
import type { ReportRoomParts, Telling } from "@/report/room.ts";
import type { Asked } from "@/report/useAsk.ts";
import { actorWords, rangePhrase, selectorName } from "@/question/words.ts";
import { SHOWN_SEGMENTS } from "@/question/BreakdownEditor.tsx";
import { useProject } from "@/shell/session.tsx";
import { Segmented } from "@/ui/Field.tsx";
import { AnswerHead } from "@/report/AnswerHead.tsx";
import { cellOf, openingOf } from "./opening.ts";
import { colorOf, incompleteIndex, isOverall, peakOf, sentenceKey, shownLines, trendLines, type TrendLine } from "./trend.ts";

type Shape = "line" | "bar" | "area" | "ranking";

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
            if (own) onOpen(...openingOf(asked, own, null, "", speech));
          }}
        />
      ) : (
        <LinesPicture
          names={names}
          longNames={times.map((time) => format.interval(time, question.interval, zone, true))}
          lines={shown.map((line) => ({ id: line.id, name: line.name, values: line.values.slice(0, times.length), color: colorOf(lines, line), previous: line.previous?.slice(0, times.length) }))}
          over={{ times, unit: question.interval }}
          incompleteFrom={incompleteIndex(asked)}
          shape={shape}
          label={label}
          pictureRef={pictureRef}
          onPlace={(line, index, isPrevious) => {
            const own = lines.find((one) => one.id === line.id);
            const time = isPrevious ? answer.compare?.times[index] : times[index];
            if (own && time) onOpen(...openingOf(asked, own, time, format.interval(time, question.interval, zone), speech, isPrevious));
          }}
        />
      )}
    </>
  );
};

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
    parts.push(" ", ...rich("trend.sentence.compared", { b: bold, direction: change >= MANY_TIMES ? "times" : change > 0 ? "up" : change < 0 ? "down" : "same", change: format.percent(Math.abs(change)), times: format.number(Math.round(change + 1)), before: format.number(first.previousTotal) }));
  }
  return parts;

  function eventOf(line: TrendLine): string {
    const select = question.series[line.series ?? 0]?.select;
    return select ? selectorName(select, speech) : line.name;
  }
}
