// What a survey found: how many were asked and answered, and question by question the score with its interval, how answers spread, and how that changed.
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { api } from "@/api/client.ts";
import type { Estimate, Measured, QuestionResult, Survey, SurveyResults } from "@/api/survey.ts";
import type { SegmentValue } from "@/api/types.ts";
import { useSpeech } from "@/i18n/language.tsx";
import { BreakdownEditor } from "@/question/BreakdownEditor.tsx";
import type { Breakdown } from "@/question/question.ts";
import { segmentName } from "@/question/words.ts";
import { tellError } from "@/shell/errors.ts";
import { useProject } from "@/shell/session.tsx";
import { InlineSelect } from "@/ui/Field.tsx";
import { NumberHead } from "@/ui/NumberHead.tsx";
import { Card } from "@/ui/Page.tsx";
import { Empty, Failure, SkeletonRows } from "@/ui/State.tsx";
import table from "@/ui/table.module.css";
import { AnswersExample } from "./AnswersExample.tsx";
import { isOpen, scaleOf, textOf, type SurveyQuestion } from "./definition.ts";
import { followed } from "./followed.ts";
import { useScoreText, WORTHWHILE } from "./scoreText.ts";
import { KIND } from "./words.ts";
import styles from "./survey.module.css";

export const RANGES: Record<string, object | undefined> = { all: undefined, d30: { last: 30, unit: "day" }, d90: { last: 90, unit: "day" }, y1: { last: 12, unit: "month" } };
export const BREAKDOWNS: Record<string, { property: string } | undefined> = {
  none: undefined,
  page: { property: "$page" },
  device: { property: "$device_type" },
  browser: { property: "$browser" },
  language: { property: "$survey_language" },
  version: { property: "$survey_version" },
  country: { property: "$country_code" },
};

/** Any property or cohorts, picked beside. */
const OWN = "own";

export function Results({ survey }: { survey: Survey }) {
  const speech = useSpeech();
  const { t, format } = speech;
  const project = useProject();
  const [range, setRange] = useState("all");
  const [interval, setInterval] = useState<"day" | "week" | "month">("week");
  const [by, setBy] = useState("none");
  const [own, setOwn] = useState<Breakdown[] | undefined>();
  const breakdown = by === OWN ? own?.[0] : BREAKDOWNS[by];
  const body = { ...(RANGES[range] && { range: RANGES[range], compare: true }), interval, ...(breakdown && { breakdown }) };
  const query = useQuery({ queryKey: ["surveyResults", project.id, survey.id, body], queryFn: ({ signal }) => api.surveyResults(project.id, survey.id, body, signal), placeholderData: keepPreviousData });
  const results = query.data;
  if (query.isPending) return <SkeletonRows rows={8} />;
  if (!results) return <Failure {...tellError(query.error, speech)} />;
  if (results.shown === 0 && results.started === 0 && range === "all") {
    return <Empty title={t("survey.noAnswers")} text={survey.status === "running" ? t("survey.noAnswersRunning") : t("survey.noAnswersYet")} picture={<AnswersExample />} />;
  }
  const rate = (estimate: Estimate | null): string => (estimate ? t("survey.rate", { rate: format.percent(estimate.value), low: format.percent(estimate.low), high: format.percent(estimate.high) }) : "–");
  return (
    <div className={styles.results} aria-busy={query.isFetching}>
      <div className={styles.controls}>
        <InlineSelect label={t("survey.range")} value={range} onPick={setRange} choices={[{ value: "all", label: t("survey.range.all") }, { value: "d30", label: t("survey.range.d30") }, { value: "d90", label: t("survey.range.d90") }, { value: "y1", label: t("survey.range.y1") }]} />
        <InlineSelect label={t("survey.interval")} value={interval} onPick={setInterval} choices={[{ value: "day" as const, label: t("survey.interval.day") }, { value: "week" as const, label: t("survey.interval.week") }, { value: "month" as const, label: t("survey.interval.month") }]} />
        <InlineSelect
          label={t("survey.by")}
          value={by}
          onPick={setBy}
          choices={[
            { value: "none", label: t("survey.by.none") },
            { value: "page", label: t("survey.by.page") },
            { value: "device", label: t("survey.by.device") },
            { value: "browser", label: t("survey.by.browser") },
            { value: "country", label: t("survey.by.country") },
            { value: "language", label: t("survey.by.language") },
            { value: "version", label: t("survey.by.version") },
            { value: OWN, label: t("survey.by.own") },
          ]}
        />
        {by === OWN && <BreakdownEditor breakdown={own} onChange={setOwn} event="$survey_answered" most={1} />}
      </div>
      <dl className={styles.figures}>
        <div>
          <dt>{t("survey.shown")}</dt>
          <dd>{format.number(results.shown)}</dd>
        </div>
        <div>
          <dt>{t("survey.started")}</dt>
          <dd>{format.number(results.started)}</dd>
          <dd>{rate(results.response_rate)}</dd>
        </div>
        <div>
          <dt>{t("survey.completed")}</dt>
          <dd>{format.number(results.completed)}</dd>
          <dd>{rate(results.completion_rate)}</dd>
        </div>
        <div>
          <dt>{t("survey.dismissed")}</dt>
          <dd>{format.number(results.dismissed)}</dd>
        </div>
        <div>
          <dt>{t("survey.medianTime")}</dt>
          <dd>{results.median_seconds === null || results.median_seconds === undefined ? "–" : format.duration(results.median_seconds)}</dd>
        </div>
      </dl>
      {results.questions.map((result, i) => {
        const question = results.definition.questions.find((one) => one.id === result.id);
        return question && question.kind !== "statement" ? <QuestionCard key={result.id} number={i + 1} survey={survey} results={results} question={question} result={result} interval={interval} breakdown={breakdown} /> : null;
      })}
    </div>
  );
}

interface CardProps {
  number: number;
  survey: Survey;
  results: SurveyResults;
  question: SurveyQuestion;
  result: QuestionResult;
  interval: "day" | "week" | "month";
  breakdown: Breakdown | undefined;
}

function QuestionCard({ number, survey, results, question, result, interval, breakdown }: CardProps) {
  const { t, format, language } = useSpeech();
  const project = useProject();
  const scoreText = useScoreText(question);
  const isFew = result.n > 0 && result.n < (question.kind === "nps" ? WORTHWHILE.nps : WORTHWHILE.others);
  const shown = textOf(question.text, language, results.definition);
  const follow = followed(survey.id, question);
  return (
    <Card
      title={
        <span className={styles.asked}>
          {number}. {shown} <small>{t(KIND[question.kind])}</small>
        </span>
      }
      aside={<span className={styles.counted}>{t("survey.counted", { n: result.n, shown: format.number(result.n), skipped: result.skipped, left: result.left })}</span>}
    >
      {result.n === 0 ? (
        <p className={styles.muted}>{t("survey.noneHere")}</p>
      ) : (
        <>
          {result.score && (
            <div className={`${styles.headline} ${isFew ? styles.few : ""}`}>
              <strong>{scoreText.value(result)}</strong>
              <span>{scoreText.name}</span>
              <span>{scoreText.range(result)}</span>
              {scoreText.more(result).map((more) => (
                <span key={more}>{more}</span>
              ))}
              {result.before && (
                <span>{t("survey.change", { change: scoreText.change(result.before.change), before: scoreText.value({ ...result, score: result.before.score }), n: format.number(result.before.n), sure: t(result.before.is_clear ? "theme.clear" : "theme.chance") })}</span>
              )}
              {isFew && <em>{t("survey.tooFew")}</em>}
            </div>
          )}
          {result.score && result.intervals.length > 1 && <Trend question={question} result={result} starts={results.intervals} interval={interval} />}
          {result.scores.length > 0 && <Spread question={question} result={result} results={results} />}
          {result.choices.length > 0 && <Choices question={question} result={result} results={results} />}
          {result.items.length > 0 && <Items question={question} result={result} results={results} />}
          {isOpen(question.kind) && <Words survey={survey} question={question} />}
          {result.groups.length > 0 && result.score && <Groups question={question} result={result} breakdown={breakdown} />}
        </>
      )}
      <p className={styles.more}>
        {follow && project.role !== "viewer" && (
          <Link to="/p/$project/metrics/$metric" params={{ project: String(project.id), metric: "new" }} search={{ q: follow.q, title: `${survey.name}: ${scoreText.name}`, format: follow.format }}>
            {t("metric.follow")}
          </Link>
        )}
        {(question.kind === "long" || question.kind === "short") && (
          <Link to="/p/$project/surveys/$survey" params={{ project: String(project.id), survey: survey.id }} search={{ tab: "themes" }}>
            {t("survey.tab.themes")}
          </Link>
        )}
        <Link to="/p/$project/surveys/$survey" params={{ project: String(project.id), survey: survey.id }} search={{ tab: "answers" }}>
          {t("survey.seeAnswers")}
        </Link>
      </p>
    </Card>
  );
}

/** How the score went, interval after interval, with its own intervals as a band. */
function Trend({ question, result, starts, interval }: { question: SurveyQuestion; result: QuestionResult; starts: string[]; interval: "day" | "week" | "month" }) {
  const { t, format } = useSpeech();
  const project = useProject();
  const scoreText = useScoreText(question);
  const points = result.intervals.map((one, i) => ({ one, i })).filter((point): point is { one: Measured & { score: Estimate }; i: number } => point.one.score !== null);
  if (points.length < 2) return null;
  const [least, most] = question.kind === "nps" ? [-100, 100] : question.kind === "csat" || question.kind === "thumbs" ? [0, 1] : question.kind === "sus" || question.kind === "umux_lite" ? [0, 100] : scaleOf(question);
  const x = (i: number): number => 4 + (i / Math.max(1, result.intervals.length - 1)) * 592;
  const y = (value: number): number => 64 - ((value - least) / (most - least)) * 56;
  const line = points.map(({ one, i }) => `${x(i)},${y(one.score.value)}`).join(" ");
  const band = [...points.map(({ one, i }) => `${x(i)},${y(one.score.high)}`), ...points.toReversed().map(({ one, i }) => `${x(i)},${y(one.score.low)}`)].join(" ");
  const title = t("survey.trendOf", { name: scoreText.name });
  return (
    <details className={styles.trend}>
      <summary>
        <svg viewBox="0 0 600 72" role="img" aria-label={title} preserveAspectRatio="none">
          <polygon points={band} />
          <polyline points={line} vectorEffect="non-scaling-stroke" />
        </svg>
        <span>{title}</span>
      </summary>
      <div className={table.wrap}>
        <table className={table.table}>
          <thead>
            <tr>
              <th scope="col">{t("survey.interval")}</th>
              <NumberHead>n</NumberHead>
              <NumberHead>{scoreText.name}</NumberHead>
              <NumberHead>{t("survey.ci")}</NumberHead>
            </tr>
          </thead>
          <tbody>
            {points.map(({ one, i }) => (
              <tr key={i}>
                <th scope="row">{format.interval(starts[i] ?? "", interval, project.timezone)}</th>
                <td className={table.number}>{format.number(one.n)}</td>
                <td className={table.number}>{scoreText.value(one)}</td>
                <td className={table.number}>{scoreText.range(one)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </details>
  );
}

function Spread({ question, result, results }: { question: SurveyQuestion; result: QuestionResult; results: SurveyResults }) {
  const { t, format, language } = useSpeech();
  const most = Math.max(1, ...result.scores.map(([, n]) => n));
  const [least, top] = scaleOf(question);
  const tone = (score: number): string => {
    if (question.kind === "nps") return (score < 7 ? styles.detractor : score < 9 ? styles.passive : styles.promoter) ?? "";
    if (question.kind === "thumbs") return (score === 1 ? styles.promoter : styles.detractor) ?? "";
    return styles.plain ?? "";
  };
  const isBlock = question.kind === "sus" || question.kind === "umux_lite";
  return (
    <div>
      <ul className={styles.spread} aria-label={t("survey.spread")}>
        {result.scores.map(([score, n]) => (
          <li key={score} title={t("survey.barTip", { n, shown: format.number(n), share: format.percent(n / Math.max(1, result.n)) })}>
            <span className={styles.count}>{n === 0 ? "" : format.number(n)}</span>
            <i className={tone(score)} style={{ height: `${Math.max(n === 0 ? 0 : 3, (n / most) * 88)}px` }} aria-hidden />
            <b>{question.kind === "thumbs" ? (score === 1 ? t("survey.yes") : t("survey.no")) : isBlock ? format.number(Math.round(score)) : score}</b>
          </li>
        ))}
      </ul>
      {(textOf(question.low, language, results.definition) || textOf(question.high, language, results.definition)) && !isBlock && (
        <p className={styles.bounds}>
          <span>{`${least} · ${textOf(question.low, language, results.definition)}`}</span>
          <span>{`${top} · ${textOf(question.high, language, results.definition)}`}</span>
        </p>
      )}
      {question.kind === "nps" && result.parts && (
        <p className={styles.bounds}>
          <span>{t("survey.detractors", { n: result.parts[2] ?? 0, share: format.percent((result.parts[2] ?? 0) / result.n) })}</span>
          <span>{t("survey.passives", { n: result.parts[1] ?? 0, share: format.percent((result.parts[1] ?? 0) / result.n) })}</span>
          <span>{t("survey.promoters", { n: result.parts[0] ?? 0, share: format.percent((result.parts[0] ?? 0) / result.n) })}</span>
        </p>
      )}
    </div>
  );
}

function Choices({ question, result, results }: { question: SurveyQuestion; result: QuestionResult; results: SurveyResults }) {
  const { t, format, language } = useSpeech();
  const label = (id: string): string => (id === "other" ? t("survey.otherChoice") : textOf(question.choices?.find((choice) => choice.id === id)?.text, language, results.definition) || id);
  const isRanking = question.kind === "ranking";
  const rows = result.choices.toSorted((a, b) => (isRanking ? (a.mean_place ?? 99) - (b.mean_place ?? 99) : b.n - a.n));
  return (
    <ul className={styles.choices} aria-label={t("survey.choices")}>
      {rows.map((choice) => (
        <li key={choice.id}>
          <span>{label(choice.id)}</span>
          <div className={styles.track} aria-hidden>
            <i style={{ width: `${(isRanking ? (choice.mean_place === null ? 0 : 1 - (choice.mean_place - 1) / Math.max(1, rows.length)) : (choice.share?.value ?? 0)) * 100}%` }} />
            {!isRanking && choice.share && <u style={{ left: `${choice.share.low * 100}%`, right: `${100 - choice.share.high * 100}%` }} />}
          </div>
          <b>{isRanking ? (choice.mean_place === null ? "–" : t("survey.place", { place: format.number(Math.round(choice.mean_place * 10) / 10) })) : choice.share ? format.percent(choice.share.value, 0) : "–"}</b>
          <small>{isRanking || !choice.share ? t("survey.n", { n: format.number(choice.n) }) : t("survey.nAndRange", { n: format.number(choice.n), low: format.percent(choice.share.low, 0), high: format.percent(choice.share.high, 0) })}</small>
        </li>
      ))}
    </ul>
  );
}

function Items({ question, result, results }: { question: SurveyQuestion; result: QuestionResult; results: SurveyResults }) {
  const { t, format, language } = useSpeech();
  const [least, most] = scaleOf(question);
  return (
    <ul className={styles.choices} aria-label={t("survey.rows")}>
      {result.items.map((item) => (
        <li key={item.id}>
          <span>{textOf(question.items?.find((one) => one.id === item.id)?.text, language, results.definition) || item.id}</span>
          <div className={styles.track} aria-hidden>
            <i style={{ width: `${item.mean ? ((item.mean.value - least) / (most - least)) * 100 : 0}%` }} />
          </div>
          <b>{item.mean ? format.number(Math.round(item.mean.value * 100) / 100) : "–"}</b>
          <small>{t("survey.n", { n: format.number(item.n) })}</small>
        </li>
      ))}
    </ul>
  );
}

function Groups({ question, result, breakdown }: { question: SurveyQuestion; result: QuestionResult; breakdown: Breakdown | undefined }) {
  const speech = useSpeech();
  const { t, format } = speech;
  const scoreText = useScoreText(question);
  return (
    <div className={table.wrap} tabIndex={0} role="region" aria-label={t("survey.by")}>
      <table className={table.table}>
        <thead>
          <tr>
            <th scope="col" className={table.pinned}>
              {t("survey.by")}
            </th>
            <NumberHead>n</NumberHead>
            <NumberHead>{scoreText.name}</NumberHead>
            <NumberHead>{t("survey.ci")}</NumberHead>
          </tr>
        </thead>
        <tbody>
          {result.groups.map((group) => (
            <tr key={String(group.value)}>
              <th scope="row" className={table.pinned}>
                {group.value === null ? t("survey.notSet") : segmentName([group.value as SegmentValue], speech, undefined, breakdown && [breakdown])}
              </th>
              <td className={table.number}>{format.number(group.n)}</td>
              <td className={table.number}>{group.too_few ? t("survey.hidden") : scoreText.value(group)}</td>
              <td className={table.number}>{group.too_few ? "" : scoreText.range(group)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** The latest words, with the way to the session they come from. */
function Words({ survey, question }: { survey: Survey; question: SurveyQuestion }) {
  const { t, format } = useSpeech();
  const project = useProject();
  const body = { limit: 6, filter: { all: [{ property: "$question", op: "is", value: question.id }, { property: "$answer", op: "set" }] } };
  const query = useQuery({ queryKey: ["surveyResponses", project.id, survey.id, body], queryFn: ({ signal }) => api.surveyResponses(project.id, survey.id, body, signal) });
  return (
    <ul className={styles.words}>
      {query.data?.responses.map((response) => (
        <li key={response.id}>
          <q dir="auto">{response.answers[question.id]?.text}</q>
          <small>
            {format.ago(response.at, Date.now())}
            {response.session && (
              <>
                {" · "}
                <Link to="/p/$project/recordings/$session" params={{ project: String(project.id), session: response.session }} search={{}}>
                  {t("survey.watch")}
                </Link>
              </>
            )}
          </small>
        </li>
      ))}
    </ul>
  );
}
