// What is compared, side by side: how attempts ended, and the main number of each card with its interval and n. Where there are too few nothing is said.
import type { ReactNode } from "react";
import type { TaskAnswer, TaskCardName, TaskLine, TaskSaid, TaskShare } from "@/api/task.ts";
import type { Breakdown } from "@/question/question.ts";
import { breakdownName, segmentName } from "@/question/words.ts";
import type { Speech } from "@/report/room.ts";
import { useSpeech } from "@/i18n/language.tsx";
import { useProject } from "@/shell/session.tsx";
import { Opens } from "@/ui/Opens.tsx";
import { Card } from "@/ui/Page.tsx";
import table from "@/ui/table.module.css";
import { barParts, classOf, FEW } from "./figures.ts";
import type { Ways } from "./Scorecard.tsx";
import { CARD, CARDS, CLASS } from "./words.ts";
import styles from "./task.module.css";

/** More columns than that cannot be read beside each other. */
const MOST = 6;

interface Column {
  key: string;
  name: string;
  line: TaskLine;
  said: TaskSaid;
  /** The same in the period before, where both are asked for. */
  was: { line: TaskLine; said: TaskSaid } | null;
  /** The values of the segment; what is not of this range opens nothing. */
  segment: (string | number | boolean | null)[] | null;
}

export function SideBySide({ answer, by, ways }: { answer: TaskAnswer; by: Breakdown | undefined; ways: Ways }) {
  const speech = useSpeech();
  const { t, format } = speech;
  const { timezone } = useProject();
  const groups = answer.groups ?? [];
  const before = new Map((answer.compared?.groups ?? []).map((group) => [JSON.stringify(group.breakdown), { line: group, said: group.said }]));
  const dates = answer.compared ? t("task.periodOf", { from: format.date(answer.compared.from, timezone), to: format.date(Date.parse(answer.compared.to) - 1, timezone) }) : "";
  const columns: Column[] = [
    { key: "all", name: t(by ? "task.everything" : "task.thisPeriod"), line: answer, said: saidOf(answer), was: null, segment: [] },
    ...(answer.compared ? [{ key: "before", name: t("task.before"), line: answer.compared, said: answer.compared.said, was: null, segment: null }] : []),
    ...groups.slice(0, MOST).map((group) => ({ key: JSON.stringify(group.breakdown), name: segmentName(group.breakdown, speech, undefined, by ? [by] : undefined), line: group, said: group.said, was: before.get(JSON.stringify(group.breakdown)) ?? null, segment: group.breakdown })),
  ];
  const isFew = columns.some(({ line }) => line.attempts < FEW);
  const open = (column: Column, card: TaskCardName): void => ways.open({ card, ...(column.segment?.length ? { breakdown: column.segment } : {}) }, `${t(CARD[card])} · ${column.name}`);
  return (
    <div className={styles.beside}>
      <Card title={by ? t("task.comparedBy", { what: breakdownName(by, speech) }) : t("task.comparedPeriods")} aside={
          <span className={styles.muted}>
            {isFew ? t("task.hiddenFew", { n: FEW }) : t("task.besideHint")}
            {by && dates !== "" && ` · ${t("task.besideWas", { dates })}`}
          </span>
        } flush>
        <div className={table.wrap} tabIndex={0} role="region" aria-label={t("task.sideBySide")}>
          <table className={table.table}>
            <thead>
              <tr>
                <th scope="col" className={table.pinned}>
                  {t("task.outcome")}
                </th>
                {columns.map(({ key, name, line, was }) => (
                  <th key={key} scope="col">
                    <span className={styles.besideName}>{name}</span>
                    {key === "before" && <small className={styles.besideWas}>{dates}</small>}
                    <small>
                      {t("task.attemptsCount", { n: line.attempts, shown: format.number(line.attempts) })}
                      {was && ` · ${t("task.was", { share: format.number(was.line.attempts) })}`}
                    </small>
                    <Bar line={line} />
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {CARDS.map((card) => (
                <tr key={card}>
                  <th scope="row" className={table.pinned}>
                    {t(CARD[card])}
                    {card === "lost" && <small className={styles.besideWas}>{t("task.lostOf")}</small>}
                  </th>
                  {columns.map((column) => (
                    <td key={column.key}>
                      <Figure {...figureOf(card, column, speech)} was={wasOf(card, column, speech)} opens={column.segment === null ? undefined : () => open(column, card)} />
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
        {groups.length > MOST && <p className={styles.nothing}>{t("task.besideMore", { n: groups.length - MOST })}</p>}
        {by && groups.length === 0 && <p className={styles.nothing}>{t("task.besideNone")}</p>}
      </Card>
    </div>
  );
}

function Bar({ line }: { line: TaskLine }) {
  const { t, format } = useSpeech();
  const label = line.classes.map(({ class: name, share }) => t("task.classShare", { name: t(CLASS[name]), share: format.percent(share ?? 0, 0) })).join(", ");
  return (
    <span className={`${styles.bar} ${styles.inHead}`} role="img" aria-label={label} title={label}>
      {line.attempts >= FEW &&
        barParts(line)
          .filter(({ count }) => count > 0)
          .map(({ class: name, friction, count }) => <i key={`${name} ${friction}`} data-class={name} data-friction={friction || undefined} style={{ flexGrow: count }} />)}
    </span>
  );
}

interface Told {
  value: string | null;
  between: string | null;
  n: string;
  nobody: boolean;
}

function Figure({ value, between, n, nobody, was, opens }: Told & { was: string | null; opens: (() => void) | undefined }): ReactNode {
  const { t } = useSpeech();
  if (value === null)
    return (
      <span className={styles.besideFew}>
        {t("task.tooFew")} <small>{n}</small>
      </span>
    );
  return (
    <>
      <b>
        {opens ? (
          <Opens nobody={nobody} onOpen={opens}>
            {value}
          </Opens>
        ) : (
          value
        )}
      </b>{" "}
      {between !== null && <small>{between}</small>} <small>{n}</small>
      {was !== null && <small className={styles.besideWas}>{t("task.was", { share: was })}</small>}
    </>
  );
}

function shareOf(card: TaskCardName, { line, said }: Pick<Column, "line" | "said">): TaskShare | undefined {
  switch (card) {
    case "as_planned":
      return classOf(line, "as_planned");
    case "not_finished":
      return classOf(line, "failed");
    case "promoters":
      return said.promoters;
    case "csat_low":
    case "lost":
      return said[card];
    default:
      return line[card];
  }
}

/** The main number of a card; nothing where there are too few. */
function figureOf(card: TaskCardName, column: Pick<Column, "line" | "said">, { t, format }: Speech): Told {
  const share = shareOf(card, column);
  const n = t("task.countOf", { n: share?.count ?? 0, count: format.number(share?.count ?? 0), of: format.number(share?.n ?? 0) });
  const told = { n, nobody: !share || share.count === 0 };
  if (!share || share.n < FEW) return { ...told, value: null, between: null };
  if (card === "promoters") {
    const { nps } = column.said;
    const whole = (value: number): string => format.number(Math.round(value));
    return nps === null ? { ...told, value: null, between: null } : { ...told, value: t("task.nps", { value: whole(nps.value) }), between: t("task.between", { low: whole(nps.low), high: whole(nps.high) }) };
  }
  return {
    ...told,
    value: share.share === null ? null : format.percent(share.share, 0),
    between: share.interval ? t("task.between", { low: format.number(Math.round(share.interval[0] * 100)), high: format.percent(share.interval[1], 0) }) : null,
  };
}

/** The main number of the same segment in the period before; nothing where there were too few. */
function wasOf(card: TaskCardName, { was }: Column, speech: Speech): string | null {
  return was && figureOf(card, was, speech).value;
}

/** What the cards say of everything. */
function saidOf({ cards: { promoters, csat_low, lost } }: TaskAnswer): TaskSaid {
  return { nps: promoters.nps, promoters, csat_low, satisfied: csat_low.satisfied, lost };
}
