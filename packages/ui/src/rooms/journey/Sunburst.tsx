// The tree of paths as rings: a ring per step, an arc per node, its angle the share of paths that took it.
import { useMemo, type Ref } from "react";
import type { JourneyNode } from "@/api/types.ts";
import { FONT, tipFoot, tipLine, tipTitle, tooltip } from "@/chart/axes.ts";
import { chartColors, type ChartColors } from "@/chart/colors.ts";
import { Picture, type PictureHandle } from "@/chart/Picture.tsx";
import { useSpeech } from "@/i18n/language.tsx";
import { useTheme } from "@/ui/theme.tsx";
import { namesByWeight, rooted } from "./journey.ts";
import styles from "./JourneyRoom.module.css";

const HEIGHT = 440;
const INNER = 0.27;
const OUTER = 0.98;
/** Letters of the label's size that fit, and the least of them worth showing. */
const LETTER_PX = 6.2;
const FEWEST_LETTERS = 4;

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
  /** With whether only those are meant who went no further. */
  onChoose: (path: string[], ended: boolean) => void;
}

interface Arc {
  name: string;
  value: number;
  path: string[];
  /** The group of all names that are not shown: it has no people to open. */
  others: boolean;
  exits: number;
  conversions?: number;
  with_friction?: number;
  /** The dark arc of those who went no further. */
  isEnd?: true;
  children: Arc[];
  itemStyle: { color: string; borderWidth: number };
  label: { show: boolean; width: number; color: string };
}

export function Sunburst({ tree, arrow, nodeName, wholeName, reverse, ranked: given, unit, label, pictureRef, onChoose }: SunburstProps) {
  const { t, format } = useSpeech();
  const { theme } = useTheme();
  const { centre, start, from } = useMemo(() => rooted(tree), [tree]);
  const option = useMemo(() => {
    const colors = chartColors(theme);
    const ranked = given ?? namesByWeight(tree);
    const colorOf = (name: string) => {
      const rank = ranked.indexOf(name);
      return rank === -1 || rank >= 8 ? colors.others : colors.series(rank);
    };
    // One more for those who went no further than the last.
    const rings = depthOf(from) + 1;
    return {
      aria: { enabled: false },
      textStyle: { fontFamily: FONT },
      tooltip: {
        ...tooltip(colors),
        formatter: ({ data, name }: { data?: Arc; name: string }) => {
          if (!data?.path) return "";
          const share = format.percent(tree.count === 0 ? 0 : data.value / tree.count);
          if (data.isEnd) return tipTitle(data.path.map(nodeName).join(arrow)) + tipLine(data.itemStyle.color, t(endKey(data.path.length, reverse)), format.number(data.value), share) + tipFoot(t("journey.clickEnd"));
          const part = (n: number | undefined) => format.percent(data.value === 0 ? 0 : (n ?? 0) / data.value);
          return (
            tipTitle(data.path.map(nodeName).join(arrow)) +
            tipLine(data.itemStyle.color, data.others ? name : wholeName(name), format.number(data.value), share) +
            tipLine(colors.ink, t(endKey(data.path.length, reverse)), format.number(data.exits), part(data.exits)) +
            (data.conversions === undefined ? "" : tipLine(colors.series(0), t("journey.conversion"), format.number(data.conversions), part(data.conversions))) +
            (data.with_friction === undefined ? "" : tipLine(colors.others, t("journey.friction"), format.number(data.with_friction), part(data.with_friction))) +
            (data.others ? "" : tipFoot(t("journey.clickArc")))
          );
        },
      },
      series: [
        {
          type: "sunburst",
          radius: [`${INNER * 100}%`, `${OUTER * 100}%`],
          nodeClick: false,
          sort: "desc",
          data: arcs(from, start, { colors, colorOf, othersName: (n) => t("segment.other", { n }), total: from.count, rings, level: 0 }),
          itemStyle: { borderColor: colors.surface },
          label: { rotate: "tangential", fontSize: 11, fontFamily: FONT, overflow: "truncate", formatter: ({ name, data }: { name: string; data?: Arc }) => (data?.isEnd ? "" : nodeName(name)) },
          emphasis: { focus: "ancestor" },
          blur: { itemStyle: { opacity: 0.35 } },
        },
      ],
    };
  }, [tree, from, theme, arrow, format, t, start, nodeName, wholeName, reverse, given]);
  return (
    <div className={styles.sunburst}>
      <Picture
        ref={pictureRef}
        option={option}
        height={HEIGHT}
        label={label}
        onPoint={({ data }) => {
          const arc = data as Arc | undefined;
          if (arc?.path && !arc.others) onChoose(arc.path, arc.isEnd === true);
        }}
      />
      <p className={styles.centre} aria-hidden>
        <b>{format.compact(tree.count)}</b>
        <span title={centre === null ? undefined : wholeName(centre)}>{centre === null ? unit : nodeName(centre)}</span>
      </p>
    </div>
  );
}

/** Of a path of one page that went no further: a bounce; of a longer one, an exit; read back in time, a beginning. */
function endKey(length: number, reverse: boolean): "journey.end.begin" | "journey.end.bounce" | "journey.end.exit" {
  return reverse ? "journey.end.begin" : length === 1 ? "journey.end.bounce" : "journey.end.exit";
}

function depthOf(node: JourneyNode): number {
  return node.children.length === 0 ? 0 : 1 + Math.max(...node.children.map(depthOf));
}

interface Ring {
  colors: ChartColors;
  colorOf: (name: string) => string;
  othersName: (n: number) => string;
  total: number;
  rings: number;
  level: number;
}

function arcs(node: JourneyNode, path: string[], ring: Ring): Arc[] {
  const middle = (HEIGHT / 2) * (INNER + ((OUTER - INNER) * (ring.level + 0.5)) / Math.max(1, ring.rings));
  const arcsOf = node.children.map((child): Arc => {
    const others = child.node === null;
    const name = child.node ?? ring.othersName(child.other ?? 0);
    const here = [...path, name];
    const color = others ? ring.colors.others : ring.colorOf(name);
    const length_px = ring.total === 0 ? 0 : (child.count / ring.total) * 2 * Math.PI * middle;
    return {
      name,
      value: child.count,
      path: here,
      others,
      exits: child.exits,
      ...(child.conversions === undefined ? {} : { conversions: child.conversions }),
      ...(child.with_friction === undefined ? {} : { with_friction: child.with_friction }),
      children: arcs(child, here, { ...ring, level: ring.level + 1 }),
      // A border of the ground's colour parts the arcs; on a sliver it would leave nothing of its own colour.
      itemStyle: { color, borderWidth: length_px < 5 ? 0 : 1 },
      label: { show: length_px > FEWEST_LETTERS * LETTER_PX + 10, width: Math.max(0, length_px - 10), color: "#ffffff" },
    };
  });
  if (node.exits === 0 || path.length === 0) return arcsOf;
  const end: Arc = { name: "", value: node.exits, path, others: false, exits: node.exits, isEnd: true, children: [], itemStyle: { color: ring.colors.ink, borderWidth: 1 }, label: { show: false, width: 0, color: "#ffffff" } };
  return [...arcsOf, end];
}
