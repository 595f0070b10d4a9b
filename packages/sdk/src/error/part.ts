// Errors that nothing caught and requests that failed, grouped by fingerprint; without the values that their messages quote.
import { guarded, now, win } from "../browser.ts";
import type { Part } from "../part.ts";
import { fingerprintOf, framesOf, kindOf, normalMessage } from "./fingerprint.ts";
import { redactText } from "../masking/text.ts";

const MAX_PER_VIEW = 20;
const SAME_WITHIN_MS = 5000;

export const start: Part["start"] = ({ inputs, record, masking, settings, summarise }) => {
  let nOfView = 0;
  const told = new Map<string, number>();
  const counts: Record<string, number> = {};

  const isAgain = (what: string, t: number): boolean => {
    const before = told.get(what) ?? -Infinity;
    told.set(what, t);
    return t - before < SAME_WITHIN_MS;
  };

  const stop = inputs.read((input) => {
    if (input.kind === "page") {
      nOfView = 0;
      told.clear();
    } else if (input.kind === "fault") {
      const fingerprint = fingerprintOf(input.error, input.message);
      counts[fingerprint] = (counts[fingerprint] ?? 0) + 1;
      if (isAgain(fingerprint, input.t) || nOfView >= MAX_PER_VIEW) return;
      nOfView += 1;
      const frames = framesOf(input.error);
      record("$error", {
        $fingerprint: fingerprint,
        $kind: kindOf(input.error),
        // Under strict masking what a message quotes may be what a person typed.
        $message: masking.level === "strict" ? normalMessage(input.message) : redactText(input.message).slice(0, 300),
        $file: frames[0]?.file ?? masking.href(input.source),
        $stack: frames.map((frame) => `${frame.function || "<anonymous>"} ${frame.file}:${frame.line}:${frame.column}`),
      });
    } else if (input.kind === "response" && (input.status === 0 || input.status >= 400)) {
      if (isAgain(`${input.method} ${input.url} ${input.status}`, input.t) || nOfView >= MAX_PER_VIEW) return;
      nOfView += 1;
      record("$failed_request", { $method: input.method, $url: input.url, $status: input.status, $duration_ms: input.t - input.startedAt });
    }
  }, true);

  const stopConsole = settings.recording && settings.recording.console ? watchConsole((level, text) => inputs.emit({ kind: "console", t: now(), level, text })) : () => undefined;

  summarise(() => {
    const errors = { ...counts };
    for (const fingerprint of Object.keys(counts)) delete counts[fingerprint];
    return Object.keys(errors).length ? { errors } : {};
  });
  return () => {
    stop();
    stopConsole();
  };
};

const MAX_LINE = 2000;
const LINES_PER_S = 10;

function watchConsole(heard: (level: string, text: string) => void): () => void {
  let isOver = false;
  let second = 0;
  let nLines = 0;
  for (const level of ["error", "warn", "info", "log"] as const) {
    const page = win.console[level];
    win.console[level] = (...values: unknown[]) => {
      page.apply(win.console, values);
      guarded(() => {
        const t = Math.floor(now() / 1000);
        nLines = t === second ? nLines + 1 : 0;
        second = t;
        if (!isOver && nLines < LINES_PER_S) heard(level, values.map((value) => String((value as Error | undefined)?.message ?? value)).join(" ").slice(0, MAX_LINE));
      })();
    };
  }
  return () => {
    isOver = true;
  };
}
