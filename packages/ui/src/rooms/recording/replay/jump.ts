// Makes a jump of the replayer cheap. It applies everything between two moments in one go, and asks the page for its layout again and again meanwhile: for each scroll, each dialog, and
// once for every element when it copies the page into a virtual one. Here the page is changed directly, and what needs a layout is done once, at the end, as it stands at the moment.
// Must stay true: what is shown after a jump is what would be shown had it been played.
import type { Replayer } from "@rrweb/replay";
import { EVENT, SOURCE, type ReplayEvent } from "./events.ts";

/** Not in rrweb's types, and pinned with its version. */
interface Inside {
  applyIncremental: (event: ReplayEvent, isSync: boolean) => void;
  config: { useVirtualDom: boolean };
}

/** With more nodes that come and go than this, the replayer's virtual page is quicker than the real one. */
const MOST_CHANGES = 20_000;

/** Answers how to jump: `go` is what the replayer is to do, `at` the recorded time that it goes to. */
export function openJumps(replayer: Replayer, eventsNow: () => ReplayEvent[]): (at: number, go: () => void) => void {
  const inside = replayer as unknown as Inside;
  const frame = replayer.iframe.contentWindow as (Window & typeof globalThis) | null;
  if (!frame) return (_, go) => go();
  const applyNow = inside.applyIncremental.bind(replayer);
  const scrollNow = frame.scrollTo as (...place: unknown[]) => void;
  const dialogs = frame.HTMLDialogElement.prototype;
  const { show, showModal, close } = dialogs;
  /** Since the jump began: the last scroll of each node, that of the page as it was recorded whole, and dialogs that were opened. */
  const scrolls = new Map<unknown, ReplayEvent>();
  const opened = new Map<HTMLDialogElement, () => void>();
  let pageScroll: unknown[] | null = null;
  let isJumping = false;

  inside.applyIncremental = (event, isSync) => {
    if (isJumping && isSync && event.data.source === SOURCE.scroll) scrolls.set(event.data.id, event);
    else applyNow(event, isSync);
  };
  replayer.on("fullsnapshot-rebuilded", () => {
    scrolls.clear();
    opened.clear();
  });
  const hold = () => {
    isJumping = true;
    frame.scrollTo = (...place: unknown[]) => void (pageScroll = place);
    dialogs.show = function (this: HTMLDialogElement) {
      this.setAttribute("open", "");
      opened.set(this, show);
    };
    dialogs.showModal = function (this: HTMLDialogElement) {
      this.setAttribute("open", "");
      opened.set(this, showModal);
    };
    dialogs.close = function (this: HTMLDialogElement) {
      this.removeAttribute("open");
    };
  };
  const release = () => {
    isJumping = false;
    frame.scrollTo = scrollNow;
    Object.assign(dialogs, { show, showModal, close });
    for (const [dialog, open] of opened) {
      if (!dialog.isConnected || !dialog.hasAttribute("open")) continue;
      dialog.removeAttribute("open");
      open.call(dialog);
    }
    if (pageScroll) scrollNow.apply(frame, pageScroll);
    for (const event of scrolls.values()) applyNow(event, true);
    pageScroll = null;
    opened.clear();
    scrolls.clear();
  };
  return (at, go) => {
    inside.config.useVirtualDom = changesBefore(eventsNow(), at) > MOST_CHANGES;
    hold();
    try {
      go();
    } finally {
      release();
    }
  };
}

/** Nodes that come and go between the last whole page and the moment. */
function changesBefore(events: ReplayEvent[], at: number): number {
  let n = 0;
  for (const { type, timestamp, data } of events) {
    if (timestamp > at) break;
    if (type === EVENT.whole) n = 0;
    else if (type === EVENT.change && data.source === SOURCE.mutation) n += (data.adds as unknown[]).length + (data.removes as unknown[]).length;
  }
  return n;
}
