// What a person does and what the page answers, as one ordered stream (px.md 2.0). Events, summaries, detectors, sessions and recordings all read this one, so the page carries
// one set of listeners. Parts add what they alone need. No value that anybody typed is in it.
import { doc, guarded, later, listen, now, win } from "../browser.ts";
import { controlOf, selectorOf } from "./element.ts";

export interface Click {
  kind: "click";
  t: number;
  /** In the viewport. */
  x: number;
  y: number;
  /** What was hit, and the control around it. */
  target: Element;
  control: Element;
  selector: string;
  isPrimary: boolean;
  isTrusted: boolean;
  /** With a key that asks the browser for something else: a new tab, a menu. */
  isModified: boolean;
  isKeyboard: boolean;
  /** On a control that is switched off: the browser tells the page nothing of it. */
  isDisabled: boolean;
}

export type Input =
  | Click
  | { kind: "move"; t: number; x: number; y: number; target: Element | null; isPressed: boolean; isMouse: boolean }
  | { kind: "scroll"; t: number; y: number; viewHeight: number; docHeight: number; isPage: boolean }
  | { kind: "key"; t: number; element: Element }
  | { kind: "change"; t: number; element: Element; isEmpty: boolean }
  | { kind: "submit"; t: number; element: Element }
  | { kind: "visible"; t: number; isVisible: boolean }
  | { kind: "page"; t: number; page: string; navigation: Navigation }
  | { kind: "fault"; t: number; error: unknown; message: string; source: string }
  // From the part that looks for friction:
  | { kind: "focus" | "blur" | "invalid"; t: number; element: Element }
  | { kind: "selection" | "toggle" | "media" | "window" | "pinch" | "alert" | "leave"; t: number }
  | { kind: "mutation"; t: number; region: string }
  | { kind: "request"; t: number; id: number }
  | { kind: "response"; t: number; id: number; status: number; startedAt: number; url: string; method: string }
  // From the part that watches errors, for recordings:
  | { kind: "console"; t: number; level: string; text: string }
  // From the part that measures speed:
  | { kind: "vital"; t: number; name: "LCP" | "INP" | "CLS" | "FCP" | "TTFB"; value: number };

export type Navigation = "load" | "reload" | "back" | "push" | "replace" | "pop" | "session" | "manual";

/** What shows that somebody is there: a pointer, a key, a scroll, a navigation. Never timers or changes of the page. */
export const ACTIVITY = /^(click|move|scroll|key|change|submit|pinch|page)$/;

export interface Inputs {
  emit(input: Input): void;
  /** Every input from now on; with `missed`, the last two hundred first. */
  read(reader: (input: Input) => void, missed?: boolean): () => void;
  stop(): void;
}

const REMEMBERED = 200;
const MOVE_EVERY_MS = 50;
const SCROLL_EVERY_MS = 100;

export function watchInputs(): Inputs {
  const readers = new Set<(input: Input) => void>();
  const remembered: Input[] = [];
  const emit = (input: Input): void => {
    remembered.push(input);
    if (remembered.length > REMEMBERED) remembered.shift();
    for (const reader of readers) guarded(reader)(input);
  };
  const on = (type: string, inputOf: (element: Element, event: Event) => Input): (() => void) =>
    listen(win, type, (event) => {
      const element = targetOf(event);
      if (element) emit(inputOf(element, event));
    });
  const onFault = (error: unknown, message: string, source: string): void => emit({ kind: "fault", t: now(), error, message: message || String((error as Error | undefined)?.message ?? error), source });
  const stops = [
    on("click", (element, event) => clickOf(event as MouseEvent, element, false)),
    on("keydown", (element) => ({ kind: "key", t: now(), element })),
    on("change", (element) => ({ kind: "change", t: now(), element, isEmpty: !(element as HTMLInputElement).value })),
    on("submit", (element) => ({ kind: "submit", t: now(), element })),
    listen(win, "pointermove", atMostEvery(MOVE_EVERY_MS, emit, moveOf)),
    listen(win, "scroll", atMostEvery(SCROLL_EVERY_MS, emit, scrollOf)),
    listen(doc, "visibilitychange", () => emit({ kind: "visible", t: now(), isVisible: isVisible() })),
    // A picture that does not load is an event of its element, not a fault of the page's scripts.
    listen(win, "error", (event: ErrorEvent) => event.target === win && onFault(event.error, event.message, event.filename)),
    listen(win, "unhandledrejection", (event: PromiseRejectionEvent) => onFault(event.reason, "", "")),
  ];
  return {
    emit,
    read(reader, missed) {
      if (missed) remembered.forEach(guarded(reader));
      readers.add(reader);
      return () => readers.delete(reader);
    },
    stop() {
      stops.forEach((stop) => stop());
      readers.clear();
    },
  };
}

export const isVisible = (): boolean => doc.visibilityState === "visible";

export function clickOf(event: MouseEvent, target: Element, isDisabled: boolean): Click {
  const control = controlOf(target);
  // A key that clicks points nowhere: the middle of the control stands for it.
  const isKeyboard = event.detail === 0 && !isDisabled;
  const box = control.getBoundingClientRect();
  return {
    kind: "click",
    t: now(),
    x: isKeyboard ? box.left + box.width / 2 : event.clientX,
    y: isKeyboard ? box.top + box.height / 2 : event.clientY,
    target,
    control,
    selector: selectorOf(control),
    isPrimary: event.button === 0,
    isTrusted: event.isTrusted,
    isModified: event.metaKey || event.ctrlKey || event.shiftKey || event.altKey,
    isKeyboard,
    isDisabled,
  };
}

/** The innermost element that an event is about, inside shadow trees too. */
export function targetOf(event: Event): Element | null {
  const first = event.composedPath()[0] as Node | undefined;
  const element = first?.nodeType === 3 ? first.parentElement : first;
  return element?.nodeType === 1 ? (element as Element) : null;
}

function moveOf(event: PointerEvent): Input {
  return { kind: "move", t: now(), x: event.clientX, y: event.clientY, target: targetOf(event), isPressed: event.buttons > 0, isMouse: event.pointerType === "mouse" };
}

function scrollOf(event: Event): Input {
  return { kind: "scroll", t: now(), y: win.scrollY, viewHeight: win.innerHeight, docHeight: doc.documentElement.scrollHeight, isPage: event.target === doc };
}

/** The first at once, then not more often than that; of those that fall between, the last. */
function atMostEvery<E>(everyMs: number, emit: (input: Input) => void, inputOf: (event: E) => Input): (event: E) => void {
  let last = 0;
  let pending: Input | undefined;
  return (event) => {
    const input = inputOf(event);
    if (pending) pending = input;
    else if (input.t - last >= everyMs) {
      last = input.t;
      emit(input);
    } else {
      pending = input;
      later(everyMs, () => {
        last = now();
        if (pending) emit(pending);
        pending = undefined;
      });
    }
  };
}
