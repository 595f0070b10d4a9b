// Looks for friction: adds to the stream of inputs what only this needs, runs the detectors over it, and tells what they find.
import { guarded, hashOf, later, now, win } from "../browser.ts";
import { INTERACTIVE, controlOf, isEditable, selectorOf } from "../page/element.ts";
import type { Click, Input } from "../page/inputs.ts";
import type { Part, PartHost } from "../part.ts";
import type { Detector, FieldPlace, Found, MakeDetector, Seen, Traits } from "./detector.ts";
import { answer } from "./detectors/answer.ts";
import { fault } from "./detectors/fault.ts";
import { makeForms, type FormSummary } from "./detectors/form.ts";
import { makePages, type Visit } from "./detectors/pages.ts";
import { bounce, hesitation, thrash, zoom } from "./detectors/pointer.ts";
import { rage, repeated } from "./detectors/rage.ts";
import { slowPage } from "./detectors/speed.ts";
import { FRICTION, type FrictionSettings } from "./settings.ts";
import { watchPage } from "./watch.ts";

const SETTLE_EVERY_MS = 250;
const VISITS = "visits";

export const start: Part["start"] = (host) => {
  const { inputs, masking, tab } = host;
  const settings: FrictionSettings = { ...FRICTION, ...(typeof host.settings.friction === "object" ? host.settings.friction : {}) };
  let forms: FormSummary[] = [];
  let page = host.view().page;
  /** The page that begins, while it does; and what is found of it, which waits until its view is there. */
  let arriving: string | undefined;
  let ofArriving: Found[] = [];
  const emit = (found: Found): void => {
    if (arriving !== undefined && found.page === arriving) ofArriving.push(found);
    else host.signal({ page, ...found });
  };

  const pages = makePages({
    read: () => guarded(() => JSON.parse(tab.read(VISITS) ?? "[]") as Visit[])() ?? [],
    write: (visits) => void tab.write(VISITS, JSON.stringify(visits)),
  });
  const made: MakeDetector[] = [rage, repeated, answer, fault, pages, thrash, bounce, makeForms((ended) => (forms = [...forms, ...ended].slice(-20))), slowPage, hesitation, zoom];
  const detectors: Detector[] = made.map((make) => make(settings, emit));
  host.summarise(() => {
    const told = forms;
    forms = [];
    return told.length ? { forms: told } : {};
  });

  let hovered = "";
  function take(input: Input): void {
    const seen = seenOf(input, host, settings);
    if (!seen) return;
    if (seen.kind === "move" && seen.target) {
      const selector = selectorOf(controlOf(seen.target));
      if (selector !== hovered) feed({ kind: "hover", t: seen.t, selector });
      hovered = selector;
    }
    if (seen.kind === "page") arriving = seen.page;
    feed(seen);
    // What ended with the page before is told under that page's name.
    if (seen.kind === "page") page = seen.page;
    arriving = undefined;
  }
  function feed(seen: Seen): void {
    for (const detector of detectors) guarded((one: Detector) => one.take(seen))(detector);
    settleSoon();
  }

  let isSettling = false;
  /** Only while something happens: an idle page is left alone. Once more than the longest wait of a detector. */
  let settleUntil = 0;
  function settleSoon(): void {
    settleUntil = now() + settings.deadWatchWhilePendingMs + SETTLE_EVERY_MS * 2;
    if (isSettling) return;
    isSettling = true;
    const beat = (): void => {
      const t = now();
      for (const detector of detectors) guarded((one: Detector) => one.settle?.(t))(detector);
      if (t > settleUntil) isSettling = false;
      else later(SETTLE_EVERY_MS, beat);
    };
    later(SETTLE_EVERY_MS, beat);
  }

  // The page of the load was announced before this part was there; what people did meanwhile is left out, since nobody saw how the page answered.
  const view = host.view();
  feed({ kind: "page", t: view.startedAt, page: view.page, address: hashOf(view.href), navigation: view.navigation });
  const stopReading = inputs.read(take);
  const stopHearing = host.on((moment) => {
    if (moment.kind === "event") feed({ kind: "event", t: now(), name: moment.name });
    else if (moment.kind === "page") ofArriving.splice(0).forEach(emit);
  });
  const stopWatching = watchPage(inputs, masking, [host.settings.host + host.settings.eventsPath, (host.settings.recording && host.settings.recording.url) || `${host.settings.host}/v1/recordings`]);
  return () => {
    stopReading();
    stopHearing();
    stopWatching();
    settleUntil = 0;
  };
};

function seenOf(input: Input, { masking }: PartHost, settings: FrictionSettings): Seen | undefined {
  switch (input.kind) {
    case "click":
      return { ...input, ...traitsOf(input, settings), isDisabled: input.isDisabled || !!input.target.closest("[aria-disabled=true]"), isIgnored: masking.isIgnored(input.target) };
    case "page":
      return { ...input, address: hashOf(win.location.href) };
    case "key":
    case "change":
    case "focus":
    case "blur":
    case "invalid":
    case "submit":
      return masking.isIgnored(input.element) ? undefined : { kind: input.kind, t: input.t, ...placeOfField(input.element), isEmpty: input.kind === "change" && input.isEmpty };
    default:
      return input;
  }
}

function placeOfField(element: Element): FieldPlace {
  const form = element.closest("form,[role=form]");
  const around = form ?? element.closest("fieldset,section,dialog,main");
  return { field: selectorOf(element), form: around ? selectorOf(around) : "", isForm: form !== null, isEditable: isEditable(element), isEmpty: false, isChoice: element.matches("select,[type=radio],[type=checkbox],[type=range]") };
}

function traitsOf({ target, control }: Click, settings: FrictionSettings): Omit<Traits, "isIgnored"> {
  const link = target.closest("a[href]");
  const href = link?.getAttribute("href") ?? "";
  const style = win.getComputedStyle(target);
  const isInteractive = control.matches(INTERACTIVE);
  const selection = win.getSelection();
  const isWide = target.getBoundingClientRect().width > win.innerWidth * 0.8;
  const isGround = target.matches("html,body") || (!isInteractive && isWide && !hasOwnText(target));
  return {
    isEditable: isEditable(target) && !target.matches("[type=button],[type=submit],[type=reset],[type=checkbox],[type=radio],[type=image]"),
    isInteractive,
    looksClickable: isInteractive || style.cursor === "pointer" || style.textDecorationLine === "underline",
    isStepper: isStepper(control, settings),
    isClickedForFun: target.closest("canvas,video,audio,.map,[class*=mapbox],[class*=leaflet],.game,[data-px-no-rage]") !== null,
    answersUnseen: target.closest("select,option,label,input[type=file],input[type=color],input[type=range],iframe,video,audio,canvas,embed,object") !== null,
    isLink: link !== null && !/^(#|javascript:|$)/.test(href),
    isGround,
    selectsText: selection !== null && !selection.isCollapsed,
  };
}

/** Words of its own, among its first nodes: a click between the parts of a page hits what holds them. */
function hasOwnText(element: Element): boolean {
  let n = 0;
  for (let node = element.firstChild; node && n < 50; node = node.nextSibling, n += 1) if (node.nodeType === 3 && node.nodeValue?.trim()) return true;
  return false;
}

function isStepper(control: Element, settings: FrictionSettings): boolean {
  const label = `${control.getAttribute("aria-label") ?? ""} ${(control.textContent ?? "").slice(0, 60)}`.trim().toLowerCase();
  return settings.stepperSigns.includes(label) || label.split(/[^\p{L}]+/u).some((word) => settings.stepperWords.includes(word));
}
