// Below the picture: where sessions end, where people turn back, and the ways that few take, all of it over whole sessions; and the picture as a table.
import type { JourneyNodeSeen } from "@/api/types.ts";
import { useSpeech } from "@/i18n/language.tsx";
import type { JourneyQuestion } from "@/question/question.ts";
import { actorWords, segmentName } from "@/question/words.ts";
import { RateInterval } from "@/report/RateInterval.tsx";
import type { AnswerProps } from "@/report/room.ts";
import { Segmented } from "@/ui/Field.tsx";
import { NumberHead } from "@/ui/NumberHead.tsx";
import table from "@/ui/table.module.css";
import { arrowOf, type Paths } from "./journey.ts";
import { rareNodes, rarePaths, RARE_SHARE } from "./rare.ts";
import { useShown, type Shown } from "./useShown.ts";
import styles from "./JourneyRoom.module.css";

const DETAILS = ["exits", "loops", "rare", "paths"] as const;
type Detail = (typeof DETAILS)[number];
const SHOWN = 40;
const TABLE_PATHS = 200;

export function JourneyDetails({ asked, view, onView, onOpen, onAsk }: AnswerProps<"journey">) {
  const speech = useSpeech();
  const { t } = speech;
  const { question } = asked;
  const { shown: paths, breakdown, other, nodeName, wholeName } = useShown(asked, view);
  const { nodes, loops } = paths;
  const parts: PartProps = {
    paths,
    other,
    breakdown,
    question,
    arrow: arrowOf(question),
    nodeName,
    wholeName,
    hasGoal: question.goal !== undefined,
    onOpen: (cell, title) => onOpen(cell, breakdown.length > 0 ? `${title} · ${segmentName(breakdown, speech)}` : title),
  };
  if (!nodes || !loops)
    return (
      <section className={styles.details} aria-label={t("journey.detail.paths")}>
        <button type="button" className={table.open} onClick={() => onAsk({ ...question, nodes: true, loops: true, friction: true })}>
          {t("journey.moreDetails")}
        </button>
        <PathTable {...parts} />
      </section>
    );
  const detail: Detail = DETAILS.find((one) => one === view.detail) ?? "exits";
  return (
    <section className={styles.details} aria-label={t(`journey.detail.${detail}`)}>
      <Segmented label={t("journey.detail")} choices={DETAILS.map((value) => ({ value, label: t(`journey.detail.${value}`) }))} value={detail} onPick={(next) => onView({ ...view, detail: next === "exits" ? undefined : next })} />
      {detail === "exits" && <Exits {...parts} nodes={nodes} />}
      {detail === "loops" && <Loops {...parts} loops={loops} />}
      {detail === "rare" && <Rare {...parts} nodes={nodes} />}
      {detail === "paths" && <PathTable {...parts} />}
    </section>
  );
}

interface PartProps extends Pick<Shown, "breakdown" | "other" | "nodeName" | "wholeName"> {
  paths: Paths;
  question: JourneyQuestion;
  arrow: string;
  hasGoal: boolean;
  onOpen: AnswerProps<"journey">["onOpen"];
}

/** Pages by how many sessions ended there, with the rate among views and its interval. */
function Exits({ nodes, paths, other, breakdown, nodeName, wholeName, hasGoal, onOpen }: PartProps & { nodes: JourneyNodeSeen[] }) {
  const { t, format } = useSpeech();
  const shown = nodes.filter((one) => one.exits > 0).slice(0, SHOWN);
  const most = Math.max(0.01, ...shown.map((one) => one.exit_rate_interval?.[1] ?? 0));
  const beside = new Map((other?.paths.nodes ?? []).map((one) => [one.node, one]));
  const segment = breakdown.length > 0 ? { breakdown } : {};
  const hasFriction = shown.some((one) => one.with_friction !== undefined);
  const open = (count: number, cell: Parameters<typeof onOpen>[0], title: string) => (
    <button type="button" className={table.open} onClick={() => onOpen({ ...cell, ...segment }, title)}>
      {format.number(count)}
    </button>
  );
  return (
    <>
      <p className={styles.lead}>{shown[0] ? t("journey.exitLead", { page: nodeName(shown[0].node), share: format.percent(shown[0].exits / Math.max(1, paths.tree.count)), n: shown[0].exits, count: format.number(shown[0].exits) }) : t("journey.noExits")}</p>
      <div className={table.wrap} style={{ maxHeight: 420 }} tabIndex={0} role="region" aria-label={t("journey.detail.exits")}>
        <table className={table.table}>
          <thead>
            <tr>
              <th scope="col" className={table.pinned}>
                {t("journey.step")}
              </th>
              <NumberHead title={t("journey.viewsHint")}>{t("journey.views")}</NumberHead>
              <NumberHead>{t("journey.unitHead")}</NumberHead>
              <NumberHead title={t("journey.exitsHint")}>{t("journey.exitCount")}</NumberHead>
              <th scope="col" title={t("journey.exitRateHint")}>
                {t("journey.exitRate")}
              </th>
              {other && (
                <>
                  <NumberHead>{t("journey.exitRateOf", { name: other.name })}</NumberHead>
                  <NumberHead>{t("journey.difference")}</NumberHead>
                </>
              )}
              <NumberHead title={t("journey.sessionExitRateHint")}>{t("journey.sessionExitRate")}</NumberHead>
              <NumberHead title={t("journey.bouncesHint")}>{t("journey.bounces")}</NumberHead>
              {hasGoal && <NumberHead title={t("journey.conversionHint")}>{t("journey.conversion")}</NumberHead>}
              {hasFriction && <NumberHead title={t("journey.frictionHint")}>{t("journey.friction")}</NumberHead>}
            </tr>
          </thead>
          <tbody>
            {shown.map((one) => {
              const name = nodeName(one.node);
              const rate = beside.get(one.node)?.exit_rate;
              return (
                <tr key={one.node}>
                  <th scope="row" className={table.pinned} title={wholeName(one.node)}>
                    {name}
                  </th>
                  <td className={table.number}>{format.number(one.views)}</td>
                  <td className={table.number}>{open(one.sessions, { node: one.node }, t("journey.sawNode", { name }))}</td>
                  <td className={table.number}>{open(one.exits, { node: one.node, exit: true }, t("journey.endedAt", { name }))}</td>
                  <td>
                    <RateInterval rate={one.exit_rate} interval={one.exit_rate_interval} most={most} />
                  </td>
                  {other && (
                    <>
                      <td className={table.number}>{rate === undefined || rate === null ? "–" : format.percent(rate)}</td>
                      <td className={table.number}>{rate === undefined || rate === null || one.exit_rate === null ? "–" : t("journey.points", { n: format.number(Math.round((one.exit_rate - rate) * 1000) / 10) })}</td>
                    </>
                  )}
                  <td className={table.number}>{one.session_exit_rate === null ? "–" : format.percent(one.session_exit_rate)}</td>
                  <td className={table.number}>{format.number(one.bounces)}</td>
                  {hasGoal && <td className={table.number}>{format.percent(one.sessions === 0 ? 0 : (one.conversions ?? 0) / one.sessions)}</td>}
                  {hasFriction && <td className={table.number}>{format.percent(one.sessions === 0 ? 0 : (one.with_friction ?? 0) / one.sessions)}</td>}
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
    </>
  );
}

/** From a page to another and right back. */
function Loops({ loops, paths, breakdown, nodeName, onOpen }: PartProps & { loops: NonNullable<Paths["loops"]> }) {
  const { t, format } = useSpeech();
  const all = Math.max(1, paths.tree.count);
  const [once = 0, twice = 0, thrice = 0] = loops.at_least;
  const segment = breakdown.length > 0 ? { breakdown } : {};
  return (
    <>
      <p className={styles.lead}>{once === 0 ? t("journey.noLoops") : t("journey.loopLead", { once: format.percent(once / all), twice: format.percent(twice / all), thrice: format.percent(thrice / all) })}</p>
      {loops.pairs.length > 0 && (
        <div className={table.wrap} style={{ maxHeight: 420 }} tabIndex={0} role="region" aria-label={t("journey.detail.loops")}>
          <table className={table.table}>
            <thead>
              <tr>
                <th scope="col" className={table.wide}>
                  {t("journey.loop")}
                </th>
                <NumberHead>{t("journey.times")}</NumberHead>
                <NumberHead>{t("journey.unitHead")}</NumberHead>
                <NumberHead>{t("journey.column.share")}</NumberHead>
              </tr>
            </thead>
            <tbody>
              {loops.pairs.slice(0, SHOWN).map((pair) => {
                const name = [pair.node, pair.through, pair.node].map(nodeName).join(" → ");
                return (
                  <tr key={`${pair.node}\n${pair.through}`}>
                    <td className={table.wide}>{name}</td>
                    <td className={table.number}>{format.number(pair.count)}</td>
                    <td className={table.number}>
                      <button type="button" className={table.open} onClick={() => onOpen({ node: pair.node, through: pair.through, ...segment }, name)}>
                        {format.number(pair.sessions)}
                      </button>
                    </td>
                    <td className={table.number}>{format.percent(pair.sessions / all)}</td>
                  </tr>
                );
              })}
            </tbody>
          </table>
        </div>
      )}
    </>
  );
}

/** Paths and pages below five in a hundred. */
function Rare({ nodes, paths, breakdown, arrow, nodeName, hasGoal, onOpen }: PartProps & { nodes: JourneyNodeSeen[] }) {
  const { t, format } = useSpeech();
  const segment = breakdown.length > 0 ? { breakdown } : {};
  const few = rarePaths(paths.tree).slice(0, SHOWN);
  const pages = rareNodes(nodes, paths.tree).slice(0, SHOWN);
  const lift = (value: number | null) => (value === null ? "–" : `×${format.number(Math.round(value * 100) / 100)}`);
  const rows = (label: string, head: string, list: { key: string; name: string; count: number; share: number; lift: number | null; friction?: number | null; open: () => void }[]) => (
    <div className={table.wrap} style={{ maxHeight: 340 }} tabIndex={0} role="region" aria-label={label}>
      <table className={table.table}>
        <thead>
          <tr>
            <th scope="col" className={table.wide}>
              {head}
            </th>
            <NumberHead>{t("journey.unitHead")}</NumberHead>
            <NumberHead>{t("journey.column.share")}</NumberHead>
            {hasGoal && <NumberHead title={t("journey.liftHint")}>{t("journey.lift")}</NumberHead>}
          </tr>
        </thead>
        <tbody>
          {list.map((row) => (
            <tr key={row.key}>
              <td className={table.wide}>{row.name}</td>
              <td className={table.number}>
                <button type="button" className={table.open} onClick={row.open}>
                  {format.number(row.count)}
                </button>
              </td>
              <td className={table.number}>{format.percent(row.share)}</td>
              {hasGoal && <td className={table.number}>{lift(row.lift)}</td>}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
  return (
    <>
      <p className={styles.lead}>{t("journey.rareLead", { share: format.percent(RARE_SHARE), goal: hasGoal ? "set" : "none" })}</p>
      <div className={styles.rare}>
        {rows(
          t("journey.rarePaths"),
          t("journey.rarePaths"),
          few.map((one) => {
            const name = one.path.map(nodeName).join(arrow);
            return { key: one.path.join("\n"), name, count: one.count, share: one.share, lift: one.lift, open: () => onOpen({ path: one.path, ...segment }, name) };
          }),
        )}
        {rows(
          t("journey.rareNodes"),
          t("journey.rareNodes"),
          pages.map((one) => ({ key: one.node, name: nodeName(one.node), count: one.sessions, share: one.share, lift: one.lift, open: () => onOpen({ node: one.node, ...segment }, t("journey.sawNode", { name: nodeName(one.node) })) })),
        )}
      </div>
    </>
  );
}

/** All paths with what became of them: the picture as a table. */
function PathTable({ paths: all, breakdown, question, arrow, nodeName, wholeName, onOpen }: PartProps) {
  const { t, format } = useSpeech();
  const segment = breakdown.length > 0 ? { breakdown } : {};
  const nameOf = (path: string[]) => path.map(nodeName).join(arrow);
  const totalSeconds = (seconds: (number | null)[] | undefined) => (seconds === undefined || seconds.length === 0 || seconds.includes(null) ? null : seconds.reduce<number>((sum, one) => sum + (one ?? 0), 0));
  return (
    <div className={table.wrap} style={{ maxHeight: 420 }} tabIndex={0} role="region" aria-label={t("journey.detail.paths")}>
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
          {all.paths
            .toSorted((a, b) => b.count - a.count)
            .slice(0, TABLE_PATHS)
            .map((path) => {
              const seconds = totalSeconds(path.mean_seconds);
              return (
                <tr key={path.nodes.join("\n")}>
                  <td className={table.wide} title={path.nodes.map(wholeName).join(arrow)}>
                    {nameOf(path.nodes)}
                  </td>
                  <td className={table.number}>
                    <button type="button" className={table.open} onClick={() => onOpen({ path: path.nodes, ...segment }, nameOf(path.nodes))}>
                      {format.number(path.count)}
                    </button>
                  </td>
                  <td className={table.number}>{format.percent(all.tree.count === 0 ? 0 : path.count / all.tree.count)}</td>
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
