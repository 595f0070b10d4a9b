// Page views: a load, or a change of history that changes the page's name. Works for classic sites and for applications of one page.
import { doc, guarded, listen, now, randomId, win } from "../browser.ts";
import type { Inputs, Navigation } from "./inputs.ts";
import { pageOf } from "./url.ts";

export interface View {
  id: string;
  page: string;
  href: string;
  /** The page before it: on this site, or the one that led here. */
  referrer: string;
  navigation: Navigation;
  startedAt: number;
}

export interface Views {
  current(): View | undefined;
  /** Ends the view that goes on and begins another; without a word on how, the first one of this document. */
  begin(navigation?: Navigation, name?: string): void;
  stop(): void;
}

interface Watch {
  inputs: Inputs;
  isAutomatic: boolean;
  hasHashRouter: boolean;
  onBegin(view: View): void;
  onEnd(view: View): void;
}

export function watchViews({ inputs, isAutomatic, hasHashRouter, onBegin, onEnd }: Watch): Views {
  let view: View | undefined;
  const begin = (navigation: Navigation = navigationOfLoad(), name?: string): void => {
    const href = win.location.href;
    const before = view;
    const next: View = { id: randomId(), page: name ?? pageOf(href, hasHashRouter), href, referrer: before?.href ?? doc.referrer, navigation, startedAt: now() };
    // While the view before is still the current one: what is told because it ends is told of it, and is in its last summary.
    inputs.emit({ kind: "page", t: next.startedAt, page: next.page, navigation });
    if (before) guarded(onEnd)(before);
    // Telling it may have found that the session was over, and so begun a view of this page already.
    if (view !== before && !name) return;
    view = next;
    guarded(onBegin)(view);
  };
  const onHistory = (navigation: Navigation): void => {
    if (view && pageOf(win.location.href, hasHashRouter) !== view.page) begin(navigation);
  };
  const stops = isAutomatic
    ? [
        onCall("pushState", () => onHistory("push")),
        onCall("replaceState", () => onHistory("replace")),
        listen(win, "popstate hashchange", () => onHistory("pop")),
        // Out of the back-forward cache: seen anew, though nothing was loaded.
        listen(win, "pageshow", (event: PageTransitionEvent) => {
          if (event.persisted) begin("back");
        }),
      ]
    : [];
  return { current: () => view, begin, stop: () => stops.forEach((stop) => stop()) };
}

function navigationOfLoad(): Navigation {
  const type = guarded(() => (win.performance.getEntriesByType("navigation")[0] as PerformanceNavigationTiming | undefined)?.type)();
  return type === "reload" ? type : type === "back_forward" ? "back" : "load";
}

/** Hears of calls of the page's own history; what the call does and returns stays as it is. */
function onCall(name: "pushState" | "replaceState", heard: () => void): () => void {
  const { history } = win;
  const before = history[name];
  let isHearing = true;
  const hear = guarded(() => {
    if (isHearing) heard();
  });
  guarded(() => {
    history[name] = function (this: History, ...values: Parameters<History["pushState"]>) {
      before.apply(this, values);
      hear();
    };
  })();
  return () => {
    isHearing = false;
  };
}
