// What is behind one card: its lists, each row of which opens.
import { Fragment, useEffect, useRef, type ReactNode } from "react";
import { Link } from "@tanstack/react-router";
import { X } from "lucide-react";
import type { Task, TaskAnswer, TaskCardName } from "@/api/task.ts";
import type { Cell } from "@/api/types.ts";
import { useSpeech } from "@/i18n/language.tsx";
import { factorName } from "@/rooms/friction/friction.ts";
import type { ElementNames } from "@/report/elementNames.ts";
import { useProject } from "@/shell/session.tsx";
import { IconButton } from "@/ui/Button.tsx";
import { NumberHead } from "@/ui/NumberHead.tsx";
import { Opens } from "@/ui/Opens.tsx";
import { Card } from "@/ui/Page.tsx";
import table from "@/ui/table.module.css";
import { FEW } from "./figures.ts";
import { Quotes } from "./Quotes.tsx";
import type { Ways } from "./Scorecard.tsx";
import { SelectorBeside } from "@/report/SelectorBeside.tsx";
import { choiceName, useSurveysOf } from "./Voices.tsx";
import { CARD, CLASS, pageName, placeName, points } from "./words.ts";
import styles from "./task.module.css";

interface CardDetailProps {
  card: TaskCardName;
  task: Task;
  answer: TaskAnswer;
  ways: Ways;
  elementName: ElementNames;
  /** It was opened by hand just now: whoever reads on goes on in it. */
  takesFocus: boolean;
  /** What the card itself has no room for. */
  lead: ReactNode;
  onClose: () => void;
}

/** Below the row of its card. */
export function CardDetail(props: CardDetailProps) {
  const { t } = useSpeech();
  const { card, takesFocus, lead, onClose } = props;
  const detailRef = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (takesFocus) detailRef.current?.focus({ preventScroll: true });
    detailRef.current?.scrollIntoView({ block: "nearest" });
  }, [card, takesFocus]);
  return (
    <div
      ref={detailRef}
      id={detailId(card)}
      className={styles.detail}
      tabIndex={-1}
      role="group"
      aria-label={t(CARD[card])}
      onKeyDown={(event) => {
        if (event.key !== "Escape") return;
        event.stopPropagation();
        onClose();
      }}
    >
      <Card
        title={t(CARD[card])}
        aside={
          <>
            <Follow card={card} task={props.task} />
            <IconButton label={t("action.close")} icon={<X />} onClick={onClose} />
          </>
        }
      >
        {lead}
        <Lists {...props} />
      </Card>
    </div>
  );
}

/** The card's share, as a metric: with a target, on boards and in trees, and with alerts. */
function Follow({ card, task }: { card: TaskCardName; task: Task }) {
  const { t } = useSpeech();
  const project = useProject();
  if (project.role === "viewer") return null;
  const q = { kind: "task", task: task.definition, interval: "week" };
  return (
    <Link to="/p/$project/metrics/$metric" params={{ project: String(project.id), metric: "new" }} search={{ q, title: `${task.name}: ${t(CARD[card])}`, figure: card }} className={styles.follow}>
      {t("metric.follow")}
    </Link>
  );
}

export const detailId = (card: TaskCardName): string => `task-card-${card}`;

const QUOTES = 6;

function Lists({ card, task, answer, ways, elementName }: Omit<CardDetailProps, "takesFocus" | "lead" | "onClose">) {
  const speech = useSpeech();
  const { t, format, language } = speech;
  const { cards } = answer;
  const percent = (share: number | null | undefined): string => (share == null ? "–" : format.percent(share, 0));
  const range = (interval: number[] | null): string => (interval?.[0] === undefined || interval[1] === undefined ? "" : t("task.between", { low: format.number(Math.round(interval[0] * 100)), high: format.percent(interval[1], 0) }));
  const seconds = (value: number | null): string => (value === null ? "–" : format.duration(Math.max(1, Math.round(value))));
  const opened = (count: number, cell: Cell, title: string): ReactNode => (
    <Opens nobody={count === 0} onOpen={() => ways.open(cell, title)}>
      {format.number(count)}
    </Opens>
  );
  const surveys = useSurveysOf([task.definition.surveys?.csat, task.definition.surveys?.churn].filter((id) => id !== undefined));
  const choices = (list: { choice: string; count: number }[], survey: string | undefined): ReactNode =>
    list.length > 0 && <Rows title={t("task.reasons")} heads={[t("task.reasons"), "n"]} rows={list.map(({ choice, count }) => [choiceName(choice, survey === undefined ? undefined : surveys.get(survey), language, t("survey.otherChoice")), format.number(count)])} />;
  switch (card) {
    case "as_planned":
      return (
        <Rows
          title={t("task.fastest")}
          heads={[t("task.fastest"), t("task.column.time")]}
          rows={cards.as_planned.fastest.map((one) => [format.moment(one.start), seconds(one.seconds)])}
          foot={
            <button type="button" className={table.open} onClick={() => ways.watch({ card: "as_planned" }, "shortest")}>
              {t("task.watchFastest")}
            </button>
          }
        />
      );
    case "slow":
      if (cards.slow.steps.length + cards.slow.pages.length + cards.slow.signs.length === 0) return <p className={styles.muted}>{t("task.slowFew", { n: FEW })}</p>;
      return (
        <div className={styles.lists}>
          <Rows title={t("task.whereTimeGoes")} heads={[t("task.step"), t("task.delay")]} rows={cards.slow.steps.map((one) => [one.label, `+${seconds(one.delay_seconds)}`])} />
          <Rows title={t("task.longStays")} heads={[t("task.page"), t("task.stay"), t("task.usual")]} rows={cards.slow.pages.map((one) => [pageName(one.page, speech), seconds(one.median_seconds), seconds(one.usual_seconds)])} />
          <Rows
            title={t("task.signs")}
            heads={[t("task.sign"), t("task.count.attempts"), t("task.share"), t("task.planned")]}
            rows={cards.slow.signs.map((one) => [factorName(one.signal, speech), opened(one.attempts, { card: "slow", signal: one.signal }, factorName(one.signal, speech)), percent(one.share), percent(one.planned_share)])}
          />
        </div>
      );
    case "not_finished":
      return (
        <>
          {cards.not_finished.abandoned > 0 && <p>{t("task.abandoned", { n: cards.not_finished.abandoned, shown: format.number(cards.not_finished.abandoned) })}</p>}
          <Rows
            title={t("task.exitPages")}
            heads={[t("task.page"), t("task.endedHere"), t("task.share"), t("task.saw"), t("task.exitRate"), t("survey.ci")]}
            rows={cards.not_finished.exit_pages.map((one) => [
              pageName(one.page, speech),
              one.page === null ? format.number(one.attempts) : opened(one.attempts, { card: "not_finished", exit_page: one.page }, t("task.cell.exitPage", { page: one.page })),
              percent(one.share),
              format.number(one.saw),
              percent(one.exit_rate),
              range(one.interval),
            ])}
          />
        </>
      );
    case "friction": {
      const { conversion } = cards.friction;
      return (
        <>
          {conversion ? (
            <p>
              {t("task.conversion", {
                with: percent(conversion.with.share),
                without: percent(conversion.without.share),
                points: points(conversion.difference ?? 0, speech),
                low: points(conversion.interval?.[0] ?? 0, speech),
                high: points(conversion.interval?.[1] ?? 0, speech),
                sure: (conversion.p_value ?? 1) < 0.05 ? "yes" : "no",
              })}
            </p>
          ) : (
            <p className={styles.muted}>{t("task.conversionFew")}</p>
          )}
          <Rows
            title={t("task.places")}
            heads={[t("task.places"), t("task.count.attempts"), t("task.times"), t("task.pointsOfScore")]}
            rows={cards.friction.places.map((one) => {
              const name = placeName(one, speech, elementName);
              return [
                <Fragment key="place">
                  {name}
                  <SelectorBeside selector={one.selector} name={name} />
                </Fragment>,
                opened(one.attempts, { ...(one.page === null ? {} : { page: one.page }), ...(one.selector === null ? {} : { selector: one.selector }), signal: one.signal }, name),
                format.number(one.times),
                format.number(one.points),
              ];
            })}
          />
          {answer.releases.length > 0 && (
            <Rows
              title={t("task.byRelease")}
              heads={[t("property.release"), t("task.count.attempts"), t("task.withFriction"), t("task.completed")]}
              rows={answer.releases.map((one) => [one.release ?? t("value.notSet"), one.release === null ? format.number(one.attempts) : opened(one.attempts, { release: one.release }, one.release), percent(one.friction.share), percent(one.completed.share)])}
            />
          )}
        </>
      );
    }
    case "off_path": {
      const { off_path } = cards;
      return (
        <>
          <p>
            {t("task.whyAside", { detours: format.number(off_path.detours), order: format.number(off_path.out_of_order), skipped: format.number(off_path.skipped), starts: format.number(off_path.unexpected_starts) })}
            {off_path.mean_lostness !== null && ` ${t("task.lostness", { value: format.number(Math.round(off_path.mean_lostness * 100) / 100) })}`}
          </p>
          <div className={styles.lists}>
            <Rows title={t("task.detourPages")} heads={[t("task.page"), t("task.count.attempts"), t("task.share")]} rows={off_path.pages.map((one) => [pageName(one.page, speech), one.page === null ? format.number(one.attempts) : opened(one.attempts, { card: "off_path", page: one.page }, one.page), percent(one.share)])} />
            <Rows
              title={t("task.rarePages")}
              heads={[t("task.page"), t("task.count.attempts"), t("task.share"), t("task.lift")]}
              rows={off_path.rare_pages.map((one) => [pageName(one.page, speech), one.page === null ? format.number(one.attempts) : opened(one.attempts, { page: one.page }, one.page), format.percent(one.share ?? 0), one.lift === null ? "–" : t("task.timesAs", { times: format.number(Math.round(one.lift * 100) / 100) })])}
            />
          </div>
        </>
      );
    }
    case "promoters":
      return (
        <>
          <p>{t("task.npsParts", { promoters: format.number(cards.promoters.count), passives: format.number(cards.promoters.passives), detractors: format.number(cards.promoters.detractors) })}</p>
          <Quotes quotes={cards.promoters.quotes} most={QUOTES} />
        </>
      );
    case "csat_low":
      return (
        <>
          <div className={styles.lists}>
            <Rows title={t("task.byClass")} heads={[t("task.byClass"), "n", t("task.satisfied")]} rows={cards.csat_low.by_class.map((one) => [t(CLASS[one.name as keyof typeof CLASS]), format.number(one.satisfied.n), one.satisfied.share === null ? t("task.hidden") : percent(one.satisfied.share)])} />
            <Rows title={t("task.byTier")} heads={[t("task.byTier"), "n", t("task.satisfied")]} rows={cards.csat_low.by_tier.map((one) => [t("task.tier", { tier: one.name }), format.number(one.satisfied.n), one.satisfied.share === null ? t("task.hidden") : percent(one.satisfied.share)])} />
            {choices(cards.csat_low.choices, task.definition.surveys?.csat)}
          </div>
          <Quotes quotes={cards.csat_low.quotes} most={QUOTES} />
        </>
      );
    case "lost": {
      const { lost } = cards;
      return (
        <>
          {lost.mean_score !== null && lost.retained_mean_score !== null && <p>{t("task.lostScore", { lost: format.number(Math.round(lost.mean_score * 10) / 10), others: format.number(Math.round(lost.retained_mean_score * 10) / 10) })}</p>}
          <div className={styles.lists}>
            <Rows title={t("task.lastAttempt")} heads={[t("task.lastAttempt"), "n"]} rows={lost.last_classes.map((one) => [one.class === "none" ? t("task.noAttempt") : t(CLASS[one.class as keyof typeof CLASS]), format.number(one.count)])} />
            {choices(lost.choices, task.definition.surveys?.churn)}
          </div>
          <Quotes quotes={lost.quotes} most={QUOTES} />
        </>
      );
    }
  }
}

/** A small table; the first column is words, the others are numbers. */
function Rows({ title, heads, rows, foot }: { title: string; heads: string[]; rows: ReactNode[][]; foot?: ReactNode }) {
  if (rows.length === 0) return null;
  return (
    <div className={table.wrap} tabIndex={0} role="region" aria-label={title}>
      <table className={table.table}>
        <thead>
          <tr>
            {heads.map((head, i) =>
              i === 0 ? (
                <th key={head} scope="col" className={table.wide}>
                  {title}
                </th>
              ) : (
                <NumberHead key={head}>{head}</NumberHead>
              ),
            )}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, i) => (
            <tr key={i}>
              {row.map((cell, j) =>
                j === 0 ? (
                  <th key={j} scope="row" className={table.wide}>
                    {cell}
                  </th>
                ) : (
                  <td key={j} className={table.number}>
                    {cell}
                  </td>
                ),
              )}
            </tr>
          ))}
        </tbody>
      </table>
      {foot}
    </div>
  );
}
