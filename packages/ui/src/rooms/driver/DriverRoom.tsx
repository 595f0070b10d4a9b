// Drivers: what goes with reaching a goal. Everything that people did before it, set against who reached it.
import { BarsPicture, type Bar } from "@/chart/bars.tsx";
import type { DriverCandidate } from "@/api/types.ts";
import { useSpeech } from "@/i18n/language.tsx";
import { AmongLine } from "@/question/AmongLine.tsx";
import { BreakdownEditor } from "@/question/BreakdownEditor.tsx";
import { calendarChanges, CalendarRows, NumberInput, NumberListInput, OptionRow, OptionsPopover } from "@/question/OptionsPopover.tsx";
import { PopulationPicker } from "@/question/PopulationPicker.tsx";
import type { DriverQuestion } from "@/question/question.ts";
import { RangePicker } from "@/question/RangePicker.tsx";
import { SelectorEditor } from "@/question/SelectorEditor.tsx";
import { WindowPicker } from "@/question/WindowPicker.tsx";
import { eventName, propertyName, segmentName, selectorName } from "@/question/words.ts";
import editors from "@/question/editors.module.css";
import { AnswerHead } from "@/report/AnswerHead.tsx";
import { BarsExample } from "@/report/examples.tsx";
import { Confidence, RateInterval } from "@/report/RateInterval.tsx";
import { ReportScreen } from "@/report/ReportScreen.tsx";
import type { AnswerProps, BuilderProps, ReportRoomParts, Speech, Telling } from "@/report/room.ts";
import type { Asked } from "@/report/useAsk.ts";
import { Button } from "@/ui/Button.tsx";
import { Chip } from "@/ui/Chip.tsx";
import { NumberHead } from "@/ui/NumberHead.tsx";
import table from "@/ui/table.module.css";

const DRAWN = 14;
const MOST_PROPERTIES = 10;

function DriverBuilder({ question, onChange }: BuilderProps<"driver">) {
  const { t } = useSpeech();
  const change = (part: Partial<DriverQuestion>) => onChange({ ...question, ...part });
  return (
    <div className={editors.lines}>
      <div className={editors.line}>
        <span className={editors.rail}>{t("driver.goal")}</span>
        <SelectorEditor selector={question.goal} onChange={(goal) => change({ goal })} />
        <PopulationPicker population={question.population} onChange={(population) => change({ population })} />
      </div>
      <AmongLine
        lead={
          <>
            <span className={editors.rail}>{t("driver.candidates")}</span>
            <BreakdownEditor breakdown={question.properties} onChange={(properties) => change({ properties })} most={MOST_PROPERTIES} addLabel={t("driver.addProperty")} />
          </>
        }
        filter={question.filter}
        onFilter={(filter) => change({ filter })}
      />
    </div>
  );
}

function DriverScope({ question, onChange }: BuilderProps<"driver">) {
  const { t } = useSpeech();
  const change = (part: Partial<DriverQuestion>) => onChange({ ...question, ...part });
  const { times = [1] } = question;
  return (
    <>
      <RangePicker range={question.range} onChange={(range) => change({ range })} />
      <OptionsPopover changed={[...(times.join() === "1" ? [] : [t("driver.timesOf", { times: times.join(", ") })]), ...calendarChanges(question, t)]}>
        <OptionRow label={t("driver.times")}>
          <NumberListInput
            label={t("driver.times")}
            value={times}
            problemOf={(numbers) => (numbers.length >= 1 && numbers.length <= 10 && numbers.every((one) => Number.isInteger(one) && one >= 1 && one <= 10_000) ? null : t("driver.timesProblem"))}
            onPick={(numbers) => change({ times: numbers })}
          />
        </OptionRow>
        <OptionRow label={t("driver.window")}>
          {question.window ? (
            <>
              <WindowPicker window={question.window} withSessions={false} onChange={(window) => change({ window })} />
              <Button size="small" onClick={() => change({ window: undefined })}>
                {t("journey.noWindow")}
              </Button>
            </>
          ) : (
            <Chip look="add" onClick={() => change({ window: { n: 7, unit: "day" } })}>
              <span>{t("driver.wholeRange")}</span>
            </Chip>
          )}
        </OptionRow>
        <OptionRow label={t("driver.fewest")}>
          <NumberInput label={t("driver.fewest")} value={question.fewest_people ?? 30} min={1} max={1_000_000} onPick={(fewest_people) => change({ fewest_people })} />
        </OptionRow>
        <OptionRow label={t("driver.limit")}>
          <NumberInput label={t("driver.limit")} value={question.limit ?? 50} min={1} max={1000} onPick={(limit) => change({ limit })} />
        </OptionRow>
        <CalendarRows question={question} onChange={onChange} />
      </OptionsPopover>
    </>
  );
}

function candidateName(candidate: DriverCandidate, speech: Speech): string {
  if (candidate.event !== undefined) {
    const event = eventName(candidate.event, speech);
    return (candidate.times ?? 1) > 1 ? speech.t("driver.atLeast", { event, n: candidate.times ?? 1 }) : event;
  }
  return speech.t("driver.value", { property: propertyName(candidate.property ?? "", speech), value: segmentName([candidate.value ?? null], speech) });
}

function cellOf(candidate: DriverCandidate): Record<string, unknown> {
  return candidate.event === undefined ? { position: candidate.position, value: candidate.value ?? null } : { event: candidate.event, times: candidate.times ?? 1 };
}

/** Whether those who did it reached the goal more often than the others. */
function goesUp(candidate: DriverCandidate): boolean {
  return (candidate.phi ?? 0) >= 0;
}

const DriverPicture: ReportRoomParts<"driver">["Picture"] = ({ asked, onOpen, pictureRef, label }) => {
  const speech = useSpeech();
  const { t, format } = speech;
  const drawn = asked.answer.candidates.filter((candidate) => candidate.enough && candidate.phi !== null).slice(0, DRAWN);
  const bars = drawn.map((candidate): Bar => ({
    id: JSON.stringify(cellOf(candidate)),
    name: candidateName(candidate, speech),
    value: candidate.phi ?? 0,
    shown: candidate.lift === null ? "" : t("driver.liftOf", { lift: format.number(candidate.lift) }),
    faint: (candidate.q_value ?? 1) >= 0.05,
    told: [
      { name: t("driver.rate"), value: format.percent(candidate.rate ?? 0), note: t("tip.n", { n: format.number(candidate.people) }) },
      { name: t("driver.rateOfOthers"), value: format.percent(candidate.rate_of_others ?? 0) },
    ],
  }));
  return (
    <>
      <AnswerHead note={t("driver.note")} />
      {bars.length > 0 && (
        <BarsPicture
          bars={bars}
          axis={(value) => format.number(value)}
          label={label}
          pictureRef={pictureRef}
          onBar={(bar) => {
            const candidate = drawn.find((one) => JSON.stringify(cellOf(one)) === bar.id);
            if (candidate) onOpen(cellOf(candidate), t("driver.panel.did", { name: bar.name }));
          }}
        />
      )}
    </>
  );
};

function DriverTable({ asked, onOpen }: AnswerProps<"driver">) {
  const speech = useSpeech();
  const { t, format } = speech;
  const { candidates } = asked.answer;
  const most = Math.max(0.01, ...candidates.map((candidate) => candidate.rate_interval?.[1] ?? candidate.rate ?? 0));
  return (
    <div className={table.wrap} style={{ maxHeight: 560 }} tabIndex={0} role="region" aria-label={t("report.table")}>
      <table className={table.table}>
        <thead>
          <tr>
            <th scope="col" className={table.pinned}>
              {t("driver.column.what")}
            </th>
            {([t("people.person.many"), t("driver.column.reached"), t("driver.rate"), t("driver.rateOfOthers"), t("driver.column.lift"), t("driver.column.recall"), t("driver.column.phi")] as const).map((name) => (
              <NumberHead key={name}>{name}</NumberHead>
            ))}
            <th scope="col">{t("confidence.column")}</th>
          </tr>
        </thead>
        <tbody>
          {candidates.map((candidate) => {
            const name = candidateName(candidate, speech);
            const open = (count: number, cell: Record<string, unknown>, title: string) =>
              count === 0 ? (
                "0"
              ) : (
                <button type="button" className={table.open} onClick={() => onOpen(cell, title)}>
                  {format.number(count)}
                </button>
              );
            return (
              <tr key={JSON.stringify(cellOf(candidate))}>
                <th scope="row" className={table.pinned}>
                  {name}
                </th>
                <td className={table.number}>{open(candidate.people, cellOf(candidate), t("driver.panel.did", { name }))}</td>
                <td className={table.number}>{open(candidate.reached, { ...cellOf(candidate), reached: true }, t("driver.panel.reached", { name }))}</td>
                <td className={table.number}>
                  <RateInterval rate={candidate.rate} interval={candidate.rate_interval} most={most} />
                </td>
                <td className={table.number}>{candidate.rate_of_others === null ? "–" : format.percent(candidate.rate_of_others)}</td>
                <td className={table.number}>{candidate.lift === null ? "–" : t("driver.liftOf", { lift: format.number(candidate.lift) })}</td>
                <td className={table.number}>{candidate.recall === null ? "–" : format.percent(candidate.recall)}</td>
                <td className={table.number}>{candidate.phi === null ? "–" : format.number(candidate.phi)}</td>
                <td>
                  <Confidence q={candidate.q_value} enough={candidate.enough} up={goesUp(candidate)} />
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

function driverSentence(asked: Asked<"driver">, { speech }: Telling) {
  const { t, rich, format } = speech;
  const { question, answer } = asked;
  const goal = selectorName(question.goal, speech);
  const bold = (parts: unknown[]) => <b key={String(parts)}>{parts as string[]}</b>;
  if (answer.people === 0) return t("driver.sentence.nobody");
  const parts = rich("driver.sentence.goal", { b: bold, n: answer.people, people: format.number(answer.people), share: format.percent(answer.goal.rate ?? 0), goal });
  const best = answer.candidates.find((candidate) => candidate.enough && (candidate.q_value ?? 1) < 0.05 && goesUp(candidate));
  if (best) parts.push(" ", ...rich("driver.sentence.best", { b: bold, name: candidateName(best, speech), rate: format.percent(best.rate ?? 0), others: format.percent(best.rate_of_others ?? 0) }));
  const worst = answer.candidates.find((candidate) => candidate.enough && (candidate.q_value ?? 1) < 0.05 && !goesUp(candidate));
  if (worst) parts.push(" ", ...rich("driver.sentence.worst", { b: bold, name: candidateName(worst, speech), rate: format.percent(worst.rate ?? 0), others: format.percent(worst.rate_of_others ?? 0) }));
  if (!best && !worst) parts.push(" ", t("driver.sentence.none"));
  return parts;
}

export const driverRoom: ReportRoomParts<"driver"> = {
  kind: "driver",
  title: "room.driver",
  answers: "driver.answers",
  next: "driver.next",
  start: (names) => ({ kind: "driver", goal: { event: names.find((name) => !name.name.startsWith("$"))?.name ?? names[0]?.name ?? "" }, range: { last: 30, unit: "day" } }),
  ready: (question) => question.goal.event !== null || question.goal.any_of !== undefined,
  name: (question, speech) => speech.t("driver.name", { goal: selectorName(question.goal, speech) }),
  sentence: driverSentence,
  rows: (asked, { speech }) => {
    const { t } = speech;
    return [
      [t("driver.column.what"), t("people.person.many"), t("driver.column.reached"), t("driver.rate"), t("driver.rateOfOthers"), t("driver.column.lift"), t("driver.column.recall"), "phi", "p", "q"],
      ...asked.answer.candidates.map((one) => [candidateName(one, speech), String(one.people), String(one.reached), ...[one.rate, one.rate_of_others, one.lift, one.recall, one.phi, one.p_value, one.q_value].map((value) => String(value ?? ""))]),
    ];
  },
  Builder: DriverBuilder,
  Scope: DriverScope,
  Picture: DriverPicture,
  Table: DriverTable,
  Example: BarsExample,
};

export function DriverRoom() {
  return <ReportScreen room={driverRoom} />;
}
