// The answer of a funnel in words and as a picture: bars per step with what was lost hatched above, conversion over time,
// or the time it takes.
import { useMemo } from "react";
import { categoryAxis, FONT, tipFoot, tipLine, tipTitle, tooltip, valueAxis } from "@/chart/axes.ts";
import { firstIncomplete } from "@/chart/axes.ts";
import { chartColors } from "@/chart/colors.ts";
import { LinesPicture } from "@/chart/lines.tsx";
import { useNarrow } from "@/ui/useNarrow.ts";
import { Picture } from "@/chart/Picture.tsx";
import { useSpeech } from "@/i18n/language.tsx";
import { actorWords, rangePhrase, segmentName, windowName } from "@/question/words.ts";
import type { FunnelGroup } from "@/api/types.ts";
import { AnswerHead } from "@/report/AnswerHead.tsx";
import type { ReportRoomParts, Telling } from "@/report/room.ts";
import type { Asked } from "@/report/useAsk.ts";
import { useProject } from "@/shell/session.tsx";
import { useTheme } from "@/ui/theme.tsx";
import table from "@/ui/table.module.css";
import { binCell, binNames, cellOf, funnelGroups, intervalsOf, segments, stepName } from "./funnel.ts";

const DRAWN_GROUPS = 6;

export const FunnelPicture: ReportRoomParts<"funnel">["Picture"] = (props) => {
  if (props.asked.question.time_to_convert) return <ConvertPicture {...props} />;
  if (props.asked.question.interval) return <OverTimePicture {...props} />;
  return <StepsPicture {...props} />;
};

const StepsPicture: ReportRoomParts<"funnel">["Picture"] = ({ asked, onOpen, pictureRef, label }) => {
  const speech = useSpeech();
  const { t, format } = speech;
  const { theme } = useTheme();
  const narrow = useNarrow();
  const groups = segments(asked).slice(0, DRAWN_GROUPS);
  const alone = groups.length === 1;
  const names = asked.question.steps.map((_, index) => `${index + 1}  ${stepName(asked, index, speech)}`);
  // A phone has room for the numbers only; the table below names them.
  const axisNames = narrow ? asked.question.steps.map((_, index) => String(index + 1)) : names;
  const option = useMemo(() => {
    const colors = chartColors(theme);
    const yAxis = { ...valueAxis(colors, format, 1), max: 1, min: 0, interval: 0.25 };
    const share = (group: FunnelGroup, index: number) => group.steps[index]?.conversion ?? (index === 0 && (group.steps[0]?.count ?? 0) > 0 ? 1 : 0);
    const bars = groups.map((group, position) => {
      const color = group.other !== undefined ? colors.others : colors.series(position);
      return {
        id: `g${position}`,
        type: "bar",
        name: segmentName(group.breakdown, speech, group.other, asked.question.breakdown),
        stack: `s${position}`,
        barMaxWidth: alone ? 120 : 56,
        barGap: "12%",
        barCategoryGap: alone ? "36%" : "24%",
        itemStyle: { color, borderRadius: [3, 3, 0, 0] },
        cursor: "pointer",
        emphasis: { disabled: true },
        label: alone ? undefined : { show: groups.length <= 3 && !narrow, position: "top", color: colors.ink, fontSize: 12, fontFamily: FONT, formatter: ({ dataIndex }: { dataIndex: number }) => format.percent(share(group, dataIndex)) },
        data: names.map((_, index) => share(group, index)),
      };
    });
    const lost = alone
      ? [
          {
            id: "lost",
            type: "bar",
            stack: "s0",
            barMaxWidth: 120,
            cursor: "pointer",
            emphasis: { disabled: true },
            // Above the whole column, so that the number never lies on the hatch.
            label: {
              show: true,
              position: "top",
              fontFamily: FONT,
              formatter: ({ dataIndex }: { dataIndex: number }) => `{b|${format.percent(share(groups[0] as FunnelGroup, dataIndex))}}\n{q|${format.number(groups[0]?.steps[dataIndex]?.count ?? 0)}}`,
              rich: { b: { fontWeight: 600, fontSize: 13, fontFamily: FONT, color: colors.ink, align: "center", lineHeight: 20 }, q: { fontSize: 11, fontFamily: FONT, color: colors.quiet, align: "center", lineHeight: 16 } },
            },
            itemStyle: { color: colors.hover, borderRadius: [3, 3, 0, 0], decal: { symbol: "rect", dashArrayX: [1, 0], dashArrayY: [2, 5], rotation: -Math.PI / 4, color: colors.others } },
            data: names.map((_, index) => (index === 0 ? 0 : Math.max(0, share(groups[0] as FunnelGroup, index - 1) - share(groups[0] as FunnelGroup, index)))),
          },
        ]
      : [];
    return {
      aria: { enabled: false, decal: { show: false } },
      textStyle: { fontFamily: FONT },
      grid: { left: 8, right: 16, top: alone ? 44 : 28, bottom: 12, outerBoundsMode: "same", outerBoundsContain: "axisLabel" },
      xAxis: { ...categoryAxis(colors, axisNames), axisLabel: { ...categoryAxis(colors, axisNames).axisLabel, interval: 0, color: colors.ink, fontSize: 12, width: Math.floor(1080 / names.length) - 12, overflow: "truncate" } },
      yAxis,
      tooltip: {
        ...tooltip(colors),
        trigger: "axis",
        axisPointer: { type: "shadow", shadowStyle: { color: colors.line, opacity: 0.35 } },
        formatter: (points: { dataIndex: number }[]) => {
          const index = points[0]?.dataIndex ?? 0;
          const rows = groups.map((group, position) => {
            const step = group.steps[index];
            if (!step) return "";
            const spread = step.conversion_low != null && step.conversion_high != null && index > 0 ? `${format.percent(step.conversion_low)} – ${format.percent(step.conversion_high)} · ` : "";
            return tipLine(group.other !== undefined ? colors.others : colors.series(position), alone ? t("funnel.tip.reached") : segmentName(group.breakdown, speech, group.other, asked.question.breakdown), format.percent(share(group, index)), spread + t("tip.n", { n: format.number(step.count) }));
          });
          const step = groups[0]?.steps[index];
          const more =
            alone && step && index > 0
              ? tipFoot(t("funnel.tip.step", { share: format.percent(step.from_previous ?? 0), dropped: format.number(step.dropped), time: step.median_seconds == null ? "–" : format.duration(step.median_seconds) }))
              : "";
          return tipTitle(names[index] ?? "") + rows.join("") + more + tipFoot(t("tip.open"));
        },
      },
      series: [...bars, ...lost],
    };
  }, [groups, names, axisNames, theme, format, speech, alone, narrow, t, asked.question.breakdown]);
  return (
    <>
      <AnswerHead note={alone ? undefined : <Legend groups={groups} asked={asked} />} />
      <Picture
        ref={pictureRef}
        option={option}
        height={alone ? 320 : 300}
        label={label}
        onPoint={({ seriesIndex, dataIndex }) => {
          const group = groups[alone ? 0 : seriesIndex];
          if (!group) return;
          const lost = alone && seriesIndex === 1;
          onOpen(...cellOf(asked, group, dataIndex, lost, speech));
        }}
      />
    </>
  );
};

function Legend({ groups, asked }: { groups: FunnelGroup[]; asked: Asked<"funnel"> }) {
  const speech = useSpeech();
  const { theme } = useTheme();
  const colors = chartColors(theme);
  return (
    <span style={{ display: "flex", flexWrap: "wrap", gap: "2px 14px" }}>
      {groups.map((group, index) => (
        <span key={JSON.stringify(group.breakdown) + String(group.other)}>
          <i className={table.swatch} style={{ background: group.other !== undefined ? colors.others : colors.series(index), marginRight: 6 }} />
          {segmentName(group.breakdown, speech, group.other, asked.question.breakdown)}
        </span>
      ))}
    </span>
  );
}

const OverTimePicture: ReportRoomParts<"funnel">["Picture"] = ({ asked, onOpen, pictureRef, label }) => {
  const speech = useSpeech();
  const { t, format } = speech;
  const project = useProject();
  const interval = asked.question.interval ?? "day";
  const zone = asked.question.timezone ?? project.timezone;
  const groups = segments(asked).slice(0, DRAWN_GROUPS);
  const own = (group: FunnelGroup) => intervalsOf(asked, group);
  const starts = own(groups[0] ?? { breakdown: [], steps: [] }).map((one) => one.start);
  const last = asked.question.steps.length - 1;
  return (
    <>
      <AnswerHead note={t("funnel.overTime", { step: stepName(asked, last, speech) })} />
      <LinesPicture
        names={starts.map((start) => format.interval(start, interval, zone))}
        lines={groups.map((group, index) => ({
          id: String(index),
          name: asked.answer.groups.length === 1 ? t("funnel.conversion") : segmentName(group.breakdown, speech, group.other, asked.question.breakdown),
          color: group.other !== undefined ? null : index,
          values: own(group).map((one) => ((one.steps[0] ?? 0) > 0 ? (one.steps[last] ?? 0) / (one.steps[0] as number) : null)),
          counts: own(group).map((one) => one.steps[0] ?? 0),
        }))}
        over={{ times: starts, unit: interval }}
        incompleteFrom={firstIncomplete(starts, asked.explain.incomplete_from)}
        shape="line"
        share
        label={label}
        pictureRef={pictureRef}
        onPlace={(line, index) => {
          const group = groups[Number(line.id)];
          const start = starts[index];
          if (group && start) {
            const [cell, title] = cellOf(asked, group, last, false, speech);
            onOpen({ ...cell, interval: start }, `${title} · ${format.interval(start, interval, zone)}`);
          }
        }}
      />
    </>
  );
};

const ConvertPicture: ReportRoomParts<"funnel">["Picture"] = ({ asked, onOpen, pictureRef, label }) => {
  const speech = useSpeech();
  const { t, format } = speech;
  const groups = segments(asked).slice(0, DRAWN_GROUPS);
  const overall = funnelGroups(asked)[0];
  const edges = groups[0]?.time_to_convert?.edges ?? [];
  const names = binNames("seconds", edges, speech);
  const first = overall?.time_to_convert;
  return (
    <>
      <AnswerHead
        note={first?.median_seconds != null ? t("funnel.convertNote", { median: format.duration(first.median_seconds), mean: format.duration(first.mean_seconds ?? first.median_seconds), p90: format.duration(first.p90_seconds ?? first.median_seconds) }) : undefined}
        aside={groups.length > 1 ? <Legend groups={groups} asked={asked} /> : undefined}
      />
      <LinesPicture
        names={names}
        lines={groups.map((group, index) => ({ id: String(index), name: groups.length === 1 ? t("funnel.converted") : segmentName(group.breakdown, speech, group.other, asked.question.breakdown), color: group.other !== undefined ? null : index, values: group.time_to_convert?.bins ?? [] }))}
        incompleteFrom={names.length}
        shape="bar"
        label={label}
        pictureRef={pictureRef}
        onPlace={(line, index) => {
          const group = groups[Number(line.id)];
          if (group && (group.time_to_convert?.bins[index] ?? 0) > 0) onOpen(...binCell("seconds", asked, group, edges, index, speech));
        }}
      />
    </>
  );
};

export function funnelSentence(asked: Asked<"funnel">, { speech }: Telling) {
  const { t, rich, format } = speech;
  const { question } = asked;
  const groups = funnelGroups(asked);
  const overall = groups.find((group) => group.breakdown.length === 0 && group.other === undefined) ?? groups[0];
  const bold = (parts: unknown[]) => <b key={String(parts)}>{parts as string[]}</b>;
  const first = overall?.steps[0];
  const last = overall?.steps.at(-1);
  const range = rangePhrase(question.range, speech);
  if (!overall || !first || !last || first.count === 0) return t("funnel.sentence.nobody", { event: stepName(asked, 0, speech), range });
  const parts = rich("funnel.sentence.main", {
    b: bold,
    ...actorWords(question.actor),
    unit: question.count ?? "person",
    share: format.percent(last.conversion ?? 0),
    low: last.conversion_low == null ? "" : format.percent(last.conversion_low),
    high: last.conversion_high == null ? "" : format.percent(last.conversion_high),
    known: last.conversion_low != null && last.conversion_high != null ? "yes" : "no",
    n: first.count,
    count: format.number(first.count),
    first: stepName(asked, 0, speech),
    last: stepName(asked, overall.steps.length - 1, speech),
    window: windowName(question.window, speech),
  });
  const worst = overall.steps.map((step, index) => ({ step, index })).slice(1).filter(({ step }) => step.dropped > 0).toSorted((a, b) => b.step.dropped - a.step.dropped)[0];
  if (worst && overall.steps.length > 2) {
    parts.push(" ", ...rich("funnel.sentence.worst", { b: bold, step: stepName(asked, worst.index, speech), n: worst.step.dropped, dropped: format.number(worst.step.dropped) }));
  }
  const surest = groups.filter((group) => group.significance?.enough && group.significance.p_value < 0.05).toSorted((a, b) => (b.steps.at(-1)?.conversion ?? 0) - (a.steps.at(-1)?.conversion ?? 0));
  const best = surest.find((group) => group.significance?.better);
  if (best) parts.push(" ", ...rich("funnel.sentence.best", { b: bold, segment: segmentName(best.breakdown, speech, undefined, question.breakdown), share: format.percent(best.steps.at(-1)?.conversion ?? 0) }));
  return parts;
}
