// The tag: what a site calls, and what runs behind it in each mode.
//
// exempt     (until consent) page summaries that name nobody; nothing on the device, no events, no recorder
// consented  events, summaries and signals with a device, a session and, where allowed, a user
// out        nothing
import { doc, guarded, hint, listen, now, say, sayWith, talk, win } from "./browser.ts";
import { NONE, openConsent, type Consent, type Mode } from "./consent.ts";
import { plainProperties, wholeText, type Properties } from "./event/values.ts";
import { createMasking, type Masking } from "./masking/level.ts";
import type { LoadPart, Moment, PartHost } from "./part.ts";
import { run, type Run } from "./run.ts";
import { settingsOf, type Choices, type Options, type Settings } from "./settings.ts";
import { openStore, type Store } from "./store.ts";

/** Changes of the person's properties. */
export interface PersonChanges {
  set(properties: Properties): void;
  setOnce(properties: Properties): void;
  /** Adds numbers. Sent at most once: where the network leaves it open whether it arrived, it is not repeated. */
  add(numbers: Record<string, number>): void;
  /** Adds a value to the end of a list. Sent at most once, as `add`. */
  append(properties: Properties): void;
  /** Adds values to a list that are not in it yet. */
  union(lists: Record<string, unknown[]>): void;
  remove(properties: Properties): void;
  unset(names: string | string[]): void;
  delete(): void;
}

export interface Tag {
  init(options: Options): void;
  /** An event. */
  track(name: string, properties?: Properties): void;
  /** A page view that the address does not tell; with a name, that is the page's. */
  page(name?: string): void;
  /** Says who it is. What the device did before counts for the user from then on. */
  identify(user: string | number, properties?: Properties): void;
  /** The user signed out: a new device, session and queue of properties. */
  reset(): void;
  /** The company, team or the like that events belong to; null ends it. */
  group(type: string, key: string | string[] | null, properties?: Properties): void;
  people: PersonChanges;
  /** Properties that go with every event from now on. */
  register(properties: Properties): void;
  unregister(name: string): void;
  /** What the person allows. Granting begins a new device id; withdrawing forgets everything on the device at once. `proof` says how it was given. */
  consent(choices: Partial<Choices>, proof?: Properties): void;
  optOut(): void;
  optIn(): void;
  /** Pauses the recording of this page, or goes on with it; sets it off where nothing else did. */
  recording(isOn: boolean): void;
  /** Shows a survey that the page may call, by its id or its name, where it is for this person now. */
  survey(survey: string): void;
  /** Sends what waits. */
  flush(): void;
  /** Hears of friction signals, events and page views. */
  on(listener: (moment: Moment) => void): () => void;
  /** The ids in use; empty texts where there are none. */
  ids(): { device: string; user: string; session: string };
  /** What may be done now, and by which choices. */
  state(): { mode: Mode; choices: Choices };
}

type NamedRun = Run & { named: NonNullable<Run["named"]> };

/** Texts that programs write where they know nobody. As ids they would make one giant person, and the server refuses them. */
const NOBODY = /^(|undefined|null|nan|n(one|il|\/a)|true|false|0|-1|anon(ymous)?|guest|unknown|\[object Object])$/i;
const NOTHING = (): void => undefined;
const MAX_NAME = 80;
const MAX_ID = 200;
/** What parts hear of that are loaded later. */
const MAX_TOLD = 200;

/** What `init` opens. */
interface Opened {
  settings: Settings;
  consent: Consent;
  masking: Masking;
  device: Store;
  tab: Store;
}

export function createTag(load: LoadPart, hostOfScript: string): Tag {
  let opened: Opened | undefined;
  let running: Run | undefined;
  const listeners = new Set<(moment: Moment) => void>();
  const told: Moment[] = [];
  const tell = (moment: Moment): void => {
    told.push(moment);
    if (told.length > MAX_TOLD) told.shift();
    for (const listener of listeners) guarded(listener)(moment);
  };
  const on: PartHost["on"] = (listener, missed) => {
    if (missed) told.forEach(guarded(listener));
    listeners.add(listener);
    return () => listeners.delete(listener);
  };
  sayWith((word, detail) => void load("words").then((words) => words.speak(word, detail), NOTHING));

  function start(of: Opened): void {
    const { consent } = of;
    if (consent.mode() !== "out") running = run({ ...of, isNamed: consent.mode() === "consented", allows: consent.allows, load, tell, on });
  }

  /** Ends what ran under the old choices and begins anew under the new ones. Ids never cross from one to the other. */
  function restart(choose: (consent: Consent) => void): void {
    if (!opened) return say("early", "consent");
    const { consent, device, tab } = opened;
    const whatRuns = (): string => consent.mode() + consent.allows("replay");
    const [before, modeBefore] = [whatRuns(), consent.mode()];
    choose(consent);
    if (whatRuns() === before) return;
    running?.stop();
    // What the person withdrew from is not sent any more, not even what waits, and nothing of it stays on the device.
    if (consent.mode() === "out" || (modeBefore === "consented" && consent.mode() !== "consented")) {
      running?.outbox.clear();
      device.wipe();
      tab.wipe();
    }
    running = undefined;
    start(opened);
  }

  /** Does it where events of a person are allowed; says why not where they are not. */
  function whereNamed(what: string, work: (run: NamedRun) => void): void {
    if (running?.named) return work(running as NamedRun);
    hint(!opened ? "early" : opened.consent.mode() === "out" ? "refused" : "unconsented", what);
  }

  function changePerson(operation: string, value: unknown, isOnce = false): void {
    whereNamed(operation, ({ named, outbox }) => {
      if (!opened?.consent.allows("profiles")) return hint("unprofiled", operation);
      const { user, device: id } = named.people.current();
      outbox.add({ record: { person: user || `$device:${id}`, time: now(), [operation]: value }, isOnce });
    });
  }
  const changing = (operation: string, isOnce = false) => (values: unknown) => changePerson(operation, plainProperties(values), isOnce);

  const tag: Tag = {
    init(options) {
      if (!win) return;
      const given = options ?? {};
      if (opened) return hint("twice");
      const settings = settingsOf(given, hostOfScript);
      if (!settings) return;
      if (settings.debug) talk();
      if (Object.entries(given).some(([name, value]) => typeof value !== typeof settings[name as "key"])) load("words").then((words) => words.checkOptions(given), NOTHING);
      const project = settings.key.slice(-6);
      const prefix = `sillage.${project}.`;
      const consent = openConsent(`sillage-consent.${project}`, settings.consent, settings);
      const mayKeep = (): boolean => consent.mode() === "consented";
      const made: Opened = { settings, consent, masking: createMasking(settings.masking, settings.hashRouter), device: openStore("localStorage", prefix, mayKeep), tab: openStore("sessionStorage", prefix, mayKeep) };
      opened = made;
      // A page that the browser makes ready before anybody asks for it is not seen yet.
      if ((doc as { prerendering?: boolean }).prerendering) listen(doc, "prerenderingchange", () => start(made));
      else start(made);
    },
    track(name, properties) {
      if (!name?.trim?.()) return say("track");
      whereNamed(`track ${name}`, ({ record }) => record(wholeText(name).slice(0, MAX_NAME), plainProperties(properties)));
    },
    page: (name) => running?.views.begin("manual", name),
    identify(user, properties) {
      const id = String(user ?? "").trim();
      if (NOBODY.test(id) || id.length > MAX_ID) return say("identify", id.slice(0, 40));
      whereNamed("identify", ({ named: { people }, record }) => {
        if (!opened?.consent.allows("profiles")) return hint("unprofiled", "identify");
        const before = people.current().user;
        // Another person at the same device: what is anonymous from now on is not the first one's.
        if (before && before !== id) people.reset();
        people.change({ user: id });
        if (before !== id) record("$identify", {});
        if (properties) changePerson("set", plainProperties(properties));
      });
    },
    reset: () =>
      whereNamed("reset", ({ named, views }) => {
        named.people.reset();
        named.session.end();
        views.begin("session");
      }),
    group(type, key, properties) {
      if (!type?.trim?.()) return say("group");
      const keys = [key ?? []].flat().map(String).filter((one) => one);
      whereNamed("group", ({ named: { people }, outbox }) => {
        const { [type]: _, ...others } = people.current().groups;
        people.change({ groups: keys.length ? { ...others, [type]: keys } : others });
        if (properties) for (const one of keys) outbox.add({ record: { group_type: type, group_key: one, time: now(), set: plainProperties(properties) } });
      });
    },
    people: {
      set: changing("set"),
      setOnce: changing("set_once"),
      add: changing("add", true),
      append: changing("append", true),
      union: changing("union"),
      remove: changing("remove"),
      unset: (names) => changePerson("unset", [names].flat().map(String)),
      delete: () => changePerson("delete", true),
    },
    register: (properties) => whereNamed("register", ({ named: { people } }) => people.change({ always: { ...people.current().always, ...plainProperties(properties) } })),
    unregister: (name) =>
      whereNamed("unregister", ({ named: { people } }) => {
        const { [name]: _, ...others } = people.current().always;
        people.change({ always: others });
      }),
    consent(choices, proof) {
      restart((consent) => consent.choose(choices ?? {}));
      whereNamed("consent", ({ record }) => record("$consent", { ...plainProperties(proof), choices: opened?.consent.choices() }));
    },
    optOut: () => restart((consent) => consent.optOut(true)),
    optIn: () => restart((consent) => consent.optOut(false)),
    recording: (isOn) => tell({ kind: "recording", isOn }),
    flush: () => running?.outbox.flush(),
    survey: (survey) => tell({ kind: "survey", survey }),
    on,
    ids: () => {
      const { device = "", user = "" } = running?.named?.people.current() ?? {};
      return { device, user, session: running?.named?.session.id() ?? "" };
    },
    state: () => ({ mode: opened?.consent.mode() ?? "exempt", choices: opened?.consent.choices() ?? NONE }),
  };
  return neverThrowing(tag);
}

/** Every call of the page, kept from throwing into it. */
function neverThrowing<T extends object>(calls: T): T {
  const entries = Object.entries(calls).map(([name, one]) => [name, typeof one === "function" ? guarded(one as () => unknown) : neverThrowing(one as object)]);
  return Object.fromEntries(entries) as T;
}
