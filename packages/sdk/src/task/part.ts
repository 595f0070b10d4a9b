// Tasks in the page: walks page views and events through the tasks that a survey waits for, and tells what attempts came to. What is known so far goes along in the tab.
import { doc, guarded, hashOf, now } from "../browser.ts";
import { hostOf, pageOf } from "../page/url.ts";
import type { Moment as Heard, PartHost } from "../part.ts";
import type { Properties } from "../event/values.ts";
import { fresh, walk, type State } from "./walk.ts";
import type { Outcome, WalkedTask } from "./walked.ts";

export interface TaskPart {
  /** Calls `tell` when an attempt at one of the tasks is over. */
  watch(host: PartHost, tasks: WalkedTask[], tell: (task: string, outcomes: Outcome[]) => void): () => void;
}

interface Kept {
  /** How long somebody has been active in this tab. */
  active: number;
  /** When something happened last. */
  at?: number;
  states: Record<string, State>;
  /** What was told last of a task, and when. */
  told: Record<string, [number, Outcome[]]>;
  page?: string;
}

const KEPT = "tasks";
/** px.md 2.1. */
const ACTIVE_GAP_MS = 10_000;
/** What completes an attempt often leads to another page at once: what nobody could be asked on the one is asked on the next. */
const TOLD_AGAIN_MS = 10_000;

export const watch: TaskPart["watch"] = (host, tasks, tell) => {
  const { tab } = host;
  const named = host.named as NonNullable<PartHost["named"]>;
  const kept: Kept = { active: 0, states: {}, told: {}, ...guarded(() => JSON.parse(tab.read(KEPT) ?? "{}") as Partial<Kept>)() };
  const keep = (): void => void tab.write(KEPT, JSON.stringify(kept));
  // Another definition begins anew; how long is slow may change meanwhile.
  const keys = tasks.map((task) => `${task.id} ${hashOf(JSON.stringify({ ...task, slow_from_ms: 0 }))}`);
  kept.states = Object.fromEntries(keys.map((key) => [key, kept.states[key] ?? fresh()]));

  const hasSummaries = host.settings.summaries;
  let activeAt = 0;
  let page = kept.page;
  let view: Properties | undefined;
  const happen = (name: string, properties: Properties): void => {
    const t = now();
    // Where no summary tells how long somebody was active, the time that passes stands in for it, without pauses; the server counts so too.
    if (!hasSummaries && t - (kept.at ?? t) < (tasks[0] as WalkedTask).idle_ms) kept.active += t - (kept.at ?? t);
    kept.at = t;
    const current = host.view();
    // What was missed may be of a page before this one, of which only the name is known.
    const href = page === undefined || page === current.page ? host.masking.href(current.href) : page;
    const context = { ...named.people.current().always, $current_url: href, $page: page ?? current.page, $lib: "web" };
    tasks.forEach((task, i) => {
      const over = walk(task, kept.states[keys[i] as string] as State, { t, session: named.session.id(), active: kept.active, name, properties: { ...context, ...properties } });
      for (const { outcomes } of over) {
        kept.told[task.id] = [t, outcomes];
        tell(task.id, outcomes);
      }
    });
    keep();
  };
  const onMoment = (moment: Heard): void => {
    // A view is told as an event, and then as the page that it is of.
    if (moment.kind === "event" && moment.name === "$pageview") view = moment.properties;
    else if (moment.kind === "event") happen(moment.name, moment.properties);
    else if (moment.kind === "page") {
      page = kept.page = moment.page;
      if (view) happen("$pageview", view);
      view = undefined;
    }
  };

  for (const task of tasks) {
    const [at, outcomes] = kept.told[task.id] ?? [0, []];
    if (now() - at < TOLD_AGAIN_MS) tell(task.id, outcomes);
  }
  // A page that was left before this could watch it: the one that led here, on the same site.
  const { referrer } = doc;
  const before = referrer && hostOf(referrer) === doc.location.hostname ? pageOf(referrer, host.settings.hashRouter) : "/";
  if (before !== "/" && before !== page) {
    page = before;
    happen("$pageview", {});
  }
  const stops = [
    host.inputs.read((input) => {
      if (input.kind === "page") activeAt = 0;
      if (!hasSummaries || !/^(click|move|scroll|key)$/.test(input.kind)) return;
      kept.active += activeAt ? Math.min(input.t - activeAt, ACTIVE_GAP_MS) : 0;
      activeAt = input.t;
    }, true),
    host.on(onMoment, true),
  ];
  return () => stops.forEach((stop) => stop());
};
