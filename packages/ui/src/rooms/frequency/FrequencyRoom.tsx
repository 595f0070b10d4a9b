// Engagement: on how many distinct days (hours, weeks) of each period people were active; the power-user curve.
import { LinesPicture } from "@/chart/lines.tsx";
import { useSpeech } from "@/i18n/language.tsx";
import type { FrequencyQuestion } from "@/question/question.ts";
import { actorName, actorWords, rangePhrase, segmentName, selectorName } from "@/question/words.ts";
import { AnswerHead } from "@/report/AnswerHead.tsx";
import { BarsExample } from "@/report/examples.tsx";
import { ReportScreen } from "@/report/ReportScreen.tsx";
import type { AnswerProps, ReportRoomParts, Speech, Telling, View } from "@/report/room.ts";
import type { Asked } from "@/report/useAsk.ts";
import { useProject } from "@/shell/session.tsx";
import { InlineSelect } from "@/ui/Field.tsx";
import { NumberHead } from "@/ui/NumberHead.tsx";
import table from "@/ui/table.module.css";
import { activeFrom, activeIn, meanUnits, spreadsOf, type Spread, type Spreads } from "./frequency.ts";
import { FrequencyBuilder, FrequencyScope } from "./FrequencyBuilder.tsx";

const DRAWN_SEGMENTS = 6;

/** The period that is shown: the one chosen, or the last that is over. */
function shownPeriod(spreads: Spreads, view: View): number {
  const chosen = typeof view.period === "string" ? spreads.starts.indexOf(view.period) : -1;
  return chosen === -1 ? spreads.last : chosen;
}

function periodName(question: FrequencyQuestion, start: string, zone: string, speech: Speech): string {
  return question.period === "range" ? speech.t("frequency.wholeRange") : speech.format.interval(start, question.period, zone);
}

/** The cell of an answer: of a whole range there is but one period, which needs no name. */
function cellOf(asked: Asked<"frequency">, spread: Spread, start: string, n: number) {
  return { n, ...(asked.question.period === "range" ? {} : { period: start }), ...(spread.breakdown.length > 0 ? { breakdown: spread.breakdown } : {}) };
}

/** How long people are usually away from one time to the next. */
const GapsPicture: ReportRoomParts<"frequency">["Picture"] = ({ asked, onOpen, pictureRef, label }) => {
  const speech = useSpeech();
  const { t, format } = speech;
  const { question } = asked;
  const all = asked.answer.gaps ?? [];
  const overall = all.find((one) => one.breakdown.length === 0);
  const segments = all.filter((one) => one.breakdown.length > 0).toSorted((a, b) => b.count - a.count).slice(0, DRAWN_SEGMENTS);
  const drawn = segments.length > 0 ? segments : overall ? [overall] : [];
  const longest = Math.max(0, ...drawn.map((one) => one.people.length));
  const names = Array.from({ length: longest }, (_, index) => t(`unit.n.${question.unit}`, { n: index + 1 }));
  return (
    <>
      <AnswerHead
        note={
          overall && overall.median !== null
            ? t("frequency.gapsNote", { ...actorWords(question.actor), n: format.number(overall.count), median: t(`unit.n.${question.unit}`, { n: Math.ceil(overall.median) }), p80: t(`unit.n.${question.unit}`, { n: Math.ceil(overall.p80 ?? overall.median) }) })
            : t("frequency.gapsNone")
        }
      />
      <LinesPicture
        names={names}
        lines={drawn.map((one, index) => ({
          id: String(index),
          name: segments.length > 0 ? segmentName(one.breakdown, speech, undefined, question.breakdown) : actorName(question.actor, speech),
          values: names.map((_, at) => (segments.length > 0 ? share(one.people[at] ?? 0, one.count) : (one.people[at] ?? 0))),
          counts: names.map((_, at) => one.people[at] ?? 0),
          color: index,
        }))}
        incompleteFrom={names.length}
        shape={segments.length > 0 ? "line" : "bar"}
        share={segments.length > 0}
        height={260}
        label={label}
        pictureRef={pictureRef}
        onPlace={(line, index) => {
          const one = drawn[Number(line.id)];
          if (one) onOpen({ gap: index + 1, ...(one.breakdown.length > 0 ? { breakdown: one.breakdown } : {}) }, t("frequency.gapPanel", { gap: names[index] ?? "" }));
        }}
      />
    </>
  );
};

const FrequencyPicture: ReportRoomParts<"frequency">["Picture"] = (props) => (props.asked.answer.gaps ? <GapsPicture {...props} /> : <DaysPicture {...props} />);

const DaysPicture: ReportRoomParts<"frequency">["Picture"] = ({ asked, view, onView, onOpen, pictureRef, label }) => {
  const speech = useSpeech();
  const { t } = speech;
  const project = useProject();
  const { question } = asked;
  const zone = question.timezone ?? project.timezone;
  const spreads = spreadsOf(asked);
  const at = shownPeriod(spreads, view);
  const start = spreads.starts[at] ?? "";
  const when = periodName(question, start, zone, speech);
  const segments = spreads.segments.slice(0, DRAWN_SEGMENTS);
  const units = spreads.overall.people[at] ?? [];
  const names = units.map((_, index) => t(`unit.n.${question.unit}`, { n: index + 1 }));
  return (
    <>
      <AnswerHead
        note={segments.length > 0 ? t("frequency.sharesNote", actorWords(question.actor)) : t("frequency.shown", { ...actorWords(question.actor), mode: question.mode ?? "exactly" })}
        aside={
          spreads.starts.length > 1 && (
            <InlineSelect
              label={t("frequency.period")}
              choices={spreads.starts.map((one, index) => ({ value: one, label: index > spreads.last ? t("frequency.running", { when: periodName(question, one, zone, speech) }) : periodName(question, one, zone, speech) })).toReversed()}
              value={start}
              onPick={(period) => onView({ ...view, period: period === spreads.starts[spreads.last] ? undefined : period })}
            />
          )
        }
      />
      <LinesPicture
        names={names}
        lines={
          segments.length > 0
            ? segments.map((spread, index) => ({
                id: String(index),
                name: segmentName(spread.breakdown, speech, undefined, asked.question.breakdown),
                values: (spread.people[at] ?? []).map((count) => share(count, activeIn(asked, spread.people[at]))),
                counts: spread.people[at] ?? [],
                color: index,
              }))
            : [{ id: "all", name: actorName(question.actor, speech), values: units, notes: units.map((count) => speech.format.percent(share(count, activeIn(asked, units)) ?? 0)), color: 0 }]
        }
        incompleteFrom={names.length}
        shape={segments.length > 0 ? "line" : "bar"}
        share={segments.length > 0}
        height={260}
        label={label}
        pictureRef={pictureRef}
        onPlace={(line, index) => {
          const spread = segments[Number(line.id)] ?? spreads.overall;
          const title = t("frequency.panel", { units: names[index] ?? "", when });
          onOpen(cellOf(asked, spread, start, index + 1), spread.breakdown.length > 0 ? `${title} · ${segmentName(spread.breakdown, speech, undefined, asked.question.breakdown)}` : title);
        }}
      />
    </>
  );
};

function share(count: number, of: number): number | null {
  return of === 0 ? null : count / of;
}

function FrequencyTable({ asked, view, onOpen }: AnswerProps<"frequency">) {
  const speech = useSpeech();
  const { t, format } = speech;
  const project = useProject();
  const { question } = asked;
  const zone = question.timezone ?? project.timezone;
  const spreads = spreadsOf(asked);
  const shown = shownPeriod(spreads, view);
  const split = spreads.segments.length > 0;
  // Split, the rows are the segments of the period shown; otherwise the periods.
  const rows = split
    ? [spreads.overall, ...spreads.segments].map((spread) => ({ spread, at: shown, name: segmentName(spread.breakdown, speech, undefined, asked.question.breakdown), open: false }))
    : spreads.starts.map((start, at) => ({ spread: spreads.overall, at, name: periodName(question, start, zone, speech), open: at > spreads.last }));
  const columns = Math.max(0, ...rows.map(({ spread, at }) => spread.people[at]?.length ?? 0));
  return (
    <div className={table.wrap} style={{ maxHeight: 480 }} tabIndex={0} role="region" aria-label={t("report.table")}>
      <table className={table.table}>
        <thead>
          <tr>
            <th scope="col" className={table.pinned}>
              {split ? t("funnel.column.segment") : t("trend.column.interval")}
            </th>
            <NumberHead>{t("frequency.active")}</NumberHead>
            <NumberHead>{t("frequency.mean")}</NumberHead>
            {Array.from({ length: columns }, (_, index) => (
              <NumberHead key={index}>{t(`unit.n.${question.unit}`, { n: index + 1 })}</NumberHead>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(({ spread, at, name, open }) => {
            const people = spread.people[at] ?? [];
            const start = spreads.starts[at] ?? "";
            const mean = meanUnits(asked, people);
            return (
              <tr key={`${JSON.stringify(spread.breakdown)} ${start}`}>
                <th scope="row" className={table.pinned} title={open ? t("tip.incomplete") : undefined}>
                  {name}
                  {open && " *"}
                </th>
                <td className={table.number}>
                  <strong>{format.number(activeIn(asked, people))}</strong>
                </td>
                <td className={table.number}>{mean === null ? "–" : format.number(Math.round(mean * 100) / 100)}</td>
                {people.map((count, index) => (
                  <td key={index} className={table.number}>
                    {count === 0 ? (
                      "0"
                    ) : (
                      <button type="button" className={table.open} onClick={() => onOpen(cellOf(asked, spread, start, index + 1), `${t("frequency.panel", { units: t(`unit.n.${question.unit}`, { n: index + 1 }), when: name })}`)}>
                        {format.number(count)}
                      </button>
                    )}
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

function frequencySentence(asked: Asked<"frequency">, { speech, project }: Telling) {
  const { t, rich, format } = speech;
  const { question } = asked;
  const spreads = spreadsOf(asked);
  const people = spreads.overall.people[spreads.last] ?? [];
  const active = activeIn(asked, people);
  if (active === 0) return t("frequency.sentence.nobody", { event: selectorName(question.select, speech) });
  const often = Math.max(2, Math.ceil(people.length / 2));
  return rich("frequency.sentence.main", {
    ...actorWords(question.actor),
    b: (parts: unknown[]) => <b key={String(parts)}>{parts as string[]}</b>,
    n: active,
    active: format.number(active),
    event: selectorName(question.select, speech),
    when: question.period === "range" ? rangePhrase(question.range, speech) : t("frequency.inPeriod", { when: periodName(question, spreads.starts[spreads.last] ?? "", question.timezone ?? project.timezone, speech) }),
    once: format.percent((active - activeFrom(asked, people, 2)) / active),
    often: format.percent(activeFrom(asked, people, often) / active),
    one: t(`unit.n.${question.unit}`, { n: 1 }),
    many: t(`unit.n.${question.unit}`, { n: often }),
  });
}

export const frequencyRoom: ReportRoomParts<"frequency"> = {
  kind: "frequency",
  title: "room.frequency",
  answers: "frequency.answers",
  next: "frequency.answers",
  start: () => ({ kind: "frequency", select: { event: null }, period: "week", unit: "day", range: { last: 12, unit: "week" } }),
  ready: () => true,
  name: (question, speech) => speech.t("frequency.name", { event: selectorName(question.select, speech) }),
  sentence: frequencySentence,
  rows: (asked, { speech }) => {
    const spreads = spreadsOf(asked);
    const all = [spreads.overall, ...spreads.segments];
    const columns = Math.max(0, ...all.flatMap((spread) => spread.people.map((people) => people.length)));
    return [
      [speech.t("trend.column.interval"), speech.t("funnel.column.segment"), speech.t("frequency.active"), ...Array.from({ length: columns }, (_, index) => speech.t(`unit.n.${asked.question.unit}`, { n: index + 1 }))],
      ...all.flatMap((spread) => spread.people.map((people, row) => [(spreads.starts[row] ?? "").slice(0, 10), segmentName(spread.breakdown, speech, undefined, asked.question.breakdown), String(activeIn(asked, people)), ...people.map(String)])),
    ];
  },
  Builder: FrequencyBuilder,
  Scope: FrequencyScope,
  Picture: FrequencyPicture,
  Table: FrequencyTable,
  Example: BarsExample,
};

export function FrequencyRoom() {
  return <ReportScreen room={frequencyRoom} />;
}
