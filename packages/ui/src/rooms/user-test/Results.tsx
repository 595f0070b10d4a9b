// What a test found: how many took part, how each task ended and how long it took, the ways that were taken, and how usable people found it all.
import { useQuery } from "@tanstack/react-query";
import { ArrowRight, Download } from "lucide-react";
import { api } from "@/api/client.ts";
import type { Estimate } from "@/api/survey.ts";
import type { TaskResult, TestFigures, UserTest, UserTestResults } from "@/api/userTest.ts";
import type { MessageKey } from "@/i18n/catalogue.ts";
import { useSpeech } from "@/i18n/language.tsx";
import { textOf } from "@/rooms/survey/definition.ts";
import surveys from "@/rooms/survey/survey.module.css";
import { tellError } from "@/shell/errors.ts";
import { useProject } from "@/shell/session.tsx";
import { Card } from "@/ui/Page.tsx";
import { Empty, Failure, Note, SkeletonRows } from "@/ui/State.tsx";
import { OutcomesExample } from "./OutcomesExample.tsx";
import styles from "./userTest.module.css";

/** Smith: below the first is fine, above the second is lost. */
const LOST = { fine: 0.4, lost: 0.5 };
/** With fewer, figures are shown and nothing is made of them. */
export const FEW = 5;

export function useResults(test: UserTest) {
  const project = useProject();
  return useQuery({ queryKey: ["userTestResults", project.id, test.id, test.version], queryFn: ({ signal }) => api.userTestResults(project.id, test.id, {}, signal), refetchInterval: test.status === "running" ? 30_000 : false });
}

export function Results({ test }: { test: UserTest }) {
  const speech = useSpeech();
  const { t, format } = speech;
  const project = useProject();
  const query = useResults(test);
  if (query.isPending) return <SkeletonRows rows={10} />;
  if (!query.data) return <Failure {...tellError(query.error, speech)} />;
  const { results, is_cut } = query.data;
  if (results.started === 0) return <Empty title={t("userTest.noneYet")} text={test.status === "running" ? t("userTest.noneRunning") : t("userTest.answersWhat")} picture={<OutcomesExample />} />;
  const { sus, benchmark } = results;
  return (
    <div className={surveys.results}>
      <p className={styles.sentence}>{sentenceOf(speech, query.data)}</p>
      {is_cut && <Note>{t("userTest.isCut")}</Note>}
      <dl className={surveys.figures}>
        <div>
          <dt>{t("userTest.started")}</dt>
          <dd>{format.number(results.started)}</dd>
        </div>
        <div>
          <dt>{t("userTest.screenedOut")}</dt>
          <dd>{format.number(results.screened_out)}</dd>
        </div>
        <div>
          <dt>{t("userTest.completed")}</dt>
          <dd>{format.number(results.completed)}</dd>
          <dd>{results.completion_rate && rangeOf(results.completion_rate, (value) => format.percent(value, 0))}</dd>
        </div>
        <div>
          <dt>{t("userTest.susScore")}</dt>
          <dd>{sus.score ? format.number(Math.round(sus.score.value * 10) / 10) : "–"}</dd>
          <dd>
            {sus.score && t("userTest.nAndRange", { n: format.number(sus.n), low: format.number(Math.round(sus.score.low)), high: format.number(Math.round(sus.score.high)) })}
            {sus.n > 0 && " · "}
            {sus.n > 0 && t(susVerdict(benchmark))}
          </dd>
        </div>
      </dl>
      {results.tasks.map((task, i) => (
        <TaskFigures key={task.id} number={i + 1} task={task} all={query.data} />
      ))}
      <div className={surveys.controls}>
        <a className={surveys.file} href={api.userTestFile(project.id, test.id, "csv")} download>
          <Download aria-hidden />
          {t("survey.csv")}
        </a>
        <a className={styles.file} href={api.userTestFile(project.id, test.id, "json")} download>
          <Download aria-hidden />
          {t("userTest.json")}
        </a>
      </div>
    </div>
  );
}

/** What it comes to, in a sentence. */
function sentenceOf({ t, format, language }: ReturnType<typeof useSpeech>, { results, definition }: UserTestResults): string {
  const tried = results.tasks.filter((task) => task.n > 0 && task.success_rate);
  const worst = tried.toSorted((a, b) => (a.success_rate?.value ?? 1) - (b.success_rate?.value ?? 1))[0];
  const took = t("userTest.sentence.took", { n: results.started, shown: format.number(results.started), completed: format.number(results.completed) });
  if (!worst?.success_rate || worst.n < FEW || tried.length < 2) return took;
  const name = textOf(definition.tasks?.find((task) => task.id === worst.id)?.title, language, definition);
  return `${took} ${t("userTest.sentence.worst", { task: name, share: format.percent(worst.success_rate.value, 0), n: format.number(worst.n) })}`;
}

function susVerdict(benchmark: TestFigures["benchmark"]): MessageKey {
  if (!benchmark) return "userTest.sus.few";
  return benchmark.is_above ? "userTest.sus.above" : benchmark.is_below ? "userTest.sus.below" : "userTest.sus.same";
}

const rangeOf = (estimate: Estimate, write: (value: number) => string): string => `${write(estimate.value)} [${write(estimate.low)} – ${write(estimate.high)}]`;

function TaskFigures({ number, task, all }: { number: number; task: TaskResult; all: UserTestResults }) {
  const { t, format, language } = useSpeech();
  const title = textOf(all.definition.tasks?.find((one) => one.id === task.id)?.title, language, all.definition);
  const percent = (value: number): string => format.percent(value, 0);
  const seconds = (ms: number): string => format.duration(ms / 1000);
  const decimal = (value: number): string => format.number(Math.round(value * 100) / 100);
  // Where no path is expected, success is one.
  const outcomes: [MessageKey, string | undefined, number, Estimate | null][] =
    task.direct === null
      ? [["userTest.outcome.success", styles.direct, task.succeeded, task.success_rate]]
      : [
          ["userTest.outcome.direct", styles.direct, task.direct, task.direct_rate],
          ["userTest.outcome.indirect", styles.indirect, task.indirect ?? 0, task.indirect_rate],
        ];
  outcomes.push(["userTest.outcome.failed", styles.failed, task.failed, task.failed_rate], ["userTest.outcome.timed_out", styles.timedOut, task.timed_out, task.timed_out_rate], ["userTest.outcome.gave_up", styles.gaveUp, task.gave_up, task.gave_up_rate]);
  return (
    <Card
      title={
        <span className={surveys.asked}>
          {number}. {title}
        </span>
      }
      aside={<span className={surveys.counted}>{t("userTest.counted", { n: task.n, shown: format.number(task.n), unfinished: task.unfinished })}</span>}
    >
      {task.n === 0 ? (
        <p className={surveys.muted}>{t("userTest.notTried")}</p>
      ) : (
        <>
          <div className={`${surveys.headline} ${task.n < FEW ? surveys.few : ""}`}>
            <strong>{task.success_rate && percent(task.success_rate.value)}</strong>
            <span>{t("userTest.successRate")}</span>
            {task.success_rate && <span>{t("userTest.between", { low: percent(task.success_rate.low), high: percent(task.success_rate.high) })}</span>}
            {task.n < FEW && <em>{t("userTest.few")}</em>}
          </div>
          <div className={styles.outcomes} aria-hidden>
            {outcomes.filter(([, , n]) => n > 0).map(([label, look, n]) => (
              <i key={label} className={look} style={{ flexGrow: n }} title={t(label)} />
            ))}
          </div>
          <ul className={styles.legend} aria-label={t("userTest.outcomes")}>
            {outcomes.map(([label, look, n, rate]) => (
              <li key={label}>
                <i className={look} aria-hidden />
                <span>{t(label)}</span>
                <b>{format.number(n)}</b>
                <small>{rate && rangeOf(rate, percent)}</small>
              </li>
            ))}
          </ul>
          <dl className={styles.facts}>
            <div>
              <dt>{t("userTest.time")}</dt>
              <dd>{task.time ? seconds(task.time.median) : "–"}</dd>
              <dd>
                {task.time && t("userTest.quartiles", { n: format.number(task.time.n), low: seconds(task.time.lower_quartile), high: seconds(task.time.upper_quartile) })}
                {task.time?.geometric_mean && task.time.n >= FEW && ` · ${t("userTest.geometric", { value: seconds(task.time.geometric_mean.value), low: seconds(task.time.geometric_mean.low), high: seconds(task.time.geometric_mean.high) })}`}
              </dd>
            </div>
            <div>
              <dt>{t("userTest.easeScore")}</dt>
              <dd>{task.ease.mean ? t("survey.outOf", { value: decimal(task.ease.mean.value), most: 7 }) : "–"}</dd>
              <dd>{task.ease.mean && t("userTest.nAndRange", { n: format.number(task.ease.n), low: decimal(task.ease.mean.low), high: decimal(task.ease.mean.high) })}</dd>
            </div>
            <div title={t("userTest.lostnessHint")}>
              <dt>{t("userTest.lostness")}</dt>
              <dd>{task.lostness ? decimal(task.lostness.value) : "–"}</dd>
              <dd>
                {task.lostness
                  ? `${t("userTest.nAndRange", { n: format.number(task.n_lostness), low: decimal(task.lostness.low), high: decimal(task.lostness.high) })} · ${t(task.lostness.value < LOST.fine ? "userTest.lost.fine" : task.lostness.value > LOST.lost ? "userTest.lost.lost" : "userTest.lost.some")}`
                  : t("userTest.needsPath")}
              </dd>
            </div>
            <div title={t("userTest.misclicksHint")}>
              <dt>{t("userTest.misclicks")}</dt>
              <dd>{task.misclick_rate === null ? "–" : percent(task.misclick_rate)}</dd>
              <dd>{t("userTest.ofClicks", { n: task.clicks, misclicks: format.number(task.misclicks), clicks: format.number(task.clicks) })}</dd>
            </div>
          </dl>
          {task.paths.length > 0 && <Paths task={task} />}
        </>
      )}
    </Card>
  );
}

function Paths({ task }: { task: TaskResult }) {
  const { t, format } = useSpeech();
  return (
    <details className={styles.paths} open={task.paths.length <= 3}>
      <summary>{t("userTest.paths", { n: task.paths.length })}</summary>
      <ol>
        {task.paths.map((path) => (
          <li key={path.pages.join(">")}>
            <b>{t("userTest.pathCount", { n: path.n, shown: format.number(path.n), succeeded: format.number(path.succeeded) })}</b>
            <span>
              {path.pages.map((page, i) => (
                <span key={`${i} ${page}`}>
                  {i > 0 && <ArrowRight aria-label="→" />}
                  <code>{page}</code>
                </span>
              ))}
              {path.is_direct && <em>{t("userTest.expected")}</em>}
            </span>
          </li>
        ))}
      </ol>
      {task.other_paths > 0 && <p className={surveys.muted}>{t("userTest.otherPaths", { n: task.other_paths })}</p>}
    </details>
  );
}
