// Every signal in both directions: it fires on what it is for, and stays silent on what looks like it.
import { describe, expect, test } from "vitest";
import { answer } from "./detectors/answer.ts";
import { fault as faults } from "./detectors/fault.ts";
import { makeForms, type FormSummary } from "./detectors/form.ts";
import { makePages } from "./detectors/pages.ts";
import { bounce, hesitation, thrash, zoom } from "./detectors/pointer.ts";
import { rage, repeated } from "./detectors/rage.ts";
import { slowPage } from "./detectors/speed.ts";
import type { MakeDetector, Seen } from "./detector.ts";
import { at, click, fault, field, found, move, mutation, names, page, request, response, scroll, tracked } from "./streams.ts";

type Case = [why: string, stream: Seen[], expected: string[]];
function check(make: () => MakeDetector, cases: Case[]): void {
  test.each(cases)("%s", (_, stream, expected) => expect(names(make(), stream)).toEqual(expected));
}
const pages = (): MakeDetector => makePages({ read: () => [], write: () => undefined });
const forms = (): MakeDetector => makeForms(() => undefined);

describe("F1 rage_click", () => {
  check(() => rage, [
    ["three fast clicks", [click(0), click(300), click(600)], ["rage_click"]],
    ["ten fast clicks are one", Array.from({ length: 10 }, (_, i) => click(i * 200)), ["rage_click"]],
    ["on a control that is switched off", [click(0, "#send", { isDisabled: true }), click(300, "#send", { isDisabled: true }), click(600, "#send", { isDisabled: true })], ["rage_click"]],
    ["near each other on different elements", [click(0, "#a"), click(300, "#b", { x: 110 }), click(600, "#c", { x: 105 })], ["rage_click"]],
    ["two clicks", [click(0), click(300)], []],
    ["a second and more between them", [click(0), click(1100), click(2200)], []],
    ["far from each other", [click(0, "#a"), click(300, "#b", { x: 300 }), click(600, "#c", { x: 500 })], []],
    ["on a stepper", [0, 200, 400, 600].map((t) => click(t, "#next", { isStepper: true })), []],
    ["in a field", [0, 200, 400].map((t) => click(t, "#name", { isEditable: true })), []],
    ["a triple click that selects a paragraph", [0, 150, 300].map((t) => click(t, "p", { isInteractive: false, selectsText: true })), []],
    ["four clicks on a text are rage, though they select it", [0, 150, 300, 450].map((t) => click(t, "p", { isInteractive: false, selectsText: true })), ["rage_click"]],
    ["on a map", [0, 200, 400].map((t) => click(t, "#map", { isClickedForFun: true })), []],
    ["made by a script", [0, 200, 400].map((t) => click(t, "#save", { isTrusted: false })), []],
    ["by keyboard", [0, 200, 400].map((t) => click(t, "#save", { isKeyboard: true })), []],
    ["marked to be ignored", [0, 200, 400].map((t) => click(t, "#save", { isIgnored: true })), []],
  ]);
  test("says how many, how long, and whether the page answered", () => {
    expect(found(rage, [click(0), click(300), mutation(400), click(600)])[0]).toMatchObject({ t: 0, selector: "#save", detail: { $clicks: 3, $duration_ms: 600, $answered: true } });
  });
  test("constants are settings", () => {
    expect(names(rage, [click(0), click(300), click(600)], { rageClicks: 4 })).toEqual([]);
    expect(names(rage, [click(0), click(1100), click(2200)], { rageGapMs: 1500 })).toEqual(["rage_click"]);
  });
});

describe("F2 dead_click, F3 slow_click: one outcome for each click", () => {
  check(() => answer, [
    ["nothing happens", [click(0)], ["dead_click"]],
    ["the page changes at once", [click(0), mutation(100)], []],
    ["the page changes after a second and a half", [click(0), mutation(1500)], ["slow_click"]],
    ["the page changes too late to be the answer", [click(0), mutation(2600)], ["dead_click"]],
    ["another page", [click(0), page(200, "/next")], []],
    ["the browser leaves", [click(0), at("leave", 300)], []],
    ["a link", [click(0, "#link", { isLink: true })], []],
    ["two clicks that select a word", [click(0, "p", { isInteractive: false }), click(180, "p", { isInteractive: false, selectsText: true })], []],
    ["a field", [click(0, "#name", { isEditable: true })], []],
    ["a list, a file, a frame", [click(0, "#list", { answersUnseen: true })], []],
    ["the ground of the page", [click(0, "body", { isGround: true })], []],
    ["with Ctrl", [click(0, "#save", { isModified: true })], []],
    ["it scrolls", [click(0), scroll(80, 600)], []],
    ["it scrolls much later", [click(0), scroll(900, 600)], ["dead_click"]],
    ["text is selected", [click(0), at("selection", 50)], []],
    ["a window opens", [click(0), at("window", 700)], []],
    ["a dialog opens", [click(0), at("toggle", 200)], []],
    ["a film plays", [click(0), at("media", 200)], []],
    ["a field gets the focus", [click(0), field("focus", 50)], []],
    ["a box is ticked", [click(0, "#box"), field("change", 5, "box")], []],
    ["the form refuses", [click(0, "#go"), field("invalid", 5)], []],
    ["the same element again within a second is not counted twice", [click(0), click(500)], ["dead_click"]],
    ["a request that ends, and nothing to see", [click(0), request(50, 1), response(900, 1, 200, 50)], []],
    ["a request, and its answer shown after five seconds", [click(0), request(50, 1), response(5000, 1, 200, 50), mutation(5020)], ["slow_click"]],
    ["a request that never ends", [click(0), request(50, 1)], ["dead_click"]],
    ["a request that is not of the click", [click(0), request(2000, 1)], ["dead_click"]],
  ]);
  test("a part of the page that changes by itself answers no click", () => {
    const ticker = [0, 2000, 4000, 6000].map((t) => mutation(t, "#ticker"));
    expect(names(answer, [...ticker, click(7000), mutation(7500, "#ticker")])).toEqual(["dead_click"]);
    expect(names(answer, [...ticker, click(7000), mutation(7500, "#ticker"), mutation(7600, "main")])).toEqual([]);
  });
  test("later than three seconds is worse", () => {
    expect(found(answer, [click(0), request(50, 1), mutation(1500)])[0]?.severity).toBe(1);
    expect(found(answer, [click(0), request(50, 1), mutation(3500)])[0]?.severity).toBe(2);
  });
  test("tells a broken control from what only looks like one, and what belongs to a rage click", () => {
    expect(found(answer, [click(0, "h1", { looksClickable: false })])[0]?.detail).toMatchObject({ $looks_clickable: false });
    expect(found(answer, [click(0), click(300), click(600)])[0]?.detail).toMatchObject({ $in_rage: true });
  });
});

describe("F4 error_click, F12 js_error, F13 failed_request", () => {
  check(() => faults, [
    ["an error right after a click", [click(0), fault(200)], ["error_click"]],
    ["an error by itself", [fault(200)], ["js_error"]],
    ["an error long after a click", [click(0), fault(1500)], ["js_error"]],
    ["the same error again within five seconds", [fault(0), fault(1000)], ["js_error"]],
    ["another error", [fault(0), fault(1000, "y is null")], ["js_error", "js_error"]],
    ["two errors of one click", [click(0), fault(100), fault(200, "y is null")], ["error_click"]],
    ["a request of the click fails", [click(0), request(100, 1), response(900, 1, 500, 100)], ["error_click"]],
    ["the network fails", [click(0), request(100, 1), response(900, 1, 0, 100)], ["error_click"]],
    ["an answer that is expected", [click(0), request(100, 1), response(900, 1, 422, 100)], []],
    ["not expected", [click(0), request(100, 1), response(900, 1, 418, 100)], ["error_click"]],
    ["the page gave it up itself", [click(0), request(100, 1), response(900, 1, -1, 100)], []],
    ["a request a while after something was done", [click(0), request(4000, 1), response(4500, 1, 503, 4000)], ["failed_request"]],
    ["a request of nobody", [click(0), request(20_000, 1), response(20_500, 1, 503, 20_000)], []],
  ]);
});

describe("F5 repeated_clicks", () => {
  check(() => repeated, [
    ["three times within half a minute", [click(0), click(5000), click(10_000)], ["repeated_clicks"]],
    ["once for each run", [0, 5000, 10_000, 15_000, 20_000].map((t) => click(t)), ["repeated_clicks"]],
    ["one burst", [click(0), click(300), click(600)], []],
    ["over a minute", [click(0), click(29_000), click(58_000)], []],
    ["on different controls", [click(0, "#a"), click(5000, "#b"), click(10_000, "#c")], []],
    ["a stepper", [0, 5000, 10_000].map((t) => click(t, "#next", { isStepper: true })), []],
    ["a field", [0, 5000, 10_000].map((t) => click(t, "#name", { isEditable: true })), []],
    ["on another page", [click(0), page(1000, "/b"), click(5000), page(6000, "/a"), click(10_000)], []],
  ]);
});

describe("F6 u_turn, back_and_forth, loop; F10 reload_burst", () => {
  check(pages, [
    ["there and back within seven seconds", [page(0, "/a", "load"), page(5000, "/b"), click(5500), page(9000, "/a")], ["u_turn"]],
    ["there, a look, and back", [page(0, "/a", "load"), page(5000, "/b"), page(20_000, "/a")], []],
    ["there, sent a form, and back", [page(0, "/a", "load"), page(5000, "/b"), field("submit", 6000), page(7000, "/a")], []],
    ["a redirect is no visit", [page(0, "/a", "load"), page(5000, "/b"), page(5100, "/a")], []],
    ["over the sign-in page", [page(0, "/a", "load"), page(5000, "/login"), click(5500), page(9000, "/a")], []],
    ["to and fro", [page(0, "/a", "load"), page(20_000, "/b"), page(40_000, "/a"), page(60_000, "/b")], ["back_and_forth"]],
    ["to and fro, slowly", [page(0, "/a", "load"), page(60_000, "/b"), page(120_000, "/a"), page(190_000, "/b")], []],
    ["around", [page(0, "/a", "load"), page(10_000, "/b"), page(20_000, "/a"), page(30_000, "/c"), page(40_000, "/a")], ["loop"]],
    ["a list and its details", [page(0, "/list", "load"), ...[1, 2, 3].flatMap((n) => [page(n * 20_000, "/item/:id", "push", `/item/${n}`), page(n * 20_000 + 10_000, "/list")])], []],
    ["the same page reloaded twice", [page(0, "/a", "load"), page(5000, "/a", "reload"), page(9000, "/a", "reload")], ["reload_burst"]],
    ["reloaded once", [page(0, "/a", "load"), page(5000, "/a", "reload")], []],
    ["reloaded now and then", [page(0, "/a", "load"), page(5000, "/a", "reload"), page(60_000, "/a", "reload")], []],
  ]);
});

const zigzag = (n: number, width: number): Seen[] => Array.from({ length: n }, (_, i) => move(i * 50, i % 2 ? 300 + width : 300, 300));

describe("F7 thrashed_cursor", () => {
  check(() => thrash, [
    ["to and fro for a second and a half", zigzag(30, 120), ["thrashed_cursor"]],
    ["a straight way", Array.from({ length: 30 }, (_, i) => move(i * 50, i * 60)), []],
    ["a tremble", zigzag(30, 10), []],
    ["with the button held", Array.from({ length: 30 }, (_, i) => move(i * 50, i % 2 ? 420 : 300, 300, { isPressed: true })), []],
    ["a finger", Array.from({ length: 30 }, (_, i) => move(i * 50, i % 2 ? 420 : 300, 300, { isMouse: false })), []],
    ["only for a moment", zigzag(10, 120), []],
  ]);
});

describe("F8 scroll_bounce", () => {
  const bounces = (n: number): Seen[] => [page(0, "/a", "load"), ...Array.from({ length: n }, (_, i) => scroll(1000 + i * 500, i % 2 ? 200 : 1200, 40_000))];
  check(() => bounce, [
    ["up and down", bounces(10), ["scroll_bounce"]],
    ["reading down", [page(0, "/a", "load"), ...Array.from({ length: 20 }, (_, i) => scroll(i * 500, i * 150))], []],
    ["once back to the top", bounces(3), []],
    ["small corrections", [page(0, "/a", "load"), ...Array.from({ length: 30 }, (_, i) => scroll(i * 200, i * 80 - (i % 2) * 120))], []],
    ["four times the length of the page", [page(0, "/a", "load"), ...[0, 1200, 0, 1200, 0, 1200, 0].map((y, i) => scroll(1000 + i * 500, y, 1800))], ["scroll_bounce"]],
  ]);
});

describe("F9 forms", () => {
  const filled = (t: number, name = "email"): Seen[] => [field("focus", t, name), field("change", t + 500, name), field("blur", t + 600, name)];
  check(forms, [
    ["given up", [...filled(0), at("leave", 5000)], ["form_abandon"]],
    ["sent, and another page", [...filled(0), field("submit", 2000), page(2500, "/thanks")], []],
    ["sent, and the browser leaves", [...filled(0), field("submit", 2000), at("leave", 6000)], []],
    ["only looked at", [field("focus", 0), field("blur", 500), at("leave", 5000)], []],
    ["a filter that is no form", [field("change", 0, "q", { isForm: false, form: "main" }), at("leave", 5000)], []],
    ["changed a third time", [...filled(0), ...filled(2000), ...filled(4000), field("submit", 6000), page(6500, "/thanks")], ["form_refill"]],
    ["one of several, tried in turn", [...[0, 500, 1000, 1500].map((t) => field("change", t, "segment", { isChoice: true })), field("submit", 6000), page(6500, "/thanks")], []],
    ["corrected once", [...filled(0), ...filled(2000), field("submit", 6000), page(6500, "/thanks")], []],
    ["refused by the browser, in three fields at once", [field("invalid", 0, "a"), field("invalid", 1, "b"), field("invalid", 2, "c"), at("leave", 9000)], ["validation_error"]],
    ["refused by the page", [...filled(0), field("submit", 2000), at("alert", 2500), field("submit", 90_000), page(90_500, "/thanks")], ["validation_error"]],
    ["a message that has nothing to do with it", [...filled(0), at("alert", 1000), field("submit", 2000), page(2500, "/thanks")], []],
    ["sent twice", [...filled(0), field("submit", 2000), field("submit", 9000), page(9500, "/thanks")], ["submit_retry"]],
    ["emptied after it was refused", [...filled(0), field("submit", 2000), at("alert", 2500), field("change", 4000, "email", { isEmpty: true }), field("submit", 90_000), page(90_500, "/thanks")], ["validation_error", "form_refill"]],
  ]);
  test("an event that the site named is a success, until something is changed again", () => {
    const settings = { successEvents: ["Draft kept"] };
    expect(names(forms(), [...filled(0), tracked(2000, "Draft kept"), at("leave", 5000)], settings)).toEqual([]);
    expect(names(forms(), [...filled(0), tracked(2000, "Draft kept"), ...filled(3000), at("leave", 5000)], settings)).toEqual(["form_abandon"]);
    expect(names(forms(), [...filled(0), tracked(2000, "Menu opened"), at("leave", 5000)], settings)).toEqual(["form_abandon"]);
  });
  test("tells how long each field took, and the last one", () => {
    const told: FormSummary[] = [];
    names(makeForms((ended) => told.push(...ended)), [...filled(0, "email"), ...filled(1000, "company"), at("leave", 5000)]);
    expect(told).toEqual([{ form: "#signup", last_field: "company", n_submits: 0, fields: [{ field: "email", changes: 1, ms: 600 }, { field: "company", changes: 1, ms: 600 }] }]);
  });
});

describe("F11 slow_page, F14 hesitation, F15 zoom_burst", () => {
  const vital = (name: "LCP" | "INP" | "CLS", value: number): Seen => ({ kind: "vital", t: 3000, name, value });
  check(() => slowPage, [
    ["shown late", [page(0, "/a", "load"), vital("LCP", 4500), at("leave", 9000)], ["slow_page"]],
    ["told once", [page(0, "/a", "load"), vital("LCP", 4500), vital("INP", 900), vital("CLS", 0.4), at("leave", 9000)], ["slow_page"]],
    ["shown in time", [page(0, "/a", "load"), vital("LCP", 2000), vital("INP", 150), vital("CLS", 0.05), at("leave", 9000)], []],
  ]);
  test("half as bad below the limit", () => expect(found(slowPage, [page(0, "/a", "load"), vital("LCP", 3000), at("leave", 9000)])[0]?.severity).toBe(0.5));
  check(() => hesitation, [
    ["looked at for six seconds", [{ kind: "hover", t: 0, selector: "#buy" }, click(6000, "#buy")], ["hesitation"]],
    ["clicked at once", [{ kind: "hover", t: 0, selector: "#buy" }, click(600, "#buy")], []],
    ["stopped while typing", [field("key", 0), field("key", 12_000)], ["hesitation"]],
    ["typed, went on to the next field", [field("key", 0), field("blur", 500), field("key", 12_000)], []],
  ]);
  check(() => zoom, [
    ["pinched twice", [at("pinch", 0), at("pinch", 4000)], ["zoom_burst"]],
    ["pinched once", [at("pinch", 0)], []],
    ["now and then", [at("pinch", 0), at("pinch", 20_000)], []],
  ]);
});
