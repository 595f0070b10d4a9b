// The scorecard, on one screen: the sentence, the bar, the path, eight cards, what people say, and what to fix.
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { api } from "@/api/client.ts";
import type { Task, TaskAnswer, TaskCardName } from "@/api/task.ts";
import type { Cell } from "@/api/types.ts";
import { useSpeech } from "@/i18n/language.tsx";
import type { AttemptSort, Filter } from "@/question/question.ts";
import { breakdownName, conditionName, rangeName } from "@/question/words.ts";
import { useElementNames } from "@/report/elementNames.ts";
import { PeoplePanel } from "@/report/PeoplePanel.tsx";
import { useAsk } from "@/report/useAsk.ts";
import { tellError } from "@/shell/errors.ts";
import { useProject } from "@/shell/session.tsx";
import { Button } from "@/ui/Button.tsx";
import { Card } from "@/ui/Page.tsx";
import { Empty, Failure, Note, Skeleton, SkeletonRows } from "@/ui/State.tsx";
import { useToast } from "@/ui/Toast.tsx";
import { SLOT, surveyOf } from "./ask.ts";
import { Cards } from "./Cards.tsx";
import type { Fix } from "./definition.ts";
import { Differences } from "./Differences.tsx";
import { classOf } from "./figures.ts";
import { FixList } from "./FixList.tsx";
import { Folded } from "./Folded.tsx";
import { OutcomeBar } from "./OutcomeBar.tsx";
import { PathStrip } from "./PathStrip.tsx";
import { ScopeBar, useReleases } from "./ScopeBar.tsx";
import { readScope, scorecardQuestion, type Scope, type TaskSearch } from "./search.ts";
import { SideBySide } from "./SideBySide.tsx";
import { TaskExample } from "./TaskExample.tsx";
import { Voices } from "./Voices.tsx";
import { CARDS } from "./words.ts";
import styles from "./task.module.css";

/** How the parts of the scorecard lead on. */
export interface Ways {
  /** Opens the people and recordings behind a figure. */
  open: (cell: Cell, title: string) => void;
  /** Opens the list of attempts in the order in which they are worth watching; those that are recorded, unless all are wanted. */
  watch: (cell: Cell, sort: AttemptSort, all?: boolean) => void;
  ask: (card: TaskCardName) => void;
  /** Unfolds a card; null folds it. */
  unfold: (card: TaskCardName | null) => void;
}

export function Scorecard({ task }: { task: Task }) {
  const speech = useSpeech();
  const { t, format } = speech;
  const project = useProject();
  const navigate = useNavigate();
  const toast = useToast();
  const client = useQueryClient();
  const search = useSearch({ from: "/signed-in/p/$project/tasks/$task" }) as TaskSearch;
  const chosenScope = readScope(search.q);
  const { property: releaseBy } = useReleases(chosenScope.releaseBy);
  const scope = { ...chosenScope, releaseBy };
  const question = scorecardQuestion(task.definition, scope);
  const asking = useAsk<"task">(question);
  const { asked } = asking;
  const go = (change: Partial<TaskSearch>, replace = false): void => void navigate({ to: "/p/$project/tasks/$task", params: { project: String(project.id), task: task.id }, search: { ...search, ...change }, replace, resetScroll: false });
  const shown = CARDS.find((one) => one === search.card) ?? null;
  const params = { project: String(project.id) };
  const fixing = useMutation({
    mutationFn: (fixes: Fix[]) => api.changeTask(project.id, task.id, { name: task.name, owner: task.owner, definition: { ...task.definition, fixes } }),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ["task", project.id, task.id] });
      toast(t("toast.saved"));
    },
    onError: (error) => toast(tellError(error, speech).what),
  });
  const answer = asked?.answer;
  const elementName = useElementNames([...(answer?.fixes ?? []), ...(answer?.cards.friction.places ?? [])].flatMap(({ selector }) => selector ?? []), scope.range);
  const ways: Ways = {
    open: (at, title) => go({ at, title }),
    watch: (at, sort, all) => go({ tab: "attempts", v: { at, sort, recorded: !all }, at: undefined, title: undefined }),
    ask: (card) => {
      if (!answer) return;
      const { churn } = task.definition.surveys ?? {};
      // Who left is asked by mail: its link is where the survey is shared.
      if (card === "lost" && churn) return void navigate({ to: "/p/$project/surveys/$survey", params: { ...params, survey: churn }, search: { tab: "share" } });
      const { template, definition } = surveyOf(card, task.id, task.definition, answer, scope);
      const link = SLOT[card];
      void navigate({ to: "/p/$project/surveys/$survey", params: { ...params, survey: "new" }, search: { template, q: definition, ...(link ? { task: task.id, link } : {}) } });
    },
    unfold: (card) => go({ card: card ?? undefined }, true),
  };
  return (
    <div className={styles.scorecard}>
      <ScopeBar scope={chosenScope} onChange={(next) => go({ q: next, at: undefined, title: undefined })} compares />
      <p className={styles.printed}>{printedScope(scope, speech)}</p>
      {asking.slow && (
        <Note>
          {asking.eventsRead === null ? t("report.asking") : t("report.askingRead", { n: asking.eventsRead, shown: format.number(asking.eventsRead) })}{" "}
          <Button size="small" onClick={asking.cancel}>
            {t("action.cancel")}
          </Button>
        </Note>
      )}
      {(asking.cancelled || (asking.error !== null && !asking.busy && !asked)) && (
        <Failure
          {...(asking.cancelled ? { what: t("report.cancelled") } : tellError(asking.error, speech))}
          action={
            <Button size="small" onClick={asking.again}>
              {t("action.askAgain")}
            </Button>
          }
        />
      )}
      {!asked && asking.busy && (
        <>
          <Skeleton height={24} width="70%" />
          <Skeleton height={28} />
          <Skeleton height={110} />
          <SkeletonRows rows={8} />
        </>
      )}
      {asked && answer && answer.attempts === 0 && (
        <Card>
          <Empty title={t("task.noAttempts")} text={answer.open > 0 ? t("task.open", { n: answer.open, shown: format.number(answer.open) }) : t("task.noAttemptsText")} picture={<TaskExample />} />
        </Card>
      )}
      {asked && answer && answer.attempts > 0 && (
        <div className={styles.shown} data-busy={asking.busy || undefined}>
          <p className={styles.sentence} aria-live="polite">
            <Sentence answer={answer} people={scope.count === "people"} />
            {answer.open > 0 && <small> {t("task.open", { n: answer.open, shown: format.number(answer.open) })}</small>}
          </p>
          {asked.explain.notes.map((note) => (
            <Note key={note} tone="warn">
              {note}
            </Note>
          ))}
          <OutcomeBar answer={answer} ways={ways} />
          {(scope.by || scope.compare) && <SideBySide answer={answer} by={scope.by} ways={ways} />}
          <div className={styles.columns}>
            <div className={styles.main}>
              <PathStrip answer={answer} ways={ways} />
              <Cards answer={answer} task={task} interval={question.interval ?? "day"} shown={shown} ways={ways} elementName={elementName} mayAsk={project.role !== "viewer"} />
              <Differences task={task} scope={scope} onScope={(next) => go({ q: next, at: undefined, title: undefined })} />
              <FixList findings={answer.fixes} fixes={task.definition.fixes ?? []} elementName={elementName} releases={answer.releases} ways={ways} mayChange={project.role !== "viewer"} isSaving={fixing.isPending} onChange={(fixes) => fixing.mutate(fixes)} />
            </div>
            <Voices task={task} voices={answer.voices} scope={scope} />
          </div>
          <Folded title={t("explain.how")}>
            <p className={styles.explained}>{asked.explain.definition}</p>
          </Folded>
        </div>
      )}
      {search.at !== undefined && asked && <PeoplePanel question={asked.question} cell={search.at as Cell} title={search.title ?? t("panel.people")} onClose={() => go({ at: undefined, title: undefined })} />}
    </div>
  );
}

/** On paper the pickers are not there: their words are. */
function printedScope({ range, device, release, filter, count, compare, by }: Scope, speech: ReturnType<typeof useSpeech>): string {
  const parts = [rangeName(range, speech), device, release, filter ? conditionName(filter as Filter, speech) : undefined, speech.t(count === "people" ? "task.count.people" : "task.count.attempts"), compare ? speech.t("range.compare") : undefined, by ? speech.t("task.comparedBy", { what: breakdownName(by, speech) }) : undefined];
  return parts.filter((part) => part !== undefined).join(" · ");
}

/** What it comes to, in plain words, each figure with its interval. */
function Sentence({ answer, people }: { answer: TaskAnswer; people: boolean }) {
  const { rich, format } = useSpeech();
  const planned = classOf(answer, "as_planned");
  const failed = classOf(answer, "failed");
  const slow = classOf(answer, "slow");
  const aside = classOf(answer, "off_path");
  const { ratio } = answer.cards.slow;
  const exit = answer.cards.not_finished.exit_pages[0]?.page ?? null;
  const percent = (share: number | null | undefined): string => format.percent(share ?? 0, 0);
  // Two shares may read the same, so a figure is told apart by its place.
  let place = 0;
  return rich("task.sentence", {
    b: (parts: unknown[]) => <b key={place++}>{parts as string[]}</b>,
    n: answer.attempts,
    shown: format.number(answer.attempts),
    count: people ? "people" : "attempts",
    people: format.number(answer.people),
    planned: percent(planned?.share),
    low: format.number(Math.round(100 * (planned?.interval?.[0] ?? 0))),
    high: percent(planned?.interval?.[1]),
    hasMedian: planned?.median_seconds == null ? "no" : "yes",
    median: planned?.median_seconds == null ? "" : format.duration(planned.median_seconds),
    slow: percent(slow?.share),
    hasRatio: ratio === null ? "no" : "yes",
    ratio: ratio === null ? "" : format.number(Math.round(ratio * 10) / 10),
    aside: percent(aside?.share),
    failed: percent(failed?.share),
    hasPage: exit === null ? "no" : "yes",
    page: exit ?? "",
  });
}
