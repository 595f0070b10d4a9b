// What rrweb's own masking lets through (px.md 3.6): attributes, addresses, styles, hidden fields. Every event passes here before it is kept anywhere; the server does the same again.
import { maskText, redactText } from "../masking/text.ts";
import type { Masking } from "../masking/level.ts";

/** A node of a snapshot, as far as it concerns us. */
interface SnapshotNode {
  id: number;
  type: number;
  tagName?: string;
  attributes?: Record<string, unknown>;
  textContent?: string;
  isStyle?: boolean;
  childNodes?: SnapshotNode[];
}

export interface RecordedEvent {
  type: number;
  timestamp: number;
  data: Record<string, unknown>;
}

export interface Scrub {
  /** The event without what must not leave; null when nothing of it may. */
  event(event: RecordedEvent): RecordedEvent | null;
  text(text: string, element: Element | null): string;
  input(text: string, element: Element): string;
}

const TEXT_ATTRIBUTES = /^(placeholder|title|alt|label|summary|abbr|aria-(label|description|placeholder|valuetext|roledescription))$/;
const ADDRESS_ATTRIBUTES = /^(href|src|action|formaction|poster|cite|background|data|xlink:href|manifest)$/;
const DROPPED_ATTRIBUTES = /^(srcdoc|srcset|imagesrcset|download|ping|nonce|integrity|on\w+|rr_dataURL|rr_src)$/;
const KEPT_DATA = /^data-(px-\w+|testid)$/;
const INPUT_LIKE = /^(input|textarea|select|option)$/i;
const MAX_TEXT = 100_000;
const MAX_DATA_ADDRESS = 8192;
const BULLETS = "••••••";

const FULL_SNAPSHOT = 2;
const INCREMENTAL = 3;
const META = 4;
const SOURCE = { mutation: 0, pointer: 2, input: 5, styleSheetRule: 8, canvas: 9, styleDeclaration: 13, adoptedStyleSheet: 15 };
const TEXT_NODE = 3;

export function createScrub(masking: Masking, elementOf: (id: number) => Element | null): Scrub {
  /** What is typed is masked where texts are seen only in part, too. */
  function input(text: string, element: Element): string {
    if (masking.isSecret(element)) return text && BULLETS;
    return masking.sightOf(element) === "seen" ? redactText(text) : maskText(text);
  }

  function text(value: string, element: Element | null): string {
    const short = value.slice(0, MAX_TEXT);
    if (element?.localName === "style") return css(short);
    // What is written into the page itself is an input.
    return element && (element as HTMLElement).isContentEditable ? input(short, element) : masking.text(short, element);
  }

  function css(sheet: string): string {
    return sheet
      .replace(/(content\s*:\s*)(["'])((?:\\.|(?!\2).)*)\2/g, (whole, before: string, quote: string, said: string) => (/^(\\[0-9a-f]{1,6}\s?|[^\p{L}\p{N}\\])*$/iu.test(said) ? whole : before + quote + maskText(said) + quote))
      .replace(/url\(\s*(["']?)([^"')]*)\1\s*\)/gi, (_, quote: string, address: string) => `url(${quote}${assetAddress(address)}${quote})`);
  }

  /** Of what the page is drawn with: its path is the same for everybody, its query is not. */
  function assetAddress(address: string): string {
    if (/^data:/i.test(address)) return address.length > MAX_DATA_ADDRESS ? "data:," : address;
    return redactText(address.replace(/[?#].*$/, ""));
  }

  function attribute(name: string, value: unknown, tag: string, element: Element | null, all: Record<string, unknown>): unknown {
    if (DROPPED_ATTRIBUTES.test(name) || (name.startsWith("data-") && !KEPT_DATA.test(name))) return undefined;
    if (name === "_cssText") return css(String(value));
    if (name === "style") return everyCss(value);
    if (typeof value !== "string") return value;
    if (name === "content" && tag === "meta") return undefined;
    if (name === "value" && INPUT_LIKE.test(tag)) return valueOf(value, tag, element, all);
    if (name === "value") return /^(li|progress|meter)$/.test(tag) ? value : undefined;
    if (TEXT_ATTRIBUTES.test(name)) return text(value, element);
    if (ADDRESS_ATTRIBUTES.test(name)) return address(value, tag, element);
    return redactText(value);
  }

  function valueOf(value: string, tag: string, element: Element | null, all: Record<string, unknown>): unknown {
    const type = String(all.type ?? element?.getAttribute("type") ?? "").toLowerCase();
    if (tag === "option" || /^(hidden|checkbox|radio)$/.test(type)) return undefined;
    if (/^(button|submit|reset)$/.test(type)) return text(value, element);
    return element ? input(value, element) : maskText(value);
  }

  function address(value: string, tag: string, element: Element | null): unknown {
    if (tag === "link" || tag === "script" || tag === "use" || tag === "image") return assetAddress(value);
    if (/^(img|source|video|audio|embed|object|input|track)$/.test(tag)) return masking.sightOf(element) === "masked" ? undefined : assetAddress(value);
    // A place in the page is none of anybody's business, and lets the player scroll there.
    if (tag === "a" && value.startsWith("#")) return redactText(value);
    return masking.href(value);
  }

  /** Every text within: rules, declarations, changes of a style. */
  function everyCss(value: unknown): unknown {
    if (typeof value === "string") return css(value);
    if (!value || typeof value !== "object") return value;
    return Array.isArray(value) ? value.map(everyCss) : Object.fromEntries(Object.entries(value).map(([name, one]) => [name, everyCss(one)]));
  }

  function attributes(all: Record<string, unknown>, tag: string, element: Element | null): Record<string, unknown> {
    const kept = Object.entries(all).map(([name, value]) => [name, attribute(name.toLowerCase() === "_csstext" ? "_cssText" : name.startsWith("rr_") ? name : name.toLowerCase(), value, tag, element, all)] as const);
    return Object.fromEntries(kept.filter(([, value]) => value !== undefined));
  }

  function node(one: SnapshotNode, parent: Element | null): void {
    const element = elementOf(one.id) ?? null;
    if (one.attributes) one.attributes = attributes(one.attributes, String(one.tagName ?? "").toLowerCase(), element);
    if (one.type === TEXT_NODE && one.textContent) one.textContent = one.isStyle ? css(one.textContent) : text(one.textContent, parent);
    one.childNodes?.forEach((child) => node(child, element ?? parent));
  }

  function mutation(data: Record<string, unknown>): void {
    const { adds, texts, attributes: changed } = data as { adds?: { node: SnapshotNode; parentId: number }[]; texts?: { id: number; value: string | null }[]; attributes?: { id: number; attributes: Record<string, unknown> }[] };
    adds?.forEach((add) => node(add.node, elementOf(add.parentId)));
    for (const change of texts ?? []) {
      // The mirror knows the text's own node; its parent decides.
      const own = elementOf(change.id) as Node | null;
      if (change.value !== null) change.value = text(change.value, own?.nodeType === 1 ? (own as Element) : (own?.parentElement ?? null));
    }
    for (const change of changed ?? []) {
      const element = elementOf(change.id);
      change.attributes = attributes(change.attributes, element?.localName ?? "", element);
    }
  }

  return {
    text,
    input,
    event(event) {
      const { data } = event;
      if (event.type === META) data.href = masking.href(String(data.href));
      else if (event.type === FULL_SNAPSHOT) node(data.node as SnapshotNode, null);
      else if (event.type === INCREMENTAL) {
        // What a person does on an element that is marked so is not kept, wherever it is said.
        if (data.source === SOURCE.canvas || ((data.source === SOURCE.pointer || data.source === SOURCE.input) && masking.isIgnored(elementOf(Number(data.id))))) return null;
        if (data.source === SOURCE.mutation) mutation(data);
        else if (data.source === SOURCE.styleSheetRule || data.source === SOURCE.styleDeclaration || data.source === SOURCE.adoptedStyleSheet) event.data = everyCss(data) as Record<string, unknown>;
        else if (data.source === SOURCE.input) {
          const element = elementOf(Number(data.id));
          const isChoice = /^(checkbox|radio)$/.test(element?.getAttribute("type") ?? "");
          data.text = isChoice ? "" : element ? input(String(data.text ?? ""), element) : maskText(String(data.text ?? ""));
        }
      }
      return event;
    },
  };
}
