// User tests in the page: leads a participant through the tasks, from agreement to thanks, across the pages of the site, and tells as events what was done.
//
// What must stay true: before somebody agreed, nothing of them is recorded or sent; who leaves or is done is recorded no more at once. Where nobody may be named otherwise, the
// ids of a test live as long as the test, in this tab alone. Nothing is lost by a page that loads anew: where a participant stands is kept in the tab before anything is told.
import { guarded, later, native, now, randomId, win } from "../browser.ts";
import type { Properties } from "../event/values.ts";
import { INTERACTIVE } from "../page/element.ts";
import type { Part, PartHost } from "../part.ts";
import { openStore } from "../store.ts";
import type { Given, Question } from "../survey/definition.ts";
import { fitsPage } from "../survey/eligibility.ts";
import { blockScore } from "../survey/flow.ts";
import { languageOf, pageLanguage } from "../survey/language.ts";
import { said } from "../survey/said.ts";
import { holds, isInside } from "../survey/triggers.ts";
import { openBar, type Bar } from "./bar.ts";
import type { Outcome, UserTest } from "./definition.ts";
import { asSurvey, checkOf, questionsAfter, questionsAtEnd, screenerOf } from "./questions.ts";
import { viewsOf, type Views } from "./views.ts";
import { walkOf, type Visit } from "./walk.ts";
import { wordsOf, type Words } from "./words.ts";

export { preview } from "./preview.ts";

/** What the server says of a test. */
interface OpenTest {
  id: string;
  version: number;
  definition: UserTest;
}

type Phase = "welcome" | "screener" | "task" | "going" | "running" | "check" | "after_task" | "after";

/** Where a participant stands. */
interface Progress {
  code: string;
  test: OpenTest;
  language: string;
  participant: string;
  /** Of a participant whom nothing else may name. */
  device: string;
  session: string;
  phase: Phase;
  task: number;
  question: number;
  agreedAt: number;
  /** Of the task that goes on. */
  beganAt: number;
  elapsedMs: number;
  visits: Visit[];
  clicks: number;
  misclicks: number;
  outcome: Outcome;
  isFolded: boolean;
}

const PARAMETER = "sillage_test";
const KEPT = "progress";
const MOST_VISITS = 200;
const MOST_PAGES_TOLD = 100;
const MOST_LETTERS = 500;
const MOST_LETTERS_OF_A_CODE = 40;
const BEAT_MS = 500;
/** What was recorded last is on its way by then. */
const LAST_PIECE_MS = 2500;
const RECORDED: Phase[] = ["task", "going", "running", "check", "after_task", "after"];

export const start: Part["start"] = (host) => {
  const store = openStore("sessionStorage", `sillage.${host.settings.key.slice(-6)}.${PARAMETER}.`, () => true);
  const kept = guarded(() => JSON.parse(store.read(KEPT) ?? "null") as Progress | null)();
  const code = codeOfLink();
  let stop: (() => void) | undefined;
  let isOver = false;
  if (kept?.test && (!code || code === kept.code)) stop = run(host, store, kept, true);
  else if (code) {
    native("fetch")
      .call(win, `${host.settings.host}/v1/user-tests?key=${encodeURIComponent(host.settings.key)}&test=${encodeURIComponent(code)}`, { credentials: "omit" })
      .then((reply) => (reply.ok ? (reply.json() as Promise<OpenTest>) : undefined))
      .then(
        guarded((test: OpenTest | undefined) => {
          if (isOver) return;
          if (test) stop = run(host, store, fresh(code, test), false);
          else {
            host.say("noTest", code);
            dropCode();
            stop = tellOnly((words) => [words.over, words.overText]);
          }
        }),
        () => host.say("unloaded", "user test"),
      );
  } else store.wipe();
  return () => {
    isOver = true;
    stop?.();
  };
};

const codeOfLink = (): string | undefined => new URL(win.location.href).searchParams.get(PARAMETER)?.slice(0, MOST_LETTERS_OF_A_CODE);

/** Takes the code out of the address once it is known what becomes of it, so that a page loaded again, or an address handed on, begins nothing. */
function dropCode(): void {
  const address = new URL(win.location.href);
  if (!address.searchParams.has(PARAMETER)) return;
  address.searchParams.delete(PARAMETER);
  guarded(() => win.history.replaceState(win.history.state, "", address))();
}

function fresh(code: string, test: OpenTest): Progress {
  const language = languageOf(test.definition.languages, pageLanguage());
  return { code, test, language, participant: randomId(), device: randomId(), session: randomId(), phase: "welcome", task: 0, question: 0, agreedAt: 0, beganAt: 0, elapsedMs: 0, visits: [], clicks: 0, misclicks: 0, outcome: "success", isFolded: false };
}

function tellOnly(say: (words: Words) => [string, string]): () => void {
  const language = pageLanguage();
  const words = wordsOf(language);
  const bar = openBar({ language, words });
  const [title, text] = say(words);
  bar.card({ title, texts: [text], choices: [{ label: words.close, work: () => bar.remove() }] });
  return () => bar.remove();
}

function run(host: PartHost, store: ReturnType<typeof openStore>, progress: Progress, isResumed: boolean): () => void {
  const { test, language } = progress;
  const { definition } = test;
  const words = wordsOf(language);
  const bar: Bar = openBar({ language, words });
  const views: Views = viewsOf(definition, language, words, bar);
  // Who may be named is; another is known for the time of the test, and no longer.
  const named: NonNullable<PartHost["named"]> = host.named ?? {
    people: { current: () => ({ device: progress.device, user: "", groups: {}, always: {} }), change: () => undefined, reset: () => undefined },
    session: { id: () => progress.session, touch: () => undefined, end: () => undefined },
  };
  let isOver = false;
  let isShown = false;
  let stopRecorder: (() => void) | undefined;
  let isRecorderAsked = false;
  let closeQuestion: (() => void) | undefined;
  const task = (): UserTest["tasks"][number] => definition.tasks[progress.task] as UserTest["tasks"][number];
  const keep = (): boolean => store.write(KEPT, JSON.stringify(progress));

  function tell(event: string, properties: Properties): void {
    const own = { $test: test.id, $test_version: test.version, $test_participant: progress.participant, $test_language: language, ...properties };
    if (host.named) return host.record(event, own);
    const { page, href } = host.view();
    const record = { event, time: now(), insert_id: randomId(), distinct_id: `$device:${progress.device}`, device_id: progress.device, session_id: progress.session, groups: {}, properties: { $current_url: host.masking.href(href), $page: page, $lib: "web", ...own } };
    host.outbox.add({ record });
  }

  /** Whoever agreed is recorded, whatever the site's own share of recordings is. Pages of signing in and paying stay out of it, as everywhere. */
  function beginRecording(): void {
    if (isRecorderAsked) return;
    isRecorderAsked = true;
    const recording = { ...(host.settings.recording || undefined), sample: 1, pages: ["."], minimumSeconds: 0 };
    host.load("replay").then(
      guarded((part) => {
        if (!isOver) stopRecorder = part.start({ ...host, named, tab: store, settings: { ...host.settings, recording } });
      }),
      () => host.say("unloaded", "replay"),
    );
  }

  /** It is over: what was recorded last still goes out, and the tab forgets the test. */
  function finish(): void {
    progress.phase = "welcome";
    store.remove(KEPT);
    host.outbox.flush();
    const stop = stopRecorder;
    stopRecorder = undefined;
    later(LAST_PIECE_MS, () => {
      stop?.();
      store.wipe();
    });
  }

  function go(phase: Phase): void {
    progress.phase = phase;
    progress.question = 0;
    keep();
    show();
  }

  function show(): void {
    isShown = true;
    if (RECORDED.includes(progress.phase)) beginRecording();
    switch (progress.phase) {
      case "welcome":
        return views.welcome({
          begin() {
            if (!keep()) return words.noStorage;
            dropCode();
            progress.agreedAt = now();
            tell("$test_started", { $consent: ["take_part", "recording"] });
            go(definition.screener.length ? "screener" : "task");
            return undefined;
          },
          decline() {
            dropCode();
            store.wipe();
            bar.remove();
          },
        });
      case "screener":
        return ask(
          screenerOf(definition),
          (question, given) => {
            const passes = definition.screener.find((one) => one.id === question.id)?.choices.some((choice) => choice.passes && given.choices?.includes(choice.id));
            if (passes) return undefined;
            tell("$test_left", { $reason: "screened_out" });
            finish();
            return () => bar.card({ title: words.screened, texts: [words.screenedText], choices: [{ label: words.close, work: () => bar.remove() }] });
          },
          (isWhole) => (isWhole ? go("task") : leave()),
        );
      case "task":
        return views.task(progress.task, beginTask);
      case "going":
        return arrive();
      case "running":
        return showRunning();
      case "check":
        return askCheck();
      case "after_task":
        return ask(questionsAfter(task(), progress.outcome), () => undefined, () => {
          progress.task += 1;
          go(progress.task < definition.tasks.length ? "task" : "after");
        }, task().id);
      case "after":
        return ask(questionsAtEnd(definition), () => undefined, complete);
    }
  }

  function beginTask(): void {
    const wanted = task().url ?? (progress.task === 0 ? definition.url : undefined);
    const target = wanted ? new URL(wanted, definition.url ?? win.location.href) : null;
    target?.searchParams.delete(PARAMETER);
    const here = new URL(win.location.href);
    const isHere = target?.pathname === here.pathname && [...target.searchParams].every(([name, value]) => here.searchParams.get(name) === value);
    // Another site would know nothing of the test.
    if (!target || target.origin !== here.origin || isHere) return arrive();
    progress.phase = "going";
    keep();
    win.location.assign(target);
  }

  function arrive(): void {
    Object.assign(progress, { phase: "running", beganAt: now(), visits: [visit()], clicks: 0, misclicks: 0, isFolded: false });
    keep();
    tell("$test_task_started", { $task: task().id, $task_number: progress.task + 1 });
    showRunning();
  }

  function showRunning(): void {
    const onFold = (isOpen: boolean): void => {
      progress.isFolded = !isOpen;
      keep();
    };
    views.running(progress.task, !progress.isFolded, onFold, {
      done() {
        const { success } = task();
        if (success.on !== "done") return endTask("failed");
        if (!success.check) return endTask("success");
        // What the question takes is not time on the task.
        progress.elapsedMs = now() - progress.beganAt;
        go("check");
      },
      couldNot: () => endTask("gave_up"),
      leave: () => views.leaving({ leave, stay: showRunning }),
    });
  }

  function askCheck(): void {
    const { success } = task();
    const check = checkOf(success);
    if (!check || success.on !== "done") return endTask("success");
    ask(
      [check],
      (_, given) => () => endTask(success.check?.choices.some((choice) => choice.is_right && given.choices?.includes(choice.id)) ? "success" : "failed", progress.elapsedMs),
      // Closed without an answer: back to the task.
      () => {
        progress.phase = "running";
        keep();
        showRunning();
      },
      task().id,
    );
  }

  function endTask(outcome: Outcome, elapsedMs = now() - progress.beganAt): void {
    const { id, path = [] } = task();
    const walk = walkOf(path, progress.visits);
    tell("$test_task_ended", {
      $task: id,
      $outcome: outcome,
      $elapsed_ms: elapsedMs,
      $pages: progress.visits.map((one) => one.page).slice(0, MOST_PAGES_TOLD),
      $n_pages: progress.visits.length,
      $clicks: progress.clicks,
      $misclicks: progress.misclicks,
      ...(walk && { $lostness: Math.round(walk.lostness * 1000) / 1000 }),
      ...(walk && outcome === "success" && { $direct: walk.direct }),
    });
    host.outbox.flush();
    bar.clear();
    if (outcome === "success") bar.announce(words.succeeded);
    if (outcome === "timed_out") bar.announce(words.timeUp);
    progress.outcome = outcome;
    go("after_task");
  }

  function leave(): void {
    const at = progress.phase === "running" || progress.phase === "check" ? task().id : undefined;
    if (at) {
      tell("$test_task_ended", { $task: at, $outcome: "gave_up", $elapsed_ms: now() - progress.beganAt, $pages: progress.visits.map((one) => one.page).slice(0, MOST_PAGES_TOLD), $n_pages: progress.visits.length, $clicks: progress.clicks, $misclicks: progress.misclicks });
    }
    tell("$test_left", { $reason: "left", ...(at && { $task: at }) });
    finish();
    bar.card({ title: words.thanks, choices: [{ label: words.close, work: () => bar.remove() }] });
  }

  function complete(): void {
    tell("$test_completed", { $elapsed_ms: now() - progress.agreedAt });
    finish();
    views.end(() => bar.remove());
  }

  /** Asks one question after the other, from where a participant stands. An answer may end it, and says what comes then. Calls `onEnd` when all are answered, or when they were closed. */
  function ask(questions: Question[], onAnswer: (question: Question, given: Given) => (() => void) | undefined, onEnd: (isWhole: boolean) => void, of?: string): void {
    const first = questions[progress.question];
    if (!first) return onEnd(true);
    bar.clear();
    host.load("widget").then(
      guarded((widget) => {
        if (isOver) return;
        const end = (then: () => void): void => {
          // The widget draws what it was told first.
          later(0, () => {
            closeQuestion?.();
            closeQuestion = undefined;
            then();
          });
        };
        closeQuestion = widget.open({
          survey: asSurvey(questions, definition.languages),
          language,
          place: null,
          at: first.id,
          given: {},
          asksToLink: false,
          onShown: () => undefined,
          onAnswered(question, given) {
            if (given.items && !given.isSkipped) given.score = blockScore(question, given.items);
            const own = { ...(of && { $task: of }), $question: question.id, $question_kind: question.kind };
            for (const [item, score] of Object.entries(given.items ?? {})) tell("$test_answered", { ...own, $item: item, $score: score });
            tell("$test_answered", { ...own, ...said(question, given, definition.languages[0] as string) });
            progress.question = questions.indexOf(question) + 1;
            keep();
            const next = questions[progress.question];
            const then = onAnswer(question, given);
            if (next && !then) return next.id;
            end(then ?? (() => onEnd(true)));
            return "-";
          },
          onClosed(isComplete) {
            closeQuestion = undefined;
            if (!isComplete) onEnd(false);
          },
        });
      }),
      () => {
        host.say("unloaded", "widget");
        onEnd(false);
      },
    );
  }

  const visit = (): Visit => ({ page: host.view().page, address: (win.location.href.split("#")[0] as string).slice(0, MOST_LETTERS) });

  function seePage(isFirst: boolean): void {
    if (progress.phase !== "running") return;
    const next = visit();
    const last = progress.visits[progress.visits.length - 1];
    if (last?.page !== next.page && progress.visits.length < MOST_VISITS) {
      progress.visits.push(next);
      keep();
    }
    const { success } = task();
    if (!isFirst && success.on === "page" && fitsPage([success.page], win.location.href)) endTask("success");
  }

  const stops = [
    host.on((moment) => {
      if (progress.phase !== "running") return;
      if (moment.kind === "page") return seePage(false);
      const { success } = task();
      if (moment.kind === "event" && success.on === "event" && moment.name === success.event && (success.where ?? []).every((condition) => holds(condition, moment.properties))) endTask("success");
    }, isResumed),
    host.inputs.read((input) => {
      if (progress.phase !== "running" || input.kind !== "click" || !input.isTrusted || isOurs(input.target)) return;
      progress.clicks += 1;
      if (!input.control.matches(INTERACTIVE)) progress.misclicks += 1;
      keep();
      const { success } = task();
      if (success.on === "click" && isInside(input.target, success.selector)) endTask("success");
    }, isResumed),
  ];
  const beat = (): void => {
    if (isOver) return;
    const limit = progress.phase === "running" ? task().time_limit_s : undefined;
    if (limit && now() - progress.beganAt > limit * 1000) endTask("timed_out", limit * 1000);
    later(BEAT_MS, beat);
  };

  if (progress.phase === "running") seePage(false);
  // Reaching the page may have ended the task, and so shown what comes next.
  if (!isShown) show();
  beat();
  return () => {
    isOver = true;
    stops.forEach((one) => one());
    stopRecorder?.();
    closeQuestion?.();
    bar.remove();
  };
}

/** Our own cards, and the widget's. */
function isOurs(target: Element): boolean {
  const { host } = target.getRootNode() as ShadowRoot;
  return !!host?.hasAttribute("data-px-widget") || target.closest("[data-px-widget]") !== null;
}
