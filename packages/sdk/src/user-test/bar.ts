// What a participant sees: a card in the middle, or the task at the edge of the page. It decides nothing: it draws what it is given, and tells what was chosen.
//
// What must stay true: everything can be done with a keyboard and read by a screen reader; texts are texts and never markup.
import { doc, win } from "../browser.ts";
import { STYLE } from "./style.ts";
import type { Words } from "./words.ts";

export interface Choice {
  label: string;
  look?: "quiet" | "link";
  /** Returns what is wrong, where it is not to go on. */
  work(): string | undefined | void;
}

export interface Card {
  above?: string;
  title: string;
  /** Paragraphs; a line break makes another. */
  texts?: string[];
  notes?: string[];
  ticks?: string[];
  link?: { url: string; label: string };
  choices: Choice[];
}

export interface Panel {
  title: string;
  above: string;
  texts: string[];
  choices: Choice[];
  isOpen: boolean;
  onFold(isOpen: boolean): void;
}

export interface Bar {
  /** Ticks are handed to the choices' `work` by `ticked`. */
  card(card: Card): void;
  ticked(): boolean[];
  panel(panel: Panel): void;
  /** Read aloud, wherever the focus is. */
  announce(text: string): void;
  clear(): void;
  remove(): void;
}

export interface BarOptions {
  language: string;
  words: Words;
  /** A preview stays inside it and takes no focus. */
  place?: Element | null;
  isSmall?: boolean;
}

const RIGHT_TO_LEFT = /^(ar|fa|he|ur|yi|ps|dv|ckb)\b/i;

export function openBar({ language, words, place, isSmall }: BarOptions): Bar {
  const host = doc.createElement("div");
  host.setAttribute("data-px-widget", "test");
  host.setAttribute("data-px-ignore", "");
  const root = host.attachShadow({ mode: "open" });
  dress(root);
  const isDark = win.matchMedia("(prefers-color-scheme: dark)").matches;
  const frame = make("div", { class: `w${isDark ? " dark" : ""}${place ? " in-place" : ""}${isSmall ? " small" : ""}`, lang: language, dir: RIGHT_TO_LEFT.test(language) ? "rtl" : "ltr" });
  const live = make("div", { class: "sr", role: "status" });
  const stage = make("div", {});
  frame.append(stage, live);
  root.append(frame);
  (place ?? doc.body ?? doc.documentElement).append(host);
  let boxes: HTMLInputElement[] = [];

  const paragraphs = (texts: string[], name: string): HTMLElement[] => texts.flatMap((text) => text.split("\n")).filter((line) => line.trim()).map((line) => make("p", { class: name, dir: "auto" }, line));
  const buttons = (choices: Choice[], wrong: (said: string) => void): HTMLElement =>
    make(
      "div",
      { class: "go" },
      ...choices.map(({ label, look, work }) => {
        const button = make("button", { class: `b${look === "quiet" ? " q" : look === "link" ? " l" : ""}`, type: "button" }, label);
        button.onclick = () => {
          if (place) return;
          const said = work();
          if (said) wrong(said);
        };
        return button;
      }),
    );

  return {
    card({ above, title, texts = [], notes = [], ticks = [], link, choices }) {
      boxes = ticks.map(() => make("input", { type: "checkbox" }));
      const error = make("p", { class: "e", role: "alert" });
      const card = make(
        "div",
        { class: "card", role: "dialog", "aria-modal": "true", "aria-labelledby": "t", tabindex: "-1" },
        ...(above ? [make("p", { class: "n" }, above)] : []),
        make("h2", { id: "t", dir: "auto" }, title),
        ...paragraphs(texts, ""),
        ...paragraphs(notes, "m"),
        ...boxes.map((box, i) => make("label", { class: "tick" }, box, make("span", {}, ticks[i] as string))),
        ...(link ? [make("p", { class: "m" }, make("a", { href: link.url, target: "_blank", rel: "noopener noreferrer" }, link.label, make("span", { class: "sr" }, `, ${words.newTab}`)))] : []),
        error,
        buttons(choices, (said) => {
          error.textContent = said;
          boxes.find((box) => !box.checked)?.focus();
        }),
      );
      card.addEventListener("keydown", (event) => {
        // What is typed here is no shortcut of the page.
        event.stopPropagation();
        if (event.key === "Tab") keepInside(event, card);
      });
      stage.replaceChildren(make("div", { class: "back" }, card));
      if (!place) card.focus({ preventScroll: true });
    },
    ticked: () => boxes.map((box) => box.checked),
    panel({ title, above, texts, choices, isOpen, onFold }) {
      const error = make("p", { class: "e", role: "alert" });
      const inside = make("div", { class: "in", id: "in" }, ...paragraphs(texts, ""), error, buttons(choices, (said) => (error.textContent = said)));
      const hint = make("span", { class: "sr" });
      const top = make("button", { class: "top", type: "button", "aria-controls": "in" }, make("i", { class: "dot", "aria-hidden": "true" }), make("span", { dir: "auto" }, `${above} · ${title}`), hint, chevron());
      const fold = (open: boolean): void => {
        inside.hidden = !open;
        top.setAttribute("aria-expanded", String(open));
        hint.textContent = `, ${open ? words.hide : words.show}`;
      };
      fold(isOpen);
      top.onclick = () => {
        fold(inside.hidden);
        onFold(!inside.hidden);
      };
      const panel = make("section", { class: "panel", "aria-label": words.name }, top, inside);
      panel.addEventListener("keydown", (event) => event.stopPropagation());
      stage.replaceChildren(panel);
    },
    announce: (text) => (live.textContent = text),
    clear: () => stage.replaceChildren(),
    remove: () => host.remove(),
  };
}

function make<Tag extends keyof HTMLElementTagNameMap>(tag: Tag, attributes: Record<string, string>, ...children: (Node | string)[]): HTMLElementTagNameMap[Tag] {
  const element = doc.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

/** A sheet that the page's policy lets be, or, in an older browser, an element. */
function dress(root: ShadowRoot): void {
  try {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(STYLE);
    root.adoptedStyleSheets = [sheet];
  } catch {
    root.append(make("style", {}, STYLE));
  }
}

function chevron(): Node {
  const ns = "http://www.w3.org/2000/svg";
  const svg = doc.createElementNS(ns, "svg");
  const path = doc.createElementNS(ns, "path");
  for (const [name, value] of [["viewBox", "0 0 24 24"], ["aria-hidden", "true"]]) svg.setAttribute(name as string, value as string);
  for (const [name, value] of [["d", "M6 9l6 6 6-6"], ["fill", "none"], ["stroke", "currentColor"], ["stroke-width", "2"]]) path.setAttribute(name as string, value as string);
  svg.append(path);
  return svg;
}

function keepInside(event: KeyboardEvent, card: HTMLElement): void {
  const all = [...card.querySelectorAll<HTMLElement>("button,input,a[href]")];
  const [first, last] = [all[0], all[all.length - 1]];
  const active = (card.getRootNode() as ShadowRoot).activeElement;
  if (event.shiftKey ? active === first || active === card : active === last) {
    event.preventDefault();
    (event.shiftKey ? last : first)?.focus();
  }
}
