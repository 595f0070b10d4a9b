// The same paths as flows from column to column: nodes of one name in one step are one, whatever came before them.
import { useContext, useLayoutEffect, useMemo, useRef, type Ref } from "react";
import { FONT, tipFoot, tipLine, tipTitle, tooltip } from "@/chart/axes.ts";
import { chartColors } from "@/chart/colors.ts";
import { Picture, PictureHeight, type PictureHandle } from "@/chart/Picture.tsx";
import { useSpeech } from "@/i18n/language.tsx";
import { useTheme } from "@/ui/theme.tsx";
import styles from "./JourneyRoom.module.css";
import { namesByWeight, type Flow, type FlowNode, type Paths } from "./journey.ts";

const HEIGHT = 460;

interface SankeyProps {
  flow: Flow;
  paths: Paths;
  nodeName: (name: string) => string;
  /** With its host, for who points at it. */
  wholeName: (name: string) => string;
  /** Names in the order of their colours, where they are those of another picture. */
  ranked?: string[];
  /** Paths that are read back in time end at the right. */
  reverse: boolean;
  label: string;
  pictureRef: Ref<PictureHandle>;
  onChoose: (node: FlowNode) => void;
}

interface Drawn {
  name: string;
  node?: FlowNode;
  source?: string;
  target?: string;
  value?: number;
}

export function Sankey({ flow, paths, ranked: given, nodeName, wholeName, reverse, label, pictureRef, onChoose }: SankeyProps) {
  const { t, format } = useSpeech();
  const { theme } = useTheme();
  const isTile = useContext(PictureHeight) !== null;
  const endWord = reverse ? "journey.end.begin" : "journey.end.exit";
  const colors = useMemo(() => chartColors(theme), [theme]);
  const place = useRef<HTMLDivElement>(null);
  // Where there is no room for all, what is looked at first is what paths end with.
  useLayoutEffect(() => {
    if (reverse && place.current) place.current.scrollLeft = place.current.scrollWidth;
  }, [reverse]);
  const option = useMemo(() => {
    const ranked = given ?? namesByWeight(paths.tree);
    const byId = new Map(flow.nodes.map((node) => [node.id, node]));
    const shownName = (node: FlowNode | undefined) => (node === undefined ? "" : node.name === null ? t("journey.others") : nodeName(node.name));
    const colorOf = (node: FlowNode) => {
      const rank = node.name === null ? -1 : ranked.indexOf(node.name);
      return rank === -1 || rank >= 8 ? colors.others : colors.series(rank);
    };
    // The lower end of a node is dark for those who went no further: nothing flows on from there.
    const shaded = (node: FlowNode) => {
      const [color, goOn] = [colorOf(node), 1 - node.exits / Math.max(1, node.count)];
      return { type: "linear", x: 0, y: 0, x2: 0, y2: 1, colorStops: [[0, color], [goOn, color], [goOn, colors.ended], [1, colors.ended]].map(([offset, stop]) => ({ offset, color: stop })) };
    };
    const whole = paths.tree.count;
    const lastColumn = Math.max(0, ...flow.nodes.map((node) => node.column));
    return {
      aria: { enabled: false },
      textStyle: { fontFamily: FONT },
      tooltip: {
        ...tooltip(colors),
        formatter: ({ data, dataType }: { data: Drawn; dataType: string }) => {
          if (dataType === "edge") {
            const from = byId.get(data.source ?? "");
            return tipTitle(`${shownName(from)} → ${shownName(byId.get(data.target ?? ""))}`) + tipLine(from ? colorOf(from) : colors.others, t("journey.flow"), format.number(data.value ?? 0), format.percent(from && from.count > 0 ? (data.value ?? 0) / from.count : 0));
          }
          const { node } = data;
          if (!node) return "";
          return (
            tipTitle(t("journey.column", { n: node.column + 1 })) +
            tipLine(colorOf(node), node.name === null ? t("journey.others") : wholeName(node.name), format.number(node.count), format.percent(whole === 0 ? 0 : node.count / whole)) +
            tipLine(colors.ended, t(endWord), format.number(node.exits), format.percent(node.count === 0 ? 0 : node.exits / node.count)) +
            tipFoot(t("journey.clickNode"))
          );
        },
      },
      series: [
        {
          type: "sankey",
          left: 8,
          right: 150,
          top: 12,
          bottom: 12,
          nodeWidth: 12,
          nodeGap: 15,
          draggable: false,
          layoutIterations: 24,
          emphasis: { focus: "adjacency" },
          label: { color: colors.ink, fontSize: 11, fontFamily: FONT, width: 150, overflow: "truncate", formatter: ({ data }: { data: Drawn }) => (data.node ? `${shownName(data.node)}  {n|${format.compact(data.node.count)}}` : ""), rich: { n: { color: colors.quiet, fontSize: 11, fontFamily: FONT } } },
          lineStyle: { opacity: 0.28, curveness: 0.5 },
          data: flow.nodes.map((node) => ({ name: node.id, node, depth: reverse ? lastColumn - node.column : node.column, value: node.count, itemStyle: { color: shaded(node), borderWidth: 0 } })),
          links: flow.links.map((link) => (reverse ? { source: link.to, target: link.from, value: link.count } : { source: link.from, target: link.to, value: link.count })).map((link) => ({ ...link, lineStyle: { color: colorOf(byId.get(link.source) as FlowNode) } })),
        },
      ],
    };
  }, [flow, paths, colors, nodeName, wholeName, reverse, given, format, t, endWord]);
  return (
    <>
      <div className={styles.flows} ref={place}>
        <Picture
          ref={pictureRef}
          option={option}
          height={HEIGHT}
          label={label}
          onPoint={({ data }) => {
            const { node } = data as Drawn;
            if (node) onChoose(node);
          }}
        />
      </div>
      {!isTile && (
        <ul className={styles.legend}>
          <li>
            <i style={{ background: colors.ended }} />
            {t(endWord)}
          </li>
        </ul>
      )}
    </>
  );
}
