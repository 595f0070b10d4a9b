// What a detector is: it reads the one stream of inputs, and says what it found. It sees no page and no clock, so that a recorded stream gives the same signals as a live one.
import type { Click, Input } from "../page/inputs.ts";
import type { FrictionSettings } from "./settings.ts";
import type { Signal } from "./signal.ts";

/** What a detector must know of the element that was clicked. */
export interface Traits {
  isEditable: boolean;
  isInteractive: boolean;
  looksClickable: boolean;
  /** Meant to be clicked fast and often: next, plus, … */
  isStepper: boolean;
  /** canvas, video, maps, games, and what is marked `data-px-no-rage`. */
  isClickedForFun: boolean;
  /** Fields, lists, files, frames: they answer in ways that a page does not see. */
  answersUnseen: boolean;
  /** A link that leads somewhere. */
  isLink: boolean;
  /** The empty ground of the page. */
  isGround: boolean;
  /** The click left text selected. */
  selectsText: boolean;
  /** On purpose nothing is read of it: `data-px-ignore`. */
  isIgnored: boolean;
}

/** Which field, and the form around it: one of its own, or the part of the page that holds it. */
export interface FieldPlace {
  field: string;
  form: string;
  isForm: boolean;
  isEditable: boolean;
  isEmpty: boolean;
  /** One of some that are given: to try several is to choose, not to fill in again. */
  isChoice: boolean;
}

export type SeenClick = Click & Traits;
export type SeenField = { kind: "key" | "change" | "focus" | "blur" | "invalid" | "submit"; t: number } & FieldPlace;
export type SeenPage = Extract<Input, { kind: "page" }> & {
  /** A hash of the address: two products are one page and two addresses. */
  address: string;
};
type Plain = Exclude<Input, { kind: "click" | "page" | "key" | "change" | "submit" } | { kind: "focus" | "blur" | "invalid" }>;
/** The pointer came upon another control. */
export interface SeenHover {
  kind: "hover";
  t: number;
  selector: string;
}
/** An event that the site tracked. */
export interface SeenEvent {
  kind: "event";
  t: number;
  name: string;
}
export type Seen = Plain | SeenClick | SeenField | SeenPage | SeenHover | SeenEvent;

export type Found = Omit<Signal, "page"> & { page?: string };

export interface Detector {
  take(input: Seen): void;
  /** Time has passed: what waited for nothing to happen may be decided. Called at least every 250 ms, and at the end. */
  settle?(t: number): void;
}

export type MakeDetector = (settings: FrictionSettings, emit: (found: Found) => void) => Detector;

export function lastOf<T>(list: readonly T[]): T | undefined {
  return list[list.length - 1];
}
