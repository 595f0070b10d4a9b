// What became of a click: F2 dead_click (nothing), F3 slow_click (something, late). One outcome per click.
import { lastOf, type MakeDetector, type Seen, type SeenClick } from "../detector.ts";

interface Watch {
  click: SeenClick;
  pending: Set<number>;
  hasAsked: boolean;
  /** When the last request that it made ended. */
  endedAt: number;
}

const ASK_WITHIN_MS = 300;
/** What a server answered is drawn within this. */
const SHOW_WITHIN_MS = 500;
const NEAR_MS = 100;
const WINDOW_NEAR_MS = 1000;
const RESTLESS_SPAN_MS = 10_000;

export const answer: MakeDetector = (settings, emit) => {
  let watches: Watch[] = [];
  const restless = new Map<string, number[]>();
  let actedAt = -Infinity;
  let lastSelection = -Infinity;
  let lastWindow = -Infinity;
  let recentClicks: SeenClick[] = [];

  function isCandidate(click: SeenClick): boolean {
    const last = lastOf(recentClicks);
    if (last && last.control === click.control && click.t - last.t <= 1000) return false;
    return !click.isIgnored && click.isTrusted && click.isPrimary && !click.isModified && !click.isGround && !click.isEditable && !click.answersUnseen && !click.isLink && !click.isClickedForFun && !click.selectsText;
  }

  /** Something of the page's answered all clicks that wait. */
  function answered(t: number): void {
    for (const { click } of watches) {
      const late = t - click.t;
      if (late > settings.slowMs) emit({ name: "slow_click", t: click.t, selector: click.selector, severity: late > settings.verySlowMs ? 2 : 1, detail: { $after_ms: late } });
    }
    watches = [];
  }

  /** Something that was there anyway, or that the browser does: no click within that time waits any more, and none was slow. */
  function excused(t: number, withinMs: number): void {
    watches = watches.filter(({ click }) => t - click.t > withinMs);
  }

  function isRestless(region: string, before: number): boolean {
    return (restless.get(region) ?? []).filter((t) => t <= before && before - t <= RESTLESS_SPAN_MS).length >= settings.restlessChanges;
  }

  function onMutation(input: Seen & { kind: "mutation" }): void {
    if (input.t - actedAt > WINDOW_NEAR_MS) {
      const times = (restless.get(input.region) ?? []).filter((t) => input.t - t <= RESTLESS_SPAN_MS + settings.deadWatchWhilePendingMs);
      restless.set(input.region, [...times, input.t].slice(-20));
      if (restless.size > 200) restless.clear();
    }
    const oldest = watches[0]?.click.t;
    if (oldest !== undefined && !isRestless(input.region, oldest)) answered(input.t);
  }

  function dead(click: SeenClick): void {
    const burst = recentClicks.filter((other) => other.selector === click.selector && Math.abs(other.t - click.t) <= settings.rageGapMs * 2);
    const detail = { $looks_clickable: click.looksClickable, $disabled: click.isDisabled, ...(burst.length >= settings.rageClicks && { $in_rage: true }) };
    emit({ name: "dead_click", t: click.t, selector: click.selector, severity: 1, detail });
  }

  function settle(t: number): void {
    watches = watches.filter(({ click, pending, hasAsked, endedAt }) => {
      const waitedMs = t - click.t;
      const isShowing = t - endedAt <= SHOW_WITHIN_MS;
      if (waitedMs <= settings.deadWatchMs || ((pending.size > 0 || isShowing) && waitedMs <= settings.deadWatchWhilePendingMs)) return true;
      // It asked the server something and got it: it did its work, though nothing shows. What still waits after seven seconds did not.
      if (!hasAsked || pending.size > 0) dead(click);
      return false;
    });
  }

  return {
    settle,
    take(input) {
      settle(input.t);
      switch (input.kind) {
        case "click":
          actedAt = input.t;
          // The second click of two that select a word: the first one was no question.
          if (input.selectsText) watches = watches.filter(({ click }) => click.control !== input.control || input.t - click.t > settings.rageGapMs);
          if (isCandidate(input) && input.t - lastSelection > NEAR_MS && input.t - lastWindow > WINDOW_NEAR_MS) watches.push({ click: input, pending: new Set(), hasAsked: false, endedAt: -Infinity });
          recentClicks = [...recentClicks.filter((click) => input.t - click.t <= settings.deadWatchWhilePendingMs), input];
          break;
        case "key":
          actedAt = input.t;
          break;
        case "mutation":
          onMutation(input);
          break;
        case "page":
          answered(input.t);
          break;
        case "leave":
          // The browser goes somewhere: that is the answer, as late as it is.
          answered(input.t);
          break;
        case "scroll":
          excused(input.t, NEAR_MS);
          break;
        case "selection":
          lastSelection = input.t;
          excused(input.t, NEAR_MS);
          break;
        case "visible":
        case "window":
          lastWindow = input.t;
          excused(input.t, WINDOW_NEAR_MS);
          break;
        case "toggle":
        case "media":
        case "change":
        case "invalid":
          excused(input.t, settings.deadWatchMs);
          break;
        case "focus":
          if (input.isEditable) excused(input.t, settings.deadWatchMs);
          break;
        case "request":
          for (const watch of watches) {
            if (input.t - watch.click.t > ASK_WITHIN_MS) continue;
            watch.hasAsked = true;
            watch.pending.add(input.id);
          }
          break;
        case "response":
          for (const watch of watches) if (watch.pending.delete(input.id)) watch.endedAt = input.t;
          break;
        default:
      }
    },
  };
};
