// Sessions: how many, how long, how many of one event only; by segment, day by day, and the latest of them.
import { Link } from "@tanstack/react-router";
import { firstIncomplete } from "@/chart/axes.ts";
import { LinesPicture } from "@/chart/lines.tsx";
import { useSpeech } from "@/i18n/language.tsx";
import { AmongLine } from "@/question/AmongLine.tsx";
import { rangeDays } from "@/question/IntervalPicker.tsx";
import { calendarChanges, CalendarRows, NumberInput, OptionRow, OptionsPopover } from "@/question/OptionsPopover.tsx";
import type { SessionsQuestion, TrendInterval, TrendQuestion } from "@/question/question.ts";
import { RangePicker } from "@/question/RangePicker.tsx";
import { eventName, rangePhrase, segmentName } from "@/question/words.ts";
import editors from "@/question/editors.module.css";
import { AnswerHead } from "@/report/AnswerHead.tsx";
import { LinesExample } from "@/report/examples.tsx";
import { Figures } from "@/report/Figures.tsx";
import { usePersonName } from "@/report/peopleNames.ts";
import { ReportScreen } from "@/report/ReportScreen.tsx";
import type { AnswerProps, BuilderProps, ReportRoomParts, Telling } from "@/report/room.ts";
import { useAsk, type Asked } from "@/report/useAsk.ts";
import { useIsByLink, useProject } from "@/shell/session.tsx";
import { Skeleton } from "@/ui/State.tsx";
import { NumberHead } from "@/ui/NumberHead.tsx";
import table from "@/ui/table.module.css";

const LISTED = 100;

function SessionsBuilder({ question, onChange }: BuilderProps<"sessions">) {
  return (
    <div className={editors.lines}>
      <AmongLine filter={question.filter} onFilter={(filter) => onChange({ ...question, filter })} breakdown={{ value: question.breakdown, onChange: (breakdown) => onChange({ ...question, breakdown }), most: 2 }} />
    </div>
  );
}

function SessionsScope({ question, onChange }: BuilderProps<"sessions">) {
  const { t } = useSpeech();
  return (
    <>
      <RangePicker range={question.range} onChange={(range) => onChange({ ...question, range })} />
      <OptionsPopover changed={calendarChanges(question, t)}>
        <OptionRow label={t("sessions.listed")}>
          <NumberInput label={t("sessions.listed")} value={question.limit ?? LISTED} min={1} max={10_000} onPick={(limit) => onChange({ ...question, limit })} />
        </OptionRow>
        <CalendarRows question={question} onChange={onChange} />
      </OptionsPopover>
    </>
  );
}

type Interval = Extract<TrendInterval, "hour" | "day" | "week" | "month">;

/** The same sessions over time, which is a trend. */
function overTime(question: SessionsQuestion): TrendQuestion & { interval: Interval } {
  const { kind: _, breakdown: _split, limit: _limit, ...scope } = question;
  const days = rangeDays(question.range);
  const interval: Interval = days <= 2 ? "hour" : days <= 92 ? "day" : days <= 400 ? "week" : "month";
  return { ...scope, kind: "trend", series: [{ select: { event: null }, measure: "sessions" }], interval };
}

const SessionsPicture: ReportRoomParts<"sessions">["Picture"] = ({ asked, onOpen, pictureRef, label }) => {
  const speech = useSpeech();
  const { t, format } = speech;
  const project = useProject();
  const isByLink = useIsByLink();
  const trend = overTime(asked.question);
  const { asked: curve } = useAsk<"trend">(trend);
  const zone = asked.question.timezone ?? project.timezone;
  const times = (curve?.answer.times ?? []).filter((time) => Date.parse(time) <= Date.now());
  const series = curve?.answer.series[0];
  const { answer } = asked;
  const duration = (seconds: number | null) => (seconds === null ? "–" : format.duration(seconds));
  return (
    <>
      <Figures
        figures={[
          { name: t("room.sessions"), value: format.number(answer.count) },
          { name: t("people.person.many"), value: format.number(answer.people), onOpen: answer.people === 0 ? undefined : () => onOpen({}, t("sessions.panel")) },
          { name: t("sessions.bounce"), value: answer.count === 0 ? "–" : format.percent(answer.bounces / answer.count), hint: t("sessions.bounceHint") },
          { name: t("sessions.median"), value: duration(answer.median_seconds) },
          { name: t("sessions.mean"), value: duration(answer.mean_seconds) },
        ]}
      />
      <AnswerHead note={t(`sessions.over.${trend.interval}`)} />
      {isByLink ? null : series ? (
        <LinesPicture
          names={times.map((time) => format.interval(time, trend.interval, zone))}
          longNames={times.map((time) => format.interval(time, trend.interval, zone, true))}
          lines={[{ id: "sessions", name: t("room.sessions"), values: series.values.slice(0, times.length), color: 0 }]}
          over={{ times, unit: trend.interval }}
          incompleteFrom={firstIncomplete(times, curve?.explain.incomplete_from)}
          shape="line"
          height={240}
          label={label}
          pictureRef={pictureRef}
        />
      ) : (
        <Skeleton height={240} />
      )}
    </>
  );
};

function SessionsTable({ asked, onOpen }: AnswerProps<"sessions">) {
  const speech = useSpeech();
  const { t, format } = speech;
  const { answer } = asked;
  const duration = (seconds: number | null) => (seconds === null ? "–" : format.duration(seconds));
  return (
    <>
      {answer.groups && (
        <div className={table.wrap} style={{ maxHeight: 320 }} tabIndex={0} role="region" aria-label={t("retention.segments")}>
          <table className={table.table}>
            <thead>
              <tr>
                <th scope="col" className={table.pinned}>
                  {t("funnel.column.segment")}
                </th>
                {([t("room.sessions"), t("people.person.many"), t("sessions.bounce"), t("sessions.median"), t("sessions.mean")] as const).map((name) => (
                  <NumberHead key={name}>{name}</NumberHead>
                ))}
              </tr>
            </thead>
            <tbody>
              {answer.groups.slice(0, 200).map((group) => (
                <tr key={JSON.stringify(group.breakdown)}>
                  <th scope="row" className={table.pinned}>
                    {segmentName(group.breakdown, speech)}
                  </th>
                  <td className={table.number}>
                    <strong>{format.number(group.count)}</strong>
                  </td>
                  <td className={table.number}>
                    <button type="button" className={table.open} onClick={() => onOpen({ breakdown: group.breakdown }, `${t("sessions.panel")} · ${segmentName(group.breakdown, speech)}`)}>
                      {format.number(group.people)}
                    </button>
                  </td>
                  <td className={table.number}>{group.count === 0 ? "–" : format.percent(group.bounces / group.count)}</td>
                  <td className={table.number}>{duration(group.median_seconds)}</td>
                  <td className={table.number}>{duration(group.mean_seconds)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      <AnswerHead note={t("sessions.latest", { n: answer.list.length })} />
      <div className={table.wrap} style={{ maxHeight: 520 }} tabIndex={0} role="region" aria-label={t("report.table")}>
        <table className={table.table}>
          <thead>
            <tr>
              <th scope="col" className={table.pinned}>
                {t("people.person")}
              </th>
              <th scope="col">{t("sessions.start")}</th>
              <NumberHead>{t("sessions.duration")}</NumberHead>
              <NumberHead>{t("sessions.events")}</NumberHead>
              <th scope="col">{t("sessions.entry")}</th>
              <th scope="col">{t("sessions.exit")}</th>
            </tr>
          </thead>
          <tbody>
            {answer.list.map((session) => (
              <SessionRow key={`${session.person} ${session.start} ${session.end}`} session={session} zone={asked.explain.timezone} />
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}

function SessionRow({ session, zone }: { session: Asked<"sessions">["answer"]["list"][number]; zone: string }) {
  const speech = useSpeech();
  const { format } = speech;
  const project = useProject();
  const { named, rowRef } = usePersonName<HTMLTableRowElement>(session.person);
  return (
    <tr ref={rowRef}>
      <th scope="row" className={table.pinned}>
        <Link to="/p/$project/people/$person" params={{ project: String(project.id), person: session.person }}>
          {named?.name ?? named?.email ?? session.person}
        </Link>
      </th>
      <td>{format.moment(session.start, zone)}</td>
      <td className={table.number}>{format.duration((Date.parse(session.end) - Date.parse(session.start)) / 1000)}</td>
      <td className={table.number}>{format.number(session.events)}</td>
      <td>{eventName(session.entry, speech)}</td>
      <td>{eventName(session.exit, speech)}</td>
    </tr>
  );
}

function sessionsSentence(asked: Asked<"sessions">, { speech }: Telling) {
  const { t, rich, format } = speech;
  const { question, answer } = asked;
  const range = rangePhrase(question.range, speech);
  if (answer.count === 0) return t("sessions.sentence.none", { range });
  return rich("sessions.sentence.main", {
    b: (parts: unknown[]) => <b key={String(parts)}>{parts as string[]}</b>,
    n: answer.count,
    count: format.number(answer.count),
    nPeople: answer.people,
    people: format.number(answer.people),
    range,
    median: answer.median_seconds === null ? "–" : format.duration(answer.median_seconds),
    bounces: format.percent(answer.bounces / answer.count),
  });
}

export const sessionsRoom: ReportRoomParts<"sessions"> = {
  kind: "sessions",
  title: "room.sessions",
  answers: "sessions.answers",
  next: "sessions.answers",
  start: () => ({ kind: "sessions", range: { last: 30, unit: "day" }, limit: LISTED }),
  ready: () => true,
  name: (_, speech) => speech.t("room.sessions"),
  sentence: sessionsSentence,
  rows: (asked, { speech: { t } }) => [
    [t("people.id"), t("sessions.start"), t("sessions.end"), t("sessions.events"), t("sessions.entry"), t("sessions.exit")],
    ...asked.answer.list.map((session) => [session.person, session.start, session.end, String(session.events), session.entry, session.exit]),
  ],
  Builder: SessionsBuilder,
  Scope: SessionsScope,
  Picture: SessionsPicture,
  Table: SessionsTable,
  Example: LinesExample,
};

export function SessionsRoom() {
  return <ReportScreen room={sessionsRoom} />;
}
