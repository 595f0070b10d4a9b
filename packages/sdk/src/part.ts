// A part of the tag that is loaded when it is used, and what it is given.
import type { Inputs } from "./page/inputs.ts";
import type { Masking } from "./masking/level.ts";
import type { Outbox } from "./event/outbox.ts";
import type { Properties } from "./event/values.ts";
import type { Word } from "./browser.ts";
import type { Choices, Options, Settings } from "./settings.ts";
import type { People } from "./person.ts";
import type { Session } from "./session.ts";
import type { Signal } from "./friction/signal.ts";
import type { Store } from "./store.ts";
import type { View } from "./page/view.ts";
import type { TaskPart } from "./task/part.ts";
import type { WidgetPart } from "./widget/part.ts";

export type PartName = "heatmap" | "friction" | "vital" | "error" | "replay" | "survey" | "test";

export interface Part {
  /** Returns how to stop. */
  start(host: PartHost): () => void;
}

/** What the tag says in the console. */
export interface Words {
  speak(word: Word, detail: string): void;
  checkOptions(options: Options): void;
}

export interface LoadPart {
  (name: "words"): Promise<Words>;
  (name: "widget"): Promise<WidgetPart>;
  (name: "task"): Promise<TaskPart>;
  (name: PartName): Promise<Part>;
}

export interface PartHost {
  settings: Settings;
  inputs: Inputs;
  masking: Masking;
  /** To the console, through the words of the tag. */
  say(word: Word, detail?: unknown): void;
  view(): View;
  /** An event of the person, where events are allowed. */
  record(name: string, properties: Properties): void;
  /** The way to the server, for records that are made elsewhere. */
  outbox: Outbox;
  /** Whether the person allowed it. */
  allows(purpose: keyof Choices): boolean;
  load: LoadPart;
  /** A friction signal: an event where events are allowed, a count in the page summary in any case. */
  signal(signal: Signal): void;
  /** What the next part of the page summary says beside its own. */
  summarise(give: () => Properties): void;
  /** The page summary is made by this from now on. */
  summariseWith(summary: Summary): void;
  /** On the device, where it may be written to; and as long as the tab. */
  device: Store;
  tab: Store;
  /** Nothing where nobody may be named. */
  named: { people: People; session: Session } | undefined;
  /** Hears of signals, events and page views; with `missed`, of those first that came before. */
  on(listener: (moment: Moment) => void, missed?: boolean): () => void;
}

export interface Summary {
  begin(view: View): void;
  /** What happened since the last part; null when that is nothing worth telling yet. */
  part(isLeaving: boolean): Properties | null;
}

/** What others may act upon: a survey that is shown, a recording that begins. */
export type Moment = { kind: "recording"; isOn: boolean } | { kind: "survey"; survey: string } | { kind: "signal"; signal: Signal } | { kind: "event"; name: string; properties: Properties } | { kind: "page"; page: string };
