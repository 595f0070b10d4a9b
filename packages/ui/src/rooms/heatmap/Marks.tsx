// What is drawn over a page in lines and areas: bands, reach, points with a hatch, elements with their figures, the fold, and what is pointed at.
import { useId } from "react";
import type { HeatmapAnswer } from "@/api/types.ts";
import { useSpeech } from "@/i18n/language.tsx";
import { cellsOf } from "./heat.ts";
import { isUnsure, metricText, type Layer, type Metric, type Named } from "./heatmap.ts";
import type { Box, Layout } from "./layout.ts";
import type { Place } from "./PageSheet.tsx";
import styles from "./heatmap.module.css";

interface MarksProps {
  answer: HeatmapAnswer;
  layer: Layer;
  metric: Metric;
  layout: Layout;
  scale: number;
  places: Place[];
  highlighted: Named | null;
  /** The largest figure of all sheets. */
  most: number;
  isPicture: boolean;
  drawn: Box | null;
}

const OUTLINED = 120;
/** Parts that hold most of the page would cover all others. */
const LARGEST_SHARE = 0.35;
const LABEL_PX = { height: 18, perLetter: 6.6, padding: 8 };

export function Marks(props: MarksProps) {
  const { answer, layer, layout, scale, places, highlighted, isPicture, drawn } = props;
  const { t, format } = useSpeech();
  const y = (share: number) => layout.yOf(share) * scale;
  const width = layout.width * scale;
  const pointed = highlighted && places.find(({ named }) => named.name === highlighted.name && named.isZone === highlighted.isZone);
  return (
    <>
      {!isPicture && <rect width={width} height={layout.height * scale} fill="var(--surface)" fillOpacity={layer === "clicks" || layer === "moves" ? 0 : 1} />}
      {!isPicture &&
        places
          .filter(({ named, boxes }) => !named.isZone && (boxes[0]?.height ?? 0) < layout.height * LARGEST_SHARE)
          .slice(0, OUTLINED)
          .map(({ named, boxes: [box] }) => box && <rect key={named.name} {...at(box, scale)} rx={2} fill="none" stroke="var(--line)" />)}
      {layer === "attention" && <Bands values={answer.attention_ms.map((ms) => ms ?? 0)} y={y} width={width} say={(ms) => t("heatmap.attentionOf", { time: format.duration(ms / 1000) })} />}
      {layer === "reach" && <Reach answer={answer} y={y} width={width} isPicture={isPicture} />}
      {(layer === "rage" || layer === "dead") && <Trouble answer={answer} layer={layer} layout={layout} scale={scale} />}
      {layer === "elements" && <Figures {...props} />}
      {places
        .filter(({ named }) => named.isZone)
        .map(({ named, boxes: [box] }) => box && (
          <g key={named.name}>
            <rect {...at(box, scale, 3)} rx={4} fill="none" stroke="var(--accent)" strokeWidth={1.5} strokeDasharray="6 3" />
            <Label x={box.left * scale} y={box.top * scale - 4} text={named.name} tone="zone" />
          </g>
        ))}
      {answer.fold !== null && answer.fold < 1 && <Fold y={y(answer.fold)} width={width} text={t("heatmap.fold", { px: format.number(Math.round(answer.fold_px ?? 0)) })} />}
      {pointed?.boxes.map((box, index) => <rect key={index} {...at(box, scale, 2)} rx={4} fill="var(--accent)" fillOpacity={0.12} stroke="var(--accent)" strokeWidth={2.5} data-testid="pointed" data-band={pointed.isBand || undefined} />)}
      {drawn && <rect {...at(drawn, scale)} rx={3} fill="var(--accent)" fillOpacity={0.14} stroke="var(--accent)" strokeDasharray="4 3" />}
    </>
  );
}

function at(box: Box, scale: number, wider = 0) {
  return { x: box.left * scale - wider, y: box.top * scale - wider, width: Math.max(3, box.width * scale + 2 * wider), height: Math.max(3, box.height * scale + 2 * wider) };
}

function Bands({ values, y, width, say }: { values: number[]; y: (share: number) => number; width: number; say: (value: number) => string }) {
  const most = Math.max(1, ...values);
  return values.map((value, index) => {
    const [top, bottom] = [y(index / values.length), y((index + 1) / values.length)];
    return (
      <rect key={index} x={0} width={width} y={top} height={Math.max(0, bottom - top)} fill="rgb(var(--heat))" fillOpacity={0.04 + 0.58 * (value / most)}>
        <title>{say(value)}</title>
      </rect>
    );
  });
}

/** What few got to fades: the page is seen as far as people saw it. */
function Reach({ answer, y, width, isPicture }: { answer: HeatmapAnswer; y: (share: number) => number; width: number; isPicture: boolean }) {
  const { t, format } = useSpeech();
  return (
    <>
      {answer.reach.map((one, index) => {
        const [top, bottom] = [y(index / answer.reach.length), y(one.depth)];
        return (
          <rect key={one.depth} x={0} width={width} y={top} height={Math.max(0, bottom - top)} fill="rgb(var(--heat))" fillOpacity={0.04 + (isPicture ? 0.5 : 0.7) * (one.share ?? 0)}>
            <title>{t("heatmap.reachOf", { share: format.percent(one.share ?? 0), depth: format.percent(one.depth, 0) })}</title>
          </rect>
        );
      })}
      {answer.reach.filter((_, index) => index % 5 === 4).map((one) => {
        // The last one would lie on the edge.
        const line = Math.max(14, y(one.depth));
        const text = t("heatmap.reachLine", { share: format.percent(one.share ?? 0, 0), depth: format.percent(one.depth, 0) });
        return (
          <g key={one.depth}>
            <line x1={0} x2={width} y1={line} y2={line} stroke="rgb(var(--heat))" strokeWidth={1} />
            <Label x={width - widthOf(text)} y={line - 2} text={text} tone="heat" />
          </g>
        );
      })}
    </>
  );
}

function Trouble({ answer, layer, layout, scale }: { answer: HeatmapAnswer; layer: Layer; layout: Layout; scale: number }) {
  const { t, format } = useSpeech();
  const pattern = useId();
  const cells = cellsOf(answer, layer);
  const most = Math.max(1, ...cells.map((cell) => cell[2]));
  const { columns, rows } = answer.points;
  return (
    <>
      <defs>
        <pattern id={pattern} width="6" height="6" patternTransform="rotate(45)" patternUnits="userSpaceOnUse">
          <line x1="0" y1="0" x2="0" y2="6" stroke="var(--bad)" strokeWidth="3" />
        </pattern>
      </defs>
      {cells.map(([column, row, n]) => (
        <circle
          key={`${column} ${row}`}
          cx={((column + 0.5) / columns) * layout.width * scale}
          cy={layout.yOf((row + 0.5) / rows) * scale}
          r={5 + 11 * Math.sqrt(n / most)}
          fill={`url(#${CSS.escape(pattern)})`}
          stroke="var(--bad)"
          fillOpacity={0.35 + 0.55 * Math.sqrt(n / most)}
        >
          <title>{t("heatmap.clicksOf", { n, clicks: format.number(n) })}</title>
        </circle>
      ))}
    </>
  );
}

/** Every element with its figure, the small ones above the large ones. */
function Figures({ metric, layout, scale, places, most }: MarksProps) {
  const speech = useSpeech();
  const shown = places
    .filter(({ named, boxes: [box] }) => box && !named.isZone && (named.sums[metric] ?? 0) > 0 && box.width * box.height < LARGEST_SHARE * layout.width * layout.height)
    .toSorted((a, b) => areaOf(b) - areaOf(a));
  const taken: Box[] = [];
  const labels = shown
    .toSorted((a, b) => (b.named.sums[metric] ?? 0) - (a.named.sums[metric] ?? 0))
    .flatMap(({ named, boxes }) => {
      const [box] = boxes;
      if (!box) return [];
      const text = metricText(metric, named.sums, speech);
      const place = { left: Math.min(layout.width * scale - widthOf(text), Math.max(0, box.left * scale)), top: Math.max(0, box.top * scale - 2), width: widthOf(text), height: LABEL_PX.height };
      if (taken.some((other) => other.left < place.left + place.width && place.left < other.left + other.width && other.top < place.top + place.height && place.top < other.top + other.height)) return [];
      taken.push(place);
      return [{ named, text, place }];
    });
  return (
    <>
      {shown.flatMap(({ named, boxes, isBand }) =>
        boxes.map((box, index) => (
          <rect
            key={`${named.name} ${index}`}
            {...at(box, scale)}
            rx={3}
            fill="rgb(var(--heat))"
            fillOpacity={isUnsure(metric, named.sums) ? 0.1 : 0.1 + 0.5 * ((named.sums[metric] ?? 0) / Math.max(most, Number.EPSILON))}
            stroke="rgb(var(--heat))"
            strokeOpacity={isBand ? 0.3 : 0.75}
            strokeDasharray={isBand ? "3 3" : undefined}
          />
        )),
      )}
      {labels.map(({ named, text, place }) => (
        <Label key={named.name} x={place.left} y={place.top + LABEL_PX.height - 2} text={text} tone={isUnsure(metric, named.sums) ? "unsure" : "heat"} />
      ))}
    </>
  );
}

function Fold({ y, width, text }: { y: number; width: number; text: string }) {
  return (
    <g>
      <line x1={0} x2={width} y1={y} y2={y} stroke="var(--fold)" strokeWidth={1.5} strokeDasharray="6 4" />
      <Label x={6} y={y - 3} text={text} tone="fold" />
    </g>
  );
}

function widthOf(text: string): number {
  return text.length * LABEL_PX.perLetter + LABEL_PX.padding * 2;
}

/** Words on their own ground: the page below is of any colour. `y` is where they end. */
function Label({ x, y, text, tone }: { x: number; y: number; text: string; tone: "heat" | "fold" | "zone" | "unsure" }) {
  return (
    <g className={styles.label} data-tone={tone}>
      <rect x={x} y={y - LABEL_PX.height} width={widthOf(text)} height={LABEL_PX.height} rx={4} />
      <text x={x + widthOf(text) / 2} y={y - 5} textAnchor="middle" fontSize={11.5}>
        {text}
      </text>
    </g>
  );
}

function areaOf({ boxes: [box] }: Place): number {
  return box ? box.width * box.height : 0;
}
