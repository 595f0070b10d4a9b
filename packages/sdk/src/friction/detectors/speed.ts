// F11 slow_page: the page was late to show itself, slow to react, or jumped. Told once per page view, at its worst.
import type { MakeDetector } from "../detector.ts";

export const slowPage: MakeDetector = (settings, emit) => {
  let worst: { severity: number; detail: Record<string, number> } | undefined;
  let since = 0;
  function tell(): void {
    if (worst) emit({ name: "slow_page", t: since, severity: worst.severity, detail: worst.detail });
    worst = undefined;
  }
  return {
    take(input) {
      if (input.kind === "leave") tell();
      else if (input.kind === "page") {
        tell();
        since = input.t;
      } else if (input.kind === "vital") {
        const { name, value } = input;
        const isPoor = (name === "LCP" && value > settings.poorLcpMs) || (name === "INP" && value > settings.poorInpMs) || (name === "CLS" && value > settings.poorCls);
        const severity = isPoor ? 1 : name === "LCP" && value > settings.slowLcpMs ? 0.5 : 0;
        if (severity > (worst?.severity ?? 0)) worst = { severity, detail: { [`$${name.toLowerCase()}`]: Math.round(value * 1000) / 1000 } };
      }
    },
  };
};
