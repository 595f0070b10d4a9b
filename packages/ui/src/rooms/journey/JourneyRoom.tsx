// Journeys: the paths people really take, forward from a start or back from an end; rings or flows, and the list of paths
// that is always in step with them.
import { Link } from "@tanstack/react-router";
import { useMemo, useState } from "react";
import { useSpeech } from "@/i18n/language.tsx";
import type { JourneyQuestion } from "@/question/question.ts";
import { actorWords, segmentName, selectorName } from "@/question/words.ts";
import { AnswerHead } from "@/report/AnswerHead.tsx";
import { PathsExample } from "@/report/examples.tsx";
import { ReportScreen } from "@/report/ReportScreen.tsx";
import type { ReportRoomParts, Telling } from "@/report/room.ts";
import type { Asked } from "@/report/useAsk.ts";
import { useIsByLink, useProject } from "@/shell/session.tsx";
import { InlineSelect, Segmented } from "@/ui/Field.tsx";
import table from "@/ui/table.module.css";
import { DEVICE_TYPES } from "./beside.ts";
import { JourneyBuilder, JourneyScope } from "./JourneyBuilder.tsx";
import { JourneyDetails } from "./JourneyDetails.tsx";
import { arrowOf, flowOf, fullName, namesByWeight, namesIn, nodeNamer, pagesOf, passes, rooted, siteOf, type FlowNode } from "./journey.ts";
import { PathActions } from "./PathActions.tsx";
import { Sankey } from "./Sankey.tsx";
import { Sunburst } from "./Sunburst.tsx";
import { useShown } from "./useShown.ts";
import styles from "./JourneyRoom.module.css";

const LISTED_PATHS = 60;
/** More names in a column could not be told apart. */
const FLOW_NAMES = 7;

/** As the tag and the official clients name them. */
const PAGE_VIEWS = ["$pageview", "$mp_web_page_view"];

/** What was clicked: in the rings the beginning of a path, or what came after it besides those that are drawn; in the flows a node of a column. */
type Chosen = { path: string[]; ended?: boolean } | { path: string[]; besides: string[] } | { node: FlowNode };

const JourneyPicture: ReportRoomParts<"journey">["Picture"] = ({ asked, view, onView, onOpen, onAsk, pictureRef, label }) => {
  const speech = useSpeech();
  const { t, format } = speech;
  const project = useProject();
  const isByLink = useIsByLink();
  const [chosen, setChosen] = useState<Chosen | null>(null);
  const { question, answer } = asked;
  const { segment: chosenSegment, beside } = view;
  const { shown, breakdown, other, site, nodeName, wholeName } = useShown(asked, view);
  const { tree, paths } = shown;
  const { centre } = rooted(tree);
  const flow = useMemo(() => flowOf(paths, Math.min(question.top, FLOW_NAMES)), [paths, question.top]);
  const over = question.over ?? "session";
  const arrow = arrowOf(question);
  const chart = view.chart === "flows" ? "flows" : "rings";
  const segment = breakdown.length > 0 ? { breakdown } : {};
  const named = (title: string) => (breakdown.length > 0 ? `${title} · ${segmentName(breakdown, speech)}` : title);
  const goesThrough = (nodes: string[]) => {
    if (chosen === null) return true;
    if ("path" in chosen && !chosen.path.every((name, index) => nodes[index] === name)) return false;
    if ("besides" in chosen) return nodes.length > chosen.path.length && !chosen.besides.includes(nodes[chosen.path.length] as string);
    if ("path" in chosen) return !chosen.ended || nodes.length === chosen.path.length;
    const inColumn = new Set(flow.nodes.filter((one) => one.column === chosen.node.column && one.name !== null).map((one) => one.name as string));
    return passes(nodes, chosen.node, inColumn);
  };
  const pathName = (path: string[]) => path.map(nodeName).join(arrow);
  const otherFlow = other ? flowOf(other.paths.paths, Math.min(question.top, FLOW_NAMES)) : null;
  const listed = paths.filter((path) => goesThrough(path.nodes)).toSorted((a, b) => b.count - a.count);
  // What is gathered is no path of its own: it has no people to open, and nothing begins there.
  const ownPath = chosen !== null && "path" in chosen && !("besides" in chosen) ? chosen : null;
  const last = ownPath ? (ownPath.path.at(-1) ?? null) : chosen !== null && "node" in chosen ? chosen.node.name : null;
  const pages = ownPath ? pagesOf(ownPath.path, question) : [];
  const chosenName = chosen === null ? "" : "node" in chosen ? t("journey.through", { n: chosen.node.column + 1, name: chosen.node.name === null ? t("journey.others") : nodeName(chosen.node.name) }) : "besides" in chosen ? [...chosen.path.map(nodeName), t("journey.others")].join(arrow) : pathName(chosen.path);
  const choose = (next: Chosen) => setChosen(JSON.stringify(next) === JSON.stringify(chosen) ? null : next);
  const who = actorWords(question.actor);
  const drawn = { nodeName, wholeName, reverse: question.direction === "reverse" };
  const captionOf = (name: string, n: number) => <figcaption>{t("journey.besideNamed", { name, n, count: format.number(n) })}</figcaption>;
  const centreNote = t("journey.centreNote", { ...who, over, n: tree.count, count: format.number(tree.count), start: centre === null ? "any" : "named", name: centre === null ? "" : nodeName(centre), direction: question.direction });
  return (
    <>
      <AnswerHead
        note={
          <span className={styles.headNote}>
            {answer.groups && (
              <InlineSelect
                label={t("journey.segment")}
                choices={[
                  { value: "", label: t("segment.overall") },
                  ...answer.groups.toSorted((a, b) => b.tree.count - a.tree.count).map((group) => ({ value: JSON.stringify(group.breakdown), label: segmentName(group.breakdown, speech) })),
                ]}
                value={breakdown.length > 0 ? JSON.stringify(breakdown) : ""}
                onPick={(next) => {
                  setChosen(null);
                  onView({ ...view, segment: next === "" ? undefined : next });
                }}
              />
            )}
            {site === null ? centreNote : `${centreNote} · ${t("journey.site", { host: site })}`}
            <InlineSelect
              label={t("journey.beside")}
              choices={[
                { value: "", label: t("journey.beside.alone") },
                { value: "previous", label: t("journey.beside.previous") },
                ...DEVICE_TYPES.map((device) => ({ value: `device:${device}`, label: t("journey.beside.device", { device }) })),
                ...(answer.groups ?? []).filter((group) => JSON.stringify(group.breakdown) !== chosenSegment).map((group) => ({ value: JSON.stringify(group.breakdown), label: t("journey.beside.segment", { segment: segmentName(group.breakdown, speech) }) })),
              ]}
              value={typeof beside === "string" ? beside : ""}
              onPick={(next) => onView({ ...view, beside: next === "" ? undefined : next })}
            />
          </span>
        }
        aside={
          <Segmented
            label={t("picture.shape")}
            value={chart}
            onPick={(next) => {
              setChosen(null);
              onView({ ...view, chart: next === "rings" ? undefined : next });
            }}
            choices={(["rings", "flows"] as const).map((value) => ({ value, label: t(`journey.chart.${value}`) }))}
          />
        }
      />
      {tree.count > 0 && (
        <div className={styles.both} data-chart={chart} data-beside={other ? true : undefined}>
          <figure className={styles.one}>
            {other && captionOf(breakdown.length > 0 ? segmentName(breakdown, speech) : t("segment.overall"), tree.count)}
            {chart === "rings" ? (
              <Sunburst {...drawn} arrow={arrow} tree={tree} unit={t(over === "session" ? "journey.unit.session" : "journey.unit.person", { ...who, n: tree.count })} label={label} pictureRef={pictureRef} onChoose={choose} />
            ) : (
              <Sankey {...drawn} flow={flow} paths={shown} label={label} pictureRef={pictureRef} onChoose={(node) => choose({ node })} />
            )}
          </figure>
          {other && otherFlow && (
            <figure className={styles.one}>
              {captionOf(other.name, other.paths.tree.count)}
              {chart === "rings" ? (
                <Sunburst {...drawn} arrow={arrow} tree={other.paths.tree} ranked={namesByWeight(tree)} unit={other.name} label={other.name} pictureRef={null} />
              ) : (
                <Sankey {...drawn} flow={otherFlow} paths={other.paths} ranked={namesByWeight(tree)} label={other.name} pictureRef={null} onChoose={() => undefined} />
              )}
            </figure>
          )}
          <div className={styles.list}>
            <div className={styles.trail}>
              {chosen ? (
                <>
                  <strong>{chosenName}</strong>
                  {ownPath && (
                    <button type="button" className={table.open} onClick={() => onOpen({ path: ownPath.path, ...(ownPath.ended ? { exit: true } : {}), ...segment }, named(pathName(ownPath.path)))}>
                      {t("journey.seePeople")}
                    </button>
                  )}
                  {ownPath && <PathActions path={ownPath.path} question={question} />}
                  {last !== null && (
                    <>
                      <button
                        type="button"
                        className={table.open}
                        onClick={() => {
                          setChosen(null);
                          onAsk({ ...question, anchor: { node: last, occurrence: "first" } });
                        }}
                      >
                        {question.direction === "forward" ? t("journey.startHere") : t("journey.endHere")}
                      </button>
                      <button
                        type="button"
                        className={table.open}
                        onClick={() => {
                          setChosen(null);
                          onAsk({ ...question, hide: [...new Set([...(question.hide ?? []), last])] });
                        }}
                      >
                        {t("journey.hideThis")}
                      </button>
                    </>
                  )}
                  {pages.length > 1 && (
                    <Link to="/p/$project/tasks/$task" params={{ project: String(project.id), task: "new" }} search={{ q: { pages } }}>
                      {t("task.makeOfPath")}
                    </Link>
                  )}
                  <button type="button" className={table.open} onClick={() => setChosen(null)}>
                    {t("journey.allPaths")}
                  </button>
                </>
              ) : (
                !isByLink && <span className={table.muted}>{chart === "rings" ? t("journey.clickArc") : t("journey.clickNode")}</span>
              )}
            </div>
            <ol>
              {listed.slice(0, LISTED_PATHS).map((path) => (
                <li key={path.nodes.join("\n")} data-reverse={question.direction === "reverse" || undefined}>
                  <button type="button" className={table.open} onClick={() => onOpen({ path: path.nodes, ...segment }, named(pathName(path.nodes)))}>
                    {format.number(path.count)}
                  </button>
                  <span className={styles.share}>{format.percent(tree.count === 0 ? 0 : path.count / tree.count)}</span>
                  <span className={styles.path}>
                    {path.nodes.map((name, index) => (
                      <span key={index} title={wholeName(name)}>
                        {nodeName(name)}
                      </span>
                    ))}
                  </span>
                </li>
              ))}
            </ol>
          </div>
        </div>
      )}
    </>
  );
};

function journeySentence(asked: Asked<"journey">, { speech }: Telling) {
  const { t, rich, format } = speech;
  const { tree, paths } = asked.answer;
  const over = asked.question.over ?? "session";
  const top = paths.toSorted((a, b) => b.count - a.count)[0];
  if (tree.count === 0 || !top) return t("journey.sentence.nobody");
  return rich("journey.sentence.main", {
    ...actorWords(asked.question.actor),
    b: (parts: unknown[]) => <b key={String(parts)}>{parts as string[]}</b>,
    n: tree.count,
    count: format.number(tree.count),
    over,
    path: top.nodes.map(nodeNamer(siteOf(namesIn(asked.answer)), speech)).join(arrowOf(asked.question)),
    share: format.percent(top.count / tree.count),
  });
}

function journeyName(question: JourneyQuestion, speech: Telling["speech"]): string {
  const { anchor, direction } = question;
  if (!anchor) return speech.t("room.journey");
  const event = anchor.select ? selectorName(anchor.select, speech) : fullName(anchor.node ?? "", speech);
  return direction === "forward" ? speech.t("journey.name.forward", { event }) : speech.t("journey.name.reverse", { event });
}

export const journeyRoom: ReportRoomParts<"journey"> = {
  kind: "journey",
  title: "room.journey",
  answers: "journey.answers",
  next: "journey.answers",
  // Where pages are told, the ways are those through pages.
  start: (names) => ({ kind: "journey", direction: "forward", depth: 5, top: 10, ...(names.some(({ name }) => PAGE_VIEWS.includes(name)) ? { node: "page" as const } : {}), friction: true, nodes: true, loops: true, range: { last: 30, unit: "day" } }),
  ready: () => true,
  name: journeyName,
  sentence: journeySentence,
  rows: (asked, { speech }) => [
    [speech.t("funnel.column.segment"), speech.t("journey.column.path"), speech.t("trend.column.total"), speech.t("journey.exits"), `${speech.t("journey.mean")} (s)`],
    ...[{ breakdown: [], ...asked.answer }, ...(asked.answer.groups ?? [])].flatMap((group) =>
      group.paths
        .toSorted((a, b) => b.count - a.count)
        .map((path) => [segmentName(group.breakdown, speech), path.nodes.join(" → "), String(path.count), String(path.exits), String((path.mean_seconds ?? []).reduce<number>((sum, one) => sum + (one ?? 0), 0))]),
    ),
  ],
  Builder: JourneyBuilder,
  Scope: JourneyScope,
  Picture: JourneyPicture,
  Table: JourneyDetails,
  Example: PathsExample,
};

export function JourneyRoom() {
  return <ReportScreen room={journeyRoom} />;
}
