// The attempts at a task, one row each, narrowed and sorted as a card says: each opens its recording at its moment, and from there the next one.
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { ChevronRight, Play, X } from "lucide-react";
import { Fragment, useEffect, useRef, useState } from "react";
import type { Attempt, Task } from "@/api/task.ts";
import type { Cell } from "@/api/types.ts";
import { useSpeech } from "@/i18n/language.tsx";
import { personName } from "@/question/words.ts";
import { useElementNames } from "@/report/elementNames.ts";
import { usePersonName } from "@/report/peopleNames.ts";
import { tellError } from "@/shell/errors.ts";
import { useProject } from "@/shell/session.tsx";
import { Button } from "@/ui/Button.tsx";
import { Check, InlineSelect } from "@/ui/Field.tsx";
import { NumberHead } from "@/ui/NumberHead.tsx";
import { Card } from "@/ui/Page.tsx";
import { Empty, Failure, SkeletonRows } from "@/ui/State.tsx";
import table from "@/ui/table.module.css";
import { AttemptTimeline } from "./AttemptTimeline.tsx";
import { FRICTION } from "./figures.ts";
import { ScopeBar, useReleases } from "./ScopeBar.tsx";
import { attemptsQuestion, readListed, readScope, SORTS, type Listed, type TaskSearch } from "./search.ts";
import { momentOfAttempt, useAttempts } from "./useAttempts.ts";
import { CARD, CARDS, cellParts, CLASS, CLASSES, LINK, pageName, SORT } from "./words.ts";
import type { SurveyLink } from "./definition.ts";
import styles from "./task.module.css";

const COLUMNS = 9;

export function Attempts({ task }: { task: Task }) {
  const speech = useSpeech();
  const { t, format } = speech;
  const project = useProject();
  const navigate = useNavigate();
  const search = useSearch({ from: "/signed-in/p/$project/tasks/$task" }) as TaskSearch;
  const chosenScope = readScope(search.q);
  const { property: releaseBy } = useReleases(chosenScope.releaseBy);
  const scope = { ...chosenScope, releaseBy };
  const listed = readListed(search.v);
  const at: Cell = listed.at ?? {};
  const list = useAttempts(attemptsQuestion(task.definition, scope, listed));
  const { attempts, count, people, hasNextPage, isFetchingNextPage, fetchNextPage } = list;
  const go = (change: Partial<TaskSearch>): void => void navigate({ to: "/p/$project/tasks/$task", params: { project: String(project.id), task: task.id }, search: { ...search, ...change }, resetScroll: false });
  const set = (part: Partial<Listed>): void => go({ v: { ...listed, ...part } });
  const without = (key: string): Cell => Object.fromEntries(Object.entries(at).filter(([name]) => name !== key && !(key === "step" && name === "dropped")));
  const endRef = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const end = endRef.current;
    if (!end || !hasNextPage) return;
    const observer = new IntersectionObserver((entries) => entries.some((entry) => entry.isIntersecting) && !isFetchingNextPage && void fetchNextPage(), { rootMargin: "400px" });
    observer.observe(end);
    return () => observer.disconnect();
  }, [hasNextPage, isFetchingNextPage, fetchNextPage]);
  const elementName = useElementNames(typeof at.selector === "string" ? [at.selector] : [], scope.range);
  const chosen = (key: "class" | "card"): string => (typeof at[key] === "string" ? String(at[key]) : "");
  return (
    <div className={styles.scorecard}>
      <ScopeBar scope={chosenScope} onChange={(next) => go({ q: next })} />
      <div className={styles.scope} role="group" aria-label={t("task.which")}>
        <InlineSelect label={t("task.column.class")} value={chosen("class")} choices={[{ value: "", label: t("task.allClasses") }, ...CLASSES.map((one) => ({ value: one as string, label: t(CLASS[one]) }))]} onPick={(one) => set({ at: one ? { ...at, class: one } : without("class") })} />
        <InlineSelect label={t("task.card")} value={chosen("card")} choices={[{ value: "", label: t("task.allCards") }, ...CARDS.map((one) => ({ value: one as string, label: t(CARD[one]) }))]} onPick={(one) => set({ at: one ? { ...at, card: one } : without("card") })} />
        <InlineSelect label={t("task.sort")} value={listed.sort ?? "latest"} choices={SORTS.map((sort) => ({ value: sort, label: t(SORT[sort]) }))} onPick={(sort) => set({ sort })} />
        <Check label={t("task.recordedOnly")} checked={listed.recorded === true} onChange={(on) => set({ recorded: on || undefined })} />
        {cellParts(at, task.definition.steps ?? [], speech, elementName)
          .filter(({ key }) => key !== "class" && key !== "card")
          .map(({ key, name }) => (
            <span key={key} className={styles.narrowed} title={key === "selector" ? String(at.selector) : undefined}>
              {name}
              <button type="button" aria-label={t("action.removeNamed", { name })} onClick={() => set({ at: without(key) })}>
                <X aria-hidden />
              </button>
            </span>
          ))}
      </div>
      {list.error && <Failure {...tellError(list.error, speech)} />}
      {list.isPending && !list.error && <SkeletonRows rows={12} height={18} />}
      {count === 0 && (
        <Empty title={t("task.noneListed")} text={listed.recorded ? t("task.noneRecorded") : t("task.noAttemptsText")} action={listed.recorded ? <Button onClick={() => set({ recorded: undefined })}>{t("task.showAll")}</Button> : undefined} />
      )}
      {count !== undefined && count > 0 && (
        <>
          <p className={styles.muted} aria-live="polite">
            {t("task.listed", { n: count, shown: format.number(count), people: people ?? 0, shownPeople: format.number(people ?? 0) })}
          </p>
          <Card flush>
            <div className={table.wrap} tabIndex={0} role="region" aria-label={t("task.tab.attempts")} data-busy={(list.isFetching && !isFetchingNextPage) || undefined}>
              <table className={`${table.table} ${styles.attempts}`}>
                <thead>
                  <tr>
                    <th scope="col">{t("task.column.when")}</th>
                    <th scope="col">{t("task.column.class")}</th>
                    <th scope="col">{t("task.column.who")}</th>
                    <NumberHead title={t("task.timeHint")}>{t("task.column.time")}</NumberHead>
                    <NumberHead>{t("task.column.detours")}</NumberHead>
                    <NumberHead title={t("task.scoreHint")}>{t("task.score")}</NumberHead>
                    <th scope="col" className={table.wide}>
                      {t("task.column.exit")}
                    </th>
                    <th scope="col">{t("property.deviceType")}</th>
                    <th scope="col">{t("task.column.answers")}</th>
                  </tr>
                </thead>
                <tbody>
                  {attempts.map((attempt) => (
                    <Row key={`${attempt.person} ${attempt.start}`} attempt={attempt} task={task} search={search} />
                  ))}
                </tbody>
              </table>
            </div>
            <div ref={endRef} />
            {isFetchingNextPage && <SkeletonRows rows={3} height={18} />}
          </Card>
        </>
      )}
    </div>
  );
}

function Row({ attempt, task, search }: { attempt: Attempt; task: Task; search: TaskSearch }) {
  const speech = useSpeech();
  const { t, format } = speech;
  const project = useProject();
  const [isOpen, setOpen] = useState(false);
  const { named, rowRef } = usePersonName<HTMLTableRowElement>(attempt.person);
  const params = { project: String(project.id) };
  const when = format.moment(attempt.start, project.timezone);
  return (
    <Fragment>
      <tr ref={rowRef} data-open={isOpen || undefined}>
        <td>
          <button type="button" className={styles.unfold} aria-expanded={isOpen} aria-label={t("task.unfold", { when })} onClick={() => setOpen(!isOpen)}>
            <ChevronRight aria-hidden />
            {when}
          </button>
          {attempt.recording && (
            <Link className={styles.play} to="/p/$project/recordings/$session" params={{ ...params, session: attempt.recording.session }} search={{ t: momentOfAttempt(attempt), task: task.id, q: search.q, v: search.v }} aria-label={t("task.watchAttempt", { when })} title={t("task.watch")}>
              <Play aria-hidden />
            </Link>
          )}
        </td>
        <td>
          <span className={styles.class}>
            <i data-class={attempt.class} aria-hidden />
            {t(CLASS[attempt.class])}
          </span>
        </td>
        <td>
          <Link to="/p/$project/people/$person" params={{ ...params, person: attempt.person }}>
            {named?.name ?? named?.email ?? personName(attempt.person, speech)}
          </Link>
        </td>
        <td className={table.number}>{format.duration(Math.max(1, Math.round(attempt.active_seconds)))}</td>
        <td className={table.number}>{format.number(attempt.detours)}</td>
        <td className={table.number}>{attempt.score >= FRICTION ? <span className={styles.high}>{format.number(attempt.score)}</span> : format.number(attempt.score)}</td>
        <td className={table.wide}>{pageName(attempt.exit_page, speech)}</td>
        <td>{attempt.device ?? "–"}</td>
        <td>{attempt.answers.map((answer) => `${t(LINK[answer.link as SurveyLink])} ${answer.score === null ? "" : format.number(answer.score)}`.trim()).join(" · ") || "–"}</td>
      </tr>
      {isOpen && (
        <tr>
          <td colSpan={COLUMNS} className={styles.unfolded}>
            <AttemptTimeline attempt={attempt} task={task} />
          </td>
        </tr>
      )}
    </Fragment>
  );
}
