// Engagement: on how many distinct days (hours, weeks) of each period people were active; the power-user curve.
import { LinesPicture } from "@/chart/lines.tsx";
import { useSpeech } from "@/i18n/language.tsx";
import { AmongLine } from "@/question/AmongLine.tsx";
import { RangePicker } from "@/question/RangePicker.tsx";
import { SelectorEditor } from "@/question/SelectorEditor.tsx";
import { selectorName } from "@/question/words.ts";
import styles from "@/question/editors.module.css";
import { AnswerHead } from "@/report/AnswerHead.tsx";
import { BarsExample } from "@/report/examples.tsx";
import { ReportScreen } from "@/report/ReportScreen.tsx";
import type { AnswerProps, BuilderProps, ReportRoomParts, Telling } from "@/report/room.ts";
import type { Asked } from "@/report/useAsk.ts";
import { useProject } from "@/shell/session.tsx";
import { InlineSelect } from "@/ui/Field.tsx";
import table from "@/ui/table.module.css";

function FrequencyBuilder({ question, onChange }: BuilderProps<"frequency">) {
  const { t } = useSpeech();
  return (
    <div className={styles.lines}>
      <div className={styles.line}>
        <span className={styles.rail}>{t("frequency.did")}</span>
        <SelectorEditor selector={question.select} onChange={(select) => onChange({ ...question, select })} />
        <InlineSelect
          label={t("frequency.mode")}
          choices={(["exactly", "at_least"] as const).map((value) => ({ value, label: t(`frequency.mode.${value}`) }))}
          value={question.mode ?? "exactly"}
          onPick={(mode) => onChange({ ...question, mode: mode === "exactly" ? undefined : mode })}
        />
      </div>
      <AmongLine filter={question.filter} onFilter={(filter) => onChange({ ...question, filter })} />
    </div>
  );
}

const PAIRS = ["week day", "month day", "month week", "day hour"] as const;
type Pair = (typeof PAIRS)[number];
const PAIR_KEYS = { "week day": "frequency.pair.weekDay", "month day": "frequency.pair.monthDay", "month week": "frequency.pair.monthWeek", "day hour": "frequency.pair.dayHour" } as const;

function FrequencyScope({ question, onChange }: BuilderProps<"frequency">) {
  const { t } = useSpeech();
  const pair = PAIRS.find((one) => one === `${question.period} ${question.unit}`) ?? "week day";
  return (
    <>
      <RangePicker range={question.range} onChange={(range) => onChange({ ...question, range })} />
      <InlineSelect<Pair>
        label={t("frequency.pair")}
        choices={PAIRS.map((value) => ({ value, label: t(PAIR_KEYS[value]) }))}
        value={pair}
        onPick={(next) => {
          const [period, unit] = next.split(" ") as ["week", "day"];
          onChange({ ...question, period, unit });
        }}
      />
    </>
  );
}

interface Spread {
  starts: string[];
  /** People by number of units, summed over the periods shown. */
  people: number[][];
  /** Index of the last period that is over. */
  last: number;
}

function spreadOf(asked: Asked<"frequency">): Spread {
  const periods = asked.answer.periods.filter((period) => (period.breakdown ?? []).length === 0);
  const from = asked.explain.incomplete_from ? Date.parse(asked.explain.incomplete_from) : Number.POSITIVE_INFINITY;
  // A period that begins at the first incomplete instant, or later, is not over yet.
  let last = periods.length - 1;
  while (last > 0 && Date.parse(periods[last]?.start ?? "") >= from) last -= 1;
  return { starts: periods.map((period) => period.start), people: periods.map((period) => period.people), last };
}

const FrequencyPicture: ReportRoomParts<"frequency">["Picture"] = ({ asked, onOpen, pictureRef, label }) => {
  const speech = useSpeech();
  const { t, format } = speech;
  const project = useProject();
  const { question } = asked;
  const spread = spreadOf(asked);
  const shown = spread.people[spread.last] ?? [];
  const period = question.period === "range" ? "day" : question.period;
  const when = format.interval(spread.starts[spread.last] ?? "", period, question.timezone ?? project.timezone);
  return (
    <>
      <AnswerHead note={t("frequency.shown", { period: question.period, when })} />
      <LinesPicture
        names={shown.map((_, index) => t(`unit.n.${question.unit}`, { n: index + 1 }))}
        lines={[{ id: "people", name: t("funnel.people"), values: shown, color: 0 }]}
        incompleteFrom={shown.length}
        shape="bar"
        height={260}
        label={label}
        pictureRef={pictureRef}
        onPlace={(_, index) => onOpen({ n: index + 1, period: spread.starts[spread.last] }, t("frequency.panel", { units: t(`unit.n.${question.unit}`, { n: index + 1 }), when }))}
      />
    </>
  );
};

function FrequencyTable({ asked, onOpen }: AnswerProps<"frequency">) {
  const { t, format } = useSpeech();
  const project = useProject();
  const { question } = asked;
  const spread = spreadOf(asked);
  const period = question.period === "range" ? "day" : question.period;
  const columns = Math.max(0, ...spread.people.map((people) => people.length));
  return (
    <div className={table.wrap} style={{ maxHeight: 480 }} tabIndex={0} role="region" aria-label={t("report.table")}>
      <table className={table.table}>
        <thead>
          <tr>
            <th scope="col" className={table.pinned}>
              {t("trend.column.interval")}
            </th>
            {Array.from({ length: columns }, (_, index) => (
              <th key={index} scope="col" className={table.number}>
                {t(`unit.n.${question.unit}`, { n: index + 1 })}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {spread.people.map((people, row) => {
            const start = spread.starts[row] ?? "";
            const when = format.interval(start, period, question.timezone ?? project.timezone);
            return (
              <tr key={start}>
                <th scope="row" className={table.pinned}>
                  {when}
                  {row > spread.last && " *"}
                </th>
                {people.map((count, index) => (
                  <td key={index} className={table.number}>
                    {count === 0 ? (
                      "0"
                    ) : (
                      <button type="button" className={table.open} onClick={() => onOpen({ n: index + 1, period: start }, t("frequency.panel", { units: t(`unit.n.${question.unit}`, { n: index + 1 }), when }))}>
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
  const spread = spreadOf(asked);
  const people = spread.people[spread.last] ?? [];
  const active = question.mode === "at_least" ? (people[0] ?? 0) : people.reduce((sum, count) => sum + count, 0);
  if (active === 0) return t("frequency.sentence.nobody", { event: selectorName(question.select, speech) });
  const once = question.mode === "at_least" ? (people[0] ?? 0) - (people[1] ?? 0) : (people[0] ?? 0);
  const often = Math.max(2, Math.ceil(people.length / 2));
  const oftenPeople = question.mode === "at_least" ? (people[often - 1] ?? 0) : people.slice(often - 1).reduce((sum, count) => sum + count, 0);
  const period = question.period === "range" ? "day" : question.period;
  return rich("frequency.sentence.main", {
    b: (parts: unknown[]) => <b key={String(parts)}>{parts as string[]}</b>,
    n: active,
    active: format.number(active),
    event: selectorName(question.select, speech),
    when: format.interval(spread.starts[spread.last] ?? "", period, question.timezone ?? project.timezone),
    once: format.percent(once / active),
    often: format.percent(oftenPeople / active),
    one: t(`unit.n.${question.unit}`, { n: 1 }),
    many: t(`unit.n.${question.unit}`, { n: often }),
  });
}

const frequencyRoom: ReportRoomParts<"frequency"> = {
  kind: "frequency",
  title: "room.frequency",
  answers: "frequency.answers",
  next: "frequency.answers",
  start: () => ({ kind: "frequency", select: { event: null }, period: "week", unit: "day", range: { last: 12, unit: "week" } }),
  ready: () => true,
  name: (question, speech) => speech.t("frequency.name", { event: selectorName(question.select, speech) }),
  sentence: frequencySentence,
  rows: (asked, { speech }) => {
    const spread = spreadOf(asked);
    const columns = Math.max(0, ...spread.people.map((people) => people.length));
    return [
      [speech.t("trend.column.interval"), ...Array.from({ length: columns }, (_, index) => speech.t(`unit.n.${asked.question.unit}`, { n: index + 1 }))],
      ...spread.people.map((people, row) => [(spread.starts[row] ?? "").slice(0, 10), ...people.map(String)]),
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
