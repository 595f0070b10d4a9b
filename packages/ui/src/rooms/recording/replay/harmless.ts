// Anybody who knows a project's write key can post a recording, so what is played is hostile until it was looked at. What passes
// here has the shape that the replayer expects, runs nothing, and names no address: not in attributes, not in styles, nowhere.
// What is dropped is counted by its reason, so that the viewer can say it. Must stay true: a field that is not known is not passed on.
import { withoutAddresses } from "./css.ts";
import { EVENT, isNumber, isRecord, NODE, SOURCE, type ReplayEvent, type SerializedNode } from "./events.ts";

/** Why something of a recording is not shown. */
export type Trouble = "malformed" | "too_large" | "no_page" | "missing_styles";

export interface Harmless {
  events: ReplayEvent[];
  /** When the first of them was by the recorded clock, those that are not played included; null where there is none. */
  firstAt: number | null;
  trouble: Partial<Record<Trouble, number>>;
  /** Style sheets of other hosts that the recorder could not read, by their address. */
  missingStyles: string[];
}

const MOST_NODES = 150_000;
const DEEPEST = 400;
const MOST_FRAMES = 40;
const LONGEST_TEXT = 200_000;

const TAG = /^[a-zA-Z][\w.:-]*$/;
const CUSTOM_TAG = /^[a-z][a-z0-9._]*-[a-z0-9._-]*$/;
const RESERVED_TAGS = /^(annotation-xml|color-profile|font-face(-src|-uri|-format|-name)?|missing-glyph)$/;
const SHADOW_HOSTS = /^(article|aside|blockquote|body|div|footer|h[1-6]|header|main|nav|p|section|span)$/i;
/** What they say concerns the page that was, not the picture of it; most of them fetch or redirect. */
const BARE_TAGS = /^(base|meta|object|embed|applet|portal|fencedframe|frame|frameset|script|noscript|animate|animatetransform|animatemotion|set|param|track)$/i;
const UNSEEN_TAGS = /^(script|noscript|template)$/;
const DROPPED_ATTRIBUTES =
  /^(on.*|srcdoc|srcset|imagesrcset|imagesizes|ping|nonce|integrity|action|formaction|autoplay|autofocus|background|poster|data|manifest|cite|longdesc|usemap|archive|code|codebase|classid|lowsrc|dynsrc|profile|http-equiv|content|download|target|rel|as|is|rr_src|rr_media.*|rrweb-.*|allow|sandbox|credentialless|csp|popovertarget|shadowrootmode)$/i;
const ADDRESS_ATTRIBUTES = /^(href|xlink:href|src)$/i;
const PICTURE = /^data:image\/(png|jpeg|gif|webp|avif|bmp|svg\+xml|x-icon)[;,]/i;

interface Count {
  nodes: number;
  frames: number;
}

export function harmless(raw: unknown): Harmless {
  const found: Harmless = { events: [], firstAt: null, trouble: {}, missingStyles: [] };
  if (!Array.isArray(raw)) {
    note(found, "malformed");
    return found;
  }
  for (const one of raw) {
    if (isRecord(one) && isNumber(one.timestamp)) found.firstAt = Math.min(found.firstAt ?? Infinity, one.timestamp);
    const event = harmlessEvent(one, found);
    if (event) found.events.push(event);
  }
  return found;
}

function note(found: Harmless, trouble: Trouble): null {
  found.trouble[trouble] = (found.trouble[trouble] ?? 0) + 1;
  return null;
}

function harmlessEvent(raw: unknown, found: Harmless): ReplayEvent | null {
  if (!isRecord(raw) || !isNumber(raw.type) || !isNumber(raw.timestamp) || !isRecord(raw.data ?? {})) return note(found, "malformed");
  const { type, timestamp } = raw;
  const data = (raw.data ?? {}) as Record<string, unknown>;
  const event = (clean: Record<string, unknown> | null): ReplayEvent | null => clean && { type, timestamp, data: clean };
  switch (type) {
    case EVENT.domLoaded:
    case EVENT.loaded:
      return event({});
    case EVENT.meta:
      if (!isNumber(data.width) || !isNumber(data.height)) return note(found, "malformed");
      return event({ href: "", width: side(data.width), height: side(data.height) });
    case EVENT.whole: {
      const node = wholePage(data.node, found);
      const offset = isRecord(data.initialOffset) ? data.initialOffset : {};
      return node && event({ node, initialOffset: { top: isNumber(offset.top) ? offset.top : 0, left: isNumber(offset.left) ? offset.left : 0 } });
    }
    case EVENT.change:
      return event(change(data, found));
    default:
      // Notes and plug-ins are for the lists beside the picture, which the manifest brings.
      return null;
  }
}

function side(pixels: number): number {
  return Math.min(10_000, Math.max(1, Math.round(pixels)));
}

function wholePage(raw: unknown, found: Harmless): SerializedNode | null {
  const node = cleanNode(raw, { nodes: 0, frames: 0 }, found, 0, "root");
  const isPage = node?.type === NODE.document && node.childNodes?.some((child) => child.tagName?.toLowerCase() === "html");
  if (!node || !isPage) return note(found, "no_page");
  return node;
}

/** `root` is the place of a whole page, `added` that of a node which a change adds, `child` any other. */
function cleanNode(raw: unknown, count: Count, found: Harmless, depth: number, place: "root" | "added" | "child" | "of_document"): SerializedNode | null {
  if (!isRecord(raw) || !isNumber(raw.type) || !isNumber(raw.id) || raw.id <= 0) return note(found, "malformed");
  count.nodes += 1;
  if (count.nodes > MOST_NODES || depth > DEEPEST) return note(found, "too_large");
  const base = { id: raw.id, ...(isNumber(raw.rootId) ? { rootId: raw.rootId } : {}), ...(raw.isShadow === true ? { isShadow: true } : {}) };
  switch (raw.type) {
    case NODE.document: {
      if (place === "child" || place === "of_document") return note(found, "malformed");
      const childNodes = cleanChildren(raw.childNodes, count, found, depth, "of_document");
      // A document has one root and one type; quirks are asked for only where there is a type to lack.
      const root = childNodes.find((child) => child.type === NODE.element);
      const kept = childNodes.filter((child, index) => (child.type === NODE.element ? child === root : child.type !== NODE.doctype || index === 0));
      return { type: NODE.document, ...base, childNodes: kept, ...(raw.compatMode === "BackCompat" && root ? { compatMode: "BackCompat" } : {}) };
    }
    case NODE.doctype:
      if (place === "child") return note(found, "malformed");
      return { type: NODE.doctype, ...base, name: typeof raw.name === "string" && /^[a-z]+$/i.test(raw.name) ? raw.name : "html", publicId: "", systemId: "" };
    case NODE.element:
      return cleanElement(raw, base, count, found, depth);
    case NODE.text:
    case NODE.cdata:
    case NODE.comment: {
      if (place === "of_document" && raw.type !== NODE.comment) return null;
      const text = typeof raw.textContent === "string" ? raw.textContent.slice(0, LONGEST_TEXT) : "";
      if (raw.type === NODE.comment) return { type: NODE.comment, ...base, textContent: "" };
      return { type: NODE.text, ...base, textContent: withoutAddresses(text), ...(raw.isStyle === true ? { isStyle: true as const } : {}) };
    }
    default:
      return note(found, "malformed");
  }
}

function cleanChildren(raw: unknown, count: Count, found: Harmless, depth: number, place: "child" | "of_document"): SerializedNode[] {
  if (!Array.isArray(raw)) return [];
  return raw.map((child) => cleanNode(child, count, found, depth + 1, place)).filter((child) => child !== null);
}

function cleanElement(raw: Record<string, unknown>, base: { id: number; rootId?: number; isShadow?: boolean }, count: Count, found: Harmless, depth: number): SerializedNode | null {
  const tagName = typeof raw.tagName === "string" ? raw.tagName : "";
  if (!TAG.test(tagName)) return note(found, "malformed");
  const tag = tagName.toLowerCase();
  if (tag === "iframe") {
    count.frames += 1;
    if (count.frames > MOST_FRAMES) return note(found, "too_large");
  }
  const given = isRecord(raw.attributes) ? raw.attributes : {};
  const isBare = BARE_TAGS.test(tag) || (tag === "link" && typeof given._cssText !== "string");
  if (tag === "link" && isBare && /stylesheet/i.test(String(given.rel ?? "")) && typeof given.href === "string") {
    found.missingStyles.push(given.href);
    note(found, "missing_styles");
  }
  const attributes = isBare ? {} : cleanAttributes(tag, given);
  // What was left out of the recording keeps its place; the player hatches it.
  if (given.rr_width !== undefined && given.rr_dataURL === undefined) attributes["data-px-left-out"] = "";
  const isHost = raw.isShadowHost === true && (SHADOW_HOSTS.test(tag) || CUSTOM_TAG.test(tag));
  // Of these the page showed nothing.
  const childNodes = UNSEEN_TAGS.test(tag) ? [] : cleanChildren(raw.childNodes, count, found, depth, "child");
  if (!isHost) for (const child of childNodes) delete child.isShadow;
  return {
    type: NODE.element,
    ...base,
    tagName,
    attributes,
    childNodes,
    ...(raw.isSVG === true ? { isSVG: true as const } : {}),
    ...(isHost ? { isShadowHost: true } : {}),
    ...(raw.isCustom === true && CUSTOM_TAG.test(tagName) && !RESERVED_TAGS.test(tagName) ? { isCustom: true as const } : {}),
  };
}

function cleanAttributes(tag: string, raw: Record<string, unknown>): Record<string, unknown> {
  const clean: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(raw)) {
    const kept = cleanAttribute(tag, name, value);
    if (kept !== undefined) clean[name] = kept;
  }
  return clean;
}

/** The value as it may stand, or undefined where it may not. `tag` is empty where a change names an element by its number only. */
function cleanAttribute(tag: string, name: string, value: unknown): string | number | boolean | undefined {
  if (name === "_cssText") return typeof value === "string" ? withoutAddresses(value) : undefined;
  if (name === "rr_dataURL") return typeof value === "string" && PICTURE.test(value) ? value : undefined;
  if (name === "rr_open_mode") return value === "modal" || value === "non-modal" ? value : undefined;
  if (typeof value === "number" || typeof value === "boolean") return DROPPED_ATTRIBUTES.test(name) ? undefined : value;
  if (typeof value !== "string" || DROPPED_ATTRIBUTES.test(name)) return undefined;
  if (ADDRESS_ATTRIBUTES.test(name)) {
    if (tag === "iframe") return undefined;
    // A mark alone as a source is the address of the player itself.
    if (PICTURE.test(value) || (value.startsWith("#") && name !== "src")) return value;
    // A link without an address would not look like one.
    return tag === "a" || tag === "area" ? "#" : undefined;
  }
  return withoutAddresses(value.slice(0, LONGEST_TEXT));
}

function change(data: Record<string, unknown>, found: Harmless): Record<string, unknown> | null {
  const { source } = data;
  const malformed = () => note(found, "malformed");
  switch (source) {
    case SOURCE.mutation:
      return mutation(data, found);
    case SOURCE.move:
    case SOURCE.touchMove:
    case SOURCE.drag: {
      const positions = listOf(data.positions).filter((one) => isRecord(one) && isNumber(one.x) && isNumber(one.y) && isNumber(one.id) && isNumber(one.timeOffset));
      return positions.length === 0 ? malformed() : { source, positions: positions.map((one) => pick(one, ["x", "y", "id", "timeOffset"])) };
    }
    case SOURCE.pointer:
      if (!isNumber(data.id) || !isNumber(data.type) || !Number.isInteger(data.type) || data.type < 0 || data.type > 10 || data.type === 8) return malformed();
      return { source, ...pick(data, ["type", "id", "x", "y", "pointerType"]) };
    case SOURCE.scroll:
      return isNumber(data.id) && isNumber(data.x) && isNumber(data.y) ? { source, ...pick(data, ["id", "x", "y"]) } : malformed();
    case SOURCE.resize:
      return isNumber(data.width) && isNumber(data.height) ? { source, width: side(data.width), height: side(data.height) } : malformed();
    case SOURCE.input:
      return isNumber(data.id) ? { source, id: data.id, text: typeof data.text === "string" ? data.text.slice(0, LONGEST_TEXT) : "", isChecked: data.isChecked === true } : malformed();
    case SOURCE.rule:
      return {
        source,
        ...pick(data, ["id", "styleId"]),
        ...(Array.isArray(data.adds) ? { adds: rules(data.adds) } : {}),
        ...(Array.isArray(data.removes) ? { removes: data.removes.filter((one) => isRecord(one) && isIndex(one.index)).map((one: { index: unknown }) => ({ index: one.index })) } : {}),
        ...(typeof data.replace === "string" ? { replace: withoutAddresses(data.replace) } : {}),
        ...(typeof data.replaceSync === "string" ? { replaceSync: withoutAddresses(data.replaceSync) } : {}),
      };
    case SOURCE.declaration: {
      if (!Array.isArray(data.index) || data.index.length === 0 || !data.index.every(isNumber)) return malformed();
      const set = isRecord(data.set) && typeof data.set.property === "string" ? { property: data.set.property, value: withoutAddresses(String(data.set.value ?? "")), priority: data.set.priority === "important" ? "important" : "" } : null;
      const remove = isRecord(data.remove) && typeof data.remove.property === "string" ? { property: data.remove.property } : null;
      return { source, ...pick(data, ["id", "styleId"]), index: data.index, ...(set ? { set } : {}), ...(remove ? { remove } : {}) };
    }
    case SOURCE.selection:
      return { source, ranges: listOf(data.ranges).filter(isRecord).map((one) => pick(one, ["start", "startOffset", "end", "endOffset"])) };
    case SOURCE.adopted:
      if (!isNumber(data.id)) return malformed();
      return {
        source,
        id: data.id,
        styleIds: listOf(data.styleIds).filter(isNumber),
        styles: listOf(data.styles)
          .filter((one) => isRecord(one) && isNumber(one.styleId))
          .map((one) => ({ styleId: (one as { styleId: number }).styleId, rules: rules(listOf((one as { rules: unknown }).rules)) })),
      };
    default:
      // Media, canvases, fonts and what is not known yet: not played.
      return null;
  }
}

function mutation(data: Record<string, unknown>, found: Harmless): Record<string, unknown> | null {
  const count: Count = { nodes: 0, frames: 0 };
  const adds: unknown[] = [];
  for (const raw of listOf(data.adds)) {
    if (!isRecord(raw) || !isNumber(raw.parentId)) continue;
    const node = cleanNode(raw.node, count, found, 0, "added");
    if (!node) continue;
    // The replayer makes added nodes without their children, which come as adds of their own; a frame's document is whole.
    adds.push({ parentId: raw.parentId, nextId: isNumber(raw.nextId) ? raw.nextId : null, ...(isNumber(raw.previousId) ? { previousId: raw.previousId } : {}), node });
  }
  const removes = listOf(data.removes).filter((one) => isRecord(one) && isNumber(one.id) && isNumber(one.parentId)).map((one) => pick(one, ["id", "parentId", "isShadow"]));
  const texts = listOf(data.texts)
    .filter((one) => isRecord(one) && isNumber(one.id))
    .map((one) => ({ id: (one as { id: number }).id, value: typeof (one as { value: unknown }).value === "string" ? withoutAddresses((one as { value: string }).value.slice(0, LONGEST_TEXT)) : null }));
  const attributes = listOf(data.attributes)
    .filter((one) => isRecord(one) && isNumber(one.id) && isRecord(one.attributes))
    .map((one) => ({ id: (one as { id: number }).id, attributes: changedAttributes((one as { attributes: Record<string, unknown> }).attributes) }));
  return { source: SOURCE.mutation, texts, attributes, removes, adds, ...(data.isAttachIframe === true ? { isAttachIframe: true } : {}) };
}

function changedAttributes(raw: Record<string, unknown>): Record<string, unknown> {
  const clean: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(raw)) {
    if (value === null) clean[name] = null;
    else if (name === "style" && isRecord(value)) clean[name] = changedStyle(value);
    else {
      const kept = cleanAttribute("", name, value);
      if (typeof kept === "string") clean[name] = kept;
    }
  }
  return clean;
}

function changedStyle(raw: Record<string, unknown>): Record<string, unknown> {
  const clean: Record<string, unknown> = {};
  for (const [property, value] of Object.entries(raw)) {
    if (value === false) clean[property] = false;
    else if (typeof value === "string") clean[property] = withoutAddresses(value);
    else if (Array.isArray(value)) clean[property] = [withoutAddresses(String(value[0] ?? "")), value[1] === "important" ? "important" : ""];
  }
  return clean;
}

function rules(raw: unknown[]): { rule: string; index?: unknown }[] {
  return raw
    .filter((one): one is { rule: string; index?: unknown } => isRecord(one) && typeof one.rule === "string")
    .map(({ rule, index }) => ({ rule: withoutAddresses(rule), ...(isIndex(index) ? { index } : {}) }));
}

function isIndex(value: unknown): boolean {
  return isNumber(value) || (Array.isArray(value) && value.length > 0 && value.every(isNumber));
}

function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

/** These fields where they are numbers or plain marks; nothing else. */
function pick(raw: unknown, names: string[]): Record<string, unknown> {
  const clean: Record<string, unknown> = {};
  if (isRecord(raw)) for (const name of names) if (isNumber(raw[name]) || typeof raw[name] === "boolean") clean[name] = raw[name];
  return clean;
}
