// F1 rage_click: three clicks or more in one place, each within a second of the one before. Told once, when it is over.
// F5 repeated_clicks: the same control clicked three times within half a minute, not in one burst.
import { lastOf, type MakeDetector, type SeenClick } from "../detector.ts";

export const rage: MakeDetector = (settings, emit) => {
  let cluster: SeenClick[] = [];
  let hasAnswer = false;

  function close(): void {
    const [first] = cluster;
    const last = lastOf(cluster);
    // A double or triple click that selects a text is how texts are selected.
    const isSelection = cluster.length <= 3 && cluster.some((click) => click.selectsText && !click.isInteractive);
    if (first && last && cluster.length >= settings.rageClicks && !isSelection) {
      emit({ name: "rage_click", t: first.t, selector: first.selector, severity: 1, detail: { $clicks: cluster.length, $duration_ms: last.t - first.t, $answered: hasAnswer } });
    }
    cluster = [];
    hasAnswer = false;
  }

  function belongs(click: SeenClick): boolean {
    const last = lastOf(cluster);
    if (!last || click.t - last.t > settings.rageGapMs) return false;
    const mean = (of: (one: SeenClick) => number): number => cluster.reduce((sum, one) => sum + of(one), 0) / cluster.length;
    return click.selector === last.selector || Math.hypot(click.x - mean((one) => one.x), click.y - mean((one) => one.y)) <= settings.rageRadiusPx;
  }

  return {
    take(input) {
      if (input.kind === "page" || input.kind === "leave") {
        hasAnswer ||= cluster.length > 0 && input.kind === "page";
        close();
      } else if (input.kind === "mutation" && cluster.length) hasAnswer = true;
      if (input.kind !== "click" || !input.isTrusted || !input.isPrimary || input.isKeyboard) return;
      const counts = !input.isIgnored && !input.isEditable && !input.isStepper && !input.isClickedForFun;
      if (!counts || !belongs(input)) close();
      if (counts) cluster.push(input);
    },
    settle(t) {
      const last = lastOf(cluster);
      if (last && t - last.t > settings.rageGapMs) close();
    },
  };
};

export const repeated: MakeDetector = (settings, emit) => {
  // Per control: when the bursts of clicks on it began, and when the last click was.
  let runs = new Map<string, { starts: number[]; last: number; isTold: boolean }>();
  return {
    take(input) {
      if (input.kind === "page") runs = new Map();
      if (input.kind !== "click" || !input.isTrusted || !input.isPrimary || !input.isInteractive || input.isEditable || input.isStepper || input.isClickedForFun || input.answersUnseen) return;
      const run = runs.get(input.selector) ?? { starts: [], last: -Infinity, isTold: false };
      if (input.t - run.last > settings.repeatedWithinMs) Object.assign(run, { starts: [], isTold: false });
      // Clicks in a burst are one attempt, and its own signal if there are many.
      if (input.t - run.last > settings.rageGapMs) run.starts = [...run.starts.filter((t) => input.t - t <= settings.repeatedWithinMs), input.t];
      run.last = input.t;
      runs.set(input.selector, run);
      if (run.starts.length < settings.repeatedClicks || run.isTold) return;
      run.isTold = true;
      emit({ name: "repeated_clicks", t: run.starts[0] ?? input.t, selector: input.selector, severity: 1, detail: { $clicks: run.starts.length } });
    },
  };
};
