// What a page answers: changes of its elements, requests, focus, selections, dialogs. The page's own fetch and XMLHttpRequest are heard, never changed in what they do or give back.
import { guarded, listen, native, now, win, doc } from "../browser.ts";
import { isEditable, selectorOf } from "../page/element.ts";
import { clickOf, targetOf, type Inputs } from "../page/inputs.ts";
import type { Masking } from "../masking/level.ts";

const REGION = "[id],main,nav,header,footer,aside,section,article,form,dialog,[role]";
const ALERT = "[role=alert],[aria-live=assertive],.error,.errors,.invalid-feedback,.field-error";
/** Those whose change a person may see. */
const SHOWN_ATTRIBUTES = ["class", "style", "hidden", "open", "disabled", "src", "aria-invalid", "aria-expanded", "aria-selected", "aria-checked", "aria-pressed", "aria-hidden"];
const MAX_RECORDS = 60;
const MAX_REGIONS = 5;
const PRESS_MS = 1000;
let nRequests = 0;

/** `own` are the addresses that the tag itself sends to. */
export function watchPage(inputs: Inputs, masking: Masking, own: string[]): () => void {
  const stops = [...watchEvents(inputs), watchMutations(inputs), watchRequests(inputs, masking, own)];
  return () => stops.forEach((stop) => stop());
}

function watchEvents({ emit }: Inputs): (() => void)[] {
  let pressed: { target: Element; t: number } | undefined;
  let clickedAt = 0;
  let selectedAt = 0;
  return [
    listen(win, "focusin focusout invalid", (event) => {
      const element = targetOf(event);
      if (element) emit({ kind: event.type === "focusin" ? "focus" : event.type === "focusout" ? "blur" : "invalid", t: now(), element });
    }),
    listen(doc, "selectionchange", () => {
      const t = now();
      // A click moves the caret; only a selection that holds something is an answer. In fields, any change is.
      const isAnswer = !win.getSelection()?.isCollapsed || (doc.activeElement !== null && isEditable(doc.activeElement));
      if (isAnswer && t - selectedAt > 50) emit({ kind: "selection", t });
      selectedAt = t;
    }),
    listen(doc, "toggle fullscreenchange", () => emit({ kind: "toggle", t: now() })),
    listen(doc, "play pause", () => emit({ kind: "media", t: now() })),
    listen(win, "focus blur", (event) => event.target === win && emit({ kind: "window", t: now() })),
    // The browser asks a server for another page: a request that ends with this one.
    listen(win, "beforeunload", () => emit({ kind: "request", t: now(), id: (nRequests += 1) })),
    listen(win, "pagehide", () => emit({ kind: "leave", t: now() })),
    listen(win, "touchstart", (event: TouchEvent) => event.touches.length === 2 && emit({ kind: "pinch", t: now() })),
    listen(win, "orientationchange", () => emit({ kind: "pinch", t: now() })),
    // A control that is switched off swallows its clicks; the pointer upon it is still seen.
    listen(win, "click", () => {
      clickedAt = now();
    }),
    listen(win, "pointerdown", (event: PointerEvent) => {
      const target = targetOf(event);
      pressed = target && event.button === 0 ? { target, t: now() } : undefined;
    }),
    listen(win, "pointerup", (event: PointerEvent) => {
      const target = targetOf(event);
      if (target && pressed?.target === target && now() - pressed.t < PRESS_MS && target.closest(":disabled") && now() - clickedAt > 20) emit(clickOf(event, target, true));
      pressed = undefined;
    }),
  ];
}

function watchMutations({ emit }: Inputs): () => void {
  const observer = new (native("MutationObserver"))(
    guarded((records: MutationRecord[]) => {
      const t = now();
      const regions = new Set<string>();
      let hasAlert = false;
      for (const record of records.slice(0, MAX_RECORDS)) {
        const element = record.target.nodeType === 1 ? (record.target as Element) : record.target.parentElement;
        if (!element || isOurs(element)) continue;
        if (regions.size < MAX_REGIONS) regions.add(selectorOf(element.closest(REGION) ?? element));
        if (record.attributeName === "aria-invalid" && element.getAttribute("aria-invalid") === "true" && record.oldValue !== "true") emit({ kind: "invalid", t, element });
        hasAlert ||= (record.type !== "attributes" || record.attributeName !== "class") && isAlert(element, record);
      }
      for (const region of regions) emit({ kind: "mutation", t, region });
      if (hasAlert) emit({ kind: "alert", t });
    }) as MutationCallback,
  );
  const observe = (root: Node): void => observer.observe(root, { subtree: true, childList: true, characterData: true, attributeOldValue: true, attributeFilter: SHOWN_ATTRIBUTES });
  observe(doc);
  const roots = new WeakSet<Node>();
  // Open shadow trees are watched from the first click in them on.
  const stop = listen(win, "click", (event) => {
    for (const place of event.composedPath()) {
      if (!(place instanceof win.ShadowRoot) || roots.has(place)) continue;
      roots.add(place);
      observe(place);
    }
  });
  return () => {
    observer.disconnect();
    stop();
  };
}

function isOurs(element: Element): boolean {
  return element.closest("[data-px-widget]") !== null;
}

/** A message that something is wrong: it came, or it got words. */
function isAlert(element: Element, record: MutationRecord): boolean {
  if (element.closest(ALERT)?.textContent?.trim()) return true;
  return [...record.addedNodes].some((node) => {
    const added = node.nodeType === 1 ? (node as Element) : null;
    const found = added?.matches(ALERT) ? added : added?.querySelector(ALERT);
    return !!found?.textContent?.trim();
  });
}

function watchRequests({ emit }: Inputs, masking: Masking, own: string[]): () => void {
  let isOver = false;
  const begin = (method: string, address: string): ((status: number) => void) => {
    const request = { id: (nRequests += 1), startedAt: now(), method: method.toUpperCase(), url: masking.href(address) };
    if (!isOver) emit({ kind: "request", t: request.startedAt, id: request.id });
    return (status) => {
      // Below 0: the page itself gave it up.
      if (!isOver) emit({ kind: "response", t: now(), status, ...request });
    };
  };

  const pageFetch = win.fetch;
  const heardFetch = function (this: unknown, ...values: Parameters<typeof win.fetch>): Promise<Response> {
    const answer = pageFetch.apply(this as Window, values);
    guarded(() => {
      const [what, options] = values;
      const given = what instanceof win.Request ? what : undefined;
      // What outlives the page or hides its answer is a message to a counter, not the page's work.
      if (options?.keepalive || given?.keepalive || options?.mode === "no-cors") return;
      const address = given?.url ?? String(what);
      if (own.some((one) => address.startsWith(one))) return;
      const end = begin(options?.method ?? given?.method ?? "GET", address);
      answer.then(
        (response) => end(response.status),
        (error: unknown) => end((error as Error | undefined)?.name === "AbortError" || doc.visibilityState === "hidden" ? -1 : 0),
      );
    })();
    return answer;
  };
  guarded(() => {
    win.fetch = heardFetch;
  })();

  const requests = win.XMLHttpRequest.prototype;
  const { open, send } = requests;
  const opened = new WeakMap<XMLHttpRequest, [string, string]>();
  const heardOpen = function (this: XMLHttpRequest, ...values: [string, string | URL]): void {
    opened.set(this, [values[0], String(values[1])]);
    return (open as (...all: unknown[]) => void).apply(this, values);
  };
  const heardSend = function (this: XMLHttpRequest, ...values: Parameters<typeof send>): void {
    guarded(() => {
      const [method, address] = opened.get(this) ?? ["GET", ""];
      const end = begin(method, address);
      let isAborted = false;
      this.addEventListener("abort", () => {
        isAborted = true;
      });
      this.addEventListener("loadend", () => end(isAborted ? -1 : this.status));
    })();
    return send.apply(this, values);
  };
  guarded(() => {
    requests.open = heardOpen as typeof open;
    requests.send = heardSend;
  })();

  return () => {
    isOver = true;
    // Given back only where nobody else has wrapped them since.
    if (win.fetch === heardFetch) win.fetch = pageFetch;
    if (requests.open === (heardOpen as typeof open)) requests.open = open;
    if (requests.send === heardSend) requests.send = send;
  };
}
