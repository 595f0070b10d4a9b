// Core Web Vitals as the person met them, with the element or request at fault, by the web-vitals library.
import { onCLS, onFCP, onINP, onLCP, onTTFB, type CLSMetricWithAttribution, type FCPMetricWithAttribution, type INPMetricWithAttribution, type LCPMetricWithAttribution, type TTFBMetricWithAttribution } from "web-vitals/attribution";
import { doc, guarded, listen, now } from "../browser.ts";
import { selectorOf } from "../page/element.ts";
import type { Properties } from "../event/values.ts";
import type { Part } from "../part.ts";

type Measured = CLSMetricWithAttribution | FCPMetricWithAttribution | INPMetricWithAttribution | LCPMetricWithAttribution | TTFBMetricWithAttribution;

export const start: Part["start"] = ({ inputs, record, summarise, masking }) => {
  let measured: Properties = {};
  let told = "";
  const options = { generateTarget: (node: Node | null): string | undefined => (node?.nodeType === 1 ? selectorOf(node as Element) : undefined) };

  const keep = guarded((metric: Measured) => {
    const name = metric.name.toLowerCase();
    const value = metric.name === "CLS" ? Math.round(metric.value * 1000) / 1000 : Math.round(metric.value);
    measured[`$${name}${metric.name === "CLS" ? "" : "_ms"}`] = value;
    measured[`$${name}_rating`] = metric.rating;
    if (metric.name === "LCP") Object.assign(measured, { $lcp_selector: metric.attribution.target ?? "", $lcp_url: metric.attribution.url ? masking.href(metric.attribution.url) : "", $lcp_wait_ms: Math.round(metric.attribution.elementRenderDelay) });
    if (metric.name === "INP") Object.assign(measured, { $inp_selector: metric.attribution.interactionTarget, $inp_kind: metric.attribution.interactionType, $inp_wait_ms: Math.round(metric.attribution.inputDelay), $inp_work_ms: Math.round(metric.attribution.processingDuration) });
    if (metric.name === "CLS") Object.assign(measured, { $cls_selector: metric.attribution.largestShiftTarget ?? "" });
    inputs.emit({ kind: "vital", t: now(), name: metric.name, value: metric.value });
  }) as (metric: Measured) => void;

  onLCP(keep, options);
  onINP(keep, options);
  onCLS(keep, options);
  onFCP(keep);
  onTTFB(keep);

  const summed = (): Properties => ({ vitals: Object.fromEntries(Object.entries(measured).filter(([, value]) => typeof value === "number")) });
  summarise(() => (Object.keys(measured).length ? summed() : {}));
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
    measured = {};
  });
  return () => [...stops, stopViews].forEach((stop) => stop());
};
