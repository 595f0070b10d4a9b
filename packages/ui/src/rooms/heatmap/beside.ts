// What a heatmap is compared with: the same page, its device, period and people changed at will. It lies in the view, so that a link shows both.
import type { DeviceWidth, Filter, HeatmapQuestion, Range } from "@/question/question.ts";
import type { View } from "@/report/room.ts";
import type { Asked } from "@/report/useAsk.ts";

export const DEVICES = ["desktop", "tablet", "mobile"] as const;

/** How a comparison was begun: the period before, other people, or another device. */
export type Begun = "previous" | "people" | DeviceWidth;

export interface Beside {
  by: Begun;
  device?: DeviceWidth;
  range: Range;
  filter?: Filter;
}

export function begin(by: Begun, asked: Pick<Asked<"heatmap">, "explain"> & { question: Pick<HeatmapQuestion, "device" | "range" | "filter"> }): Beside {
  const { device, range, filter } = asked.question;
  const same: Beside = { by, range, ...(device ? { device } : {}), ...(filter ? { filter } : {}) };
  if (by === "people") return same;
  if (by !== "previous") return { ...same, device: by };
  const answered = asked.explain.range;
  if (!answered) return same;
  const [from, to] = [Date.parse(answered.from), Date.parse(answered.to)];
  return { ...same, range: { from: new Date(2 * from - to).toISOString(), to: new Date(from).toISOString() } };
}

/** Of a view; null where the heatmap stands alone. Views of before name only how it was begun. */
export function besideOf(view: View, asked: Asked<"heatmap">): Beside | null {
  const { beside } = view;
  if (typeof beside === "string") return isBegun(beside) ? begin(beside, asked) : null;
  if (typeof beside !== "object" || beside === null) return null;
  const { by, range, device, filter } = beside as Partial<Beside>;
  if (typeof by !== "string" || !isBegun(by) || typeof range !== "object") return null;
  return { by, range, ...(device && DEVICES.includes(device) ? { device } : {}), ...(filter ? { filter } : {}) };
}

function isBegun(text: string): text is Begun {
  return text === "previous" || text === "people" || (DEVICES as readonly string[]).includes(text);
}

/** The page, the goal and the zones stay; who, when and on what are its own. */
export function questionOf(beside: Beside, question: HeatmapQuestion): HeatmapQuestion {
  const { device: _device, filter: _filter, ...rest } = question;
  const { device, range, filter } = beside;
  return { ...rest, range, ...(device ? { device } : {}), ...(filter ? { filter } : {}) };
}
