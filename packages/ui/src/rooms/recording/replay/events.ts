// The rrweb events that the player knows, by their numbers (rrweb 2.1.6). Everything else of an event is unknown until it was looked at.

export interface ReplayEvent {
  type: number;
  /** Milliseconds, by the clock of the recorded browser. */
  timestamp: number;
  data: Record<string, unknown>;
}

export const EVENT = { domLoaded: 0, loaded: 1, whole: 2, change: 3, meta: 4, custom: 5, plugin: 6 } as const;

export const SOURCE = {
  mutation: 0,
  move: 1,
  pointer: 2,
  scroll: 3,
  resize: 4,
  input: 5,
  touchMove: 6,
  rule: 8,
  drag: 12,
  declaration: 13,
  selection: 14,
  adopted: 15,
} as const;

export const NODE = { document: 0, doctype: 1, element: 2, text: 3, cdata: 4, comment: 5 } as const;

export interface SerializedNode {
  type: number;
  id: number;
  rootId?: number;
  tagName?: string;
  attributes?: Record<string, unknown>;
  childNodes?: SerializedNode[];
  textContent?: string;
  name?: string;
  publicId?: string;
  systemId?: string;
  compatMode?: string;
  isSVG?: true;
  isStyle?: true;
  isShadow?: boolean;
  isShadowHost?: boolean;
  isCustom?: true;
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function isNumber(value: unknown): value is number {
  return typeof value === "number" && Number.isFinite(value);
}
