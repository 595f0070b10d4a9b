// The widget: draws one question after the other, in the page or in the editor's preview. It decides nothing: what comes next it is told, and what was answered it tells.
//
// What must stay true: everything can be done with a keyboard and read by a screen reader; texts are texts and never markup; nothing is asked of other servers but the
// pictures that the survey names.
import { doc, later, win } from "../browser.ts";
import { OTHER, type Given, type Question, type Survey, type Text } from "../survey/definition.ts";
import { nextOf, scaleOf } from "../survey/flow.ts";
import { STYLE } from "./style.ts";
import { wordsOf } from "./words.ts";

export interface WidgetOptions {
  survey: Survey;
  language: string;
  /** Where a form of the page stands, or the preview; else at the end of the page. */
  place: Element | null;
  /** It is a preview: it stays inside `place`, closes nothing and takes no focus. */
  isPreview?: boolean;
  /** The preview is as narrow as a phone. */
  isSmall?: boolean;
  /** The question or end to begin with. */
  at: string;
  given: Record<string, Given>;
  /** The person is asked whether the answer may be tied to the visit. */
  asksToLink: boolean;
  onShown(): void;
  /** Returns what comes next, by id. */
  onAnswered(question: Question, given: Given, isLinked: boolean): string;
  onClosed(isComplete: boolean): void;
}

export interface WidgetPart {
  /** Returns how to take it away. */
  open(options: WidgetOptions): () => void;
}

const MOST_LETTERS = { short: 500, long: 5000, email: 254 } as Record<string, number>;
const GOES_ON_AFTER_MS = 250;
const RIGHT_TO_LEFT = /^(ar|fa|he|ur|yi|ps|dv|ckb)\b/i;
const EMAIL = /^[^\s@]+@[^\s@]+\.[^\s@.]+$/;

/** For the editor's preview, which goes on as the page does. */
export { nextOf };

export const open: WidgetPart["open"] = (options) => {
  const { survey, language, place, isPreview } = options;
  const { display } = survey;
  const words = wordsOf(language);
  const form = display.form;
  const text = (of: Text | undefined): string => of?.[language] ?? of?.[survey.languages[0] as string] ?? "";
  const host = doc.createElement("div");
  host.setAttribute("data-px-widget", "survey");
  host.setAttribute("data-px-ignore", "");
  const root = host.attachShadow({ mode: "open" });
  dress(root);
  const isDark = display.ground === "dark" || (display.ground === "auto" && win.matchMedia("(prefers-color-scheme: dark)").matches);
  const frame = make("div", { class: `w${isDark ? " dark" : ""}${isPreview ? " in-place" : ""}${options.isSmall ? " small" : ""}`, lang: language, dir: RIGHT_TO_LEFT.test(language) ? "rtl" : "ltr", "data-form": form, "data-at": display.position });
  frame.style.setProperty("--c", display.color);
  frame.style.setProperty("--on", isLight(display.color) ? "#111827" : "#fff");
  root.append(frame);
  (place ?? doc.body ?? doc.documentElement).append(host);

  let at = options.at;
  let isLinked = false;
  let isComplete = false;
  let wasShown = false;
  let number = 1;
  const cameFrom = doc.activeElement as HTMLElement | null;
  const given: Record<string, Given> = { ...options.given };

  const remove = (): void => host.remove();
  function close(): void {
    if (isPreview) return;
    if (form === "button") {
      options.onClosed(isComplete);
      launch();
      return;
    }
    remove();
    if (form === "modal") cameFrom?.focus?.();
    options.onClosed(isComplete);
  }

  function launch(): void {
    const button = make("button", { class: "launch", type: "button" }, text(display.label));
    button.onclick = () => {
      isComplete = false;
      for (const id of Object.keys(given)) delete given[id];
      at = survey.questions[0]?.id ?? at;
      number = 1;
      draw(true);
    };
    frame.replaceChildren(button);
  }

  function draw(takesFocus: boolean): void {
    if (!wasShown || form === "button") options.onShown();
    wasShown = true;
    const question = survey.questions.find((one) => one.id === at);
    const card = question ? ask(question) : finish();
    const isModal = form === "modal";
    card.setAttribute("role", form === "inline" ? "region" : "dialog");
    if (isModal) card.setAttribute("aria-modal", "true");
    card.setAttribute("aria-labelledby", "q");
    card.tabIndex = -1;
    card.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && form !== "inline") close();
      if (event.key === "Tab" && isModal) keepInside(event, card);
      // What is typed here is no shortcut of the page.
      event.stopPropagation();
    });
    const inner = make("div", { class: "in" }, ...card.childNodes);
    card.append(inner);
    if (form !== "inline") {
      const x = make("button", { class: "x", type: "button", "aria-label": words.close }, "×");
      x.onclick = close;
      card.append(x);
    }
    frame.replaceChildren(isModal ? make("div", { class: "back" }, card) : card);
    // A popover does not take the focus from what somebody is typing; one that is answered goes on where it was.
    if (!isPreview && (takesFocus || isModal)) ((card.querySelector("input,textarea,.rank button:not(:disabled)") as HTMLElement | null) ?? card).focus({ preventScroll: true });
  }

  function ask(question: Question): HTMLElement {
    const card = make("div", { class: "card" });
    const error = make("div", { class: "e", role: "alert" });
    const field = fieldOf(question, () => send(true));
    const isLast = survey.questions.indexOf(question) === survey.questions.length - 1;
    const submit = make("button", { class: "b", type: "submit" }, question.kind === "statement" || !isLast ? words.next : words.send);
    const skip = make("button", { class: "b q", type: "button" }, words.skip);
    skip.onclick = () => answered({ isSkipped: true });
    const mayskip = !question.required && question.kind !== "statement";
    const send = (isByPointer = false): void => {
      const value = field.read();
      if (typeof value === "string") {
        if (isByPointer) return;
        error.textContent = value;
        field.element.querySelector<HTMLElement>("input,textarea")?.focus();
        return;
      }
      answered(value);
    };
    const answered = (value: Given): void => {
      given[question.id] = value;
      at = options.onAnswered(question, value, isLinked);
      isComplete = survey.ends.some((end) => end.id === at);
      options.asksToLink = false;
      number += 1;
      draw(true);
    };
    const body = make("form", { novalidate: "" }, field.element, error, make("div", { class: "go" }, ...(mayskip ? [skip] : []), submit));
    body.onsubmit = (event) => {
      event.preventDefault();
      send();
    };
    const description = text(question.description);
    card.append(make("h2", { id: "q", dir: "auto" }, text(question.text)), ...(description ? [make("p", { class: "d", id: "d", dir: "auto" }, description)] : []), body);
    if (options.asksToLink) {
      const tick = make("input", { type: "checkbox" });
      tick.checked = isLinked;
      tick.onchange = () => (isLinked = tick.checked);
      card.append(make("label", { class: "tick" }, tick, words.link));
    }
    const { notice, policy } = survey.privacy;
    if (text(notice) || policy) {
      const link = policy ? [make("a", { href: policy, target: "_blank", rel: "noopener noreferrer" }, words.policy, make("span", { class: "sr" }, `, ${words.newTab}`))] : [];
      card.append(make("p", { class: "n", dir: "auto" }, text(notice), text(notice) && policy ? " " : "", ...link));
    }
    if (display.progress && survey.questions.length > 1) {
      // How many are still to come depends on the answers: what lies behind is sure.
      const share = survey.questions.indexOf(question) / survey.questions.length;
      const bar = make("div", {});
      bar.style.width = `${Math.max(share * 100, 4)}%`;
      card.append(make("div", { class: "bar", role: "progressbar", "aria-valuenow": String(Math.round(share * 100)), "aria-valuemin": "0", "aria-valuemax": "100", "aria-label": words.step(number, survey.questions.length) }, bar));
    }
    return card;
  }

  function finish(): HTMLElement {
    const end = survey.ends.find((one) => one.id === at) ?? survey.ends[0];
    const card = make("div", { class: "card end" }, make("h2", { id: "q", dir: "auto" }, text(end?.title)));
    if (text(end?.text)) card.append(make("p", { class: "d", dir: "auto" }, text(end?.text)));
    if (end?.link) card.append(make("div", { class: "go" }, make("a", { class: "b", href: end.link.url, target: "_blank", rel: "noopener noreferrer" }, text(end.link.label), make("span", { class: "sr" }, `, ${words.newTab}`))));
    return card;
  }

  /** What is answered with. `read` returns the answer, or what is wrong with it. */
  function fieldOf(question: Question, goOn: () => void): { element: HTMLElement; read(): Given | string } {
    const before = given[question.id];
    switch (question.kind) {
      case "statement":
        return { element: make("div", {}), read: () => ({}) };
      case "single":
      case "multi":
      case "picture":
        return choiceField(question, before, goOn);
      case "ranking":
        return rankingField(question, before);
      case "short":
      case "long":
      case "email":
        return openField(question, before);
      case "consent": {
        const box = choice("checkbox", question.id, "yes", text(question.placeholder) || words.yes, true);
        return { element: box.label, read: () => (box.input.checked ? {} : question.required ? words.required : { isSkipped: true }) };
      }
      case "matrix":
      case "sus":
      case "umux_lite":
        return rowsField(question);
      default: {
        const scale = scaleField(question, text(question.text), "q", before?.score, goOn);
        return {
          element: scale.element,
          read() {
            const score = scale.read();
            return score !== undefined ? { score } : question.required ? words.required : { isSkipped: true };
          },
        };
      }
    }
  }

  function scaleField(question: Question, name: string, id: string, before: number | undefined, goOn?: () => void, isLabelled = false): { element: HTMLElement; read(): number | undefined } {
    const [least, most] = scaleOf(question);
    const look = question.kind === "thumbs" ? "face" : question.look === "stars" ? "star" : question.look === "smileys" ? "face" : "";
    let score = before;
    const labels: HTMLElement[] = [];
    const scores = Array.from({ length: most - least + 1 }, (_, i) => (question.kind === "thumbs" ? 1 - i : least + i));
    const mark = (): void => labels.forEach((label, i) => label.classList.toggle("on", look === "star" && score !== undefined && (scores[i] as number) <= score));
    for (const one of scores) {
      const input = make("input", { type: "radio", name: id, value: String(one) });
      input.checked = one === before;
      const spoken = question.kind === "thumbs" ? (one ? words.yes : words.no) : words.of(one, most);
      const ends = one === least ? text(question.low) : one === most ? text(question.high) : "";
      input.setAttribute("aria-label", ends ? `${spoken}, ${ends}` : spoken);
      const label = make("label", {}, input, make("span", { "aria-hidden": "true" }, look === "star" ? "★" : look === "face" ? face(question.kind === "thumbs" ? "thumb" : "face", one) : String(one)));
      // With a pointer, choosing is answering; with the arrow keys one passes the others on the way.
      let isByPointer = false;
      label.addEventListener("pointerdown", () => (isByPointer = true));
      input.onchange = () => {
        score = one;
        mark();
        if (isByPointer && goOn) later(GOES_ON_AFTER_MS, goOn);
        isByPointer = false;
      };
      labels.push(label);
    }
    mark();
    const group = make("div", { class: `scale ${look}${scores.length > 7 ? " long" : ""}`, role: "radiogroup", ...(isLabelled ? {} : { "aria-label": name }), ...(question.required ? { "aria-required": "true" } : {}) }, ...labels);
    const [low, high] = [text(question.low), text(question.high)];
    const element = make("div", {}, group, ...(low || high ? [make("div", { class: "ends", "aria-hidden": "true" }, make("span", { dir: "auto" }, low), make("span", { dir: "auto" }, high))] : []));
    return { element, read: () => score };
  }

  function rowsField(question: Question): { element: HTMLElement; read(): Given | string } {
    const items = question.items ?? [];
    const before = given[question.id]?.items ?? {};
    const rows = items.map((item, i) => ({ item, ...scaleField({ ...question, ...(i < items.length - 1 && { low: {}, high: {} }) }, text(item.text), item.id, before[item.id], undefined, true) }));
    const element = make("div", { class: "rows" }, ...rows.map((row) => make("fieldset", {}, make("legend", { dir: "auto" }, text(row.item.text)), row.element)));
    return {
      element,
      read() {
        const read = rows.map((row) => [row.item.id, row.read()] as const).filter(([, score]) => score !== undefined);
        if (question.required && read.length < items.length) return words.required;
        return read.length ? { items: Object.fromEntries(read) as Record<string, number> } : { isSkipped: true };
      },
    };
  }

  function choice(type: "radio" | "checkbox", name: string, value: string, shown: string, isBox: boolean, image?: string): { label: HTMLLabelElement; input: HTMLInputElement } {
    const input = make("input", { type, name, value });
    const label = make("label", { class: "choice" }, input, ...(image ? [make("img", { src: image, alt: "", loading: "lazy" })] : []), make("i", isBox ? { class: "box", "aria-hidden": "true" } : { "aria-hidden": "true" }), make("b", { dir: "auto" }, shown));
    (label.lastChild as HTMLElement).style.fontWeight = "400";
    if (type === "checkbox") input.addEventListener("change", () => label.classList.toggle("on", input.checked));
    return { label, input };
  }

  function choiceField(question: Question, before: Given | undefined, goOn: () => void): { element: HTMLElement; read(): Given | string } {
    const isMany = question.kind === "multi";
    const most = question.most ?? Infinity;
    const listed = (question.choices ?? []).map((one) => ({ id: one.id, shown: text(one.text), image: one.image }));
    if (question.shuffle) listed.sort(() => Math.random() - 0.5);
    if (question.other) listed.push({ id: OTHER, shown: words.other, image: undefined });
    const own = make("input", { type: "text", class: "own", maxlength: "500", "aria-label": words.yourWords, placeholder: words.yourWords, dir: "auto" });
    own.value = before?.text ?? "";
    const boxes = listed.map(({ id, shown, image }) => ({ id, ...choice(isMany ? "checkbox" : "radio", question.id, id, shown, isMany, image) }));
    const chosen = (): string[] => boxes.filter((box) => box.input.checked).map((box) => box.id);
    const mark = (): void => {
      const ids = chosen();
      for (const box of boxes) {
        box.label.classList.toggle("on", box.input.checked);
        box.input.disabled = !box.input.checked && ids.length >= most;
        box.label.classList.toggle("off", box.input.disabled);
      }
      own.hidden = !ids.includes(OTHER);
    };
    for (const box of boxes) {
      box.input.checked = before?.choices?.includes(box.id) ?? false;
      let isByPointer = false;
      box.label.addEventListener("pointerdown", () => (isByPointer = true));
      box.input.addEventListener("change", () => {
        mark();
        if (box.id === OTHER && box.input.checked) own.focus();
        else if (isByPointer && !isMany) later(GOES_ON_AFTER_MS, goOn);
        isByPointer = false;
      });
    }
    mark();
    const note = isMany && most < listed.length ? [make("p", { class: "d" }, words.atMost(most))] : [];
    const element = make("fieldset", { "aria-label": text(question.text) }, make("div", { class: `choices${question.kind === "picture" ? " pictures" : ""}` }, ...boxes.map((box) => box.label)), ...(question.other ? [own] : []), ...note);
    return {
      element,
      read() {
        const ids = chosen();
        const words_ = own.value.trim();
        if (!ids.length) return question.required ? words.required : { isSkipped: true };
        return { choices: ids, ...(ids.includes(OTHER) && words_ && { text: words_ }) };
      },
    };
  }

  function rankingField(question: Question, before: Given | undefined): { element: HTMLElement; read(): Given | string } {
    const choices = question.choices ?? [];
    let order = before?.choices ?? choices.map((one) => one.id);
    if (question.shuffle && !before) order = order.map((id) => [Math.random(), id] as const).sort((a, b) => a[0] - b[0]).map(([, id]) => id);
    let isTouched = !!before;
    const element = make("div", { class: "choices", role: "list", "aria-label": text(question.text) });
    const drawList = (focus?: string): void => {
      element.replaceChildren(
        ...order.map((id, i) => {
          const shown = text(choices.find((one) => one.id === id)?.text);
          const mover = (by: -1 | 1): HTMLButtonElement => {
            const button = make("button", { type: "button", "aria-label": (by < 0 ? words.up : words.down)(shown), "data-move": `${id}${by}` }, by < 0 ? "↑" : "↓");
            button.disabled = !order[i + by];
            button.onclick = () => {
              isTouched = true;
              order = order.filter((one) => one !== id);
              order.splice(i + by, 0, id);
              drawList(`${id}${by}`);
            };
            return button;
          };
          return make("div", { class: "rank", role: "listitem" }, make("b", {}, String(i + 1)), make("span", { dir: "auto" }, shown), mover(-1), mover(1));
        }),
      );
      if (focus) {
        const button = element.querySelector<HTMLButtonElement>(`[data-move="${focus}"]`);
        (button?.disabled ? (button.parentElement?.querySelector("button:not(:disabled)") as HTMLElement | null) : button)?.focus();
      }
    };
    drawList();
    // Left as it stood it is an answer only where one is required: nobody agreed to the order otherwise.
    return { element, read: () => (isTouched || question.required ? { choices: order } : { isSkipped: true }) };
  }

  function openField(question: Question, before: Given | undefined): { element: HTMLElement; read(): Given | string } {
    const attributes = { "aria-labelledby": "q", "aria-describedby": "d", maxlength: String(MOST_LETTERS[question.kind]), placeholder: text(question.placeholder) || (question.kind === "email" ? words.email : ""), dir: "auto" };
    const field = question.kind === "long" ? make("textarea", { ...attributes, rows: "4" }) : make("input", { ...attributes, type: question.kind === "email" ? "email" : "text", ...(question.kind === "email" && { autocomplete: "email" }) });
    field.value = before?.text ?? "";
    return {
      element: make("div", {}, field),
      read() {
        const value = field.value.trim();
        if (!value) return question.required ? words.required : { isSkipped: true };
        return question.kind === "email" && !EMAIL.test(value) ? words.badEmail : { text: value };
      },
    };
  }

  if (form === "button" && !isPreview && !Object.keys(given).length) launch();
  else draw(false);
  return remove;
};

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
    const style = doc.createElement("style");
    style.textContent = STYLE;
    root.append(style);
  }
}

/** Drawn, since the same emoji looks another on every system. */
function face(kind: "face" | "thumb", score: number): Node {
  const ns = "http://www.w3.org/2000/svg";
  const svg = doc.createElementNS(ns, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  const shape = (d: string): void => {
    const path = doc.createElementNS(ns, "path");
    path.setAttribute("d", d);
    for (const [name, value] of [["fill", "none"], ["stroke", "currentColor"], ["stroke-width", "1.6"], ["stroke-linecap", "round"], ["stroke-linejoin", "round"]]) path.setAttribute(name as string, value as string);
    svg.append(path);
  };
  if (kind === "thumb") {
    shape(score ? "M7 11v9H4v-9zM7 11l4-7c1.5 0 2.5 1 2.3 2.6L13 10h5.2c1.3 0 2.2 1.2 1.9 2.4l-1.4 5.8c-.3 1-1.1 1.8-2.2 1.8H7" : "M17 13V4h3v9zM17 13l-4 7c-1.5 0-2.5-1-2.3-2.6L11 14H5.8c-1.3 0-2.2-1.2-1.9-2.4l1.4-5.8C5.6 4.8 6.4 4 7.5 4H17");
    return svg;
  }
  shape("M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM9 9.5v.01M15 9.5v.01");
  const mouths = ["M8 16.5c1-2 2.4-2.8 4-2.8s3 .8 4 2.8", "M8.5 16c1-1 2.2-1.4 3.5-1.4s2.5.4 3.5 1.4", "M8.5 15.2h7", "M8.5 14.4c1 1 2.2 1.5 3.5 1.5s2.5-.5 3.5-1.5", "M8 13.8c.8 2.2 2.3 3.2 4 3.2s3.2-1 4-3.2z"];
  shape(mouths[score - 1] ?? (mouths[2] as string));
  return svg;
}

/** Whether dark letters are read better on it (WCAG's relative luminance). */
function isLight(color: string): boolean {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((i) => {
    const part = Number.parseInt(color.slice(i, i + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  const luminance = 0.2126 * r + 0.7152 * g + 0.0722 * b;
  return (luminance + 0.05) / 0.05 > 1.05 / (luminance + 0.05);
}

function keepInside(event: KeyboardEvent, card: HTMLElement): void {
  const all = [...card.querySelectorAll<HTMLElement>("button:not(:disabled),input:not(:disabled),textarea,a[href]")].filter((one) => !one.hidden);
  const [first, last] = [all[0], all[all.length - 1]];
  const active = (card.getRootNode() as ShadowRoot).activeElement;
  if (event.shiftKey ? active === first || active === card : active === last) {
    event.preventDefault();
    (event.shiftKey ? last : first)?.focus();
  }
}
