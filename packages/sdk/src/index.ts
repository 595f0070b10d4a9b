// The tag as a module of an application: `import { sillage } from "@sillage/sdk"`. Parts are dynamic imports, which the application's bundler splits off. On a server, where
// there is no page, every call does nothing.
import type { LoadPart, PartName } from "./part.ts";
import { createTag } from "./tag.ts";

const load = ((name: PartName | "words" | "widget" | "task"): Promise<unknown> => {
  switch (name) {
    case "words":
      return import("./words/part.ts");
    case "heatmap":
      return import("./heatmap/part.ts");
    case "friction":
      return import("./friction/part.ts");
    case "vital":
      return import("./vital/part.ts");
    case "error":
      return import("./error/part.ts");
    case "replay":
      return import("./replay/part.ts");
    case "survey":
      return import("./survey/part.ts");
    case "test":
      return import("./user-test/part.ts");
    case "widget":
      return import("./widget/part.ts");
    case "task":
      return import("./task/part.ts");
  }
}) as LoadPart;

export const sillage = createTag(load, "");

export type { Choices, Options } from "./settings.ts";
export type { PersonChanges, Tag } from "./tag.ts";
export type { Moment } from "./part.ts";
export type { Signal, SignalName } from "./friction/signal.ts";
export type { MaskingOptions, Level } from "./masking/level.ts";
export type { RecordingOptions } from "./replay/settings.ts";
export type { FrictionSettings } from "./friction/settings.ts";
