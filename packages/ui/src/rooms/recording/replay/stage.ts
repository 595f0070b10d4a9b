// Plays a session: keeps the time, knows which page load is shown and which pieces it needs, and fetches them before they are
// needed. Has no look of its own and knows nothing of React; whoever shows it subscribes.
// Must stay true: a picture always begins with the last whole page before the moment it shows, so that no change is applied to
// a page that lacks what came before.
import type { Manifest, RecordedSegment } from "@/api/recording.ts";
import type { Trouble } from "./harmless.ts";
import { openPicture, type Picture, type ReadyStyles } from "./picture.ts";
import { KEPT, openSegments } from "./segments.ts";
import { pauseAt, placeAt, snapshotBefore, stretchAt, trackOf, type Track } from "./track.ts";

export interface StageState {
  /** Milliseconds from the start of the recording. */
  t: number;
  playing: boolean;
  /** Waits for a piece. */
  waiting: boolean;
  /** Runs over a pause in which nothing was done. */
  skipping: boolean;
  speed: number;
  skipsPauses: boolean;
  ended: boolean;
  document: string | null;
  /** Size of the recorded screen, once known. */
  width: number;
  height: number;
  /** The page is drawn. */
  drawn: boolean;
  /** Why an empty page stands in for the shown one. */
  blank: "interaction_only" | "no_snapshot" | null;
  /** From when the shown document can be seen, where its beginning is missing. */
  seenFrom: number | null;
  trouble: Partial<Record<Trouble, number>>;
  missingStyles: string[];
  /** A piece could not be fetched. */
  error: unknown;
}

export interface StageSource {
  manifest: Manifest;
  fetchSegment: (n: number, signal: AbortSignal) => Promise<unknown>;
}

const AHEAD = 3;
/** The rest of a recording is read on beforehand while it is watched, unless it is larger than this in all. */
const MOST_READ_ON_BYTES = 24e6;
const READ_ON_AFTER_MS = 400;
const SHORTEST_PAUSE_MS = 4000;
/** A pause is run over in about this long, up to the length beyond which it is left out. */
const PAUSE_PLAYED_MS = 900;
const LONGEST_RUN_MS = 40_000;
/** Before what comes after a pause, so that one sees it begin. */
const BEFORE_ACTIVITY_MS = 700;
const MOST_DRIFT_MS = 250;
const LONGEST_FRAME_MS = 250;

interface Run {
  document: string;
  picture: Picture;
  root: HTMLElement;
  segments: RecordedSegment[];
  /** Places of its first and last piece among the document's. */
  from: number;
  to: number;
  /** What the recorded clock shows at the start of the recording. */
  zero: number;
  /** False where an empty page stands in for one that was not recorded. */
  hasPage: boolean;
  isPlaying: boolean;
}

export class Stage {
  state: StageState;
  readonly track: Track;
  private readonly listeners = new Set<() => void>();
  private readonly segments;
  private readonly styles: ReadyStyles = { stylesWithHoverClass: new Map() };
  private run: Run | null = null;
  private frame = 0;
  private lastFrameAt = 0;
  private speedNow: number;
  /** Counts the moments that were asked for, so that an answer that comes late does not undo a newer one. */
  private asked = 0;
  private preparing = false;
  /** Follows this tab only, where several were open. */
  private tab: string | null = null;
  private isReadingOn = false;
  private isDestroyed = false;

  constructor(
    private readonly place: HTMLElement,
    private readonly source: StageSource,
    private readonly options: { speed?: number; skipsPauses?: boolean; readsOn?: boolean } = {},
  ) {
    this.track = trackOf(source.manifest);
    this.segments = openSegments(source.fetchSegment);
    this.speedNow = options.speed ?? 1;
    this.state = {
      t: 0, playing: false, waiting: false, skipping: false, speed: options.speed ?? 1, skipsPauses: options.skipsPauses ?? true, ended: false,
      document: null, width: 0, height: 0, drawn: false, blank: null, seenFrom: null, trouble: {}, missingStyles: [], error: null,
    };
  }

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  get duration(): number {
    return this.track.duration;
  }

  play(): void {
    if (this.state.playing) return;
    if (this.state.ended || this.state.t >= this.duration) void this.seek(0);
    this.set({ playing: true, ended: false });
    this.lastFrameAt = performance.now();
    this.startPicture();
    this.frame = requestAnimationFrame(this.tick);
  }

  pause(): void {
    if (!this.state.playing) return;
    cancelAnimationFrame(this.frame);
    this.stopPicture();
    this.applySpeed(this.state.speed);
    this.set({ playing: false, skipping: false });
  }

  toggle(): void {
    if (this.state.playing) this.pause();
    else this.play();
  }

  setSpeed(speed: number): void {
    this.set({ speed });
    this.applySpeed(speed);
  }

  setSkipsPauses(skipsPauses: boolean): void {
    this.set({ skipsPauses, skipping: false });
    if (!skipsPauses) this.applySpeed(this.state.speed);
  }

  /** Shows one tab only, or whichever was used last. */
  followTab(tab: string | null): void {
    this.tab = tab;
    void this.seek(this.state.t);
  }

  /** Goes to a moment; resolves when it is on screen. */
  async seek(t: number): Promise<void> {
    const from = performance.now();
    const at = Math.min(Math.max(0, t), this.duration);
    this.set({ t: at, ended: false, error: null, skipping: false });
    this.applySpeed(this.state.speed);
    await this.bring(at);
    // The time that going there took is not played: the picture starts its clock only now.
    this.lastFrameAt = performance.now();
    const mine = this.asked;
    // Once the frame with it is painted; `packages/ui/dev/seek.mjs` reads it, and whoever looks at the browser's timeline.
    requestAnimationFrame(() =>
      setTimeout(() => {
        if (mine !== this.asked || this.state.waiting) return;
        performance.measure("recording.seek", { start: from, end: performance.now() });
        performance.clearMeasures("recording.seek");
      }),
    );
  }

  /** Fetches what a moment needs, without going there. */
  prepare(t: number): void {
    const document = this.documentAt(t);
    const segments = document ? this.track.segmentsOf.get(document) : undefined;
    if (!segments) return;
    const place = placeAt(segments, t);
    for (let index = Math.max(0, snapshotBefore(segments, place)); index <= place; index += 1) void this.load(segments[index]).catch(() => {});
  }

  destroy(): void {
    this.isDestroyed = true;
    cancelAnimationFrame(this.frame);
    this.segments.stop();
    this.endRun();
    this.listeners.clear();
  }

  private documentAt(t: number): string | null {
    if (this.tab !== null) {
      const ofTab = this.source.manifest.documents.filter(({ tab, document }) => tab === this.tab && this.track.segmentsOf.has(document)).toSorted((a, b) => a.start - b.start);
      return (ofTab.findLast(({ start }) => start <= t) ?? ofTab[0])?.document ?? null;
    }
    return stretchAt(this.track, t)?.document ?? null;
  }

  private async load(segment: RecordedSegment | undefined): Promise<void> {
    if (segment && !this.segments.get(segment.n)) await this.segments.load(segment.n);
  }

  /** Puts the moment on screen: with the picture that is there, or with a new one. */
  private async bring(t: number): Promise<void> {
    this.asked += 1;
    const mine = this.asked;
    const isOld = () => this.isDestroyed || mine !== this.asked;
    const document = this.documentAt(t);
    const segments = document === null ? undefined : this.track.segmentsOf.get(document);
    if (document === null || !segments) return;
    const about = this.source.manifest.documents.find((one) => one.document === document);
    const place = placeAt(segments, t);
    const whole = snapshotBefore(segments, place);
    const run = this.run;
    const hasPage = whole >= 0 && about?.is_interaction_only !== true;
    const fits = run !== null && run.document === document && run.hasPage === hasPage && run.from <= Math.max(0, whole) && (whole <= run.to || place <= run.to + AHEAD + 1);
    const from = fits ? run.to + 1 : Math.max(0, whole);
    const needed = segments.slice(from, place + 1);
    if (needed.some(({ n }) => !this.segments.get(n))) {
      this.set({ waiting: true });
      this.stopPicture();
      try {
        await Promise.all(needed.map((segment) => this.load(segment)));
      } catch (error) {
        if (!isOld()) this.set({ waiting: false, error });
        return;
      }
      if (isOld()) return;
    }
    if (fits) {
      await this.extend(run, place);
      if (isOld()) return;
    } else {
      this.beginRun(document, segments, Math.max(0, whole), place, hasPage);
    }
    const blank = about?.is_interaction_only ? "interaction_only" : whole < 0 ? "no_snapshot" : null;
    const first = segments.find(({ has_snapshot }) => has_snapshot);
    this.set({ waiting: false, document, blank, seenFrom: blank === "no_snapshot" ? (first?.t0 ?? null) : null });
    if (this.run) {
      this.run.isPlaying = false;
      // Playing goes to the moment by itself; showing it first would be the same work twice.
      if (this.state.playing) this.startPicture();
      else this.run.picture.show(this.run.zero + this.state.t);
    }
    this.lookAhead(segments, place);
    this.readOn();
  }

  private beginRun(document: string, segments: RecordedSegment[], from: number, to: number, hasPage: boolean): void {
    const pieces = segments.slice(from, to + 1).map(({ n }) => this.segments.get(n));
    const events = pieces.flatMap((piece) => piece?.events ?? []);
    const first = events[0];
    const firstSegment = segments[from];
    for (const piece of pieces) this.noteTrouble(piece?.trouble ?? {}, piece?.missingStyles ?? []);
    const before = this.run;
    this.run = null;
    if (!first || !firstSegment) {
      before?.picture.destroy();
      before?.root.remove();
      this.set({ drawn: false });
      return;
    }
    const root = globalThis.document.createElement("div");
    this.place.append(root);
    // The picture before stays until the new one is drawn: no flash between two pages.
    const drop = () => {
      before?.picture.destroy();
      before?.root.remove();
    };
    let isDropped = false;
    const picture = openPicture(root, events, hasPage, this.speedNow, this.styles, {
      onSize: (width, height) => this.set({ width, height }),
      onDrawn: () => {
        if (!isDropped) drop();
        isDropped = true;
        if (!this.state.drawn) this.set({ drawn: true });
      },
    });
    this.run = { document, picture, root, segments, from, to, zero: (pieces[0]?.firstAt ?? first.timestamp) - firstSegment.t0, hasPage, isPlaying: false };
  }

  private async extend(run: Run, to: number): Promise<void> {
    while (run.to < to) {
      const piece = this.segments.get(run.segments[run.to + 1]?.n ?? -1);
      if (!piece) return;
      run.to += 1;
      this.noteTrouble(piece.trouble, piece.missingStyles);
      await run.picture.add(piece.events);
    }
  }

  private lookAhead(segments: RecordedSegment[], place: number): void {
    const next = segments.slice(place + 1, place + 1 + AHEAD);
    const later = this.track.stretches.find(({ from }) => from > this.state.t);
    const other = later && this.track.segmentsOf.get(later.document)?.[0];
    for (const segment of next.length < AHEAD && other ? [...next, other] : next) void this.load(segment).catch(() => {});
  }

  /** Fetches the rest, a piece at a time and the nearest first, so that a jump waits for nothing. */
  private readOn(): void {
    const { segments } = this.source.manifest;
    const bytes = segments.reduce((sum, segment) => sum + segment.bytes, 0);
    if (this.isReadingOn || !this.options.readsOn || segments.length > KEPT || bytes > MOST_READ_ON_BYTES) return;
    this.isReadingOn = true;
    const distance = ({ t0, t1 }: RecordedSegment) => Math.max(t0 - this.state.t, this.state.t - t1);
    const next = () => {
      const missing = segments.filter(({ n }) => !this.segments.get(n)).toSorted((a, b) => distance(a) - distance(b))[0];
      if (!missing || this.isDestroyed) return;
      // What fails is told when it is needed.
      this.load(missing).then(() => setTimeout(next), () => {});
    };
    setTimeout(next, READ_ON_AFTER_MS);
  }

  private tick = (now: number): void => {
    if (!this.state.playing || this.isDestroyed) return;
    this.frame = requestAnimationFrame(this.tick);
    // A tab that was hidden does not catch up.
    const elapsed_ms = Math.min(now - this.lastFrameAt, LONGEST_FRAME_MS);
    this.lastFrameAt = now;
    if (this.state.waiting || this.preparing || elapsed_ms <= 0) return;
    let t = this.state.t + elapsed_ms * this.speedNow;
    t = this.overPauses(t);
    if (t >= this.duration) {
      this.set({ t: this.duration });
      this.pause();
      this.set({ ended: true });
      return;
    }
    this.set({ t });
    this.keepUp(t);
  };

  /** Runs over a short pause, leaves a long one out. */
  private overPauses(t: number): number {
    if (!this.state.skipsPauses) return t;
    const pause = pauseAt(this.source.manifest.activity, t, this.duration, SHORTEST_PAUSE_MS);
    const end = pause && Math.max(pause.from, pause.to - BEFORE_ACTIVITY_MS);
    if (pause === null || end === null || t >= end) {
      if (this.state.skipping) {
        this.set({ skipping: false });
        this.applySpeed(this.state.speed);
      }
      return t;
    }
    if (end - pause.from > LONGEST_RUN_MS || pause.to >= this.duration) {
      if (!this.state.skipping) this.set({ skipping: true });
      return end;
    }
    if (!this.state.skipping) {
      this.set({ skipping: true });
      this.applySpeed(Math.max(this.state.speed, (end - pause.from) / PAUSE_PLAYED_MS));
    }
    return t;
  }

  /** Sees to it that the picture has what comes next, shows the right page load, and has not fallen behind. */
  private keepUp(t: number): void {
    const document = this.documentAt(t);
    const run = this.run;
    if (!run || document !== run.document) {
      if (document !== null && document !== this.state.document) this.bringWhilePlaying(t);
      return;
    }
    const place = placeAt(run.segments, t);
    const next = run.segments[run.to + 1];
    const isSeen = run.hasPage || next?.has_snapshot !== true || this.state.blank === "interaction_only";
    if (next && place >= run.to) {
      if (isSeen && this.segments.get(next.n)) void this.extend(run, Math.min(run.to + 1, run.segments.length - 1)).then(() => this.startPicture());
      else if (t >= next.t0) return this.bringWhilePlaying(t);
      this.lookAhead(run.segments, place);
    }
    const last = run.segments[run.to];
    const drift_ms = run.picture.at() - (run.zero + t);
    const isRunning = last !== undefined && t < last.t1;
    if (isRunning && Math.abs(drift_ms) > Math.max(MOST_DRIFT_MS, 60 * this.speedNow)) run.picture.play(run.zero + t);
  }

  private bringWhilePlaying(t: number): void {
    if (this.preparing) return;
    this.preparing = true;
    void this.bring(t).finally(() => {
      this.preparing = false;
      this.lastFrameAt = performance.now();
    });
  }

  private startPicture(): void {
    const run = this.run;
    if (!run || !this.state.playing || this.state.waiting || run.isPlaying) return;
    run.isPlaying = true;
    run.picture.setSpeed(this.speedNow);
    run.picture.play(run.zero + this.state.t);
  }

  private stopPicture(): void {
    if (!this.run?.isPlaying) return;
    this.run.isPlaying = false;
    this.run.picture.pause();
  }

  private applySpeed(speed: number): void {
    if (speed === this.speedNow) return;
    this.speedNow = speed;
    this.run?.picture.setSpeed(speed);
  }

  private endRun(): void {
    const { run } = this;
    this.run = null;
    run?.picture.destroy();
    run?.root.remove();
  }

  private noteTrouble(trouble: Partial<Record<Trouble, number>>, missingStyles: string[]): void {
    const kinds = Object.entries(trouble) as [Trouble, number][];
    if (kinds.length === 0 && missingStyles.length === 0) return;
    const all = { ...this.state.trouble };
    for (const [kind, count] of kinds) all[kind] = Math.max(all[kind] ?? 0, count);
    this.set({ trouble: all, missingStyles: [...new Set([...this.state.missingStyles, ...missingStyles])] });
  }

  private set(change: Partial<StageState>): void {
    this.state = { ...this.state, ...change };
    for (const listener of this.listeners) listener();
  }
}
