// What runs in one mode, from its start to its end: watches the page, makes events and summaries of what it sees, and loads the parts that are wanted.
import { autocapture } from "./capture/autocapture.ts";
import { doc, guarded, later, listen, now, randomId, say, whenIdle, win } from "./browser.ts";
import { openOutbox, type Outbox } from "./event/outbox.ts";
import type { Properties } from "./event/values.ts";
import type { Masking } from "./masking/level.ts";
import { ACTIVITY, isVisible, watchInputs } from "./page/inputs.ts";
import { campaignOf, hostOf } from "./page/url.ts";
import { watchViews, type View, type Views } from "./page/view.ts";
import type { LoadPart, Moment, PartHost, PartName, Summary } from "./part.ts";
import { openPeople, type People } from "./person.ts";
import { openSession, type Session } from "./session.ts";
import type { Settings } from "./settings.ts";
import type { Store } from "./store.ts";

export const VERSION = "0.1.0";

export interface Run {
  /** In the consented mode only. */
  named: { people: People; session: Session } | undefined;
  views: Views;
  outbox: Outbox;
  /** An event, where events are allowed. */
  record(name: string, properties: Properties): void;
  /** Ends it; what it has seen so far still goes out. */
  stop(): void;
}

export interface RunOptions {
  settings: Settings;
  isNamed: boolean;
  allows: PartHost["allows"];
  masking: Masking;
  /** On the device, and as long as the tab. */
  device: Store;
  tab: Store;
  load: LoadPart;
  tell(moment: Moment): void;
  on: PartHost["on"];
}

const SUMMARY_EVERY_MS = 15_000;
let seq = 0;

export function run({ settings, isNamed, allows, masking, device, tab, load, tell, on }: RunOptions): Run {
  const inputs = watchInputs();
  const outbox = openOutbox({ url: settings.host + settings.eventsPath, key: settings.key, gatherMs: settings.gatherMs, store: device });
  const named = isNamed ? { people: openPeople(device), session: openSession(device, settings.sessionMinutes * 60_000, () => views.begin("session")) } : undefined;
  let summary: Summary | undefined;
  let signals: Record<string, number> = {};
  const givers: (() => Properties)[] = [];
  let isOver = false;

  const views = watchViews({
    inputs,
    isAutomatic: settings.pageViews,
    hasHashRouter: settings.hashRouter,
    onEnd: () => summarise(true),
    onBegin(view) {
      summary?.begin(view);
      if (settings.pageViews || view.navigation === "manual") record("$pageview", pageViewOf(view, masking));
      tell({ kind: "page", page: view.page });
    },
  });

  function put(name: string, properties: Properties, t = now()): void {
    const ids: Properties = {};
    if (named) {
      // The session first: where the last one ended, its successor begins with a page view, which comes before this event.
      const session_id = named.session.id();
      const { user, device: device_id, groups } = named.people.current();
      Object.assign(ids, { distinct_id: user || `$device:${device_id}`, device_id, session_id, groups }, user && { user_id: user });
    }
    const view = views.current();
    const context = {
      ...named?.people.current().always,
      $current_url: masking.href(view?.href ?? ""),
      $page: view?.page,
      $page_view_id: view?.id,
      $lib: "web",
      $lib_version: VERSION,
    };
    outbox.add({ record: { event: name, time: t, insert_id: randomId(), seq: (seq += 1), ...ids, properties: { ...context, ...properties } } });
  }

  function record(name: string, properties: Properties): void {
    if (named) put(name, properties);
    tell({ kind: "event", name, properties });
  }

  function summarise(isLeaving: boolean): void {
    // Who goes before the summary's own part has arrived is counted all the same.
    const view = views.current();
    const part = summary ? summary.part(isLeaving) : isLeaving && settings.summaries && view ? { $part: 0, $elapsed_ms: now() - view.startedAt } : null;
    if (!part) return;
    put("$page_summary", Object.assign(part, { signals }, ...givers.map((give) => guarded(give)())));
    signals = {};
  }

  const host: PartHost = {
    say,
    settings,
    inputs,
    masking,
    view: views.current as () => View,
    record,
    outbox,
    allows,
    load,
    signal(signal) {
      // Part of a burst of rage clicks, which is counted itself.
      if (!signal.detail?.$in_rage) signals[signal.name] = (signals[signal.name] ?? 0) + 1;
      if (named) put("$friction", { ...signal.detail, $signal: signal.name, $page: signal.page, $severity: signal.severity, ...(signal.selector && { $selector: signal.selector }) }, signal.t);
      tell({ kind: "signal", signal });
    },
    summarise: (give) => void givers.push(give),
    summariseWith: (made) => void (summary = made),
    device,
    tab,
    named,
    on,
  };

  const leave = (): void => {
    summarise(true);
    outbox.leave();
  };
  const stops = [
    inputs.stop,
    views.stop,
    // After all the others: what the parts have to say when the page goes is to go with it.
    listen(win, "visibilitychange", () => isVisible() || leave(), false),
    listen(win, "pagehide", leave, false),
  ];
  if (named) {
    stops.push(inputs.read((input) => ACTIVITY.test(input.kind) && named.session.touch()), autocapture(inputs, masking, settings.autocapture, record));
    outbox.adopt();
  }
  views.begin();
  const beat = (): unknown =>
    later(SUMMARY_EVERY_MS, () => {
      if (isOver) return;
      beat();
      summarise(false);
    });
  beat();

  const isDriven = win.navigator.webdriver && !settings.countDrivenBrowsers;
  const use = (name: PartName, isWanted: unknown): void => {
    if (!isWanted || isOver) return;
    load(name).then(
      guarded((part) => isOver || stops.push(part.start(host))),
      () => say("unloaded", name),
    );
  };
  // A link to a user test was followed, or one is under way in this tab. It has a recorder of its own, and no survey comes between.
  const isTested = guarded(() => /sillage_test/.test(win.location.href + Object.keys(win.sessionStorage)))();
  use("heatmap", settings.summaries);
  use("test", isTested);
  whenIdle(2000, () => {
    use("friction", settings.friction && !isDriven);
    use("vital", settings.vitals);
    use("error", settings.errors);
    use("replay", !isTested && settings.recording && !isDriven && allows("replay"));
    use("survey", !isTested && settings.surveys && named);
  });

  return {
    named,
    views,
    outbox,
    record,
    stop() {
      isOver = true;
      summarise(true);
      // In a moment: whoever stops it may clear what waits first.
      later(0, outbox.flush);
      stops.forEach((stop) => guarded(stop)());
    },
  };
}

function pageViewOf(view: View, masking: Masking): Properties {
  const referrer = view.referrer && masking.href(view.referrer);
  return {
    $navigation: view.navigation,
    ...(referrer && { $referrer: referrer, $referring_domain: hostOf(referrer) }),
    ...campaignOf(view.href),
    ...(masking.level !== "strict" && { $title: masking.text(doc.title, null) }),
    $screen_width: win.screen.width,
    $screen_height: win.screen.height,
    $view_width: win.innerWidth,
    $view_height: win.innerHeight,
  };
}
