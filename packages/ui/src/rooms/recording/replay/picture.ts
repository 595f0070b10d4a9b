// One page load on screen: rrweb's replayer in a frame that runs nothing and fetches nothing. The frame's sandbox has no scripts, its
// policy (set before anything is written into it) forbids every request, and what it is given has passed `harmless.ts`.
// Must stay true: no event reaches the replayer but those.
import { Replayer } from "@rrweb/replay";
import { EVENT, NODE, SOURCE, type ReplayEvent } from "./events.ts";
import { openJumps } from "./jump.ts";

type RrwebEvents = ConstructorParameters<typeof Replayer>[0];

/** Pictures and fonts that are part of the recording itself, and its styles. */
export const FRAME_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; font-src data:; base-uri 'none'; form-action 'none'";

const OWN_STYLES = [
  // What was left out keeps its place, hatched, so that nobody takes it for a hole in the page.
  "[data-px-left-out] { background: repeating-linear-gradient(135deg, rgb(120 130 145 / 18%) 0 6px, rgb(120 130 145 / 8%) 6px 12px) !important; box-shadow: inset 0 0 0 1px rgb(120 130 145 / 35%) !important }",
  "html { scrollbar-width: none }",
];

const SCREEN_WIDTH = 1280;
const SCREEN_HEIGHT = 800;

export interface Picture {
  /** Time of its first event, by the recorded clock. */
  base: number;
  add: (events: ReplayEvent[]) => Promise<void>;
  play: (at: number) => void;
  /** Shows the moment and stands still. */
  show: (at: number) => void;
  pause: () => void;
  setSpeed: (speed: number) => void;
  /** Where it is, by the recorded clock. */
  at: () => number;
  destroy: () => void;
}

/** Style sheets as they were made ready for playing. Parsing them is most of what a new picture costs, and pages of a site share them. */
export interface ReadyStyles {
  stylesWithHoverClass: Map<string, string>;
}

interface PictureEvents {
  onSize: (width: number, height: number) => void;
  onDrawn: () => void;
}

const quiet = { log: () => {}, warn: () => {} };

export function openPicture(root: HTMLElement, given: ReplayEvent[], hasPage: boolean, speed: number, styles: ReadyStyles, { onSize, onDrawn }: PictureEvents): Picture {
  const prepare = hasPage ? (events: ReplayEvent[]) => events : onlyGestures;
  const events = hasPage ? given : [...blankPage(given), ...onlyGestures(given)];
  const first = events[0];
  if (!first) throw new Error("a picture needs events");
  // The replayer wants two at least.
  if (events.length === 1) events.push({ type: EVENT.loaded, timestamp: first.timestamp + 1, data: {} });
  const replayer = new Replayer(events as unknown as RrwebEvents, {
    root,
    speed,
    mouseTail: { duration: 700, lineWidth: 2, strokeStyle: getComputedStyle(root).getPropertyValue("--pointer").trim() || "teal" },
    showWarning: false,
    triggerFocus: false,
    UNSAFE_replayCanvas: false,
    loadTimeout: 0,
    insertStyleRules: OWN_STYLES,
    logger: quiet,
  });
  lock(replayer.iframe);
  // Not in rrweb's types, and pinned with its version: without it every picture would parse the same styles anew.
  (replayer as unknown as { cache: ReadyStyles }).cache = styles;
  replayer.iframe.title = "";
  replayer.iframe.tabIndex = -1;
  replayer.on("resize", (size) => {
    const { width, height } = size as { width: number; height: number };
    onSize(width, height);
  });
  // While a page is built anew, the one before keeps its parsed styles alive for it: the browser takes the same text from there.
  let kept: CSSStyleSheet[] = [];
  replayer.on("fullsnapshot-rebuilded", () => {
    kept = [...(replayer.iframe.contentDocument?.styleSheets ?? [])];
    onDrawn();
  });
  const all = [...events];
  const jump = openJumps(replayer, () => all);
  const offset = (at: number) => Math.max(0, at - first.timestamp);
  return {
    base: first.timestamp,
    add: async (more) => {
      for (const event of prepare(more)) {
        all.push(event);
        replayer.addEvent(event as unknown as RrwebEvents[number]);
      }
      // The replayer takes each in a task of its own.
      await Promise.resolve();
    },
    play: (at) => jump(at, () => replayer.play(offset(at))),
    show: (at) => jump(at, () => replayer.pause(offset(at))),
    pause: () => replayer.pause(),
    setSpeed: (next) => replayer.setConfig({ speed: next }),
    at: () => first.timestamp + replayer.getCurrentTime(),
    destroy: () => {
      kept.length = 0;
      replayer.destroy();
    },
  };
}

/** The policy holds for the frame's document whatever is written into it later, and for the frames in it. */
function lock(frame: HTMLIFrameElement): void {
  const inside = frame.contentDocument;
  if (!inside) return;
  const policy = inside.createElement("meta");
  policy.httpEquiv = "Content-Security-Policy";
  policy.content = FRAME_POLICY;
  inside.head.append(policy);
}

const BLANK = { document: 1, html: 2, head: 3, body: 4 } as const;

/** An empty page of the recorded size, where the contents were not recorded: pointer and clicks are still seen. */
function blankPage(events: ReplayEvent[]): ReplayEvent[] {
  const meta = events.find(({ type }) => type === EVENT.meta);
  const timestamp = events[0]?.timestamp ?? 0;
  const element = (id: number, tagName: string, childNodes: object[]) => ({ type: NODE.element, id, tagName, attributes: {}, childNodes });
  return [
    { type: EVENT.meta, timestamp, data: meta?.data ?? { href: "", width: SCREEN_WIDTH, height: SCREEN_HEIGHT } },
    { type: EVENT.whole, timestamp, data: { node: { type: NODE.document, id: BLANK.document, childNodes: [element(BLANK.html, "html", [element(BLANK.head, "head", []), element(BLANK.body, "body", [])])] }, initialOffset: { top: 0, left: 0 } } },
  ];
}

/** What the person did, on the empty page: its elements are unknown, so all of it is done on the body. */
function onlyGestures(events: ReplayEvent[]): ReplayEvent[] {
  return events.flatMap((event): ReplayEvent[] => {
    if (event.type !== EVENT.change) return [];
    const { data } = event;
    if (data.source === SOURCE.resize) return [event];
    if (data.source === SOURCE.pointer) return [{ ...event, data: { ...data, id: BLANK.body } }];
    if (data.source === SOURCE.move || data.source === SOURCE.touchMove || data.source === SOURCE.drag)
      return [{ ...event, data: { ...data, positions: (data.positions as object[]).map((position) => ({ ...position, id: BLANK.body })) } }];
    return [];
  });
}
