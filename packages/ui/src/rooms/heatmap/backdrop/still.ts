// The events of a recording from which one moment of a page is rebuilt, without anything that somebody did on it: no pointer, no scrolling, nothing typed.
// Lengths that follow the height of the screen become what they were, since the page is shown at its whole height. Must stay true: what goes in has passed `harmless.ts`,
// and what comes out has no event that did not go in.
import { EVENT, isRecord, NODE, SOURCE, type ReplayEvent, type SerializedNode } from "@/rooms/recording/replay/events.ts";

/** All of a page at a moment, ready to be drawn. */
export interface Still {
  events: ReplayEvent[];
  /** By the recorded clock. */
  at: number;
  width: number;
  viewHeight: number;
}

const DRAWN = new Set<unknown>([SOURCE.mutation, SOURCE.resize, SOURCE.rule, SOURCE.declaration, SOURCE.adopted]);

/** Null where no whole page comes before the moment. */
export function stillOf(events: ReplayEvent[], at: number, screen: { width: number; height: number }): Still | null {
  const begins = events.findLastIndex(({ type, timestamp }) => type === EVENT.whole && timestamp <= at);
  const whole = events[begins];
  if (!whole) return null;
  const css = (text: string) => withFixedScreen(text, screen);
  const meta: ReplayEvent = { type: EVENT.meta, timestamp: whole.timestamp, data: { href: "", width: screen.width, height: screen.height } };
  const page: ReplayEvent = { ...whole, data: { node: nodeWith(whole.data.node as SerializedNode, css), initialOffset: { top: 0, left: 0 } } };
  const after = events.slice(begins + 1).filter(({ type, timestamp, data }) => type === EVENT.change && DRAWN.has(data.source) && data.source !== SOURCE.resize && timestamp <= at);
  return { events: [meta, page, ...after.map((event) => ({ ...event, data: changeWith(event.data, css) }))], at, width: screen.width, viewHeight: screen.height };
}

// A class such as `h-100vh` or `h-\[50vh\]` is a name, not a length.
const SCREEN_LENGTH = /(?<![\w#[-])(?<!\\.)(-?(?:\d+\.?\d*|\.\d+))(?:[dsl]?(vh|vb|vmin|vmax))\b/gi;

/** `50vh` as it was on that screen. */
export function withFixedScreen(css: string, { width, height }: { width: number; height: number }): string {
  if (!/v(h|b|min|max)\b/i.test(css)) return css;
  return css.replace(SCREEN_LENGTH, (_, n: string, unit: string) => {
    const whole = /^vmin$/i.test(unit) ? Math.min(width, height) : /^vmax$/i.test(unit) ? Math.max(width, height) : height;
    return `${Math.round(Number(n) * whole) / 100}px`;
  });
}

type Css = (text: string) => string;

function nodeWith(node: SerializedNode, css: Css): SerializedNode {
  const next = { ...node };
  if (node.attributes) next.attributes = attributesWith(node.attributes, css);
  if (node.type === NODE.text && node.isStyle && node.textContent) next.textContent = css(node.textContent);
  if (node.childNodes) next.childNodes = node.childNodes.map((child) => nodeWith(child, css));
  return next;
}

function attributesWith(attributes: Record<string, unknown>, css: Css): Record<string, unknown> {
  const next = { ...attributes };
  for (const name of ["_cssText", "style"]) if (next[name] !== undefined) next[name] = everyText(next[name], css);
  return next;
}

function changeWith(data: Record<string, unknown>, css: Css): Record<string, unknown> {
  if (data.source !== SOURCE.mutation) return everyText(data, css) as Record<string, unknown>;
  const { adds, attributes } = data as { adds: { node: SerializedNode }[]; attributes: { attributes: Record<string, unknown> }[] };
  return {
    ...data,
    adds: adds.map((one) => ({ ...one, node: nodeWith(one.node, css) })),
    attributes: attributes.map((one) => ({ ...one, attributes: attributesWith(one.attributes, css) })),
  };
}

function everyText(value: unknown, css: Css): unknown {
  if (typeof value === "string") return css(value);
  if (Array.isArray(value)) return value.map((one) => everyText(one, css));
  return isRecord(value) ? Object.fromEntries(Object.entries(value).map(([name, one]) => [name, everyText(one, css)])) : value;
}
