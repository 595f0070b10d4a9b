// The page summary (px.md 2.2): what heatmaps, zones and attention read, without any recording and without anybody's name. It is sent in parts, every fifteen seconds of
// use and when the page goes: counts and times of the parts of a page view add up, `depth` and `doc_height` take the largest, `first_click_ms` the smallest.
import { doc, listen, native, now, win } from "../browser.ts";
import { INTERACTIVE, controlOf, placeOf, selectorOf } from "../page/element.ts";
import { isVisible, type Click, type Input } from "../page/inputs.ts";
import type { Part, Summary } from "../part.ts";
import type { View } from "../page/view.ts";

/** Told in one part, those that matter most first; and watched. */
const MAX_ELEMENTS = 150;
const MAX_TRACKED = 600;
/** Elements looked at in one go: a page of a hundred thousand must not notice. */
const SCAN_STEPS = 2000;
const MAX_CLICKS = 200;
const MAX_MOVES = 300;
const N_BANDS = 20;
const REST_MS = 500;
const HOVER_MS = 200;
/** An exposure counts from here on, and without this part of it. */
const EXPOSED_MS = 150;
const ACTIVE_GAP_MS = 10_000;
const RESCAN_MS = 2000;
const TRACKED = `[data-px-zone],[data-px-id],${INTERACTIVE},form,nav,header,footer,main,aside,section,article,h1,h2,h3,img,video`;

interface Tracked {
  element: Element;
  y: number;
  h: number;
  isInView: boolean;
  /** Since when it is seen; 0 while it is not. */
  seenAt: number;
  exposed: number;
  /** How much of the exposure has been told. */
  told: number;
  clicks: number;
  firstClick: number;
  /** How long the pointer had been on it at its first click; -1 where none is known. */
  hesitation: number;
  hover: number;
}

export const start: Part["start"] = ({ inputs, masking, view: current, summariseWith }) => {
  let view: View = current();
  let part = 0;
  let tracked = new Map<Element, Tracked>();
  const walker = doc.createTreeWalker(doc.documentElement, 1);
  let lastScan = 0;
  let lastTick = 0;
  let activeAt = 0;
  let depth = 0;
  let docHeight = 0;
  let top = 0;
  let counts = fresh();
  let rest: { x: number; y: number; t: number; target: Element | null } | undefined;
  let under: { control: Element; since: number } | undefined;

  // Exposure: the middle line of the element is in the viewport. The browser tells when an element's share on screen passes a twentieth; where its middle is, is read off.
  const observer = new (native("IntersectionObserver"))(
    (entries) => {
      const t = now();
      for (const { target, boundingClientRect: box, rootBounds, isIntersecting } of entries) {
        const one = tracked.get(target);
        if (!one) continue;
        const middle = box.top + box.height / 2;
        one.y = middle + win.scrollY;
        one.h = box.height;
        one.isInView = isIntersecting && middle >= 0 && middle <= (rootBounds?.height ?? win.innerHeight);
        expose(one, t);
      }
    },
    { threshold: Array.from({ length: 21 }, (_, i) => i / 20) },
  );

  function expose(one: Tracked, t: number): void {
    const isSeen = one.isInView && isVisible();
    if (one.seenAt) one.exposed += t - one.seenAt;
    if (!isSeen && one.exposed < EXPOSED_MS) one.exposed = 0;
    one.seenAt = isSeen ? t : 0;
  }

  /** Goes on where it stopped the last time, and begins anew when it came to the end. */
  function scan(t: number): void {
    lastScan = t;
    for (let step = 0; step < SCAN_STEPS && tracked.size < MAX_TRACKED; step += 1) {
      const element = walker.nextNode() as Element | null;
      if (!element) {
        walker.currentNode = walker.root;
        break;
      }
      if (element.matches(TRACKED) && !tracked.has(element) && !masking.isIgnored(element)) track(element);
    }
  }

  function track(element: Element): Tracked {
    const one: Tracked = { element, y: 0, h: 0, isInView: false, seenAt: 0, exposed: 0, told: 0, clicks: 0, firstClick: -1, hesitation: -1, hover: 0 };
    tracked.set(element, one);
    observer.observe(element);
    return one;
  }

  /** Times go on only while the page is visible. */
  function tick(t: number): void {
    const elapsed = lastTick ? t - lastTick : 0;
    lastTick = isVisible() ? t : 0;
    counts.visible += elapsed;
    const viewHeight = win.innerHeight;
    docHeight = Math.max(docHeight, doc.documentElement.scrollHeight);
    const bandHeight = docHeight / N_BANDS;
    for (let band = Math.max(0, Math.floor(top / bandHeight)); band < N_BANDS && band * bandHeight < top + viewHeight; band += 1) counts.bands[band] = (counts.bands[band] ?? 0) + elapsed;
    top = win.scrollY;
    depth = Math.max(depth, Math.min(top + viewHeight, docHeight));
    // While an element covers the whole view, its share on screen does not change, and the observer says nothing.
    for (const one of tracked.values()) {
      if (one.h <= viewHeight) continue;
      one.isInView = one.y >= top && one.y <= top + viewHeight;
      expose(one, t);
    }
    if (t - lastScan >= RESCAN_MS) scan(t);
  }

  function onClick(click: Click): void {
    if (!click.isTrusted || masking.isIgnored(click.target)) return;
    const one = tracked.get(click.control) ?? track(click.control);
    if (one) {
      one.clicks += 1;
      if (one.firstClick < 0) {
        one.firstClick = click.t - view.startedAt;
        if (under?.control === click.control && !click.isKeyboard) one.hesitation = click.t - under.since;
      }
    }
    counts.clicks += 1;
    if (counts.points.length >= MAX_CLICKS) return;
    const box = click.control.getBoundingClientRect();
    const share = (at: number, from: number, size: number): number => (size > 0 ? round(Math.min(1, Math.max(0, (at - from) / size))) : 0.5);
    const isFixed = /fixed|sticky/.test(win.getComputedStyle(click.control).position);
    const [x, y] = [Math.round(click.x), Math.round(click.y + (isFixed ? 0 : win.scrollY))];
    counts.points.push({ sel: click.selector, ex: share(click.x, box.left, box.width), ey: share(click.y, box.top, box.height), x, y, ...(isFixed && { fixed: true }) });
  }

  function onMove(move: Input & { kind: "move" }): void {
    if (rest && move.t - rest.t >= REST_MS && counts.moves.length < MAX_MOVES) counts.moves.push([Math.round(rest.x), Math.round(rest.y + win.scrollY), Math.min(move.t - rest.t, ACTIVE_GAP_MS)]);
    if (rest?.target) {
      for (let node: Element | null = rest.target; node; node = node.parentElement) {
        const one = tracked.get(node);
        if (one) one.hover += Math.min(move.t - rest.t, ACTIVE_GAP_MS);
      }
    }
    rest = { x: move.x, y: move.y, t: move.t, target: move.target };
    const control = move.target && controlOf(move.target);
    if (control !== under?.control) under = control ? { control, since: move.t } : undefined;
  }

  function take(input: Input): void {
    if (input.t < view.startedAt) return;
    if (input.kind === "scroll" || input.kind === "visible") tick(input.t);
    if (input.kind === "visible") for (const one of tracked.values()) expose(one, input.t);
    if (input.kind === "click" || input.kind === "move" || input.kind === "scroll" || input.kind === "key") {
      counts.active += activeAt ? Math.min(input.t - activeAt, ACTIVE_GAP_MS) : 0;
      activeAt = input.t;
    }
    if (input.kind === "click") onClick(input);
    else if (input.kind === "move") onMove(input);
    else if (input.kind === "change") counts.changes += 1;
    else if (input.kind === "submit") counts.submits += 1;
  }

  function begin(next: View): void {
    observer.disconnect();
    view = next;
    part = 0;
    tracked = new Map();
    walker.currentNode = walker.root;
    counts = fresh();
    rest = under = undefined;
    depth = docHeight = activeAt = 0;
    top = win.scrollY;
    lastTick = isVisible() ? now() : 0;
    scan(now());
  }

  const summary: Summary = {
    begin,
    part(isLeaving) {
      const t = now();
      tick(t);
      if (part > 0 && !counts.active && !counts.clicks && !(isLeaving && counts.visible)) return null;
      const worth: [one: Tracked, exposedMs: number][] = [];
      for (const one of tracked.values()) {
        expose(one, t);
        const exposedMs = one.exposed >= EXPOSED_MS ? one.exposed - Math.max(one.told, EXPOSED_MS) : 0;
        if (exposedMs > 0 || one.clicks || one.hover >= HOVER_MS) worth.push([one, exposedMs]);
      }
      worth.sort(([a, aMs], [b, bMs]) => b.clicks - a.clicks || bMs - aMs);
      const elements = worth.slice(0, MAX_ELEMENTS).map(([one, exposedMs]) => {
        const said = {
          sel: selectorOf(one.element),
          place: placeOf(one.element),
          y_mid: Math.round(one.y),
          h: Math.round(one.h),
          ...(exposedMs > 0 && { exposed_ms: exposedMs }),
          ...(one.clicks && { clicks: one.clicks, first_click_ms: one.firstClick, ...(one.hesitation >= 0 && { hesitation_ms: one.hesitation }) }),
          ...(one.hover >= HOVER_MS && { hover_ms: one.hover }),
        };
        one.told = one.exposed;
        one.clicks = one.hover = 0;
        return said;
      });
      const told = {
        $part: part,
        $elapsed_ms: t - view.startedAt,
        $visible_ms: counts.visible,
        $active_ms: counts.active,
        $view_width: win.innerWidth,
        $view_height: win.innerHeight,
        $doc_width: doc.documentElement.scrollWidth,
        $doc_height: docHeight,
        $depth_px: Math.round(depth),
        $depth: docHeight ? round(Math.min(1, depth / docHeight)) : 1,
        $n_clicks: counts.clicks,
        $n_changes: counts.changes,
        $n_submits: counts.submits,
        bands_ms: counts.bands.map(Math.round),
        elements,
        clicks: counts.points,
        moves: counts.moves,
      };
      part += 1;
      counts = fresh();
      return told;
    },
  };

  begin(view);
  lastTick = isVisible() ? view.startedAt : 0;
  const stopReading = inputs.read(take, true);
  const stopLoad = listen(win, "load", () => scan(now()));
  summariseWith(summary);
  return () => {
    observer.disconnect();
    stopReading();
    stopLoad();
  };
};

function fresh() {
  return { visible: 0, active: 0, clicks: 0, changes: 0, submits: 0, bands: Array<number>(N_BANDS).fill(0), points: [] as object[], moves: [] as number[][] };
}

function round(share: number): number {
  return Math.round(share * 1000) / 1000;
}
