// How much of an element may be seen. The nearest mark on the way up decides; without one, the project's level does.
//
// strict    every text and every input is masked, except what is marked `data-px-unmask`
// balanced  texts are seen without e-mails, digits and numbers; inputs are masked
// open      only passwords, cards and what is marked are masked
import { doc, say } from "../browser.ts";
import { redactDigits, redactText, maskText } from "./text.ts";
import { hrefForm, type UrlForm } from "../page/url.ts";

export type Level = "strict" | "balanced" | "open";

export interface MaskingOptions {
  /** What happens to elements without a mark. Default `strict`. */
  level?: Level;
  /** Selectors to mask, beside `[data-px-mask]`. */
  mask?: string[];
  /** Selectors to show, beside `[data-px-unmask]`: the parts of the interface that are the same for everybody. Passwords, cards and hidden fields stay masked. */
  unmask?: string[];
  /** Selectors of which nothing but the size is kept, beside `[data-px-block]`. */
  block?: string[];
  /** Selectors on which nothing that a person does is kept, beside `[data-px-ignore]`. */
  ignore?: string[];
  /** Parameters of addresses that are kept, beside utm_*, page, sort, order, tab, lang. */
  allowParameters?: string[];
}

export type Sight = "masked" | "redacted" | "seen";

export interface Masking {
  level: Level;
  /** How texts of this element are seen. */
  sightOf(element: Element | null): Sight;
  isIgnored(element: Element | null): boolean;
  /** A text of this element, as it may leave. */
  text(text: string, element: Element | null): string;
  /** An address, as it may leave. */
  href(href: string): string;
  /** Whether the value of a field is never seen, whatever the level and the marks. */
  isSecret(element: Element): boolean;
  /** The selectors behind the marks, for the recorder. */
  selectors: { mask: string; unmask: string; block: string; ignore: string };
}

const SECRET_FIELD = /cc-|card|cv[cv]|iban|pass|secret|token|otp|one-time|ssn|national/i;

export function createMasking(options: MaskingOptions = {}, hasHashRouter = false): Masking {
  const level = options.level ?? "strict";
  const listed = (mark: string, more: string[] | undefined): string => [`[data-px-${mark}]`, ...validSelectors(more)].join(",");
  const mask = listed("mask", options.mask);
  const unmask = listed("unmask", options.unmask);
  const block = listed("block", options.block);
  const ignore = listed("ignore", options.ignore);
  const urlForm: UrlForm = { allowParameters: options.allowParameters ?? [], keepIds: level === "open", hasHashRouter };

  const masking: Masking = {
    level,
    sightOf(element) {
      for (let node = element; node; node = parentOf(node)) {
        if (node.matches(mask)) return "masked";
        if (node.matches(unmask)) return "seen";
      }
      return level === "strict" ? "masked" : level === "balanced" ? "redacted" : "seen";
    },
    isIgnored: (element) => isWithin(element, ignore),
    text(text, element) {
      const sight = element && masking.isSecret(element) ? "masked" : masking.sightOf(element);
      return sight === "masked" ? maskText(text) : sight === "redacted" ? redactDigits(text) : redactText(text);
    },
    href: (href) => hrefForm(href, urlForm),
    isSecret(element) {
      const type = element.getAttribute("type")?.toLowerCase();
      const named = ["autocomplete", "name", "id"].map((name) => element.getAttribute(name) ?? "").join(" ");
      return type === "password" || type === "hidden" || (element.matches("input,textarea,select") && SECRET_FIELD.test(named));
    },
    selectors: { mask, unmask, block, ignore },
  };
  return masking;
}

/** The element around, through the roots of shadow trees too. */
export function parentOf(element: Element): Element | null {
  const root = element.parentNode as (Node & { host?: Element }) | null;
  return element.parentElement ?? root?.host ?? null;
}

function isWithin(element: Element | null, selector: string): boolean {
  for (let node = element; node; node = parentOf(node)) if (node.matches(selector)) return true;
  return false;
}

/** A selector that the browser does not read would switch off all the others with it. */
function validSelectors(selectors: string[] = []): string[] {
  return selectors.filter((selector) => {
    try {
      doc.querySelector(selector);
      return true;
    } catch {
      say("selector", selector);
      return false;
    }
  });
}
