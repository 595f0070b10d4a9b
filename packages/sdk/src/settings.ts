// What a site may set, and what holds without.
import { say } from "./browser.ts";
import type { FrictionSettings } from "./friction/settings.ts";
import type { MaskingOptions } from "./masking/level.ts";
import type { RecordingOptions } from "./replay/settings.ts";

/** What a person allowed. Whatever is not named is refused. */
export interface Choices {
  /** Events with a device id, kept on the device: the consented mode. */
  analytics: boolean;
  /** Recordings. Their code is not even loaded before. */
  replay: boolean;
  /** Answers to surveys tied to the visit that they were given in. */
  surveysLink: boolean;
  /** A user id and properties of the person. */
  profiles: boolean;
}

export interface Options {
  /** The project's write key, `wk_…`. */
  key: string;
  /** Where Sillage is, with the path if it has one. Default: where the script came from. */
  host?: string;
  /** Default `/v1/events`, below `host`. */
  eventsPath?: string;
  /** What the person already allowed, or what the site has another ground for. Default: nothing, which is the exempt mode. */
  consent?: Partial<Choices>;
  /** Default true: a browser that says Global Privacy Control is neither recorded nor profiled. */
  respectGpc?: boolean;
  /** Default false. True: a browser that says Do Not Track is treated in the same way. */
  respectDnt?: boolean;
  masking?: MaskingOptions;
  /** Default true: clicks on controls, changes of fields (never values) and submits, as events. Selectors leave out what `data-px-ignore` marks. */
  autocapture?: boolean | { click?: boolean; change?: boolean; submit?: boolean };
  /** Default true. False: only `page()` makes page views. */
  pageViews?: boolean;
  /** Default false. True where the application's pages are told by what follows #. */
  hashRouter?: boolean;
  /** Default true: one small summary of each page view, which heatmaps and zones read. */
  summaries?: boolean;
  /** Default true: friction signals. An object changes their constants. */
  friction?: boolean | Partial<FrictionSettings>;
  /** Default true: LCP, INP, CLS, FCP, TTFB. */
  vitals?: boolean;
  /** Default true: errors that nothing caught. */
  errors?: boolean;
  /** Default true: surveys that run are shown to those that they are for, where the person allowed `analytics`. */
  surveys?: boolean;
  /** Default false. Recordings need the purpose `replay` too. */
  recording?: false | RecordingOptions;
  /** Minutes without activity after which a session ends. Default 30; the project's setting in Sillage should say the same. */
  sessionMinutes?: number;
  /** Milliseconds that events wait for others before they are sent together. Default 2000. */
  gatherMs?: number;
  /** Default false: browsers that are driven by a program give no friction and no recordings. */
  countDrivenBrowsers?: boolean;
  /** Says in the console what the tag does not do, and why. */
  debug?: boolean;
}

export type Settings = Required<Omit<Options, "recording" | "friction" | "autocapture" | "masking">> & {
  masking: MaskingOptions;
  autocapture: { click?: boolean; change?: boolean; submit?: boolean };
  friction: false | Partial<FrictionSettings>;
  recording: false | RecordingOptions;
};

export const DEFAULTS: Omit<Settings, "key" | "host"> = {
  eventsPath: "/v1/events",
  consent: {},
  respectGpc: true,
  respectDnt: false,
  masking: {},
  autocapture: { click: true, change: true, submit: true },
  pageViews: true,
  hashRouter: false,
  summaries: true,
  friction: {},
  vitals: true,
  errors: true,
  surveys: true,
  recording: false,
  sessionMinutes: 30,
  gatherMs: 2000,
  countDrivenBrowsers: false,
  debug: false,
};

/** The settings, or null where nothing can be sent. What is wrong in one option does not cost the others: its standard value is used. */
export function settingsOf(options: Options, scriptHost: string): Settings | null {
  // Only what the site wrote itself: a page may have put anything on Object.prototype.
  const own: Record<string, unknown> = { ...options };
  const host = String(own.host ?? scriptHost).replace(/\/+$/, "");
  if (!own.key || typeof own.key !== "string") return refuse("key", "");
  if (!/^https?:\/\//.test(host)) return refuse("host", host);
  const settings: Record<string, unknown> = { ...DEFAULTS, key: own.key, host };
  for (const [name, standard] of Object.entries(DEFAULTS)) {
    const value = own[name];
    if (value && typeof value === typeof standard && !((value as number) < 0)) settings[name] = value;
    // A part is switched off by false, or all of autocapture; on, it has its standard form.
    else if (value === false) settings[name] = name === "autocapture" ? {} : false;
  }
  if (typeof own.recording === "object" && own.recording) settings.recording = own.recording;
  if (typeof own.autocapture === "object") settings.autocapture = { ...DEFAULTS.autocapture, ...own.autocapture };
  return settings as Settings;
}

function refuse(word: "key" | "host", detail: string): null {
  say(word, detail);
  return null;
}
