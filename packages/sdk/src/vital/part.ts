// Core Web Vitals as the person met them, with the element or request at fault, by the web-vitals library.
import { onCLS, onFCP, onINP, onLCP, onTTFB } from "web-vitals/attribution";
import type { CLSMetricWithAttribution, FCPMetricWithAttribution, INPMetricWithAttribution, LCPMetricWithAttribution, TTFBMetricWithAttribution } from "web-vitals/attribution";
import { doc, guarded, later, listen, now } from "../browser.ts";
import { selectorOf } from "../page/element.ts";
import type { Properties } from "../event/values.ts";
import type { Masking } from "../masking/level.ts";
import type { Part } from "../part.ts";

type Measured = CLSMetricWithAttribution | FCPMetricWithAttribution | INPMetricWithAttribution | LCPMetricWithAttribution | TTFBMetricWithAttribution;

export const start: Part["start"] = ({ inputs, record, summarise, masking }) => {
  let measured: Properties = {};
  /** Of the view that ends: its summary comes in a moment, if there is one. */
  let ended: Properties = {};
  let told = "";
  const options = { generateTarget: (node: Node | null): string | undefined => (node?.nodeType === 1 ? selectorOf(node as Element) : undefined) };

  const keep = guarded((metric: Measured) => {
    const name = metric.name.toLowerCase();
    const value = metric.name === "CLS" ? Math.round(metric.value * 1000) / 1000 : Math.round(metric.value);
    measured[`$${name}${metric.name === "CLS" ? "" : "_ms"}`] = value;
    measured[`$${name}_rating`] = metric.rating;
    Object.assign(measured, attributionOf(metric, masking));
    inputs.emit({ kind: "vital", t: now(), name: metric.name, value: metric.value });
  }) as (metric: Measured) => void;

  onLCP(keep, options);
  onINP(keep, options);
  onCLS(keep, options);
  onFCP(keep);
  onTTFB(keep);

  summarise(() => {
    const numbers = Object.entries({ ...ended, ...measured }).filter(([, value]) => typeof value === "number");
    ended = {};
    return numbers.length ? { vitals: Object.fromEntries(numbers) } : {};
  });
  // The library says its last word when the page is hidden, listening first; what is told then still goes with the page.
  const tell = (): void => {
    const text = JSON.stringify(measured);
    if (text === told || text === "{}") return;
    told = text;
    record("$web_vitals", { ...measured });
  };
  const stops = [listen(doc, "visibilitychange", () => doc.visibilityState === "hidden" && tell(), false)];
  // The vitals are those of the load: a view that the application makes later has none of its own.
  const stopViews = inputs.read((input) => {
    if (input.kind !== "page") return;
    tell();
    ended = measured;
    measured = {};
    later(0, () => (ended = {}));
  });
  return () => [...stops, stopViews].forEach((stop) => stop());
};

/** What was at fault: the element, the address it came from, and what it waited for. */
function attributionOf(metric: Measured, masking: Masking): Properties {
  switch (metric.name) {
    case "LCP": {
      const { target, url, elementRenderDelay } = metric.attribution;
      return { $lcp_selector: target ?? "", $lcp_url: url ? masking.href(url) : "", $lcp_wait_ms: Math.round(elementRenderDelay) };
    }
    case "INP": {
      const { interactionTarget, interactionType, inputDelay, processingDuration } = metric.attribution;
      return { $inp_selector: interactionTarget, $inp_kind: interactionType, $inp_wait_ms: Math.round(inputDelay), $inp_work_ms: Math.round(processingDuration) };
    }
    case "CLS":
      return { $cls_selector: metric.attribution.largestShiftTarget ?? "" };
    default:
      return {};
  }
}
