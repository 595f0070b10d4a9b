// F7 thrashed_cursor: a mouse that goes to and fro and gets nowhere. F8 scroll_bounce: a page that is searched up and down. F14 hesitation: a long look before a click, a long
// stop while typing; told, not scored. F15 zoom_burst: fingers that pull a page apart.
import { lastOf, type MakeDetector, type Seen } from "../detector.ts";

const WINDOW_MS = 1000;
const SLIDE_MS = 250;

export const thrash: MakeDetector = (settings, emit) => {
  let points: { t: number; x: number; y: number }[] = [];
  let judgedAt = 0;
  let nInRow = 0;
  let restUntil = -Infinity;

  function isThrashing(): boolean {
    let path = 0;
    let reversals = 0;
    let before: { x: number; y: number } | undefined;
    points.forEach((point, i) => {
      const from = points[i - 1];
      if (!from) return;
      const vector = { x: point.x - from.x, y: point.y - from.y };
      const length = Math.hypot(vector.x, vector.y);
      path += length;
      if (length < settings.thrashVectorPx) return;
      if (before && before.x * vector.x + before.y * vector.y < 0) reversals += 1;
      before = vector;
    });
    const [first] = points;
    const last = lastOf(points);
    const net = first && last ? Math.hypot(last.x - first.x, last.y - first.y) : 0;
    return path >= settings.thrashPathPx && reversals >= settings.thrashReversals && net <= path * settings.thrashNetShare;
  }

  return {
    take(input) {
      if (input.kind !== "move" || !input.isMouse || input.isPressed) {
        // A button held is a drag or a drawing.
        if (input.kind === "move" || input.kind === "page") points = [];
        return;
      }
      points = [...points.filter((point) => input.t - point.t <= WINDOW_MS), { t: input.t, x: input.x, y: input.y }];
      if (input.t - judgedAt < SLIDE_MS || input.t < restUntil) return;
      judgedAt = input.t;
      nInRow = isThrashing() ? nInRow + 1 : 0;
      if (nInRow < 2) return;
      nInRow = 0;
      restUntil = input.t + settings.thrashRestMs;
      emit({ name: "thrashed_cursor", t: points[0]?.t ?? input.t, severity: 1 });
    },
  };
};

export const bounce: MakeDetector = (settings, emit) => {
  let last = 0;
  let extreme = 0;
  let direction = 0;
  let reversals = 0;
  let distance = 0;
  let isTold = false;
  let startedAt = 0;

  function onScroll({ t, y, viewHeight, docHeight }: Seen & { kind: "scroll" }): void {
    distance += Math.abs(y - last);
    last = y;
    const needed = viewHeight * settings.scrollTravelShare;
    // The extreme moves along with the direction; going back from it by enough is a reversal.
    if (direction === 0) {
      if (Math.abs(y - extreme) >= needed) direction = Math.sign(y - extreme);
      else return;
    }
    if ((y - extreme) * direction > 0) extreme = y;
    else if (Math.abs(y - extreme) >= needed) {
      reversals += 1;
      direction = -direction;
      extreme = y;
    }
    const isFar = docHeight > viewHeight && distance / docHeight >= settings.scrollDistanceShare && reversals >= 2;
    if (isTold || (reversals < settings.scrollReversals && !isFar)) return;
    isTold = true;
    emit({ name: "scroll_bounce", t: startedAt || t, severity: 1, detail: { $reversals: reversals, $distance_px: Math.round(distance) } });
  }

  return {
    take(input) {
      if (input.kind === "page") {
        [last, extreme, direction, reversals, distance, isTold, startedAt] = [0, 0, 0, 0, 0, false, input.t];
      } else if (input.kind === "scroll" && input.isPage) onScroll(input);
    },
  };
};

export const hesitation: MakeDetector = (settings, emit) => {
  let hovered: { control: string; since: number } | undefined;
  let typed: { field: string; t: number } | undefined;
  return {
    take(input) {
      if (input.kind === "hover") hovered = { control: input.selector, since: input.t };
      else if (input.kind === "click") {
        if (hovered && hovered.control === input.selector && input.isInteractive && input.t - hovered.since > settings.hoverBeforeClickMs) {
          emit({ name: "hesitation", t: hovered.since, selector: input.selector, severity: 0, detail: { $hover_ms: input.t - hovered.since } });
        }
        hovered = undefined;
      } else if (input.kind === "key" && input.isEditable) {
        if (typed && typed.field === input.field && input.t - typed.t > settings.typingPauseMs) emit({ name: "hesitation", t: typed.t, selector: input.field, severity: 0, detail: { $pause_ms: input.t - typed.t } });
        typed = { field: input.field, t: input.t };
      } else if (input.kind === "blur" || input.kind === "page" || (input.kind === "visible" && !input.isVisible)) typed = hovered = undefined;
    },
  };
};

export const zoom: MakeDetector = (settings, emit) => {
  let pinches: number[] = [];
  return {
    take(input) {
      if (input.kind === "page") pinches = [];
      if (input.kind !== "pinch") return;
      pinches = [...pinches.filter((t) => input.t - t <= settings.pinchesWithinMs), input.t];
      if (pinches.length !== settings.pinches) return;
      emit({ name: "zoom_burst", t: pinches[0] ?? input.t, severity: 1 });
      pinches = [];
    },
  };
};
