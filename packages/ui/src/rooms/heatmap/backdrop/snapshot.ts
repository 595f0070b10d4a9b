// A page at one moment, rebuilt whole in the player's frame, which runs nothing and fetches nothing (see docs/decisions/recording-playback.md). The frame is made as high as the page;
// what hung on the screen stays where it hung on the first one. Must stay true: what is read from the page are places and sizes, and no text of it leaves the frame but into the exported picture.
import { openPicture } from "@/rooms/recording/replay/picture.ts";
import type { Box } from "../layout.ts";
import type { Still } from "./still.ts";

export interface Snapshot {
  width: number;
  height: number;
  viewHeight: number;
  /** Where elements stand, in pixels of the page; empty where the page has none such. */
  boxesOf: (selector: string) => Box[];
  /** The page as the inside of an SVG picture, for the export. */
  asMarkup: () => string;
}

/** A page higher than this is shown so far; browsers draw no larger frames well. */
const HIGHEST = 24_000;
const MOST_BOXES = 40;
const INTO_SHADOW = " >>> ";
const DRAWN_MS = 60;

/** Animations are at their end: who saw the page saw them pass. */
const STILL_STYLES = "*, *::before, *::after { animation-duration: 1ms !important; animation-delay: 0s !important; animation-iteration-count: 1 !important; animation-fill-mode: both !important; animation-play-state: running !important; transition: none !important; caret-color: transparent !important } html { scrollbar-width: none !important }";

export async function openSnapshot(root: HTMLElement, still: Still, gone: AbortSignal): Promise<Snapshot> {
  const picture = openPicture(root, [...still.events], true, 1, { stylesWithHoverClass: new Map() }, { onSize: () => {}, onDrawn: () => {} });
  gone.addEventListener("abort", () => {
    picture.destroy();
    root.replaceChildren();
  });
  picture.show(still.at);
  const frame = root.querySelector("iframe");
  const page = frame?.contentDocument;
  if (!frame || !page?.documentElement) throw new Error("the page could not be rebuilt");
  const size = (height: number) => Object.assign(frame.style, { display: "block", width: `${still.width}px`, height: `${height}px`, border: "0" });
  size(still.viewHeight);
  const style = page.createElement("style");
  style.textContent = STILL_STYLES;
  page.documentElement.append(style);
  page.documentElement.classList.remove("rrweb-paused");
  // The replayer sets the frame's size once more, in a task of its own.
  await new Promise((done) => setTimeout(done, DRAWN_MS));
  if (gone.aborted) throw new DOMException("the page is not wanted any more", "AbortError");
  const height = Math.min(HIGHEST, Math.max(still.viewHeight, page.documentElement.scrollHeight));
  pinScreen(page, still.viewHeight, height);
  size(height);
  return { width: still.width, height, viewHeight: still.viewHeight, boxesOf: (selector) => boxesIn(page, selector), asMarkup: () => markupOf(page, still.width, height) };
}

/** What is as high as the screen, or hangs on it, stays so though the frame grows. */
function pinScreen(page: Document, viewHeight: number, height: number): void {
  const view = page.defaultView;
  if (!view || height <= viewHeight) return;
  const hung: { element: HTMLElement; box: DOMRect }[] = [];
  for (const element of page.body?.querySelectorAll<HTMLElement>("*") ?? []) {
    if (view.getComputedStyle(element).position === "fixed") hung.push({ element, box: element.getBoundingClientRect() });
  }
  if (Math.abs(page.documentElement.getBoundingClientRect().height - viewHeight) < 1) page.documentElement.style.setProperty("height", `${viewHeight}px`, "important");
  for (const { element, box } of hung) {
    const pin = (values: Record<string, string>) => Object.entries(values).forEach(([name, value]) => element.style.setProperty(name, value, "important"));
    pin({ position: "absolute", top: "0", left: "0", right: "auto", bottom: "auto", width: `${box.width}px`, height: `${box.height}px`, margin: "0", transform: "none", "max-height": "none" });
    // Within what is placed itself it is placed by that.
    const now = element.getBoundingClientRect();
    pin({ top: `${box.top - now.top}px`, left: `${box.left - now.left}px` });
  }
}

function boxesIn(page: Document, selector: string): Box[] {
  let roots: ParentNode[] = [page];
  let found: Element[] = [];
  for (const [index, part] of selector.split(INTO_SHADOW).entries()) {
    if (index > 0) roots = found.flatMap(({ shadowRoot }) => (shadowRoot ? [shadowRoot] : []));
    try {
      found = roots.flatMap((root) => [...root.querySelectorAll(part)]);
    } catch {
      return [];
    }
  }
  return found.slice(0, MOST_BOXES).flatMap((element): Box[] => {
    const { left, top, width, height } = element.getBoundingClientRect();
    return width < 1 || height < 1 ? [] : [{ left, top, width, height }];
  });
}

/** The page with its styles, as XML. It has no scripts and no addresses, see `harmless.ts`; and an SVG picture runs and fetches nothing either. */
function markupOf(page: Document, width: number, height: number): string {
  const copy = page.documentElement.cloneNode(true) as HTMLElement;
  for (const one of copy.querySelectorAll("style, link, meta, noscript, template, iframe")) one.remove();
  const sheets = [...page.styleSheets, ...page.adoptedStyleSheets].map((sheet) => [...sheet.cssRules].map(({ cssText }) => cssText).join("\n")).join("\n");
  const style = page.createElement("style");
  style.textContent = sheets;
  copy.prepend(style);
  copy.style.setProperty("width", `${width}px`);
  const rem = page.defaultView?.getComputedStyle(page.documentElement).fontSize ?? "16px";
  const text = new XMLSerializer().serializeToString(copy).replace(NOT_XML, "");
  return `<svg x="0" y="0" width="${width}" height="${height}" style="font-size:${rem}"><foreignObject width="${width}" height="${height}">${text}</foreignObject></svg>`;
}

/** Characters that XML forbids, though pages hold them. */
// eslint-disable-next-line no-control-regex
const NOT_XML = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g;
