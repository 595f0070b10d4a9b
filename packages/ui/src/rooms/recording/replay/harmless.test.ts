import { describe, expect, it } from "vitest";
import { hostilePieces } from "../../../../e2e/hostile.ts";
import { harmless } from "./harmless.ts";

const EVIL = "https://evil.example";
const node = (tagName: string, attributes: Record<string, unknown> = {}, childNodes: object[] = [], more: object = {}) => ({ type: 2, id: 5, tagName, attributes, childNodes, ...more });
const page = (...body: object[]) => ({ type: 2, timestamp: 1, data: { node: { type: 0, id: 1, childNodes: [{ type: 2, id: 2, tagName: "html", attributes: {}, childNodes: [{ type: 2, id: 3, tagName: "head", attributes: {}, childNodes: [] }, { type: 2, id: 4, tagName: "body", attributes: {}, childNodes: body }] }] }, initialOffset: { top: 0, left: 0 } } });
const change = (data: object) => ({ type: 3, timestamp: 1, data });

/** The first element of the body of the only event. */
function played(element: object): { tagName: string; attributes: Record<string, unknown>; isShadowHost?: boolean; isCustom?: boolean; childNodes: unknown[] } {
  const [event] = harmless([page(element)]).events;
  const root = event?.data.node as { childNodes: { childNodes: { childNodes: unknown[] }[] }[] };
  return root.childNodes[0]?.childNodes[1]?.childNodes[0] as ReturnType<typeof played>;
}

describe("a recording that is played", () => {
  it("names no foreign address and no script, wherever they were hidden", () => {
    for (const piece of hostilePieces(EVIL, "s", 1_000_000)) {
      // What people read is text and stays one; the texts of styles are no such texts.
      const said = JSON.stringify(harmless(piece.events).events, (_, value: Record<string, unknown>) => (value?.type === 3 && value.isStyle !== true ? null : value));
      for (const word of ["evil.example", "javascript:", "onerror", "onload", "onclick", "srcdoc", "http-equiv", "/api/me"]) expect(said.includes(word), word).toBe(false);
    }
  });

  it("says what it left out, and which style sheets are missing", () => {
    const [piece] = hostilePieces(EVIL, "s", 1_000_000, 900);
    const { trouble, missingStyles } = harmless(piece?.events);
    expect(missingStyles).toEqual([`${EVIL}/link.css`]);
    expect(trouble.missing_styles).toBe(1);
    expect(trouble.too_large).toBeGreaterThan(0);
    expect(trouble.malformed).toBeGreaterThan(3);
  });

  it("keeps what a page looks like", () => {
    expect(played(node("a", { href: "https://example.org/", class: "here", style: "color:red" })).attributes).toEqual({ href: "#", class: "here", style: "color:red" });
    expect(played(node("img", { src: "data:image/png;base64,AAAA", alt: "•••" })).attributes).toEqual({ src: "data:image/png;base64,AAAA", alt: "•••" });
    expect(played(node("input", { type: "checkbox", checked: true })).attributes).toEqual({ type: "checkbox", checked: true });
    expect(played(node("link", { rel: "stylesheet", _cssText: "a{color:red}" })).attributes).toEqual({ _cssText: "a{color:red}" });
  });

  it("marks what was left out of the recording, so that its place is seen", () => {
    expect(played(node("div", { rr_width: "20px", rr_height: "10px" })).attributes).toMatchObject({ "data-px-left-out": "", rr_width: "20px" });
  });

  it("makes no shadow and no element of its own where browsers refuse to", () => {
    expect(played(node("input", {}, [], { isShadowHost: true })).isShadowHost).toBeUndefined();
    expect(played(node("div", {}, [], { isShadowHost: true })).isShadowHost).toBe(true);
    expect(played(node("font-face", {}, [], { isCustom: true })).isCustom).toBeUndefined();
    expect(played(node("my-list", {}, [], { isCustom: true })).isCustom).toBe(true);
    expect(played(node("not a tag"))).toBeUndefined();
  });

  it.each([
    ["no list", "events"],
    ["a page without a root", [{ type: 2, timestamp: 1, data: { node: { type: 0, id: 1, childNodes: [] } } }]],
    ["a pointer that does what no pointer does", [change({ source: 2, type: 99, id: 1 })]],
    ["moves to nowhere", [change({ source: 1, positions: [] })]],
    ["a font", [change({ source: 10, fontSource: `url(${EVIL})` })]],
    ["media", [change({ source: 7, id: 1, type: 0 })]],
    ["a time that is none", [{ type: 4, timestamp: "soon", data: { width: 1, height: 1 } }]],
  ])("does without %s", (_, events) => {
    expect(harmless(events).events).toEqual([]);
  });

  it("passes on what people do", () => {
    const done = [change({ source: 1, positions: [{ x: 1, y: 2, id: 3, timeOffset: -10 }] }), change({ source: 2, type: 2, id: 3, x: 1, y: 2 }), change({ source: 3, id: 1, x: 0, y: 40 }), change({ source: 5, id: 3, text: "•••", isChecked: false })];
    expect(harmless(done).events).toEqual(done);
  });
});
