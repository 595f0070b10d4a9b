// Friction: how many page views and sessions went badly, what gave the points, where, and what it cost.
import { BarsPicture, type Bar } from "@/chart/bars.tsx";
import { firstIncomplete } from "@/chart/axes.ts";
import { chartColors } from "@/chart/colors.ts";
import { LinesPicture, type Line } from "@/chart/lines.tsx";
import type { FrictionAnswer } from "@/api/types.ts";
import { useSpeech } from "@/i18n/language.tsx";
import { AmongLine } from "@/question/AmongLine.tsx";
import { IntervalPicker } from "@/question/IntervalPicker.tsx";
import { calendarChanges, CalendarRows, OptionsPopover } from "@/question/OptionsPopover.tsx";
import { EventList } from "@/question/EventPicker.tsx";
import type { FrictionQuestion } from "@/question/question.ts";
import { RangePicker } from "@/question/RangePicker.tsx";
import { SelectorEditor } from "@/question/SelectorEditor.tsx";
import { selectorName } from "@/question/words.ts";
import editors from "@/question/editors.module.css";
import { AnswerHead } from "@/report/AnswerHead.tsx";
import { LinesExample } from "@/report/examples.tsx";
import { ReportScreen } from "@/report/ReportScreen.tsx";
import type { BuilderProps, ReportRoomParts, Telling } from "@/report/room.ts";
import type { Asked } from "@/report/useAsk.ts";
import { useProject } from "@/shell/session.tsx";
import { Chip } from "@/ui/Chip.tsx";
import { Segmented } from "@/ui/Field.tsx";
import { Popover } from "@/ui/Popover.tsx";
import table from "@/ui/table.module.css";
import { useTheme } from "@/ui/theme.tsx";
import { useNarrow } from "@/ui/useNarrow.ts";
import { Conversion } from "./Conversion.tsx";
import { FrictionTable } from "./FrictionTable.tsx";
import { factorName, shareOf } from "./friction.ts";
import { Weights } from "./Weights.tsx";

const DRAWN = ["high", "mean", "factors", "pages"] as const;
type Drawn = (typeof DRAWN)[number];
/** Factors with a colour of their own; the rest is one line. */
const MOST_FACTORS = 6;
const MOST_PAGES = 14;

function FrictionBuilder({ question, onChange }: BuilderProps<"friction">) {
  const { t } = useSpeech();
  const change = (part: Partial<FrictionQuestion>) => onChange({ ...question, ...part });
  return (
    <AmongLine
      filter={question.filter}
      onFilter={(filter) => change({ filter })}
      breakdown={{ value: question.breakdown, onChange: (breakdown) => change({ breakdown }) }}
      more={
        <>
          <span className={editors.rail}>{t("friction.goal")}</span>
          {question.goal ? (
            <SelectorEditor selector={question.goal} onChange={(goal) => change({ goal })} onRemove={() => change({ goal: undefined })} />
          ) : (
            <Popover
              label={t("friction.addGoal")}
              trigger={(props) => (
                <Chip {...props} look="add">
                  <span>{t("friction.addGoal")}</span>
                </Chip>
              )}
            >
              {(close) => (
                <EventList
                  allowAny={false}
                  onPick={(goal) => {
                    close();
                    change({ goal });
                  }}
                />
              )}
            </Popover>
          )}
        </>
      }
    />
  );
}

function FrictionScope({ question, onChange }: BuilderProps<"friction">) {
  const { t } = useSpeech();
  return (
    <>
      <RangePicker range={question.range} onChange={(range) => onChange({ ...question, range })} />
      <IntervalPicker interval={question.interval} range={question.range} onChange={(interval) => onChange({ ...question, interval })} />
      <OptionsPopover changed={calendarChanges(question, t)}>
        <CalendarRows question={question} onChange={onChange} />
      </OptionsPopover>
      <Weights />
    </>
  );
}

const FrictionPicture: ReportRoomParts<"friction">["Picture"] = ({ asked, view, onView, onOpen, pictureRef, label }) => {
  const speech = useSpeech();
  const { t, format } = speech;
  const project = useProject();
  const { question, answer } = asked;
  const isNarrow = useNarrow();
  const drawn: Drawn = DRAWN.find((one) => one === view.drawn) ?? "high";
  const zone = question.timezone ?? project.timezone;
  const starts = answer.intervals.map((one) => one.start);
  const names = starts.map((start) => format.interval(start, question.interval, zone));
  const until = firstIncomplete(starts, asked.explain.incomplete_from);
  const marks = answer.releases.flatMap((release) => {
    const at = starts.findLastIndex((start) => Date.parse(start) <= Date.parse(release.first_seen));
    // A release that was there from the beginning did not come in this range.
    return at > 0 ? [{ at, name: release.release }] : [];
  });
  const counts = answer.intervals.map((one) => one.page_views);
  const top = answer.factors.filter((one) => one.points > 0).slice(0, MOST_FACTORS);
  const perHundred = (points: number, index: number) => ((counts[index] ?? 0) === 0 ? null : (100 * points) / (counts[index] ?? 1));
  const factors: Line[] = top.map((factor, place) => ({
    id: factor.factor,
    name: factorName(factor.factor, speech),
    color: place,
    counts,
    values: answer.intervals.map((one, index) => perHundred(one.factors[factor.factor] ?? 0, index)),
  }));
  const rest = answer.intervals.map((one, index) => perHundred(Object.entries(one.factors).reduce((sum, [name, points]) => sum + (top.some((factor) => factor.factor === name) ? 0 : points), 0), index));
  if (rest.some((value) => (value ?? 0) > 0)) factors.push({ id: "rest", name: t("friction.otherFactors"), color: null, counts, values: rest });
  const lines: Record<"high" | "mean", Line[]> = {
    high: [
      { id: "page_views", name: t("friction.pageViews"), color: 0, counts, values: answer.intervals.map((one) => one.share_high) },
      { id: "sessions", name: t("friction.sessions"), color: 1, counts: answer.intervals.map((one) => one.sessions), values: answer.intervals.map((one) => one.share_sessions_high) },
    ],
    mean: [
      { id: "mean", name: t("friction.mean"), color: 0, counts, values: answer.intervals.map((one) => one.mean) },
      { id: "p99", name: "P99", color: 2, counts, values: answer.intervals.map((one) => one.p99) },
    ],
  };
  const bars = answer.pages.slice(0, MOST_PAGES).map((page): Bar => ({
    id: page.page ?? "",
    name: page.page ?? t("friction.noPage"),
    value: page.points,
    shown: format.percent(page.share ?? 0, 0),
    told: [
      { name: t("friction.mean"), value: format.number(Math.round(page.mean ?? 0)), note: t("tip.n", { n: format.number(page.page_views) }) },
      ...Object.entries(page.factors)
        .toSorted((a, b) => b[1] - a[1])
        .slice(0, 3)
        .map(([name, points]) => ({ name: factorName(name, speech), value: t("friction.pointsOf", { n: points, points: format.number(points) }) })),
    ],
  }));
  return (
    <>
      <AnswerHead
        note={t(`friction.note.${drawn}`)}
        aside={<Segmented<Drawn> label={t("picture.shape")} value={drawn} onPick={(next) => onView({ ...view, drawn: next === "high" ? undefined : next })} choices={DRAWN.map((value) => ({ value, label: t(`friction.drawn.${value}`) }))} />}
      />
      {drawn === "factors" && <Legend lines={factors} />}
      {isNarrow && (drawn === "high" || drawn === "mean") && <Legend lines={lines[drawn]} />}
      {drawn === "pages" ? (
        bars.length > 0 && <BarsPicture bars={bars} axis={(value) => format.compact(value)} label={label} pictureRef={pictureRef} onBar={(bar) => onOpen({ page: bar.id, tier: "high" }, t("friction.panel.pageHigh", { page: bar.name }))} />
      ) : (
        <LinesPicture
          names={names}
          lines={drawn === "factors" ? factors : lines[drawn]}
          incompleteFrom={until}
          shape={drawn === "factors" ? "bar" : "line"}
          share={drawn === "high"}
          marks={marks}
          over={{ times: starts, unit: asked.question.interval ?? "day" }}
          label={label}
          pictureRef={pictureRef}
          onPlace={(line, index) => {
            const interval = starts[index];
            const when = names[index] ?? "";
            if (drawn === "factors" && line.id !== "rest") onOpen({ interval, factor: line.id }, t("friction.panel.factor", { factor: line.name, when }));
            else if (line.id === "sessions") onOpen({ of: "sessions", tier: "high", interval }, t("friction.panel.sessionsHigh", { when }));
            else onOpen({ tier: "high", interval }, t("friction.panel.high", { when }));
          }}
        />
      )}
      {answer.conversion && question.goal && <Conversion conversion={answer.conversion} goal={selectorName(question.goal, speech)} onOpen={onOpen} />}
    </>
  );
};

/** Bars have no names at their ends, and lines none where there is no room. */
function Legend({ lines }: { lines: Line[] }) {
  const { theme } = useTheme();
  const colors = chartColors(theme);
  return (
    <div style={{ display: "flex", flexWrap: "wrap", gap: "2px 14px", padding: "6px 16px 0", fontSize: "var(--text-table)", color: "var(--ink-2)" }}>
      {lines.map((line) => (
        <span key={line.id}>
          <i className={table.swatch} style={{ background: typeof line.color === "number" ? colors.series(line.color) : colors.others, marginRight: 6 }} />
          {line.name}
        </span>
      ))}
    </div>
  );
}

function frictionSentence(asked: Asked<"friction">, { speech }: Telling) {
  const { t, rich, format } = speech;
  const { answer } = asked;
  const bold = (parts: unknown[]) => <b key={String(parts)}>{parts as string[]}</b>;
  if (answer.page_views === 0) return t("friction.sentence.nothing");
  const parts = rich("friction.sentence.share", { b: bold, share: format.percent(answer.share_high ?? 0), n: answer.page_views, views: format.number(answer.page_views), sessions: format.percent(answer.share_sessions_high ?? 0) });
  const [factor] = answer.factors;
  const [page] = answer.pages;
  if (factor && page && factor.points > 0)
    parts.push(" ", ...rich("friction.sentence.most", { b: bold, factor: factorName(factor.factor, speech), share: format.percent(factor.share ?? 0, 0), page: page.page ?? t("friction.noPage"), pageShare: format.percent(page.share ?? 0, 0) }));
  const { conversion } = answer;
  if (conversion?.enough && conversion.interval && conversion.interval[1] < 0) parts.push(" ", ...rich("friction.sentence.cost", { b: bold, lost: format.number(Math.round(conversion.lost ?? 0)), n: Math.round(conversion.lost ?? 0) }));
  return parts;
}

function rows(answer: FrictionAnswer, { speech }: Telling): string[][] {
  const { t } = speech;
  const shown = (value: number | null | undefined) => String(value ?? "");
  const head = [t("friction.column.what"), t("friction.column.points"), t("friction.pageViews"), t("friction.sessions"), t("people.person.many"), t("friction.mean"), t("friction.column.high")];
  return [
    head,
    ...answer.intervals.map((one) => [one.start, shown(one.points), shown(one.page_views), shown(one.sessions), shown(one.people), shown(one.mean), shown(one.share_high)]),
    ...answer.factors.map((one) => [factorName(one.factor, speech), shown(one.points), shown(one.page_views), shown(one.sessions), shown(one.people), "", ""]),
    ...answer.pages.map((one) => [one.page ?? "", shown(one.points), shown(one.page_views), shown(one.sessions), shown(one.people), shown(one.mean), shown(one.share_high)]),
    ...answer.elements.map((one) => [`${one.page ?? ""} ${one.selector}`, shown(one.points), shown(one.page_views), shown(one.sessions), shown(one.people), "", shareOf(one.share)]),
  ];
}

export const frictionRoom: ReportRoomParts<"friction"> = {
  kind: "friction",
  title: "room.friction",
  answers: "friction.answers",
  next: "friction.answers",
  start: () => ({ kind: "friction", range: { last: 30, unit: "day" }, interval: "day" }),
  ready: () => true,
  name: (_, speech) => speech.t("room.friction"),
  sentence: frictionSentence,
  rows: (asked, telling) => rows(asked.answer, telling),
  Builder: FrictionBuilder,
  Scope: FrictionScope,
  Picture: FrictionPicture,
  Table: FrictionTable,
  Example: LinesExample,
};

export function FrictionRoom() {
  return <ReportScreen room={frictionRoom} />;
}
