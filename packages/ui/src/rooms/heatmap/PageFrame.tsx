// The page by its own proportions, with one layer over it. What is known of elements is where they stand from top to bottom, so marks of elements go across the page.
import { useId, useImperativeHandle, useRef, useState, type PointerEvent, type Ref } from "react";
import type { GridCell, HeatmapAnswer } from "@/api/types.ts";
import type { PictureHandle } from "@/chart/Picture.tsx";
import { useSpeech } from "@/i18n/language.tsx";
import type { Layer, Named } from "./heatmap.ts";
import styles from "./heatmap.module.css";

const WIDTH = 400;
/** A page longer than this many times its width is drawn no longer. */
const LONGEST = 4;

interface PageFrameProps {
  answer: HeatmapAnswer;
  layer: Layer;
  title?: string;
  highlighted: Named | null;
  label: string;
  pictureRef?: Ref<PictureHandle>;
  /** A band of the page was drawn, from and to as shares of its height. */
  onBand?: (from: number, to: number) => void;
  onDepth?: (depth: number) => void;
}

export function PageFrame({ answer, layer, title, highlighted, label, pictureRef, onBand, onDepth }: PageFrameProps) {
  const { t, format } = useSpeech();
  const svg = useRef<SVGSVGElement>(null);
  const pattern = useId();
  const [drawing, setDrawing] = useState<{ from: number; to: number } | null>(null);
  const ratio = Math.min(LONGEST, Math.max(0.5, (answer.doc_height ?? 1200) / Math.max(1, answer.doc_width ?? 1200)));
  const height = Math.round(WIDTH * ratio);
  useImperativeHandle(pictureRef, () => ({
    toPng: (ground) => {
      const drawn = svg.current?.cloneNode(true) as SVGSVGElement | undefined;
      if (!drawn) return null;
      drawn.setAttribute("xmlns", "http://www.w3.org/2000/svg");
      drawn.setAttribute("width", String(WIDTH));
      drawn.setAttribute("height", String(height));
      // Variables of the theme do not reach an image of its own.
      const resolved = getComputedStyle(document.documentElement);
      const text = drawn.outerHTML.replace(/var\((--[\w-]+)\)/g, (_, name: string) => resolved.getPropertyValue(name).trim() || ground);
      return { url: `data:image/svg+xml;charset=utf-8,${encodeURIComponent(text)}`, width: WIDTH, height };
    },
  }));
  const shareAt = (event: PointerEvent<SVGSVGElement>) => {
    const box = event.currentTarget.getBoundingClientRect();
    return Math.min(1, Math.max(0, (event.clientY - box.top) / box.height));
  };
  const cells: GridCell[] = layer === "clicks" ? answer.points.clicks : layer === "moves" ? answer.points.moves_ms : layer === "rage" ? answer.points.rage : layer === "dead" ? answer.points.dead : [];
  const most = Math.max(1, ...cells.map((cell) => cell[2]));
  const [cellWidth, cellHeight] = [WIDTH / answer.points.columns, height / answer.points.rows];
  const bands = layer === "attention" ? answer.attention_ms : [];
  const longest = Math.max(1, ...bands.map((ms) => ms ?? 0));
  const band = drawing && { from: Math.min(drawing.from, drawing.to), to: Math.max(drawing.from, drawing.to) };
  return (
    <figure className={styles.page}>
      {title && <figcaption>{title}</figcaption>}
      <svg
        ref={svg}
        viewBox={`0 0 ${WIDTH} ${height}`}
        role="img"
        aria-label={label}
        className={styles.sheet}
        data-draws={onBand ? true : undefined}
        onPointerDown={(event) => {
          if (!onBand || event.button !== 0) return;
          event.currentTarget.setPointerCapture(event.pointerId);
          const at = shareAt(event);
          setDrawing({ from: at, to: at });
        }}
        onPointerMove={(event) => drawing && setDrawing({ ...drawing, to: shareAt(event) })}
        onPointerUp={() => {
          setDrawing(null);
          if (band && band.to - band.from > 0.005) onBand?.(band.from, band.to);
          else if (band && layer === "reach") onDepth?.(Math.ceil(band.from * 20) / 20 || 0.05);
        }}
      >
        <defs>
          <pattern id={pattern} width="6" height="6" patternTransform="rotate(45)" patternUnits="userSpaceOnUse">
            <rect width="6" height="6" fill="var(--surface)" fillOpacity="0" />
            <line x1="0" y1="0" x2="0" y2="6" stroke="var(--bad)" strokeWidth="3" />
          </pattern>
        </defs>
        <rect width={WIDTH} height={height} fill="var(--surface)" />
        {answer.elements
          .filter((element) => element.y !== null && element.height !== null && element.height < 0.6)
          .slice(0, 120)
          .map((element) => (
            <rect key={element.selector} x={12} width={WIDTH - 24} y={((element.y ?? 0) - (element.height ?? 0) / 2) * height} height={Math.max(1, (element.height ?? 0) * height)} rx={2} fill="none" stroke="var(--line)" strokeWidth={1} />
          ))}
        {bands.map((ms, index) => (
          <rect key={index} x={0} width={WIDTH} y={(index * height) / bands.length} height={height / bands.length} fill="rgb(var(--heat))" fillOpacity={0.08 + 0.72 * ((ms ?? 0) / longest)}>
            <title>{t("heatmap.attentionOf", { time: format.duration((ms ?? 0) / 1000) })}</title>
          </rect>
        ))}
        {layer === "reach" &&
          answer.reach.map((one, index) => (
            <rect key={one.depth} x={0} width={WIDTH} y={(index * height) / answer.reach.length} height={height / answer.reach.length} fill="rgb(var(--heat))" fillOpacity={0.06 + 0.7 * (one.share ?? 0)}>
              <title>{t("heatmap.reachOf", { share: format.percent(one.share ?? 0), depth: format.percent(one.depth, 0) })}</title>
            </rect>
          ))}
        {layer === "reach" &&
          answer.reach
            .filter((_, index) => index % 5 === 4)
            .map((one) => (
              <text key={one.depth} x={WIDTH - 8} y={one.depth * height - 6} textAnchor="end" fontSize={12} fill="var(--ink)">
                {format.percent(one.share ?? 0, 0)}
              </text>
            ))}
        {cells.map(([column, row, n]) => (
          <circle
            key={`${column} ${row}`}
            cx={(column + 0.5) * cellWidth}
            cy={(row + 0.5) * cellHeight}
            r={3 + 5 * Math.sqrt(n / most)}
            fill={layer === "rage" || layer === "dead" ? `url(#${CSS.escape(pattern)})` : "rgb(var(--heat))"}
            stroke={layer === "rage" || layer === "dead" ? "var(--bad)" : "none"}
            strokeWidth={0.5}
            fillOpacity={0.25 + 0.65 * Math.sqrt(n / most)}
          >
            <title>{layer === "moves" ? format.duration(n / 1000) : t("heatmap.clicksOf", { n, clicks: format.number(n) })}</title>
          </circle>
        ))}
        {answer.fold !== null && answer.fold < 1 && (
          <g>
            <line x1={0} x2={WIDTH} y1={answer.fold * height} y2={answer.fold * height} stroke="var(--ink-2)" strokeWidth={1} strokeDasharray="5 4" />
            <text x={8} y={answer.fold * height - 5} fontSize={11} fill="var(--ink-2)">
              {t("heatmap.fold", { px: format.number(Math.round(answer.fold_px ?? 0)) })}
            </text>
          </g>
        )}
        {highlighted && highlighted.sums.y !== null && highlighted.sums.height !== null && (
          <rect x={3} width={WIDTH - 6} y={(highlighted.sums.y - highlighted.sums.height / 2) * height} height={Math.max(3, highlighted.sums.height * height)} rx={3} fill="var(--accent)" fillOpacity={0.1} stroke="var(--accent)" strokeWidth={2} />
        )}
        {band && <rect x={3} width={WIDTH - 6} y={band.from * height} height={(band.to - band.from) * height} rx={3} fill="var(--accent)" fillOpacity={0.12} stroke="var(--accent)" strokeDasharray="4 3" />}
      </svg>
    </figure>
  );
}
