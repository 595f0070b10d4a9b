// Streams of inputs for the detectors' tests, written as a person would tell them.
import { FRICTION } from "./settings.ts";
import type { Found, MakeDetector, Seen, SeenClick, SeenField } from "./detector.ts";

const control = (selector: string): Element => ({ selector }) as unknown as Element;
const controls = new Map<string, Element>();

export function click(t: number, selector = "#save", more: Partial<SeenClick> = {}): SeenClick {
  if (!controls.has(selector)) controls.set(selector, control(selector));
  const element = controls.get(selector) as Element;
  return {
    kind: "click", t, x: 100, y: 100, target: element, control: element, selector, isPrimary: true, isTrusted: true, isModified: false, isKeyboard: false, isDisabled: false,
    isEditable: false, isInteractive: true, looksClickable: true, isStepper: false, isClickedForFun: false, answersUnseen: false, isLink: false, isGround: false, selectsText: false, isIgnored: false,
    ...more,
  };
}
export const mutation = (t: number, region = "main"): Seen => ({ kind: "mutation", t, region });
export const page = (t: number, name: string, navigation: "load" | "push" | "reload" | "pop" = "push", address = name): Seen => ({ kind: "page", t, page: name, address, navigation });
export const scroll = (t: number, y: number, docHeight = 4000): Seen => ({ kind: "scroll", t, y, viewHeight: 800, docHeight, isPage: true });
export const move = (t: number, x: number, y = 300, more: { isPressed?: boolean; isMouse?: boolean } = {}): Seen => ({ kind: "move", t, x, y, target: null, isPressed: false, isMouse: true, ...more });
export const field = (kind: SeenField["kind"], t: number, name = "email", more: Partial<SeenField> = {}): Seen => ({ kind, t, field: name, form: "#signup", isForm: true, isEditable: true, isEmpty: false, isChoice: false, ...more });
export const request = (t: number, id: number): Seen => ({ kind: "request", t, id });
export const response = (t: number, id: number, status: number, startedAt: number): Seen => ({ kind: "response", t, id, status, startedAt, url: "/api", method: "POST" });
export const at = (kind: "selection" | "toggle" | "media" | "window" | "pinch" | "alert" | "leave", t: number): Seen => ({ kind, t });
export const tracked = (t: number, name: string): Seen => ({ kind: "event", t, name });
export const fault = (t: number, message = "x is not a function"): Seen => ({ kind: "fault", t, error: new TypeError(message), message, source: "" });

/** What a detector finds in a stream, time going on for a while after it; each as `name` or `name:severity`. */
export function found(make: MakeDetector, stream: Seen[], settings = {}): Found[] {
  const told: Found[] = [];
  const detector = make({ ...FRICTION, ...settings }, (one) => told.push(one));
  let t = stream[0]?.t ?? 0;
  for (const input of stream) {
    for (; t < input.t; t += 250) detector.settle?.(t);
    detector.take(input);
  }
  for (const end = t + 12_000; t < end; t += 250) detector.settle?.(t);
  return told;
}
export const names = (make: MakeDetector, stream: Seen[], settings = {}): string[] => found(make, stream, settings).map((one) => one.name);
