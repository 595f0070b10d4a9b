// From one event after the other to attempts that are over, and what they came to. The same meaning as `crates/behavior/src/task/walk.rs` and `judge.rs`, one event at a time, with
// a state small enough to go along from page to page. The vectors in `contract/survey/outcomes.json` hold both to the same outcomes.
import { align } from "./align.ts";
import { meets, passes, valueOf } from "./rule.ts";
import type { Outcome, Told, WalkedTask } from "./walked.ts";

/** What lies behind so many items of one attempt is beside the way. */
const MOST_ITEMS = 1000;

export interface State {
  session?: string;
  /** When something that matters here happened last. */
  last?: number;
  /** Whether an attempt is open; else what is known is where one would have begun that nobody saw begin. */
  isOpen?: boolean;
  began?: number;
  /** The clock of activity then. */
  active?: number;
  /** Of each item the steps that it could be. */
  items: number[];
  more: number;
  page?: string;
  /** The session in which something was completed last. */
  completedIn?: string;
}

/** Something that happened, when, in which session, and how long somebody had been active by then. */
export interface Moment extends Told {
  t: number;
  session: string;
  active: number;
}

export interface Attempt {
  began: number;
  outcomes: Outcome[];
}

export const fresh = (): State => ({ items: [], more: 0 });

const forget = (state: State): void => {
  state.items = [];
  state.more = 0;
  delete state.page;
  delete state.began;
  delete state.isOpen;
};

/** Takes one event along; the attempts that are over by it. */
export function walk(task: WalkedTask, state: State, moment: Moment): Attempt[] {
  const { groups, steps = [], window_ms } = task;
  const over: Attempt[] = [];
  if (!passes(task.where, moment, groups)) return over;
  const is = (rules: Parameters<typeof meets>[0]): boolean => meets(rules, moment, groups);
  const [starts, completes, abandons] = [is(task.start), is(task.completion), is(task.abandon)];
  const mask = steps.reduce((bits, step, i) => (is(step.rules) ? bits | (1 << i) : bits), 0);
  const isView = moment.name === "$pageview";
  if (!(isView || starts || completes || abandons || mask)) return over;
  const page = isView ? String(valueOf(task.page, moment, groups) ?? "") : "";

  const { t, session, active } = moment;
  const runOut = (): void => {
    if (state.isOpen) over.push({ began: state.began as number, outcomes: ["failed"] });
    forget(state);
  };
  const begin = (): void => {
    forget(state);
    state.began = t;
    state.active = active;
  };
  const isElsewhere = state.session !== undefined && state.session !== session;
  if (isElsewhere && window_ms === undefined) {
    runOut();
    delete state.completedIn;
  } else if (state.isOpen) {
    const isLate = window_ms !== undefined && t - (state.began as number) > window_ms;
    const isAnew = starts && !completes && !abandons && t - (state.last as number) >= task.idle_ms;
    if (isLate || isAnew) runOut();
  }
  // An attempt that nobody saw begin lies in one session.
  if (isElsewhere && !state.isOpen) forget(state);
  if (state.began === undefined) begin();
  state.session = session;
  state.last = t;

  const isUnexpected = !state.isOpen && !starts && completes && state.completedIn !== session;
  if (!state.isOpen && starts) {
    begin();
    delete state.completedIn;
  }
  if (page ? page !== state.page : mask) {
    if (page) state.page = page;
    if (state.items.length < MOST_ITEMS) state.items.push(mask);
    else state.more += 1;
  }
  if ((state.isOpen && (completes || abandons)) || isUnexpected) {
    over.push({ began: state.began as number, outcomes: completes ? outcomesOf(task, state, active, isUnexpected) : ["failed"] });
    if (completes) state.completedIn = session;
    else delete state.completedIn;
    forget(state);
  } else if (starts) state.isOpen = true;
  return over;
}

function outcomesOf(task: WalkedTask, state: State, active: number, isUnexpected: boolean): Outcome[] {
  const steps = task.steps ?? [];
  const bits = (is: (step: (typeof steps)[number]) => unknown): number => steps.reduce((set, step, i) => (is(step) ? set | (1 << i) : set), 0);
  const mandatory = bits((step) => !step.optional);
  const nMandatory = steps.filter((step) => !step.optional).length;
  const way = steps.length ? align(state.items, { nSteps: steps.length, mandatory, repeatable: bits((step) => step.repeatable) }) : { done: 0, detours: 0, isInOrder: true };
  const isAstray = isUnexpected || (nMandatory > 0 && way.detours + state.more > task.tolerance) || !way.isInOrder || way.done < nMandatory;
  const outcomes: Outcome[] = ["completed"];
  if (task.slow_from_ms !== undefined && active - (state.active as number) > task.slow_from_ms) outcomes.push("slow");
  if (isAstray) outcomes.push("off_path");
  return outcomes;
}
