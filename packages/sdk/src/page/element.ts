// An element said in words that mean the same on the next visit: by the marks its authors gave it, else by its place below the nearest element that has one.
import { hashOf } from "../browser.ts";
import { parentOf, type Masking } from "../masking/level.ts";

export const INTERACTIVE =
  "a[href],button,input,select,textarea,summary,label,[role=button],[role=link],[role^=menuitem],[role=tab],[role=checkbox],[role=radio],[role=switch],[role=option],[onclick],[tabindex]:not([tabindex='-1'])";

// An id, a name or a class that a person wrote: words. With digits, an @ or capitals inside it was made by a program, or names somebody.
const WORDS = /^[A-Za-z][a-z]*(?:[_:-]{1,2}[a-z]+|[A-Z][a-z]+)*$/;
/** Marks are given by hand, and may hold small numbers. */
const GIVEN_MARK = /^(?!.*\d{4})[\w:. /-]+$/;
const STATE_CLASS = /^(is|has|js|ng)-|^(active|open|closed|hover|focus|select|current|disabl|load|visible|hidden|show|error|(in)?valid)(ed|ing)?$/;
const MAX_STEPS = 6;

const known = new WeakMap<Element, { selector: string; parent: Element | null }>();

/** A CSS selector; ` >>> ` stands where it goes into a shadow tree. */
export function selectorOf(element: Element): string {
  const before = known.get(element);
  if (before && before.parent === element.parentElement) return before.selector;
  const steps: string[] = [];
  for (let node: Element | null = element; node && steps.length < MAX_STEPS; node = node.parentElement) {
    const mark = markOf(node);
    steps.unshift(mark || stepOf(node));
    if (mark) break;
  }
  // Within a shadow tree names are the tree's own: the way to it comes first.
  const { host } = element.getRootNode() as ShadowRoot;
  const selector = (host ? `${selectorOf(host)} >>> ` : "") + steps.join(" > ");
  known.set(element, { selector, parent: element.parentElement });
  return selector;
}

/** A hash of the whole way from the root, by position: tells apart what reads the same. */
export function placeOf(element: Element): string {
  const way: string[] = [];
  for (let node: Element | null = element; node; node = parentOf(node)) way.unshift(node.tagName + positionOf(node, () => true));
  return hashOf(way.join(">"));
}

/** What is clicked when this is: the control around it, if there is one. */
export function controlOf(element: Element): Element {
  for (let node: Element | null = element; node; node = parentOf(node)) if (node.matches(INTERACTIVE)) return node;
  return element;
}

/** What the element is called on the screen, as far as it may leave; empty where texts are masked. */
export function labelOf(element: Element, masking: Masking): string {
  if (masking.sightOf(element) === "masked" || isEditable(element)) return "";
  const shown = element.getAttribute("aria-label") || element.textContent || "";
  return masking.text(shown.replace(/\s+/g, " ").trim().slice(0, 80), element);
}

export function isEditable(element: Element): boolean {
  return element.matches("input,textarea,select") || (element as HTMLElement).isContentEditable;
}

function markOf(element: Element): string {
  for (const name of ["data-px-id", "data-testid", "id", "name"]) {
    const value = element.getAttribute(name) ?? "";
    if (value.length <= 60 && (name[4] ? GIVEN_MARK : WORDS).test(value)) return `${name === "name" ? element.tagName.toLowerCase() : ""}[${name}="${value}"]`;
  }
  return "";
}

function stepOf(element: Element): string {
  const classes = [...element.classList].filter((name) => name.length <= 40 && WORDS.test(name) && !STATE_CLASS.test(name)).slice(0, 2);
  const position = positionOf(element, (other) => other.tagName === element.tagName);
  return element.tagName.toLowerCase() + classes.map((name) => `.${name.replace(/:/g, "\\:")}`).join("") + (position && `:nth-of-type(${position})`);
}

/** Its number among its like, from 1; empty when it is the only one. Walks rather than lists: a table may have ten thousand rows. */
function positionOf(element: Element, isAlike: (other: Element) => boolean): string {
  let n = 1;
  for (let other = element.previousElementSibling; other; other = other.previousElementSibling) if (isAlike(other)) n += 1;
  let next = n > 1 ? element : element.nextElementSibling;
  while (next && !isAlike(next)) next = next.nextElementSibling;
  return next ? String(n) : "";
}
