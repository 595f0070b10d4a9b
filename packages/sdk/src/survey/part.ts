// Surveys in the page: asks once which run, watches for what shows them, decides, loads the widget for the one that is shown, and tells what is answered as events.
import { doc, guarded, later, native, now, randomId, win } from "../browser.ts";
import type { Properties } from "../event/values.ts";
import type { Part, PartHost } from "../part.ts";
import type { Store } from "../store.ts";
import type { Device, Survey } from "./definition.ts";
import { decide, fitsPage, type History } from "./eligibility.ts";
import { blockScore, nextOf } from "./flow.ts";
import { languageOf, pageLanguage } from "./language.ts";
import { openMemory, type Progress } from "./memory.ts";
import { said } from "./said.ts";
import { watchTriggers } from "./triggers.ts";
import type { WalkedTask } from "../task/walked.ts";
import type { WidgetPart } from "../widget/part.ts";

interface Running {
  id: string;
  name: string;
  version: number;
  definition: Survey;
  is_full: boolean;
  in_cohort: boolean | null;
}

interface Known {
  surveys: Running[];
  tasks?: WalkedTask[];
  history: Record<string, History>;
}

const KNOWN = "surveys-known";
const DUE = "survey-due";
const BELIEVED_MS = 60_000;
const BEAT_MS = 500;
const DAY_MS = 86_400_000;
/** An element that a form stands in may come later than the page. */
const PATIENCE_MS = 10_000;

export const start: Part["start"] = (host) => {
  const { named, settings, tab } = host;
  let isOver = false;
  let stopWatching: (() => void) | undefined;
  const stop = (): void => {
    isOver = true;
    stopWatching?.();
  };
  // Nobody is asked without consent: that somebody was, could not be remembered.
  if (!named) return stop;
  const { device } = named.people.current();

  const kept = guarded(() => JSON.parse(tab.read(KNOWN) ?? "null") as { at: number; device: string; known: Known } | null)();
  if (kept && kept.device === device && now() - kept.at < BELIEVED_MS) begin(kept.known);
  else {
    native("fetch")
      .call(win, `${settings.host}/v1/surveys?key=${encodeURIComponent(settings.key)}&device=${encodeURIComponent(device)}`, { credentials: "omit" })
      .then((reply) => (reply.ok ? (reply.json() as Promise<Known>) : undefined))
      .then(
        guarded((known: Known | undefined) => {
          if (!known) return;
          tab.write(KNOWN, JSON.stringify({ at: now(), device, known }));
          begin(known);
        }),
        // Out of reach: a page without surveys is better than one that waits for them.
        () => undefined,
      );
  }

  function begin(known: Known): void {
    if (isOver || !known.surveys.length) return;
    stopWatching = run(host, known);
  }
  return stop;
};

function run(host: PartHost, known: Known): () => void {
  const { tab } = host;
  const named = host.named as NonNullable<PartHost["named"]>;
  const memory = openMemory(host.device);
  memory.learn(known.history);
  let isOver = false;
  let visible: string | undefined;
  const closers = new Map<string, () => void>();

  const progressOf = (survey: Running): Progress | undefined => {
    const progress = memory.progress();
    return progress?.survey === survey.id && progress.version === survey.version && progress.session === named.session.id() ? progress : undefined;
  };

  function mayShow(survey: Running, triggered: boolean): boolean {
    const { definition } = survey;
    const instant = (text?: string): number | null => (text ? Date.parse(text) : null);
    const session = named.session.id();
    const isWaiting = definition.display.form === "button" || definition.display.form === "inline";
    const { shown, reason } = decide(definition, {
      now: now(),
      is_running: true,
      answers: survey.is_full ? Infinity : 0,
      from: instant(definition.limits.from),
      to: instant(definition.limits.to),
      page: win.location.href,
      device: deviceOf(win.innerWidth),
      triggered,
      history: memory.history(survey.id),
      other_shown: memory.otherShown(survey.id),
      shown_in_session: memory.shownIn(session),
      in_progress: !!progressOf(survey),
      visitor: visitorOf(host.device),
      language: pageLanguage(),
      in_cohort: survey.in_cohort ?? false,
      lot: `${survey.id}:${named.people.current().device}`,
      consent: true,
      busy: !isWaiting && visible !== undefined,
    });
    if (host.settings.debug) host.say("survey", `${survey.name}: ${shown ? "is shown" : `is not shown: ${reason}`}`);
    return shown === true;
  }

  /** An event that names nobody and carries nothing by which its person could be found: without ids, of a day and no time of day. */
  function recordUnnamed(event: string, properties: Properties): void {
    const { page, href } = host.view();
    const record = { event, time: now() - (now() % DAY_MS), insert_id: randomId(), properties: { $current_url: host.masking.href(href), $page: page, $lib: "web", ...properties } };
    host.outbox.add({ record });
  }

  const open = new Set<string>();
  function show(survey: Running): void {
    if (isOver || open.has(survey.id) || !mayShow(survey, true)) return;
    const { form, selector } = survey.definition.display;
    const isWaiting = form === "button" || form === "inline";
    open.add(survey.id);
    if (!isWaiting) visible = survey.id;
    const giveUp = (): void => {
      open.delete(survey.id);
      if (visible === survey.id) visible = undefined;
    };
    host.load("widget").then(
      guarded((widget) => {
        if (isOver) return giveUp();
        if (form !== "inline") return mount(null);
        // A form of the page waits for its place.
        const until = now() + PATIENCE_MS;
        const look = (): void => {
          const place = guarded(() => doc.querySelector(selector ?? ""))();
          if (place) mount(place);
          else if (now() < until && !isOver) later(BEAT_MS, look);
          else giveUp();
        };
        look();

        function mount(place: Element | null): void {
          closers.set(survey.id, openSurvey(survey, widget, place, giveUp));
        }
      }),
      () => {
        giveUp();
        host.say("unloaded", "widget");
      },
    );
  }

  function openSurvey(survey: Running, widget: WidgetPart, place: Element | null, gone: () => void): () => void {
    const { definition } = survey;
    const language = languageOf(definition.languages, pageLanguage());
    const before = progressOf(survey);
    const { link } = definition.privacy;
    const fresh = (): Progress => ({ survey: survey.id, version: survey.version, response: randomId(), session: named.session.id(), startedAt: now(), at: definition.questions[0]?.id ?? "", given: {}, isNamed: link !== "never" && host.allows("surveysLink") });
    let progress = before ?? fresh();
    let isResumed = !!before;
    const base: Properties = { $survey: survey.id, $survey_name: survey.name, $survey_version: survey.version, $survey_language: language, $survey_display: definition.display.form };
    // An answer that is tied to the visit names it; another names nobody, and carries nothing by which it could be found.
    const tell = (name: string, properties: Properties): void => (progress.isNamed ? host.record : recordUnnamed)(name, { ...base, $survey_response: progress.response, ...properties });

    return widget.open({
      survey: definition,
      language,
      place,
      at: progress.at,
      given: progress.given,
      asksToLink: !before && link === "ask" && !host.allows("surveysLink"),
      onShown() {
        if (isResumed) return void (isResumed = false);
        // Behind a button it may be opened again: other answers, another response.
        progress = fresh();
        memory.note(survey.id, "shown", named.session.id());
        host.record("$survey_shown", base);
      },
      onAnswered(question, given, isLinked) {
        const at = definition.questions.indexOf(question);
        if (given.items && !given.isSkipped) given.score = blockScore(question, given.items);
        const next = nextOf(definition, at, given);
        if (isLinked) progress.isNamed = true;
        for (const [item, score] of Object.entries(given.items ?? {})) tell("$survey_answered", { $question: question.id, $question_kind: question.kind, $item: item, $score: score });
        tell("$survey_answered", { $question: question.id, $question_kind: question.kind, ...said(question, given, definition.languages[0] as string), $next: next });
        memory.note(survey.id, "answered", named.session.id());
        progress = { ...progress, at: next, given: { ...progress.given, [question.id]: given } };
        const isDone = definition.ends.some((end) => end.id === next);
        memory.keep(isDone ? undefined : progress);
        if (isDone) {
          tell("$survey_completed", { $elapsed_ms: now() - progress.startedAt });
          memory.note(survey.id, "completed", named.session.id());
          // Answers are not to wait for the next page.
          host.outbox.flush();
        }
        return next;
      },
      onClosed(isComplete) {
        if (!isComplete) {
          memory.note(survey.id, "dismissed", named.session.id());
          memory.keep(undefined);
          host.record("$survey_dismissed", { ...base, $question: progress.at });
        }
        // The button stays where it is.
        if (definition.display.form !== "button") {
          closers.delete(survey.id);
          gone();
        }
      },
    });
  }

  function due(survey: Running): void {
    const wait = survey.definition.delay_s * 1000;
    if (!wait) return show(survey);
    // Across pages too: an event, then a walk to another page.
    const all = dues();
    if (all[survey.id] || !mayShow(survey, true)) return;
    all[survey.id] = now() + wait;
    tab.write(DUE, JSON.stringify(all));
  }
  const dues = (): Record<string, number> => guarded(() => JSON.parse(tab.read(DUE) ?? "{}") as Record<string, number>)() ?? {};
  const beat = (): void => {
    if (isOver) return;
    const all = dues();
    for (const survey of known.surveys) {
      if ((all[survey.id] ?? Infinity) > now()) continue;
      delete all[survey.id];
      tab.write(DUE, JSON.stringify(all));
      show(survey);
    }
    later(BEAT_MS, beat);
  };

  const stopTriggers = watchTriggers(
    host,
    known.surveys.map((survey) => ({
      triggers: survey.definition.display.form === "button" && !survey.definition.triggers.length ? [{ on: "load" }] : survey.definition.triggers,
      fire: () => due(survey),
    })),
  );
  const stopCalls = host.on((moment) => {
    // What waits on a page goes with it.
    if (moment.kind === "page") {
      for (const survey of known.surveys) {
        const close = closers.get(survey.id);
        if (!close || survey.id === visible || fitsPage(survey.definition.pages, win.location.href)) continue;
        close();
        closers.delete(survey.id);
        open.delete(survey.id);
      }
    }
    // The page itself asks for one, by id or name.
    if (moment.kind !== "survey") return;
    const survey = known.surveys.find((one) => one.id === moment.survey || one.name === moment.survey);
    if (survey?.definition.triggers.some((trigger) => trigger.on === "call")) show(survey);
    else host.say("noSurvey", moment.survey);
  }, true);
  let stopTasks: (() => void) | undefined;
  if (known.tasks?.length) {
    host.load("task").then(
      guarded((part) => {
        if (isOver) return;
        stopTasks = part.watch(host, known.tasks ?? [], (task, outcomes) => {
          for (const survey of known.surveys) if (survey.definition.triggers.some((one) => one.on === "task" && one.task === task && outcomes.includes(one.outcome))) due(survey);
        });
      }),
      () => host.say("unloaded", "task"),
    );
  }
  for (const survey of known.surveys) if (progressOf(survey)) show(survey);
  if (known.surveys.some((survey) => survey.definition.delay_s)) beat();

  return () => {
    isOver = true;
    stopTriggers();
    stopTasks?.();
    stopCalls();
    closers.forEach((close) => close());
  };
}

/** In their first session, or in a later one. */
function visitorOf(store: Store): "new" | "returning" {
  const since = guarded(() => (JSON.parse(store.read("person") ?? "{}") as { since?: number }).since)() ?? now();
  const began = Number((store.read("session") ?? "").split(" ")[1]) || now();
  return since < began - 60_000 ? "returning" : "new";
}

const deviceOf = (width: number): Device => (width < 768 ? "mobile" : width < 1024 ? "tablet" : "desktop");
