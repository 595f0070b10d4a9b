// Where the task goes worse: what people have in common who complete it less often, or meet friction more often, than all others.
import type { Task, TaskAnswer } from "@/api/task.ts";
import { useSpeech } from "@/i18n/language.tsx";
import { usePropertiesOf } from "@/question/names.ts";
import type { Filter } from "@/question/question.ts";
import { propertyName } from "@/question/words.ts";
import { useAsk } from "@/report/useAsk.ts";
import { Button } from "@/ui/Button.tsx";
import { Card } from "@/ui/Page.tsx";
import { SkeletonRows } from "@/ui/State.tsx";
import { scorecardQuestion, type Scope } from "./search.ts";
import { CARD } from "./words.ts";
import styles from "./task.module.css";

/** What visits are told apart by, as the tag and servers name it. */
const TOLD_APART_BY = ["$device_type", "$browser", "$os", "$language", "$country_code", "mp_country_code", "utm_source"];
const SHOWN = 5;

export type Difference = NonNullable<TaskAnswer["differences"]>[number];

interface DifferencesProps {
  task: Task;
  scope: Scope;
  onScope: (scope: Scope) => void;
}

export function Differences({ task, scope, onScope }: DifferencesProps) {
  const { t } = useSpeech();
  const { lists } = usePropertiesOf(["event"]);
  const known = new Set(lists[0]?.properties.map(({ name }) => name));
  const differences = TOLD_APART_BY.filter((name) => known.has(name));
  // Asked by itself: it reads more than the rest, and the rest does not wait for it.
  const alone: Scope = { ...scope, compare: undefined, by: undefined };
  const { asked } = useAsk<"task">(differences.length === 0 ? null : { ...scorecardQuestion(task.definition, alone), differences });
  const found = asked?.answer.differences;
  if (differences.length === 0) return null;
  return (
    <Card title={t("task.differences")} aside={<span className={styles.muted}>{t("task.differencesHint")}</span>} flush>
      {found === undefined && <SkeletonRows rows={2} />}
      {found?.length === 0 && <p className={styles.nothing}>{t("task.noDifferences")}</p>}
      {found !== undefined && found.length > 0 && (
        <ol className={styles.differences}>
          {folded(byValue(found))
            .slice(0, SHOWN)
            .map(({ own, same }) => (
              <Row key={JSON.stringify([own[0].property, own[0].value])} own={own} same={same} scope={scope} onScope={onScope} />
            ))}
        </ol>
      )}
      {found !== undefined && found.length > 1 && <p className={styles.overlap}>{t("task.differencesOverlap")}</p>}
    </Card>
  );
}

function Row({ own, same, scope, onScope }: Folded & { scope: Scope; onScope: (scope: Scope) => void }) {
  const speech = useSpeech();
  const { t, format } = speech;
  const [{ property, value }] = own;
  return (
    <li className={styles.difference}>
      <div className={styles.who}>
        <h3>{String(value)}</h3>
        <small>
          {propertyName(property, speech)} · {t("task.attemptsCount", { n: own[0].with.n, shown: format.number(own[0].with.n) })}
        </small>
        {same.length > 0 && <small>{t("task.differenceSame", { values: format.list(same.map(([one]) => String(one.value))) })}</small>}
      </div>
      <ul>
        {own.map((one) => {
          const more = { more: format.number(Math.round(one.more)), n: Math.round(one.more) };
          return (
            <li key={one.outcome} title={t("task.differenceHint", more)}>
              <span>{t(one.outcome === "friction" ? "task.withFriction" : CARD.not_finished)}</span>
              <b>{format.percent(one.with.share ?? 0, 0)}</b>
              <span>{t("task.elsewhere", { share: format.percent(one.without.share ?? 0, 0) })}</span>
              <span>{t("task.differenceMore", more)}</span>
            </li>
          );
        })}
      </ul>
      <span className={styles.acts}>
        <Button size="small" onClick={() => onScope({ ...scope, by: { property } })}>
          {t("task.sideBySide")}
        </Button>
        <Button size="small" onClick={() => onScope({ ...scope, by: undefined, filter: narrowed(scope.filter, own[0]) })}>
          {t("task.onlyThese")}
        </Button>
      </span>
    </li>
  );
}

type OfValue = [Difference, ...Difference[]];

/** All that goes worse with a value, where its worst stands. */
export function byValue(found: Difference[]): OfValue[] {
  const values = new Map<string, OfValue>();
  for (const one of found) {
    const key = JSON.stringify([one.property, one.value]);
    const own = values.get(key);
    if (own) own.push(one);
    else values.set(key, [one]);
  }
  return [...values.values()];
}

interface Folded {
  own: OfValue;
  /** Values of other properties that nearly the same attempts have. */
  same: OfValue[];
}

/** Counts that differ by no more than this are taken for those of the same attempts. */
const NEARLY = 0.05;

/** Values of several properties that stand for nearly the same attempts, under the one where it goes worst: a system and its browser tell one story. */
export function folded(values: OfValue[]): Folded[] {
  const rows: Folded[] = [];
  for (const own of values) {
    const row = rows.find((one) => isNearlySame(one.own, own));
    if (row) row.same.push(own);
    else rows.push({ own, same: [] });
  }
  return rows;
}

/** The answer counts attempts and does not name them: equal counts, and the same of them badly off, are what it says of an overlap. */
function isNearlySame(a: OfValue, b: OfValue): boolean {
  const shared = a.flatMap((one) => b.filter(({ outcome }) => outcome === one.outcome).map((other) => [one.with, other.with] as const));
  return a[0].property !== b[0].property && shared.length > 0 && shared.every(([one, other]) => isNear(one.n, other.n) && isNear(one.count, other.count));
}

function isNear(a: number, b: number): boolean {
  return Math.abs(a - b) <= NEARLY * Math.max(a, b);
}

/** What was looked at before, of these only. */
export function narrowed(filter: Filter | undefined, { property, value }: Pick<Difference, "property" | "value">): Filter {
  const only: Filter = { property, op: "is", value: String(value) };
  if (filter === undefined) return only;
  return "all" in filter && filter.all ? { all: [...filter.all, only] } : { all: [filter, only] };
}
