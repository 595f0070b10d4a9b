// Journeys: the paths people really take, forward from a start or back from an end; a sunburst and its list.
import { useMemo, useState } from "react";
import type { JourneyNode } from "@/api/types.ts";
import { FONT, tipLine, tipTitle, tooltip } from "@/chart/axes.ts";
import { chartColors, type ChartColors } from "@/chart/colors.ts";
import { Picture } from "@/chart/Picture.tsx";
import { useSpeech } from "@/i18n/language.tsx";
import { EventChip, EventList } from "@/question/EventPicker.tsx";
import { AmongLine } from "@/question/AmongLine.tsx";
import { RangePicker } from "@/question/RangePicker.tsx";
import type { JourneyQuestion } from "@/question/question.ts";
import { eventName, selectorName } from "@/question/words.ts";
import editors from "@/question/editors.module.css";
import { AnswerHead } from "@/report/AnswerHead.tsx";
import { PathsExample } from "@/report/examples.tsx";
import { ReportScreen } from "@/report/ReportScreen.tsx";
import type { AnswerProps, BuilderProps, ReportRoomParts, Speech, Telling } from "@/report/room.ts";
import type { Asked } from "@/report/useAsk.ts";
import { Chip } from "@/ui/Chip.tsx";
import { InlineSelect } from "@/ui/Field.tsx";
import { Popover } from "@/ui/Popover.tsx";
import { useTheme } from "@/ui/theme.tsx";
import table from "@/ui/table.module.css";
import styles from "./JourneyRoom.module.css";
import { Plus } from "lucide-react";

function JourneyBuilder({ question, onChange }: BuilderProps<"journey">) {
  const speech = useSpeech();
  const { t } = speech;
  const anchor = question.anchor?.select;
  return (
    <div className={editors.lines}>
      <div className={editors.line}>
        <InlineSelect
          label={t("journey.direction")}
          choices={(["forward", "reverse"] as const).map((value) => ({ value, label: t(`journey.direction.${value}`) }))}
          value={question.direction}
          onPick={(direction) => onChange({ ...question, direction })}
        />
        {anchor ? (
          <EventChip selector={anchor} onPick={(names) => onChange({ ...question, anchor: { select: names, occurrence: "first" } })} onRemove={() => onChange({ ...question, anchor: undefined })} />
        ) : (
          <Popover
            label={t("journey.anchor")}
            trigger={(props) => (
              <Chip {...props} look="add">
                <Plus aria-hidden />
                <span>{question.direction === "forward" ? t("journey.anyStart") : t("journey.anyEnd")}</span>
              </Chip>
            )}
          >
            {(close) => (
              <EventList
                allowAny={false}
                onPick={(names) => {
                  close();
                  onChange({ ...question, anchor: { select: names, occurrence: "first" } });
                }}
              />
            )}
          </Popover>
        )}
        <InlineSelect
          label={t("journey.node")}
          choices={[
            { value: "event", label: t("journey.node.event") },
            { value: "page", label: t("journey.node.page") },
          ]}
          value={question.node === "page" ? "page" : "event"}
          onPick={(node) => onChange({ ...question, node: node === "event" ? undefined : node })}
        />
        <InlineSelect
          label={t("journey.over")}
          choices={(["session", "person"] as const).map((value) => ({ value, label: t(`journey.over.${value}`) }))}
          value={question.over ?? "session"}
          onPick={(over) => onChange({ ...question, over: over === "session" ? undefined : over })}
        />
      </div>
      <AmongLine filter={question.filter} onFilter={(filter) => onChange({ ...question, filter })} />
    </div>
  );
}

function JourneyScope({ question, onChange }: BuilderProps<"journey">) {
  const { t } = useSpeech();
  return (
    <>
      <RangePicker range={question.range} onChange={(range) => onChange({ ...question, range })} />
      <InlineSelect
        label={t("journey.depth")}
        choices={["3", "4", "5", "6", "8"].map((value) => ({ value, label: t("journey.depthOf", { n: Number(value) }) }))}
        value={String(question.depth)}
        onPick={(depth) => onChange({ ...question, depth: Number(depth) })}
      />
    </>
  );
}

interface Arc {
  name: string;
  value: number;
  path: string[];
  /** The group of all names that are not shown: it has no people to open. */
  others: boolean;
  exits: number;
  children: Arc[];
  itemStyle: { color: string; opacity?: number };
}

/** Names get a colour by how much they weigh in the whole picture; all beyond the palette share the grey of "others". */
function nodeColors(tree: JourneyNode, colors: ChartColors): (name: string) => string {
  const weight = new Map<string, number>();
  const walk = (node: JourneyNode) => {
    for (const child of node.children) {
      if (child.node === null) continue;
      weight.set(child.node, (weight.get(child.node) ?? 0) + child.count);
      walk(child);
    }
  };
  walk(tree);
  const ranked = [...weight.entries()].toSorted((a, b) => b[1] - a[1]).map(([name]) => name);
  return (name) => {
    const rank = ranked.indexOf(name);
    return rank === -1 || rank >= 8 ? colors.others : colors.series(rank);
  };
}

function arcs(node: JourneyNode, path: string[], colorOf: (name: string) => string, othersName: (n: number) => string): Arc[] {
  return node.children.map((child) => {
    const others = child.node === null;
    const name = child.node ?? othersName(child.other ?? 0);
    const here = [...path, name];
    return {
      name,
      value: child.count,
      path: here,
      others,
      exits: child.exits,
      children: arcs(child, here, colorOf, othersName),
      itemStyle: { color: others ? colorOf("") : colorOf(name), opacity: Math.max(0.7, 1 - 0.06 * (here.length - 1)) },
    };
  });
}

/** Where all paths begin with the same node (an anchor), that node is the centre rather than a ring of one. */
function rooted(tree: JourneyNode): { centre: string | null; start: string[]; from: JourneyNode } {
  const [only] = tree.children;
  if (tree.children.length !== 1 || !only || only.node === null) return { centre: null, start: [], from: tree };
  return { centre: only.node, start: [only.node], from: only };
}

const JourneyPicture: ReportRoomParts<"journey">["Picture"] = ({ asked, onOpen, pictureRef, label }) => {
  const speech = useSpeech();
  const { t, format } = speech;
  const { theme } = useTheme();
  const [chosen, setChosen] = useState<string[] | null>(null);
  const { tree, paths } = asked.answer;
  const over = asked.question.over ?? "session";
    const arrow = arrowOf(asked.question);
  const { centre, start, from } = useMemo(() => rooted(tree), [tree]);
  const nodeName = nodeNamer(tree, speech);
  const option = useMemo(() => {
    const nodeName = nodeNamer(tree, speech);
    const colors = chartColors(theme);
    const colorOf = nodeColors(tree, colors);
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
            tipLine(colors.others, t("journey.exits"), format.number(data.exits))
          );
        },
      },
      title: undefined,
      series: [
        {
          type: "sunburst",
          radius: ["26%", "96%"],
          nodeClick: false,
          sort: "desc",
          data: arcs(from, start, colorOf, (n) => t("segment.other", { n })),
          itemStyle: { borderColor: colors.surface, borderWidth: 0.6 },
          label: { show: true, minAngle: 14, rotate: "tangential", color: "#ffffff", fontSize: 11, fontFamily: FONT, width: 80, overflow: "truncate", formatter: ({ name }: { name: string }) => nodeName(name) },
          emphasis: { focus: "ancestor" },
        },
      ],
    };
  }, [tree, from, theme, speech, arrow, format, t, start]);
  const pathName = (path: string[]) => path.map(nodeName).join(arrow);
  const shown = paths.filter((path) => chosen === null || chosen.every((name, index) => path.nodes[index] === name)).toSorted((a, b) => b.count - a.count);
  return (
    <>
      <AnswerHead note={t("journey.centreNote", { over, n: tree.count, count: format.number(tree.count), start: centre === null ? "any" : "named", name: centre === null ? "" : nodeName(centre), direction: asked.question.direction })} />
      <div className={styles.both}>
        <div className={styles.sunburst}>
          <Picture
            ref={pictureRef}
            option={option}
            height={420}
            label={label}
            onPoint={({ data }) => {
              const arc = data as Arc | undefined;
              if (arc?.path && !arc.others) setChosen(chosen?.join("\n") === arc.path.join("\n") ? null : arc.path);
            }}
          />
          <p className={styles.centre} aria-hidden>
            <b>{format.compact(tree.count)}</b>
            <span>{centre === null ? t(`journey.unit.${over}`, { n: tree.count }) : nodeName(centre)}</span>
          </p>
        </div>
        <div className={styles.list}>
          <div className={styles.trail}>
            {chosen ? (
              <>
                <strong>{pathName(chosen)}</strong>
                <button type="button" className={table.open} onClick={() => onOpen({ path: chosen }, pathName(chosen))}>
                  {t("journey.seePeople")}
                </button>
                <button type="button" className={table.open} onClick={() => setChosen(null)}>
                  {t("journey.allPaths")}
                </button>
              </>
            ) : (
              <span className={table.muted}>{t("journey.clickArc")}</span>
            )}
          </div>
          <ol>
            {shown.slice(0, 60).map((path) => (
              <li key={path.nodes.join("\n")} data-reverse={asked.question.direction === "reverse" || undefined}>
                <button type="button" className={table.open} onClick={() => onOpen({ path: path.nodes }, pathName(path.nodes))}>
                  {format.number(path.count)}
                </button>
                <span className={styles.path}>
                  {path.nodes.map((name, index) => (
                    <span key={index}>{nodeName(name)}</span>
                  ))}
                </span>
              </li>
            ))}
          </ol>
        </div>
      </div>
    </>
  );
};

/** What a node is called: an event as people say it, a page by its path when all pages are of one site. */
function nodeNamer(tree: JourneyNode, speech: Speech): (name: string) => string {
  const hosts = new Set<string>();
  const walk = (node: JourneyNode) => {
    const host = node.node === null ? null : /^https?:\/\/([^/]+)/.exec(node.node)?.[1];
    if (host) hosts.add(host);
    node.children.forEach(walk);
  };
  walk(tree);
  return (name) => {
    if (!/^https?:\/\//.test(name)) return eventName(name, speech);
    const rest = hosts.size === 1 ? name.replace(/^https?:\/\/[^/]+/, "") : name.replace(/^https?:\/\//, "");
    return rest === "" ? "/" : rest;
  };
}

/** Paths are listed in walking order; of a reverse journey, that is back in time. */
function arrowOf(question: JourneyQuestion): string {
  return question.direction === "reverse" ? " ← " : " → ";
}

function JourneyTable({ asked, onOpen }: AnswerProps<"journey">) {
  const speech = useSpeech();
  const { t, format } = speech;
  const { paths, tree } = asked.answer;
  const nodeName = nodeNamer(tree, speech);
  const pathName = (path: string[]) => path.map(nodeName).join(arrowOf(asked.question));
  return (
    <div className={table.wrap} style={{ maxHeight: 480 }} tabIndex={0} role="region" aria-label={t("report.table")}>
      <table className={table.table}>
        <thead>
          <tr>
            <th scope="col" className={table.wide}>
              {t("journey.column.path")}
            </th>
            <th scope="col" className={table.number}>
              {t(`journey.column.${asked.question.over ?? "session"}`)}
            </th>
            <th scope="col" className={table.number}>
              {t("journey.column.share")}
            </th>
            <th scope="col" className={table.number}>
              {t("journey.exits")}
            </th>
          </tr>
        </thead>
        <tbody>
          {paths
            .toSorted((a, b) => b.count - a.count)
            .slice(0, 200)
            .map((path) => (
              <tr key={path.nodes.join("\n")}>
                <td className={table.wide}>{pathName(path.nodes)}</td>
                <td className={table.number}>
                  <button type="button" className={table.open} onClick={() => onOpen({ path: path.nodes }, pathName(path.nodes))}>
                    {format.number(path.count)}
                  </button>
                </td>
                <td className={table.number}>{format.percent(tree.count === 0 ? 0 : path.count / tree.count)}</td>
                <td className={table.number}>{format.number(path.exits)}</td>
              </tr>
            ))}
        </tbody>
      </table>
    </div>
  );
}

function journeySentence(asked: Asked<"journey">, { speech }: Telling) {
  const { t, rich, format } = speech;
  const { tree, paths } = asked.answer;
  const over = asked.question.over ?? "session";
  if (tree.count === 0) return t("journey.sentence.nobody");
  const top = paths.toSorted((a, b) => b.count - a.count)[0];
  const pathName = (path: string[]) => path.map(nodeNamer(tree, speech)).join(arrowOf(asked.question));
  if (!top) return t("journey.sentence.nobody");
  return rich("journey.sentence.main", {
    b: (parts: unknown[]) => <b key={String(parts)}>{parts as string[]}</b>,
    n: tree.count,
    count: format.number(tree.count),
    over,
    path: pathName(top.nodes),
    share: format.percent(top.count / tree.count),
  });
}

const journeyRoom: ReportRoomParts<"journey"> = {
  kind: "journey",
  title: "room.journey",
  answers: "journey.answers",
  next: "journey.answers",
  start: () => ({ kind: "journey", direction: "forward", depth: 5, top: 10, range: { last: 30, unit: "day" } }),
  ready: () => true,
  name: (question, speech) => {
    const anchor = question.anchor?.select ? selectorName(question.anchor.select, speech) : null;
    if (anchor === null) return speech.t("room.journey");
    return question.direction === "forward" ? speech.t("journey.name.forward", { event: anchor }) : speech.t("journey.name.reverse", { event: anchor });
  },
  sentence: journeySentence,
  rows: (asked, { speech }) => [
    [speech.t("journey.column.path"), speech.t("trend.column.total"), speech.t("journey.exits")],
    ...asked.answer.paths.toSorted((a, b) => b.count - a.count).map((path) => [path.nodes.join(" → "), String(path.count), String(path.exits)]),
  ],
  Builder: JourneyBuilder,
  Scope: JourneyScope,
  Picture: JourneyPicture,
  Table: JourneyTable,
  Example: PathsExample,
};

export function JourneyRoom() {
  return <ReportScreen room={journeyRoom} />;
}
