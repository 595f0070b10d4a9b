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
import type { AnswerProps, ReportRoomParts, Telling } from "@/report/room.ts";
import { useAsk, type Asked } from "@/report/useAsk.ts";
import { useIsByLink, useProject } from "@/shell/session.tsx";
import { InlineSelect, Segmented } from "@/ui/Field.tsx";
import { NumberHead } from "@/ui/NumberHead.tsx";
import table from "@/ui/table.module.css";
import { besideQuestion, DEVICE_TYPES } from "./beside.ts";
import { JourneyBuilder, JourneyScope } from "./JourneyBuilder.tsx";
import { JourneyDetails } from "./JourneyDetails.tsx";
import { arrowOf, flowOf, fullName, namesByWeight, namesIn, nodeNamer, pagesOf, passes, pathsShown, rooted, siteOf, type FlowNode } from "./journey.ts";
import { PathActions } from "./PathActions.tsx";
import { Sankey } from "./Sankey.tsx";
import { Sunburst } from "./Sunburst.tsx";
import styles from "./JourneyRoom.module.css";

const LISTED_PATHS = 60;
const TABLE_PATHS = 200;
/** More names in a column could not be told apart. */
const FLOW_NAMES = 7;

/** As the tag and the official clients name them. */
const PAGE_VIEWS = ["$pageview", "$mp_web_page_view"];

/** What was clicked: the beginning of a path in the rings, or a node of a column in the flows. */
type Chosen = { path: string[]; ended?: boolean } | { node: FlowNode };

const JourneyPicture: ReportRoomParts<"journey">["Picture"] = ({ asked, view, onView, onOpen, onAsk, pictureRef, label }) => {
  const speech = useSpeech();
  const { t, format } = speech;
  const project = useProject();
  const isByLink = useIsByLink();
  const [chosen, setChosen] = useState<Chosen | null>(null);
  const { question, answer } = asked;
  const { segment: chosenSegment } = view;
  const { shown, breakdown, centre, flow } = useMemo(() => {
    const { paths: inSegment, breakdown: values } = pathsShown(asked, chosenSegment);
    return { shown: inSegment, breakdown: values, centre: rooted(inSegment.tree).centre, flow: flowOf(inSegment.paths, Math.min(asked.question.top, FLOW_NAMES)) };
  }, [asked, chosenSegment]);
  const { tree, paths } = shown;
  const over = question.over ?? "session";
  const arrow = arrowOf(question);
  const chart = view.chart === "flows" ? "flows" : "rings";
  const segment = breakdown.length > 0 ? { breakdown } : {};
  const named = (title: string) => (breakdown.length > 0 ? `${title} · ${segmentName(breakdown, speech)}` : title);
  const goesThrough = (nodes: string[]) => {
    if (chosen === null) return true;
    if ("path" in chosen) return chosen.path.every((name, index) => nodes[index] === name) && (!chosen.ended || nodes.length === chosen.path.length);
    const inColumn = new Set(flow.nodes.filter((one) => one.column === chosen.node.column && one.name !== null).map((one) => one.name as string));
    return passes(nodes, chosen.node, inColumn);
  };
  const { beside } = view;
  const besideAsked = useMemo(() => besideQuestion(beside, asked), [beside, asked]);
  const second = useAsk<"journey">(besideAsked);
  const besideSegment = besideAsked === null && typeof beside === "string" ? answer.groups?.find((group) => JSON.stringify(group.breakdown) === beside) : undefined;
  const besideName = typeof beside !== "string" ? "" : besideSegment ? segmentName(besideSegment.breakdown, speech) : beside === "previous" ? t("journey.beside.previous") : beside.replace(/^device:/, "");
  const otherPaths = besideSegment ?? (besideAsked === null ? undefined : second.asked?.answer);
  const site = siteOf(namesIn(shown, ...(otherPaths ? [otherPaths] : [])));
  const nodeName = useMemo(() => nodeNamer(site, speech), [site, speech]);
  const wholeName = useMemo(() => (name: string) => fullName(name, speech), [speech]);
  const pathName = (path: string[]) => path.map(nodeName).join(arrow);
  const other = otherPaths ? { paths: otherPaths, name: besideName } : null;
  const otherFlow = otherPaths ? flowOf(otherPaths.paths, Math.min(question.top, FLOW_NAMES)) : null;
  const listed = paths.filter((path) => goesThrough(path.nodes)).toSorted((a, b) => b.count - a.count);
  const last = chosen === null ? null : "path" in chosen ? (chosen.path.at(-1) ?? null) : chosen.node.name;
  const pages = chosen !== null && "path" in chosen ? pagesOf(chosen.path, question) : [];
  const who = actorWords(question.actor);
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
      <div className={styles.both} data-chart={chart} data-beside={other ? true : undefined}>
        {chart === "rings" ? (
          <Sunburst
            tree={tree}
            arrow={arrow}
            nodeName={nodeName}
            wholeName={wholeName}
            reverse={question.direction === "reverse"}
            unit={t(over === "session" ? "journey.unit.session" : "journey.unit.person", { ...who, n: tree.count })}
            label={label}
            pictureRef={pictureRef}
            onChoose={(path, ended) => setChosen(chosen && "path" in chosen && chosen.path.join("\n") === path.join("\n") && (chosen.ended ?? false) === ended ? null : { path, ended })}
          />
        ) : (
          <Sankey flow={flow} paths={shown} nodeName={nodeName} wholeName={wholeName} reverse={question.direction === "reverse"} label={label} pictureRef={pictureRef} onChoose={(node) => setChosen(chosen && "node" in chosen && chosen.node.id === node.id ? null : { node })} />
        )}
        {other && (
          <figure className={styles.other} aria-label={t("journey.besideNamed", { name: other.name, n: other.paths.tree.count, count: format.number(other.paths.tree.count) })}>
            <figcaption>{t("journey.besideNamed", { name: other.name, n: other.paths.tree.count, count: format.number(other.paths.tree.count) })}</figcaption>
            {chart === "rings" ? (
              <Sunburst tree={other.paths.tree} arrow={arrow} nodeName={nodeName} wholeName={wholeName} reverse={question.direction === "reverse"} ranked={namesByWeight(tree)} unit={other.name} label={other.name} pictureRef={null} onChoose={() => undefined} />
            ) : (
              otherFlow && <Sankey flow={otherFlow} paths={other.paths} nodeName={nodeName} wholeName={wholeName} reverse={question.direction === "reverse"} label={other.name} pictureRef={null} onChoose={() => undefined} />
            )}
          </figure>
        )}
        <div className={styles.list}>
          <div className={styles.trail}>
            {chosen ? (
              <>
                <strong>{"path" in chosen ? pathName(chosen.path) : t("journey.through", { n: chosen.node.column + 1, name: chosen.node.name === null ? t("journey.others") : nodeName(chosen.node.name) })}</strong>
                {"path" in chosen && (
                  <button type="button" className={table.open} onClick={() => onOpen({ path: chosen.path, ...(chosen.ended ? { exit: true } : {}), ...segment }, named(pathName(chosen.path)))}>
                    {t("journey.seePeople")}
                  </button>
                )}
                {"path" in chosen && <PathActions path={chosen.path} question={question} />}
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
      {shown.nodes && shown.loops ? (
        <JourneyDetails view={view} onView={onView} paths={shown} other={other} breakdown={breakdown} arrow={arrow} nodeName={nodeName} wholeName={wholeName} hasGoal={question.goal !== undefined} onOpen={(cell, title) => onOpen(cell, named(title))} />
      ) : isByLink ? null : (
        <p className={styles.lead}>
          <button type="button" className={table.open} onClick={() => onAsk({ ...question, nodes: true, loops: true, friction: true })}>
            {t("journey.moreDetails")}
          </button>
        </p>
      )}
    </>
  );
};

function JourneyTable({ asked, view, onOpen }: AnswerProps<"journey">) {
  const speech = useSpeech();
  const { t, format } = speech;
  const { question } = asked;
  const { paths: shown, breakdown } = pathsShown(asked, view.segment);
  const { paths, tree } = shown;
  const nodeName = nodeNamer(siteOf(namesIn(shown)), speech);
  const pathName = (path: string[]) => path.map(nodeName).join(arrowOf(question));
  const totalSeconds = (seconds: (number | null)[] | undefined) => (seconds === undefined || seconds.length === 0 || seconds.includes(null) ? null : seconds.reduce<number>((sum, one) => sum + (one ?? 0), 0));
  return (
    <div className={table.wrap} style={{ maxHeight: 480 }} tabIndex={0} role="region" aria-label={t("report.table")}>
      <table className={table.table}>
        <thead>
          <tr>
            <th scope="col" className={table.wide}>
              {t("journey.column.path")}
            </th>
            <NumberHead>{t(question.over === "person" ? "journey.column.person" : "journey.column.session", actorWords(question.actor))}</NumberHead>
            <NumberHead>{t("journey.column.share")}</NumberHead>
            <NumberHead>{t("journey.exits")}</NumberHead>
            {question.goal && <NumberHead title={t("journey.conversionHint")}>{t("journey.conversion")}</NumberHead>}
            {question.friction && <NumberHead title={t("journey.frictionHint")}>{t("journey.friction")}</NumberHead>}
            <NumberHead title={t("journey.meanHint")}>{t("journey.mean")}</NumberHead>
          </tr>
        </thead>
        <tbody>
          {paths
            .toSorted((a, b) => b.count - a.count)
            .slice(0, TABLE_PATHS)
            .map((path) => {
              const seconds = totalSeconds(path.mean_seconds);
              return (
                <tr key={path.nodes.join("\n")}>
                  <td className={table.wide} title={path.nodes.map((name) => fullName(name, speech)).join(arrowOf(question))}>
                    {pathName(path.nodes)}
                  </td>
                  <td className={table.number}>
                    <button type="button" className={table.open} onClick={() => onOpen({ path: path.nodes, ...(breakdown.length > 0 ? { breakdown } : {}) }, pathName(path.nodes))}>
                      {format.number(path.count)}
                    </button>
                  </td>
                  <td className={table.number}>{format.percent(tree.count === 0 ? 0 : path.count / tree.count)}</td>
                  <td className={table.number}>{format.number(path.exits)}</td>
                  {question.goal && <td className={table.number}>{format.percent((path.conversions ?? 0) / Math.max(1, path.count))}</td>}
                  {question.friction && <td className={table.number}>{format.percent((path.with_friction ?? 0) / Math.max(1, path.count))}</td>}
                  <td className={table.number}>{seconds === null ? "–" : format.duration(seconds)}</td>
                </tr>
              );
            })}
        </tbody>
      </table>
    </div>
  );
}

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
  Table: JourneyTable,
  Example: PathsExample,
};

export function JourneyRoom() {
  return <ReportScreen room={journeyRoom} />;
}
