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
  /** What the centre counts, where the paths have no common start. */
  unit: string;
  label: string;
  pictureRef: Ref<PictureHandle>;
  onChoose: (path: string[]) => void;
}

interface Arc {
  name: string;
  value: number;
  path: string[];
  /** The group of all names that are not shown: it has no people to open. */
  others: boolean;
  exits: number;
  children: Arc[];
  itemStyle: { color: string; borderWidth: number };
  label: { show: boolean; width: number; color: string };
}

export function Sunburst({ tree, arrow, nodeName, unit, label, pictureRef, onChoose }: SunburstProps) {
  const { t, format } = useSpeech();
  const { theme } = useTheme();
  const { centre, start, from } = useMemo(() => rooted(tree), [tree]);
  const option = useMemo(() => {
    const colors = chartColors(theme);
    const ranked = namesByWeight(tree);
    const colorOf = (name: string) => {
      const rank = ranked.indexOf(name);
      return rank === -1 || rank >= 8 ? colors.others : colors.series(rank);
    };
    const rings = depthOf(from);
    return {
      aria: { enabled: false },
      textStyle: { fontFamily: FONT },
      tooltip: {
        ...tooltip(colors),
        formatter: ({ data, name }: { data?: Arc; name: string }) => {
          if (!data?.path) return "";
          return (
            tipTitle(data.path.map(nodeName).join(arrow)) +
            tipLine(data.itemStyle.color, nodeName(name), format.number(data.value), format.percent(tree.count === 0 ? 0 : data.value / tree.count)) +
            tipLine(colors.others, t("journey.exits"), format.number(data.exits)) +
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
          label: { rotate: "tangential", fontSize: 11, fontFamily: FONT, overflow: "truncate", formatter: ({ name }: { name: string }) => nodeName(name) },
          emphasis: { focus: "ancestor" },
          blur: { itemStyle: { opacity: 0.35 } },
        },
      ],
    };
  }, [tree, from, theme, arrow, format, t, start, nodeName]);
  return (
    <div className={styles.sunburst}>
      <Picture
        ref={pictureRef}
        option={option}
        height={HEIGHT}
        label={label}
        onPoint={({ data }) => {
          const arc = data as Arc | undefined;
          if (arc?.path && !arc.others) onChoose(arc.path);
        }}
      />
      <p className={styles.centre} aria-hidden>
        <b>{format.compact(tree.count)}</b>
        <span>{centre === null ? unit : nodeName(centre)}</span>
      </p>
    </div>
  );
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
  return node.children.map((child) => {
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
      children: arcs(child, here, { ...ring, level: ring.level + 1 }),
      // A border of the ground's colour parts the arcs; on a sliver it would leave nothing of its own colour.
      itemStyle: { color, borderWidth: length_px < 5 ? 0 : 1 },
      label: { show: length_px > FEWEST_LETTERS * LETTER_PX + 10, width: Math.max(0, length_px - 10), color: "#ffffff" },
    };
  });
}
