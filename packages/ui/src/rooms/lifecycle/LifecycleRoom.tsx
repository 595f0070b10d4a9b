// Lifecycle: who is new, comes again, comes back after an absence, and who fell silent (drawn below the line).
import { useMemo } from "react";
import { categoryAxis, firstIncomplete, FONT, tipFoot, tipLine, tipTitle, tooltip, valueAxis } from "@/chart/axes.ts";
import { chartColors } from "@/chart/colors.ts";
import { Picture } from "@/chart/Picture.tsx";
import { useSpeech } from "@/i18n/language.tsx";
import { AmongLine } from "@/question/AmongLine.tsx";
import { IntervalPicker } from "@/question/IntervalPicker.tsx";
import { calendarChanges, CalendarRows, OptionsPopover } from "@/question/OptionsPopover.tsx";
import { RangePicker } from "@/question/RangePicker.tsx";
import { SelectorEditor } from "@/question/SelectorEditor.tsx";
import { actorWords, selectorName } from "@/question/words.ts";
import styles from "@/question/editors.module.css";
import { AnswerHead } from "@/report/AnswerHead.tsx";
import { BarsExample } from "@/report/examples.tsx";
import { ReportScreen } from "@/report/ReportScreen.tsx";
import type { AnswerProps, BuilderProps, ReportRoomParts, Telling } from "@/report/room.ts";
import type { Asked } from "@/report/useAsk.ts";
import { useProject } from "@/shell/session.tsx";
import { useTheme } from "@/ui/theme.tsx";
import { NumberHead } from "@/ui/NumberHead.tsx";
import table from "@/ui/table.module.css";

const STATUSES = ["new", "returning", "resurrected", "dormant"] as const;
type Status = (typeof STATUSES)[number];
/** Places in the series colours; dormant is grey, it is an absence. */
const COLOR_AT: Record<Status, number | null> = { new: 1, returning: 0, resurrected: 2, dormant: null };

function LifecycleBuilder({ question, onChange }: BuilderProps<"lifecycle">) {
  const { t } = useSpeech();
  return (
    <div className={styles.lines}>
      <div className={styles.line}>
        <span className={styles.rail}>{t("lifecycle.active")}</span>
        <SelectorEditor selector={question.select} onChange={(select) => onChange({ ...question, select })} />
      </div>
      <AmongLine
        filter={question.filter}
        onFilter={(filter) => onChange({ ...question, filter })}
        event={question.select.event ?? undefined}
        actor={{ value: question.actor, onChange: (actor) => onChange({ ...question, actor }) }}
      />
    </div>
  );
}

function LifecycleScope({ question, onChange }: BuilderProps<"lifecycle">) {
  const { t } = useSpeech();
  return (
    <>
      <RangePicker range={question.range} onChange={(range) => onChange({ ...question, range })} />
      <IntervalPicker interval={question.interval} range={question.range} onChange={(interval) => onChange({ ...question, interval })} />
      <OptionsPopover changed={calendarChanges(question, t)}>
        <CalendarRows question={question} onChange={onChange} />
      </OptionsPopover>
    </>
  );
}

const LifecyclePicture: ReportRoomParts<"lifecycle">["Picture"] = ({ asked, onOpen, pictureRef, label }) => {
  const { t, format } = useSpeech();
  const project = useProject();
  const { theme } = useTheme();
  const { question, answer } = asked;
  const zone = question.timezone ?? project.timezone;
  const names = answer.intervals.map((one) => format.interval(one.start, question.interval, zone));
  const until = firstIncomplete(
    answer.intervals.map((one) => one.start),
    asked.explain.incomplete_from,
  );
  const option = useMemo(() => {
    const colors = chartColors(theme);
    const colorOf = (status: Status) => (COLOR_AT[status] === null ? colors.others : colors.series(COLOR_AT[status] ?? 0));
    return {
      aria: { enabled: false },
      textStyle: { fontFamily: FONT },
      grid: { left: 8, right: 16, top: 16, bottom: 12, outerBoundsMode: "same", outerBoundsContain: "axisLabel" },
      xAxis: categoryAxis(colors, names),
      yAxis: { ...valueAxis(colors, format), axisLabel: { ...valueAxis(colors, format).axisLabel, formatter: (value: number) => format.compact(Math.abs(value)) } },
      tooltip: {
        ...tooltip(colors),
        trigger: "axis",
        axisPointer: { type: "shadow", shadowStyle: { color: colors.line, opacity: 0.35 } },
        formatter: (points: { dataIndex: number }[]) => {
          const index = points[0]?.dataIndex ?? 0;
          const one = answer.intervals[index];
          if (!one) return "";
          return tipTitle(names[index] ?? "") + STATUSES.map((status) => tipLine(colorOf(status), t(`lifecycle.${status}`), format.number(one[status]))).join("") + (index >= until ? tipFoot(t("tip.incomplete")) : "") + tipFoot(t("tip.open"));
        },
      },
      series: STATUSES.map((status) => ({
        id: status,
        type: "bar",
        stack: "life",
        name: t(`lifecycle.${status}`),
        barMaxWidth: 36,
        emphasis: { disabled: true },
        cursor: "pointer",
        itemStyle: { color: colorOf(status) },
        data: answer.intervals.map((one, index) => ({ value: status === "dormant" ? -one.dormant : one[status], itemStyle: index >= until ? { opacity: 0.4 } : undefined })),
      })),
    };
  }, [answer, names, theme, format, t, until]);
  return (
    <>
      <AnswerHead note={<LifecycleLegend />} />
      <Picture
        ref={pictureRef}
        option={option}
        height={320}
        label={label}
        onPoint={({ seriesIndex, dataIndex }) => {
          const status = STATUSES[seriesIndex];
          const one = answer.intervals[dataIndex];
          if (status && one) onOpen({ interval: one.start, status }, `${t(`lifecycle.${status}`)} · ${names[dataIndex] ?? ""}`);
        }}
      />
    </>
  );
};

function LifecycleLegend() {
  const { t } = useSpeech();
  const { theme } = useTheme();
  const colors = chartColors(theme);
  return (
    <span style={{ display: "flex", flexWrap: "wrap", gap: "2px 14px" }}>
      {STATUSES.map((status) => (
        <span key={status}>
          <i className={table.swatch} style={{ background: COLOR_AT[status] === null ? colors.others : colors.series(COLOR_AT[status] ?? 0), marginRight: 6 }} />
          {t(`lifecycle.${status}`)}
        </span>
      ))}
    </span>
  );
}

function LifecycleTable({ asked, onOpen }: AnswerProps<"lifecycle">) {
  const { t, format } = useSpeech();
  const project = useProject();
  const { question, answer } = asked;
  return (
    <div className={table.wrap} style={{ maxHeight: 480 }} tabIndex={0} role="region" aria-label={t("report.table")}>
      <table className={table.table}>
        <thead>
          <tr>
            <th scope="col" className={table.pinned}>
              {t("trend.column.interval")}
            </th>
            {STATUSES.map((status) => (
              <NumberHead key={status}>{t(`lifecycle.${status}`)}</NumberHead>
            ))}
            <NumberHead title={t("lifecycle.quickRatioHint")}>{t("lifecycle.quickRatio")}</NumberHead>
          </tr>
        </thead>
        <tbody>
          {answer.intervals.map((one) => {
            const when = format.interval(one.start, question.interval, question.timezone ?? project.timezone);
            return (
              <tr key={one.start}>
                <th scope="row" className={table.pinned}>
                  {when}
                </th>
                {STATUSES.map((status) => (
                  <td key={status} className={table.number}>
                    {one[status] === 0 ? (
                      "0"
                    ) : (
                      <button type="button" className={table.open} onClick={() => onOpen({ interval: one.start, status }, `${t(`lifecycle.${status}`)} · ${when}`)}>
                        {format.number(one[status])}
                      </button>
                    )}
                  </td>
                ))}
                <td className={table.number}>{quickRatio(one) === null ? "–" : format.number(quickRatio(one) ?? 0)}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

/** People gained (new and resurrected) for each one lost (dormant). */
export function quickRatio(one: { new: number; resurrected: number; dormant: number }): number | null {
  return one.dormant === 0 ? null : (one.new + one.resurrected) / one.dormant;
}

function lifecycleSentence(asked: Asked<"lifecycle">, { speech, project }: Telling) {
  const { t, rich, format } = speech;
  const { question, answer } = asked;
  const until = firstIncomplete(
    answer.intervals.map((one) => one.start),
    asked.explain.incomplete_from,
  );
  const last = answer.intervals[Math.max(0, until - 1)];
  if (!last || last.new + last.returning + last.resurrected + last.dormant === 0) return t("lifecycle.sentence.nobody");
  const gained = last.new + last.resurrected;
  return rich("lifecycle.sentence.main", {
    ...actorWords(question.actor),
    b: (parts: unknown[]) => <b key={String(parts)}>{parts as string[]}</b>,
    when: format.interval(last.start, question.interval, question.timezone ?? project.timezone),
    nActive: gained + last.returning,
    active: format.number(gained + last.returning),
    gained: format.number(gained),
    nGained: gained,
    dormant: format.number(last.dormant),
    nDormant: last.dormant,
    direction: gained > last.dormant ? "grows" : gained < last.dormant ? "shrinks" : "stable",
  });
}

export const lifecycleRoom: ReportRoomParts<"lifecycle"> = {
  kind: "lifecycle",
  title: "room.lifecycle",
  answers: "lifecycle.answers",
  next: "lifecycle.answers",
  start: () => ({ kind: "lifecycle", select: { event: null }, interval: "week", range: { last: 12, unit: "week" } }),
  ready: () => true,
  name: (question, speech) => speech.t("lifecycle.name", { event: selectorName(question.select, speech) }),
  sentence: lifecycleSentence,
  rows: (asked, { speech }) => [
    [speech.t("trend.column.interval"), ...STATUSES.map((status) => speech.t(`lifecycle.${status}`))],
    ...asked.answer.intervals.map((one) => [one.start.slice(0, 10), ...STATUSES.map((status) => String(one[status]))]),
  ],
  Builder: LifecycleBuilder,
  Scope: LifecycleScope,
  Picture: LifecyclePicture,
  Table: LifecycleTable,
  Example: BarsExample,
};

export function LifecycleRoom() {
  return <ReportScreen room={lifecycleRoom} />;
}
