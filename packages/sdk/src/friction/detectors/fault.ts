// F4 error_click: an error or a failed request that follows from a click. F12 js_error: an error that nothing caught. F13 failed_request: a request that failed after
// somebody did something. A click takes its error or request with it: neither is told twice.
import type { MakeDetector, Seen, SeenClick } from "../detector.ts";
import { ACTIVITY } from "../../page/inputs.ts";
import { fingerprintOf } from "../../error/fingerprint.ts";

const SAME_WITHIN_MS = 5000;

export const fault: MakeDetector = (settings, emit) => {
  let clicks: (SeenClick & { isBlamed?: boolean })[] = [];
  let actedAt = -Infinity;
  const told = new Map<string, number>();

  const clickBefore = (t: number, withinMs: number): (SeenClick & { isBlamed?: boolean }) | undefined => clicks.filter((click) => click.t <= t && t - click.t <= withinMs).pop();

  function isAgain(what: string, t: number): boolean {
    const before = told.get(what) ?? -Infinity;
    told.set(what, t);
    if (told.size > 100) told.clear();
    return t - before <= SAME_WITHIN_MS;
  }

  /** Blames the click; a second fault of the same click adds nothing. */
  function blame(click: SeenClick & { isBlamed?: boolean }, detail: Record<string, string | number>): void {
    if (click.isBlamed) return;
    click.isBlamed = true;
    emit({ name: "error_click", t: click.t, selector: click.selector, severity: 1, detail });
  }

  function hasFailed(input: Seen & { kind: "response" }): boolean {
    const { status } = input;
    return status === 0 || status >= 500 || (status >= 400 && !settings.expectedStatuses.includes(status));
  }

  return {
    take(input) {
      if (input.kind === "click" && input.isTrusted) clicks = [...clicks, input].slice(-20);
      if (ACTIVITY.test(input.kind) && input.kind !== "page" && input.kind !== "move") actedAt = input.t;
      if (input.kind === "fault") {
        const fingerprint = fingerprintOf(input.error, input.message);
        if (isAgain(fingerprint, input.t)) return;
        const click = clickBefore(input.t, settings.errorAfterClickMs);
        if (click) blame(click, { $fingerprint: fingerprint });
        else emit({ name: "js_error", t: input.t, severity: 1, detail: { $fingerprint: fingerprint } });
      } else if (input.kind === "response" && hasFailed(input)) {
        const click = clickBefore(input.startedAt, settings.requestAfterClickMs);
        const detail = { $status: input.status, $url: input.url, $method: input.method };
        if (click && input.t - input.startedAt <= settings.requestEndsWithinMs) blame(click, detail);
        else if (input.startedAt - actedAt <= settings.failedRequestAfterActionMs) emit({ name: "failed_request", t: input.t, severity: 1, detail });
      }
    },
  };
};
