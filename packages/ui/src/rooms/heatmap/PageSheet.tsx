// One page with one layer over it: the page as somebody saw it, or a blank sheet of its proportions where there is no picture of it. Marks are placed by `layout.ts`, whichever it is.
import { useEffect, useImperativeHandle, useMemo, useRef, useState, type PointerEvent, type ReactNode, type Ref } from "react";
import type { HeatmapAnswer } from "@/api/types.ts";
import { useSpeech } from "@/i18n/language.tsx";
import type { Snapshot } from "./backdrop/snapshot.ts";
import type { Still } from "./backdrop/still.ts";
import { ElementTip } from "./ElementTip.tsx";
import { fieldOf, pointsOf } from "./heat.ts";
import { HeatCanvas } from "./HeatCanvas.tsx";
import type { Layer, Metric, Named } from "./heatmap.ts";
import { around, blankLayout, holds, pictureLayout, type Box, type Layout } from "./layout.ts";
import { Marks } from "./Marks.tsx";
import { sheetImage, type SheetImage } from "./sheetImage.ts";
import styles from "./heatmap.module.css";

export interface SheetHandle {
  toImage: () => Promise<SheetImage | null>;
}

interface PageSheetProps {
  answer: HeatmapAnswer;
  /** Its elements and zones. */
  named: Named[];
  layer: Layer;
  metric: Metric;
  caption?: ReactNode;
  /** The page as it was at a moment; without one the sheet is blank. */
  still: Still | null;
  highlighted: Named | null;
  onHighlight: (named: Named | null) => void;
  label: string;
  /** The warmest place and the largest figure of all sheets; and those of this one, once they are known. */
  peaks: Peaks;
  onPeaks: (peaks: Peaks) => void;
  /** Once the page is drawn; null where it could not be. */
  onDrawn: (drawn: Drawn) => void;
  onZone?: (selectors: string[]) => void;
  onElement?: (named: Named) => void;
  onDepth?: (depth: number) => void;
  ref?: Ref<SheetHandle>;
}

export type Drawn = {
  width: number;
  height: number;
  /** Clicks on elements that the page in the picture does not have. */
  unseenClicks: number;
} | null;

export interface Peaks {
  heat: number;
  metric: number;
}

/** Pixels of the screen for one cell of the heat's raster, and how far one point warms. */
const CELL_PX = 3;
const WARMS_PX = 21;
const DRAG_PX = 6;
const BLANK_WIDTH = 440;
/** Taller parts of the page hold everything: they are not meant when one points somewhere. */
const WHOLE_PAGE = 0.6;

export function PageSheet({ answer, named, layer, metric, caption, still, highlighted, onHighlight, label, peaks, onPeaks, onDrawn, onZone, onElement, onDepth, ref }: PageSheetProps) {
  const { t } = useSpeech();
  const sheet = useRef<HTMLDivElement>(null);
  const overlay = useRef<SVGSVGElement>(null);
  const heat = useRef<HTMLCanvasElement>(null);
  const [snapshot, setSnapshot] = useState<Snapshot | null>(null);
  const [sheetWidth, setSheetWidth] = useState(BLANK_WIDTH);
  const [drag, setDrag] = useState<{ x: number; y: number; toX: number; toY: number } | null>(null);
  const [pointer, setPointer] = useState<{ x: number; y: number } | null>(null);
  const host = useStill(still, setSnapshot, () => onDrawn(null));

  useEffect(() => {
    const element = sheet.current;
    if (!element) return;
    const observer = new ResizeObserver(() => setSheetWidth(Math.max(120, element.clientWidth)));
    observer.observe(element);
    return () => observer.disconnect();
  }, []);

  const layout = useMemo(() => (snapshot ? pictureLayout(answer, snapshot.width, snapshot.height, foundIn(snapshot, answer)) : blankLayout(answer)), [snapshot, answer]);
  const scale = sheetWidth / layout.width;
  const height = Math.round(layout.height * scale);
  const places = useMemo(() => placesOf(named, layout), [named, layout]);
  const isHeat = layer === "clicks" || layer === "moves";
  const field = useMemo(() => {
    const cells = scale / CELL_PX;
    return isHeat ? fieldOf(pointsOf(answer, layer, layout), answer.page_views, layout, cells, WARMS_PX / CELL_PX) : null;
  }, [isHeat, answer, layer, layout, scale]);
  const ownMetric = useMemo(() => Math.max(0, ...named.map(({ sums }) => sums[metric] ?? 0)), [named, metric]);
  const ownHeat = field?.peak ?? 0;
  const tell = useRef({ onPeaks, onDrawn });
  tell.current = { onPeaks, onDrawn };
  useEffect(() => tell.current.onPeaks({ heat: ownHeat, metric: ownMetric }), [ownHeat, ownMetric]);
  useEffect(() => {
    if (snapshot) tell.current.onDrawn({ width: snapshot.width, height: snapshot.height, unseenClicks: answer.elements.reduce((sum, { selector, clicks }) => sum + (layout.isBand(selector) ? clicks : 0), 0) });
  }, [snapshot, answer, layout]);

  useImperativeHandle(ref, () => ({ toImage: () => sheetImage(overlay.current, heat.current, snapshot, sheetWidth, height) }));

  const at = (event: PointerEvent) => {
    const box = event.currentTarget.getBoundingClientRect();
    return { x: (Math.min(box.width, Math.max(0, event.clientX - box.left)) / box.width) * layout.width, y: (Math.min(box.height, Math.max(0, event.clientY - box.top)) / box.height) * layout.height };
  };
  const under = (x: number, y: number) => smallestAt(places, layout, x, y);
  const drawn: Box | null = drag && { left: Math.min(drag.x, drag.toX), top: Math.min(drag.y, drag.toY), width: Math.abs(drag.toX - drag.x), height: Math.abs(drag.toY - drag.y) };
  const isDrawing = drawn !== null && onZone !== undefined && Math.max(drawn.width, drawn.height) * scale > DRAG_PX;
  const finish = () => {
    setDrag(null);
    if (!drag || !drawn) return;
    if (isDrawing) return onZone?.(within(answer, layout, drawn));
    if (layer === "reach") return onDepth?.(depthAt(layout, drag.y));
    const hit = under(drag.x, drag.y);
    if (hit) onElement?.(hit);
  };
  return (
    <figure className={styles.page} style={{ maxWidth: snapshot ? layout.width : BLANK_WIDTH }}>
      {caption && <figcaption>{caption}</figcaption>}
      <div ref={sheet} className={styles.sheet} style={{ height }} data-drawn={snapshot ? true : undefined} data-draws={onZone ? true : undefined}>
        {/* React owns the place, the replayer what is in it. */}
        <div ref={host} className={styles.host} style={{ width: layout.width, height: layout.height, transform: `scale(${scale})` }} aria-hidden data-testid="backdrop" />
        {field && <HeatCanvas ref={heat} field={field} peak={Math.max(peaks.heat, field.peak)} />}
        <svg
          ref={overlay}
          width={sheetWidth}
          height={height}
          viewBox={`0 0 ${sheetWidth} ${height}`}
          role="img"
          aria-label={label}
          className={styles.overlay}
          onPointerDown={(event) => {
            if (event.button !== 0) return;
            event.currentTarget.setPointerCapture(event.pointerId);
            const { x, y } = at(event);
            setDrag({ x, y, toX: x, toY: y });
          }}
          onPointerMove={(event) => {
            const { x, y } = at(event);
            if (drag) setDrag({ ...drag, toX: x, toY: y });
            setPointer({ x, y });
            onHighlight(under(x, y));
          }}
          onPointerLeave={() => {
            setPointer(null);
            onHighlight(null);
          }}
          onPointerUp={finish}
          onPointerCancel={() => setDrag(null)}
        >
          <Marks answer={answer} layer={layer} metric={metric} layout={layout} scale={scale} places={places} highlighted={highlighted} most={Math.max(peaks.metric, ownMetric)} isPicture={snapshot !== null} drawn={isDrawing ? drawn : null} />
        </svg>
        {pointer && highlighted && !isDrawing && <ElementTip named={highlighted} left={pointer.x * scale} top={pointer.y * scale} width={sheetWidth} opens={onElement !== undefined && layer !== "reach"} />}
        {still && !snapshot && <span className={styles.wait} role="status">{t("heatmap.backdrop.drawing")}</span>}
      </div>
    </figure>
  );
}

/** Rebuilds the page in the place that is returned. The replayer is fetched with the first of them. */
function useStill(still: Still | null, onSnapshot: (snapshot: Snapshot | null) => void, onFailed: () => void) {
  const host = useRef<HTMLDivElement>(null);
  const latest = useRef({ onSnapshot, onFailed });
  latest.current = { onSnapshot, onFailed };
  useEffect(() => {
    const place = host.current;
    latest.current.onSnapshot(null);
    if (!place || !still) return;
    const gone = new AbortController();
    const root = document.createElement("div");
    place.append(root);
    void import("./backdrop/snapshot.ts")
      .then(({ openSnapshot }) => openSnapshot(root, still, gone.signal))
      .then((snapshot) => {
        if (!gone.signal.aborted) latest.current.onSnapshot(snapshot);
      })
      .catch(() => {
        if (!gone.signal.aborted) latest.current.onFailed();
      });
    return () => {
      gone.abort();
      root.remove();
    };
  }, [still]);
  return host;
}

function foundIn(snapshot: Snapshot, answer: HeatmapAnswer): Map<string, Box[]> {
  const found = new Map<string, Box[]>();
  for (const { selector } of answer.elements) {
    const boxes = snapshot.boxesOf(selector);
    if (boxes.length > 0) found.set(selector, boxes);
  }
  return found;
}

export interface Place {
  named: Named;
  boxes: Box[];
  isBand: boolean;
}

function placesOf(named: Named[], layout: Layout): Place[] {
  return named.map((one): Place => {
    if (!one.isZone) return { named: one, boxes: layout.boxesOf(one.name), isBand: layout.isBand(one.name) };
    const boxes = (one.members ?? []).flatMap((selector) => (layout.isBand(selector) ? [] : layout.boxesOf(selector)));
    const box = around(boxes) ?? around((one.members ?? []).flatMap((selector) => layout.boxesOf(selector)));
    return { named: one, boxes: box ? [box] : [], isBand: boxes.length === 0 };
  });
}

/** The smallest that holds the place: a button rather than the form around it. */
function smallestAt(places: Place[], layout: Layout, x: number, y: number): Named | null {
  let found: Named | null = null;
  let smallest = WHOLE_PAGE * layout.width * layout.height;
  for (const { named, boxes } of places) {
    for (const box of boxes) {
      const area = box.width * box.height;
      if (area < smallest && holds(box, x, y)) [found, smallest] = [named, area];
    }
  }
  return found;
}

/** Elements whose middle lies in what was drawn; from side to side, too, where that is known. */
function within(answer: HeatmapAnswer, layout: Layout, drawn: Box): string[] {
  return answer.elements
    .filter(({ selector }) => {
      const isBand = layout.isBand(selector);
      return layout.boxesOf(selector).some((box) => {
        const [x, y] = [box.left + box.width / 2, box.top + box.height / 2];
        const isAcross = isBand || (x >= drawn.left && x <= drawn.left + drawn.width && box.width <= drawn.width * 1.5);
        return isAcross && y >= drawn.top && y <= drawn.top + drawn.height && box.height <= drawn.height * 1.5;
      });
    })
    .map(({ selector }) => selector);
}

const DEPTHS = 20;

function depthAt(layout: Layout, y: number): number {
  for (let depth = 1; depth < DEPTHS; depth += 1) if (layout.yOf(depth / DEPTHS) >= y) return depth / DEPTHS;
  return 1;
}
