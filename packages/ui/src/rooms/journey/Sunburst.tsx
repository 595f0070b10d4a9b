// The tree of paths as rings: a ring per step, an arc per node, its angle the share of paths that took it.
import { useContext, useLayoutEffect, useMemo, useRef, useState, type Ref } from "react";
import type { JourneyNode } from "@/api/types.ts";
import { FONT, tipFoot, tipLine, tipTitle, tooltip } from "@/chart/axes.ts";
import { chartColors, wordsOn, type ChartColors } from "@/chart/colors.ts";
import { Picture, PictureHeight, type PictureHandle } from "@/chart/Picture.tsx";
import { useSpeech } from "@/i18n/language.tsx";
import { useTheme } from "@/ui/theme.tsx";
import { gather, shortened, type DrawnNode } from "./arcs.ts";
import { namesByWeight, rooted } from "./journey.ts";
import styles from "./JourneyRoom.module.css";

const MOST_PX = 440;
const INNER = 0.27;
const OUTER = 0.98;
const LABEL_PX = 11;
/** Between the ends of a name and those of its arc. */
const LABEL_GAP_PX = 8;
/** How far a name may stand out of its ring. */
const LABEL_OUT_PX = 3;
/** What is shorter, in the middle of its ring, is gathered with its like. */
const THIN_PX = 7;
/** Names with a colour of their own; all others are grey. */
const COLORED = 8;
/** Names that are told of what is gathered. */
const TOLD = 6;

interface SunburstProps {
  tree: JourneyNode;
  arrow: string;
  nodeName: (name: string) => string;
  /** With its host, for who points at it. */
  wholeName: (name: string) => string;
  /** Read back in time: what ends a path is then where the session began. */
  reverse: boolean;
  /** Names in the order of their colours, where they are those of another picture. */
  ranked?: string[];
  /** What the centre counts, where the paths have no common start. */
  unit: string;
  label: string;
  pictureRef: Ref<PictureHandle>;
  onChoose?: (chosen: ChosenArc) => void;
}

/** The beginning of a path, with whether only those are meant who went no further; or all that came after it besides what is drawn. */
export type ChosenArc = { path: string[]; ended: boolean } | { path: string[]; besides: string[] };

interface Arc {
  name: string;
  value: number;
  path: string[];
  /** Of what is gathered: the path before it, and what is drawn beside it. */
  others?: { path: string[]; besides: string[]; gathered: { name: string; count: number }[] };
  exits: number;
  conversions?: number;
  with_friction?: number;
  /** The dark arc of those who went no further. */
  isEnd?: true;
  children: Arc[];
  itemStyle: { color: string; borderWidth: number; opacity: number };
  label: { show: boolean; color: string };
  /** What one points at gets no words that it has no room for. */
  emphasis: { label: { show: boolean } };
  /** As much of its name as it has room for. */
  written: string;
}

interface LegendEntry {
  name: string;
  color: string;
  /** Null of what has no name: those who left, and what is gathered. */
  node: string | null;
}

export function Sunburst({ tree, arrow, nodeName, wholeName, reverse, ranked: given, unit, label, pictureRef, onChoose }: SunburstProps) {
  const { t, format } = useSpeech();
  const { theme } = useTheme();
  // A tile has no room for more than the picture.
  const given_px = useContext(PictureHeight);
  const isTile = given_px !== null;
  const [place, size_px] = useSquare(given_px ?? MOST_PX);
  /** What somebody points at in the legend; all else is faint meanwhile. */
  const [lit, setLit] = useState<string | null>(null);
  const { centre, start, from } = useMemo(() => rooted(tree), [tree]);
  const isStill = onChoose === undefined;
  const { option, legend } = useMemo(() => {
    const colors = chartColors(theme);
    const ranked = given ?? namesByWeight(tree);
    const colorOf = (name: string) => {
      const rank = ranked.indexOf(name);
      return rank === -1 || rank >= COLORED ? colors.others : colors.series(rank);
    };
    // One more for those who went no further than the last.
    const rings = depthOf(from) + 1;
    const middleOf = (ring: number) => (size_px / 2) * (INNER + ((OUTER - INNER) * (ring + 0.5)) / rings);
    const lengthOf = (count: number, ring: number) => (from.count === 0 ? 0 : (count / from.count) * 2 * Math.PI * middleOf(ring));
    const thickness = ((size_px / 2) * (OUTER - INNER)) / rings;
    // Words are straight and rings are not: at its ends a name stands out by so much.
    const fits = (text: string, count: number, ring: number) => {
      const [width, middle] = [widthOf(text), middleOf(ring)];
      return width <= lengthOf(count, ring) - LABEL_GAP_PX && Math.hypot(middle, width / 2) - middle + LABEL_PX / 2 <= thickness / 2 + LABEL_OUT_PX;
    };
    const drawn = gather(from, (ring) => (THIN_PX / (2 * Math.PI * middleOf(ring))) * from.count);
    const data = arcs(drawn, start, { colors, colorOf, nodeName, othersName: (n) => t("journey.othersOf", { n }), lengthOf, fits, lit, level: 0 });
    const names = namesOf(data);
    const shown: LegendEntry[] = ranked.slice(0, COLORED).flatMap((node) => (names.has(node) ? [{ node, name: nodeName(node), color: colorOf(node) }] : []));
    const hasOthers = [...names].some((name) => colorOf(name) === colors.others);
    const nameless = (name: string, color: string): LegendEntry => ({ node: null, name, color });
    return {
      legend: [...shown, ...(hasOthers ? [nameless(t("journey.others"), colors.others)] : []), nameless(t(reverse ? "journey.end.begin" : "journey.end.exit"), colors.ended)],
      option: {
        aria: { enabled: false },
        textStyle: { fontFamily: FONT },
        tooltip: {
          ...tooltip(colors),
          formatter: ({ data: arc, name }: { data?: Arc; name: string }) => {
            if (!arc?.path) return "";
            const share = format.percent(tree.count === 0 ? 0 : arc.value / tree.count);
            const title = tipTitle(arc.path.map((step, index) => (arc.others && index === arc.path.length - 1 ? step : nodeName(step))).join(arrow));
            const end = t(endKey(arc.path.length, reverse));
            if (arc.isEnd) return title + tipLine(colors.ended, end, format.number(arc.value), share) + (isStill ? "" : tipFoot(t("journey.clickEnd")));
            const part = (n: number | undefined) => format.percent(arc.value === 0 ? 0 : (n ?? 0) / arc.value);
            const gathered = arc.others?.gathered ?? [];
            return (
              title +
              tipLine(arc.itemStyle.color, arc.others ? name : wholeName(name), format.number(arc.value), share) +
              gathered.slice(0, TOLD).map((one) => tipLine(colorOf(one.name), nodeName(one.name), format.number(one.count), part(one.count))).join("") +
              tipLine(colors.ended, end, format.number(arc.exits), part(arc.exits)) +
              (arc.conversions === undefined ? "" : tipLine(colors.series(0), t("journey.conversion"), format.number(arc.conversions), part(arc.conversions))) +
              (arc.with_friction === undefined ? "" : tipLine(colors.others, t("journey.friction"), format.number(arc.with_friction), part(arc.with_friction))) +
              (isStill ? "" : tipFoot(t("journey.clickArc")))
            );
          },
        },
        series: [
          {
            type: "sunburst",
            radius: [`${INNER * 100}%`, `${OUTER * 100}%`],
            nodeClick: false,
            // The most frequent first, then what is gathered, then those who left: alike in every ring.
            sort: null,
            data,
            itemStyle: { borderColor: colors.surface },
            label: { rotate: "tangential", fontSize: LABEL_PX, fontFamily: FONT, formatter: ({ data: arc }: { data?: Arc }) => arc?.written ?? "" },
            emphasis: { focus: "ancestor" },
            blur: { itemStyle: { opacity: 0.35 } },
          },
        ],
      },
    };
  }, [tree, from, theme, arrow, format, t, start, nodeName, wholeName, reverse, given, lit, isStill, size_px]);
  return (
    <div className={styles.rings} ref={place}>
      <div className={styles.sunburst}>
        <Picture
          ref={pictureRef}
          option={option}
          height={size_px}
          label={label}
          onPoint={({ data }) => {
            const arc = data as Arc | undefined;
            if (!arc?.path) return;
            onChoose?.(arc.others ? { path: arc.others.path, besides: arc.others.besides } : { path: arc.path, ended: arc.isEnd === true });
          }}
        />
        <p className={styles.centre} aria-hidden>
          <b>{format.compact(tree.count)}</b>
          <span title={centre === null ? undefined : wholeName(centre)}>{centre === null ? unit : nodeName(centre)}</span>
        </p>
      </div>
      {!given && !isTile && (
        <ul className={styles.legend} onPointerLeave={() => setLit(null)}>
          {legend.map(({ name, color, node }) => (
            <li key={name} title={node === null ? undefined : wholeName(node)} onPointerEnter={() => setLit(node)} data-lit={(node !== null && node === lit) || undefined}>
              <i style={{ background: color }} />
              {name}
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

/** How wide and high the rings are: as the place for them is wide, at most so much. What they have room to say hangs on it. */
function useSquare(most_px: number): [Ref<HTMLDivElement>, number] {
  const place = useRef<HTMLDivElement>(null);
  const [width_px, setWidth] = useState(most_px);
  useLayoutEffect(() => {
    const { current } = place;
    if (!current) return;
    const measure = () => matchMedia("print").matches || setWidth(current.clientWidth);
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(current);
    return () => observer.disconnect();
  }, []);
  return [place, Math.min(width_px, most_px)];
}

let pen: CanvasRenderingContext2D | null = null;

/** Of a label, in pixels. */
function widthOf(text: string): number {
  pen ??= document.createElement("canvas").getContext("2d");
  if (!pen) return Number.POSITIVE_INFINITY;
  pen.font = `${LABEL_PX}px ${FONT}`;
  return pen.measureText(text).width;
}

/** Of a path of one page that went no further: a bounce; of a longer one, an exit; read back in time, a beginning. */
function endKey(length: number, reverse: boolean): "journey.end.begin" | "journey.end.bounce" | "journey.end.exit" {
  return reverse ? "journey.end.begin" : length === 1 ? "journey.end.bounce" : "journey.end.exit";
}

function depthOf(node: JourneyNode): number {
  return node.children.length === 0 ? 0 : 1 + Math.max(...node.children.map(depthOf));
}

function namesOf(list: Arc[], found = new Set<string>()): Set<string> {
  for (const arc of list) {
    if (!arc.isEnd) found.add(arc.name);
    namesOf(arc.children, found);
  }
  return found;
}

interface Ring {
  colors: ChartColors;
  colorOf: (name: string) => string;
  nodeName: (name: string) => string;
  othersName: (n: number) => string;
  /** The length of an arc in the middle of its ring. */
  lengthOf: (count: number, ring: number) => number;
  fits: (text: string, count: number, ring: number) => boolean;
  lit: string | null;
  level: number;
}

/** A border of the ground's colour parts the arcs; on a sliver it would leave nothing of its own colour. */
const LEAST_BORDERED_PX = 5;
/** What is shorter is not to be seen. */
const LEAST_PX = 1.5;
const FAINT = 0.22;

function arcs(node: DrawnNode, path: string[], ring: Ring): Arc[] {
  const { colors, lit, level } = ring;
  const arcsOf = node.children.filter((child) => ring.lengthOf(child.count, level) >= LEAST_PX).map((child): Arc => {
    const others = child.node === null;
    const name = child.node ?? ring.othersName(child.other ?? 0);
    const here = [...path, name];
    const length_px = ring.lengthOf(child.count, level);
    const color = others ? colors.others : ring.colorOf(name);
    const written = shortened(others ? name : ring.nodeName(name), (text) => ring.fits(text, child.count, level));
    return {
      name,
      value: child.count,
      path: here,
      ...(others ? { others: { path, besides: child.besides ?? [], gathered: child.gathered ?? [] } } : {}),
      exits: child.exits,
      ...(child.conversions === undefined ? {} : { conversions: child.conversions }),
      ...(child.with_friction === undefined ? {} : { with_friction: child.with_friction }),
      children: arcs(child, here, { ...ring, level: level + 1 }),
      itemStyle: { color, borderWidth: length_px < LEAST_BORDERED_PX ? 0 : 1, opacity: lit === null || lit === name ? 1 : FAINT },
      label: { show: written !== "", color: wordsOn(color) },
      emphasis: { label: { show: written !== "" } },
      written,
    };
  });
  const end_px = ring.lengthOf(node.exits, level);
  if (end_px < LEAST_PX || path.length === 0) return arcsOf;
  const end: Arc = { name: "", value: node.exits, path, exits: node.exits, isEnd: true, children: [], itemStyle: { color: colors.ended, borderWidth: end_px < LEAST_BORDERED_PX ? 0 : 1, opacity: lit === null ? 1 : FAINT }, label: { show: false, color: colors.ink }, emphasis: { label: { show: false } }, written: "" };
  return [...arcsOf, end];
}
