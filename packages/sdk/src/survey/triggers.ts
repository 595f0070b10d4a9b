// What shows a survey: watches one page for all surveys that wait on it, with one listener and one beat.
import { doc, guarded, later, listen, now, win } from "../browser.ts";
import { ACTIVITY, isVisible, type Input } from "../page/inputs.ts";
import { parentOf } from "../masking/level.ts";
import type { Moment, PartHost } from "../part.ts";
import type { Condition, Trigger } from "./definition.ts";

const BEAT_MS = 500;
// px.md 2.6.
const ARMED_AFTER_MS = 5000;
const EXIT_TOP_PX = 5;
const EXIT_SPEED = 0.3;
const EXIT_OVER_MS = 100;
const TOUCH_DEPTH = 30;
const TOUCH_SPEED = 1.2;
const TOUCH_PX = 300;
const HIDDEN_MS = 10_000;

export interface Waiting {
  triggers: Trigger[];
  fire(trigger: Trigger): void;
}

/** Calls each survey's `fire` when one of its triggers comes; a page begins them all anew. */
export function watchTriggers(host: PartHost, waiting: Waiting[]): () => void {
  const { inputs } = host;
  let visibleMs = 0;
  let isActive = false;
  let depth = 0;
  let hasExited = false;
  let hiddenAt = 0;
  let moves: { t: number; y: number }[] = [];
  let scrolls: { t: number; y: number }[] = [];
  let seen = new Set<Trigger>();
  let isOver = false;

  const each = (work: (trigger: Trigger, fire: () => void) => void): void => {
    for (const one of waiting) for (const trigger of one.triggers) guarded(work)(trigger, () => one.fire(trigger));
  };
  /** Those that a page sets off once. */
  const once = (trigger: Trigger, fire: () => void): void => {
    if (seen.has(trigger)) return;
    seen.add(trigger);
    fire();
  };
  const begin = (): void => {
    [visibleMs, depth, isActive, hasExited, moves, scrolls, seen] = [0, 0, false, false, [], [], new Set()];
    each((trigger, fire) => trigger.on === "load" && once(trigger, fire));
  };
  const exit = (): void => {
    if (hasExited || visibleMs < ARMED_AFTER_MS || !isActive) return;
    hasExited = true;
    each((trigger, fire) => trigger.on === "exit" && fire());
  };

  const onInput = (input: Input): void => {
    if (ACTIVITY.test(input.kind) && input.kind !== "page") isActive = true;
    if (input.kind === "click") {
      each((trigger, fire) => trigger.on === "click" && isInside(input.target, trigger.selector) && fire());
    } else if (input.kind === "move") {
      moves = [...moves.filter((move) => input.t - move.t <= EXIT_OVER_MS), { t: input.t, y: input.y }];
    } else if (input.kind === "scroll" && input.isPage) {
      depth = Math.max(depth, ((input.y + input.viewHeight) / Math.max(input.docHeight, 1)) * 100);
      each((trigger, fire) => trigger.on === "scroll" && depth >= trigger.percent && once(trigger, fire));
      const last = scrolls[scrolls.length - 1];
      scrolls = last && input.y < last.y ? [...scrolls, { t: input.t, y: input.y }] : [{ t: input.t, y: input.y }];
      const from = scrolls[0] as { t: number; y: number };
      const way = from.y - input.y;
      if (isTouch() && depth >= TOUCH_DEPTH && way >= TOUCH_PX && way / Math.max(input.t - from.t, 1) > TOUCH_SPEED && input.y < input.viewHeight) exit();
    } else if (input.kind === "visible") {
      if (!input.isVisible) hiddenAt = input.t;
      else if (isTouch() && hiddenAt && input.t - hiddenAt >= HIDDEN_MS) exit();
    }
  };
  const onMoment = (moment: Moment): void => {
    if (moment.kind === "page") begin();
    else if (moment.kind === "event") each((trigger, fire) => trigger.on === "event" && trigger.event === moment.name && (trigger.where ?? []).every((one) => holds(one, moment.properties)) && fire());
    else if (moment.kind === "signal") each((trigger, fire) => trigger.on === "friction" && trigger.signal === moment.signal.name && fire());
  };
  const beat = (): void => {
    if (isOver) return;
    if (isVisible()) {
      visibleMs += BEAT_MS;
      each((trigger, fire) => {
        if (trigger.on === "time" && visibleMs >= trigger.seconds * 1000) once(trigger, fire);
        if (trigger.on === "visible" && isInView(trigger.selector)) once(trigger, fire);
      });
    }
    later(BEAT_MS, beat);
  };

  const stops = [
    inputs.read(onInput),
    host.on(onMoment, true),
    listen(doc.documentElement, "mouseout", (event: MouseEvent) => {
      const first = moves[0];
      const speed = first ? (first.y - event.clientY) / Math.max(now() - first.t, 1) : 0;
      const isHeld = event.buttons > 0 || /^(SELECT|IFRAME)$/.test(doc.activeElement?.tagName ?? "");
      if (!event.relatedTarget && event.clientY <= EXIT_TOP_PX && speed > EXIT_SPEED && !isHeld) exit();
    }),
  ];
  begin();
  later(BEAT_MS, beat);
  return () => {
    isOver = true;
    stops.forEach((stop) => stop());
  };
}

const isTouch = (): boolean => win.matchMedia("(pointer: coarse)").matches;

export function isInside(target: Element, selector: string): boolean {
  for (let node: Element | null = target; node; node = parentOf(node)) if (node.matches(selector)) return true;
  return false;
}

/** Its middle is in the view. */
function isInView(selector: string): boolean {
  const box = doc.querySelector(selector)?.getBoundingClientRect();
  if (!box || !(box.width || box.height)) return false;
  const middle = box.top + box.height / 2;
  return middle >= 0 && middle <= win.innerHeight && box.right > 0 && box.left < win.innerWidth;
}

export function holds({ property, op, value }: Condition, properties: Record<string, unknown>): boolean {
  const found = properties[property];
  const isSet = found !== undefined && found !== null;
  const [a, b] = [Number(found), Number(value)];
  switch (op) {
    case "set":
      return isSet;
    case "not_set":
      return !isSet;
    case "is":
      return isSet && String(found) === String(value);
    case "is_not":
      return !isSet || String(found) !== String(value);
    case "contains":
      return isSet && String(found).toLowerCase().includes(String(value).toLowerCase());
    case "gt":
      return a > b;
    case "gte":
      return a >= b;
    case "lt":
      return a < b;
    case "lte":
      return a <= b;
  }
}
