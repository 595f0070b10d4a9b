// Records what the person saw, masked, with rrweb: when the purpose is allowed, the page is one that may be recorded, and the session is sampled or something may set it off. rrweb itself is loaded
// only then, and once the page is at rest: nine sessions in ten, where one in ten is sampled, never see it.
import type { record as Record } from "@rrweb/record";
import { doc, guarded, hashOf, now, randomId, toJson, win } from "../browser.ts";
import { ACTIVITY } from "../page/inputs.ts";
import type { Part } from "../part.ts";
import { openBudget } from "./budget.ts";
import { createScrub, type RecordedEvent } from "./scrub.ts";
import { RECORDING, type Recording } from "./settings.ts";
import { openUpload } from "./upload.ts";

const IDLE_MS = 300_000;
const WHOLE_EVERY_MS = 300_000;
const FULL_SNAPSHOT = 2;
const PRIVATE_PAGES = /log-?in|sign-?(in|up)|password|payment|checkout|billing|\/card|\/account|iban/i;
const MEDIA = "img,picture,video,audio,embed,object,image";
/** What others show inside the page to take money or a password. */
const ALWAYS_BLOCKED = "iframe[src*='stripe.'],iframe[src*='paypal.'],iframe[src*='adyen.'],iframe[src*='braintree'],iframe[src*='mollie.'],iframe[src*='checkout.']";

export const start: Part["start"] = (host) => {
  const { inputs, masking, named, settings, tab } = host;
  if (!named) return () => undefined;
  const options: Recording = { ...RECORDING, url: `${settings.host}/v1/recordings`, ...settings.recording };
  let record: typeof Record | undefined;
  let isAsked = false;
  const scrub = createScrub(masking, (id) => (record?.mirror.getNode(id) ?? null) as Element | null);
  const budget = openBudget();
  // From one whole snapshot to the next. Before anything is sent, the last two are kept: what happened before the trigger.
  let stretches: RecordedEvent[][] = [[]];
  let startedAt = 0;
  let wholeAt = 0;
  let activeAt = now();
  let isIdle = false;
  let isStopped = false;
  let stopRecord: (() => void) | undefined;
  let isPaused = false;
  let triggeredSession = tab.read("triggered") ?? "";
  // This page load; and the tab, which may see many.
  const documentId = randomId(10);
  const tabId = tab.read("tab") ?? documentId;
  tab.write("tab", tabId);

  const upload = openUpload({
    url: options.url,
    key: settings.key,
    profile: { level: masking.level, hash: hashOf(toJson(settings.masking)), recorder: "rrweb-2.1.6" },
    name: () => ({ session: named.session.id(), document: documentId, tab: tabId, device: named.people.current().device }),
    tab,
    onRefused(status) {
      stop();
      host.say("recordingRefused", status);
    },
  });

  const isWanted = (): boolean => {
    const session = named.session.id();
    return triggeredSession === session || Number.parseInt(hashOf(session), 36) / 2 ** 32 < options.sample;
  };
  const isSent = (): boolean => isWanted() && now() - startedAt >= options.minimumSeconds * 1000;
  const hasTriggers = Object.values(options.triggers).some((one) => (Array.isArray(one) ? one.length : one));

  const take = guarded((raw: RecordedEvent, isCheckout = false) => {
    const t = now();
    if (isIdle || isStopped) return;
    if (t - activeAt > IDLE_MS) {
      isIdle = true;
      return;
    }
    const clean = scrub.event(raw);
    const size = clean ? toJson(clean).length : 0;
    const event = clean && budget.spend(clean, size);
    if (!event) return;
    if (event.type === FULL_SNAPSHOT) {
      wholeAt = t;
      budget.whole(t);
    }
    if (isSent()) {
      for (const stretch of stretches) if (stretch.length) upload.add(stretch, toJson(stretch).length);
      stretches = [];
      upload.add([event], size);
    } else {
      // A checkout begins with its own Meta event, and so does a stretch.
      if (isCheckout && event.type !== FULL_SNAPSHOT) stretches = [...stretches.slice(-1), []];
      (stretches[stretches.length - 1] ?? stretches[stretches.push([]) - 1])?.push(event);
    }
    const wholeAfterMs = isSent() ? WHOLE_EVERY_MS : options.bufferSeconds * 1000;
    if (t - wholeAt > wholeAfterMs || budget.wantsWhole(t)) soon(whole);
  }) as (event: unknown, isCheckout?: boolean) => void;

  function whole(): void {
    if (!stopRecord || now() - wholeAt < 1000) return;
    record?.takeFullSnapshot(true);
  }

  function begin(): void {
    if (stopRecord || isStopped) return;
    if (!record) return fetchRecorder();
    startedAt ||= now();
    const nElements = doc.getElementsByTagName("*").length;
    const shown = masking.selectors.unmask;
    const hidden = masking.selectors.mask;
    // Pictures are of persons and documents as often as of the page: where texts are masked, so are they.
    const media = masking.level === "strict" ? `:is(${MEDIA}):not(:is(${shown}),:is(${shown}) *)` : `:is(${hidden}) :is(${MEDIA}),:is(${MEDIA}):is(${hidden})`;
    const begunAt = win.performance.now();
    // rrweb's own standards hold for the rest: stylesheets are inlined; canvases, images and fonts are not taken.
    stopRecord = record({
      emit: take as never,
      recordDOM: nElements <= options.maxElements,
      blockClass: "px-block",
      blockSelector: `${masking.selectors.block},${ALWAYS_BLOCKED},${media}`,
      ignoreClass: "px-ignore",
      ignoreSelector: masking.selectors.ignore,
      maskTextClass: "px-mask",
      maskTextSelector: "*",
      maskTextFn: (text, element) => scrub.text(text, element),
      maskAllInputs: true,
      maskInputFn: (text, element) => scrub.input(text, element),
      slimDOMOptions: "all",
      sampling: { scroll: 150, media: 800, input: "last" },
      // A fault of the recorder is not the page's.
      errorHandler: () => true,
    });
    note("start", { elements: nElements, snapshot_ms: Math.round(win.performance.now() - begunAt), is_interaction_only: nElements > options.maxElements });
  }

  /** Once it is there, the page may be another, or nobody wants it any more. */
  function fetchRecorder(): void {
    if (isAsked) return;
    isAsked = true;
    import("@rrweb/record").then(
      guarded((loaded) => {
        record = loaded.record;
        if (!isStopped) onPage(host.view().page);
      }),
      () => host.say("unloaded", "recorder"),
    );
  }

  function end(): void {
    stopRecord?.();
    stopRecord = undefined;
  }

  const note = guarded((tag: string, payload: Record<string, unknown>) => {
    if (stopRecord) record?.addCustomEvent(tag, payload);
  });

  function trigger(why: string): void {
    if (triggeredSession === named?.session.id()) return;
    triggeredSession = named?.session.id() ?? "";
    tab.write("triggered", triggeredSession);
    note("trigger", { why });
  }

  function onPage(page: string): void {
    if (options.triggers.pages?.some((pattern) => fits(pattern, page))) trigger(`page ${page}`);
    if (!isPaused && mayRecord(page) && (hasTriggers || isWanted())) {
      if (stopRecord) soon(whole);
      else soon(begin);
      note("page", { page });
    } else end();
  }

  function mayRecord(page: string): boolean {
    const isPrivate = !options.recordPrivatePages && PRIVATE_PAGES.test(page);
    return !isPrivate && options.pages.some((pattern) => fits(pattern, page)) && !options.exceptPages.some((pattern) => fits(pattern, page));
  }

  const stops = [
    inputs.read((input) => {
      if (ACTIVITY.test(input.kind)) {
        activeAt = input.t;
        if (isIdle) {
          isIdle = false;
          whole();
        }
      }
      if (input.kind === "visible" && !input.isVisible) upload.leave();
      else if (input.kind === "console") note("console", { level: input.level, text: masking.text(input.text, null) });
      else if (input.kind === "fault") {
        note("error", { kind: (input.error as Error | undefined)?.name ?? "" });
        if (options.triggers.errors) trigger("error");
      } else if (input.kind === "response" && options.network) note("request", { method: input.method, url: input.url, status: input.status, ms: input.t - input.startedAt });
    }),
    host.on((moment) => {
      if (moment.kind === "page") onPage(moment.page);
      else if (moment.kind === "recording") {
        isPaused = !moment.isOn;
        if (moment.isOn) trigger("call");
        onPage(host.view().page);
      }
      else if (moment.kind === "signal") {
        const { name, selector = "", severity, detail } = moment.signal;
        // What does not look as if it could be clicked weighs half.
        note("signal", { name, selector, severity: name === "dead_click" && !detail?.$looks_clickable ? 0.5 : severity });
        if (options.triggers.signals?.includes(moment.signal.name)) trigger(moment.signal.name);
      } else if (moment.kind === "event") {
        if (!moment.name.startsWith("$")) note("event", { name: moment.name });
        if (options.triggers.events?.includes(moment.name)) trigger(moment.name);
      }
    }),
  ];

  function stop(): void {
    isStopped = true;
    end();
    stops.forEach((one) => one());
  }

  onPage(host.view().page);
  return () => {
    // Withdrawn: what is not sent is not sent any more.
    stop();
    upload.stop();
  };
};

/** A pattern of the settings. One that is no regular expression fits nothing, so that nothing is recorded by mistake. */
function fits(pattern: string, page: string): boolean {
  return guarded(() => new RegExp(pattern).test(page))() ?? false;
}

/** When the page rests; one that never does waits no longer than this. */
const SOON_MS = 3000;

function soon(work: () => void): void {
  if (win.requestIdleCallback) win.requestIdleCallback(guarded(work), { timeout: SOON_MS });
  else win.setTimeout(guarded(work));
}
