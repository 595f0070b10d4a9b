// Clicks on controls, changes of fields and submits, as events, without anybody writing a line. Never a value: what was typed or chosen is not read.
import { INTERACTIVE, labelOf, selectorOf } from "../page/element.ts";
import type { Inputs } from "../page/inputs.ts";
import type { Masking } from "../masking/level.ts";
import type { Settings } from "../settings.ts";
import type { Properties } from "../event/values.ts";

export function autocapture(inputs: Inputs, masking: Masking, on: Settings["autocapture"], record: (name: string, properties: Properties) => void): () => void {
  const describe = (element: Element): Properties => {
    const label = labelOf(element, masking);
    const type = element.getAttribute("type");
    return { $selector: selectorOf(element), $tag: element.tagName.toLowerCase(), ...(type && { $type: type }), ...(label && { $label: label }) };
  };
  return inputs.read((input) => {
    // Of other kinds nothing is on.
    if (!on[input.kind as "click"]) return;
    const element = input.kind === "click" ? input.control : (input as { element: Element }).element;
    if (masking.isIgnored(element)) return;
    if (input.kind === "click") {
      if (!element.matches(INTERACTIVE) || !input.isTrusted || input.isDisabled) return;
      const href = element.getAttribute("href");
      record("$click", { ...describe(element), ...(href && { $href: masking.href(href) }) });
    } else if (input.kind === "change") {
      const form = element.closest("form");
      record("$change", { ...describe(element), ...(form && { $form: selectorOf(form) }), $is_empty: input.isEmpty });
    } else if (input.kind === "submit") record("$submit", { $form: selectorOf(element) });
  });
}
