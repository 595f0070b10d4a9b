// One ECharts picture. It knows nothing of questions: it is given an option, tells which point was clicked, and can be
// turned into a PNG. The table beside it is its accessible twin, so the canvas itself is described in one sentence.
import { createContext, useContext, useEffect, useImperativeHandle, useRef, useState, type Ref } from "react";
import type { EChartsCoreOption, EChartsType } from "echarts/core";
import { NothingOpens } from "@/ui/Opens.tsx";
import styles from "./Picture.module.css";

export interface PictureHandle {
  /** The picture as a PNG data URL, on the given ground. */
  toPng: (ground: string) => DrawnPicture | null | Promise<DrawnPicture | null>;
}

export interface PicturePoint {
  seriesIndex: number;
  dataIndex: number;
  seriesId?: string;
  data: unknown;
  treePath?: string[];
}

export interface DrawnPicture {
  url: string;
  width: number;
  height: number;
}

interface PictureProps {
  option: EChartsCoreOption;
  height: number;
  label: string;
  /** A drawn thing (a bar, a slice) was clicked. */
  onPoint?: (point: PicturePoint) => void;
  /** Somewhere on the plot was clicked: which place of the horizontal axis, and at what height. */
  onPlace?: (place: { index: number; value: number }) => void;
  ref?: Ref<PictureHandle>;
}

export const PIXEL_RATIO = 2;

/** How high pictures are where something else decides: on the tile of a board. Null where they decide themselves. */
export const PictureHeight = createContext<number | null>(null);

export function Picture({ option, height, label, onPoint, onPlace, ref }: PictureProps) {
  const given = useContext(PictureHeight);
  const opens = !useContext(NothingOpens) && Boolean(onPlace ?? onPoint);
  const place = useRef<HTMLDivElement>(null);
  const [chart, setChart] = useState<EChartsType | null>(null);
  const latestOnPoint = useRef(onPoint);
  latestOnPoint.current = opens ? onPoint : undefined;
  const latestOnPlace = useRef(onPlace);
  latestOnPlace.current = opens ? onPlace : undefined;

  useEffect(() => {
    let gone = false;
    let made: EChartsType | null = null;
    let observer: ResizeObserver | null = null;
    void import("./echarts.ts").then(({ init }) => {
      if (gone || !place.current) return;
      made = init(place.current, undefined, { renderer: "canvas" }) as EChartsType;
      made.on("click", (event) => {
        const point = event as unknown as PicturePoint & { treePathInfo?: { name: string }[] };
        latestOnPoint.current?.({ ...point, treePath: point.treePathInfo?.map((node) => node.name) });
      });
      const drawn = made;
      drawn.getZr().on("click", (event) => {
        const at = [event.offsetX, event.offsetY];
        if (!latestOnPlace.current || !drawn.containPixel({ gridIndex: 0 }, at)) return;
        const [index, value] = drawn.convertFromPixel({ gridIndex: 0 }, at) as [number, number];
        latestOnPlace.current({ index: Math.round(index), value });
      });
      // On paper styles make it fit: its height then follows from its width.
      observer = new ResizeObserver(() => matchMedia("print").matches || made?.resize());
      observer.observe(place.current);
      setChart(made);
    });
    return () => {
      gone = true;
      observer?.disconnect();
      made?.dispose();
    };
  }, []);

  useEffect(() => {
    const isPaper = matchMedia("print").matches;
    const still = isPaper || matchMedia("(prefers-reduced-motion: reduce)").matches;
    chart?.setOption({ animation: !still, animationDuration: 140, animationDurationUpdate: 140, ...option }, { notMerge: true });
    // Paper is taken before the next frame.
    if (isPaper) chart?.getZr().flush();
  }, [chart, option]);

  useImperativeHandle(ref, () => ({
    toPng: (ground) =>
      chart ? { url: chart.getDataURL({ type: "png", pixelRatio: PIXEL_RATIO, backgroundColor: ground }), width: chart.getWidth(), height: chart.getHeight() } : null,
  }));

  return (
    <div className={styles.place} style={{ height: given ?? height }}>
      <div ref={place} role="img" aria-label={label} className={styles.canvas} data-opens={opens || undefined} data-ready={chart ? true : undefined} />
    </div>
  );
}
