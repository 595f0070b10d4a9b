// The eight cards: a number with its interval and n, how it went, and two verbs: watch, and ask.
import { ChevronDown, List, MessageSquarePlus, Play } from "lucide-react";
import { Fragment, useRef, useState } from "react";
import type { Task, TaskAnswer, TaskCardName } from "@/api/task.ts";
import { watchOf } from "@/api/task.ts";
import type { TrendInterval } from "@/question/question.ts";
import { factorName } from "@/rooms/friction/friction.ts";
import type { ElementNames } from "@/report/elementNames.ts";
import type { Speech } from "@/report/room.ts";
import { useSpeech } from "@/i18n/language.tsx";
import { useProject } from "@/shell/session.tsx";
import { Button } from "@/ui/Button.tsx";
import { Opens } from "@/ui/Opens.tsx";
import { useNarrow } from "@/ui/useNarrow.ts";
import { CardDetail, detailId } from "./CardDetail.tsx";
import { beforeOf, cameIn, FEW, sparkLines, sparkX, trendOf, type Came } from "./figures.ts";
import type { Ways } from "./Scorecard.tsx";
import { SORTS } from "./search.ts";
import { CARD, CARDS, pageName, points } from "./words.ts";
import styles from "./task.module.css";

interface CardsProps {
  answer: TaskAnswer;
  task: Task;
  interval: TrendInterval;
  shown: TaskCardName | null;
  ways: Ways;
  elementName: ElementNames;
  mayAsk: boolean;
}

export function Cards(props: CardsProps) {
  const { answer, task, interval, shown, ways, elementName } = props;
  const [isByHand, setByHand] = useState(false);
  const isNarrow = useNarrow();
  const titles = useRef(new Map<TaskCardName, HTMLButtonElement>());
  const came = cameIn(answer);
  const unfold = (card: TaskCardName | null): void => {
    setByHand(true);
    ways.unfold(card);
  };
  return (
    <div className={styles.eight}>
      <SparkKey answer={answer} interval={interval} came={came} />
      {/* What a card unfolds to takes a row of its own below it; the cards behind it fill the row. */}
      <div className={styles.cards}>
        {CARDS.map((card) => (
          <Fragment key={card}>
            <OneCard
              {...props}
              card={card}
              came={came}
              onUnfold={unfold}
              titleRef={(title) => {
                if (title) titles.current.set(card, title);
                else titles.current.delete(card);
              }}
            />
            {shown === card && (
              <CardDetail
                card={card}
                task={task}
                answer={answer}
                ways={ways}
                elementName={elementName}
                takesFocus={isByHand}
                lead={isNarrow && <SayAndDo {...props} card={card} />}
                onClose={() => {
                  titles.current.get(card)?.focus();
                  unfold(null);
                }}
              />
            )}
          </Fragment>
        ))}
      </div>
    </div>
  );
}

const SPARK = { width: 96, height: 22 };

interface OneCardProps extends CardsProps {
  card: TaskCardName;
  came: Came[];
  onUnfold: (card: TaskCardName | null) => void;
  titleRef: (title: HTMLButtonElement | null) => void;
}

function OneCard({ card, answer, task, interval, shown, ways, mayAsk, came, onUnfold, titleRef }: OneCardProps) {
  const speech = useSpeech();
  const { t, format } = speech;
  const isNarrow = useNarrow();
  const figures = answer.cards[card];
  const name = t(CARD[card]);
  const { value, between } = headOf(card, answer, speech);
  const { at } = watchOf(figures);
  const was = beforeOf(card, answer.compared);
  const isOpen = shown === card;
  return (
    <article className={styles.card} data-few={!figures.enough || undefined} data-open={isOpen || undefined} aria-label={name}>
      <h3>
        <button ref={titleRef} type="button" aria-expanded={isOpen} aria-controls={isOpen ? detailId(card) : undefined} onClick={() => onUnfold(isOpen ? null : card)}>
          {name}
          {isNarrow && <ChevronDown aria-hidden />}
        </button>
      </h3>
      <div className={styles.head}>
        <strong>
          <Opens nobody={figures.count === 0} onOpen={() => ways.open(at, name)}>
            {value}
          </Opens>
        </strong>
        <Spark card={card} answer={answer} interval={interval} name={name} came={came} />
      </div>
      <p className={styles.sure}>
        {between !== null && <span>{between}</span>}
        <span>{figures.n === 0 ? t("task.cardNone") : t("task.countOf", { n: figures.count, count: format.number(figures.count), of: format.number(figures.n) })}</span>
        {was !== null && <span>{t("task.was", { share: format.percent(was, 0) })}</span>}
      </p>
      {!isNarrow && <SayAndDo answer={answer} task={task} ways={ways} mayAsk={mayAsk} card={card} />}
    </article>
  );
}

/** What is worth saying of a card, and its verbs: on it, or where there is little room at the head of what it unfolds to. */
function SayAndDo({ card, answer, task, ways, mayAsk }: Pick<OneCardProps, "card" | "answer" | "task" | "ways" | "mayAsk">) {
  const speech = useSpeech();
  const { t, format } = speech;
  const figures = answer.cards[card];
  const name = t(CARD[card]);
  const { surveys } = task.definition;
  const unlinked = (card === "promoters" && !surveys?.nps) || (card === "csat_low" && !surveys?.csat) || (card === "lost" && !surveys?.churn && !task.definition.churned);
  const { at, sort, recorded } = watchOf(figures);
  return (
    <>
      <p className={styles.say}>{unlinked ? t("task.unlinked") : !figures.enough ? t("task.few", { n: FEW }) : detailOf(card, answer, speech)}</p>
      <div className={styles.verbs}>
        <Button size="small" icon={recorded > 0 ? <Play aria-hidden /> : <List aria-hidden />} disabled={figures.count === 0} title={recorded > 0 ? undefined : t("task.noneRecorded")} aria-label={t(recorded > 0 ? "task.watchNamed" : "task.listNamed", { name })} onClick={() => ways.watch(at, SORTS.find((one) => one === sort) ?? "latest", recorded === 0)}>
          {recorded > 0 ? t("task.watchSome", { n: format.number(recorded) }) : t("task.list")}
        </Button>
        {mayAsk && (
          <Button size="small" icon={<MessageSquarePlus aria-hidden />} aria-label={t("task.askNamed", { name })} onClick={() => ways.ask(card)}>
            {t("task.ask")}
          </Button>
        )}
      </div>
    </>
  );
}

/** The number of a card and its interval. */
function headOf(card: TaskCardName, answer: TaskAnswer, { t, format }: Speech): { value: string; between: string | null } {
  const figures = answer.cards[card];
  if (figures.n === 0 && card !== "lost") return { value: "–", between: null };
  if (card === "promoters") {
    const { nps } = answer.cards.promoters;
    if (nps === null) return { value: "–", between: null };
    const whole = (value: number): string => format.number(Math.round(value));
    return { value: t("task.nps", { value: whole(nps.value) }), between: t("task.between", { low: whole(nps.low), high: whole(nps.high) }) };
  }
  if (card === "lost") return { value: format.number(figures.count), between: figures.share === null ? null : t("task.lostShare", { share: format.percent(figures.share, 0) }) };
  return {
    value: figures.share === null ? "–" : format.percent(figures.share, 0),
    between: figures.interval ? t("task.between", { low: format.number(Math.round(figures.interval[0] * 100)), high: format.percent(figures.interval[1], 0) }) : null,
  };
}

/** The one thing worth saying below. */
function detailOf(card: TaskCardName, { cards }: TaskAnswer, speech: Speech): string {
  const { t, format } = speech;
  switch (card) {
    case "as_planned": {
      const { median_seconds, p25_seconds } = cards.as_planned;
      return median_seconds === null ? "" : t("task.say.as_planned", { median: format.duration(median_seconds), fast: format.duration(p25_seconds ?? median_seconds) });
    }
    case "slow": {
      const { ratio, median_seconds, steps } = cards.slow;
      return t("task.say.slow", { hasRatio: ratio === null ? "no" : "yes", ratio: ratio === null ? "" : format.number(Math.round(ratio * 10) / 10), median: median_seconds === null ? "–" : format.duration(median_seconds), hasStep: steps[0] ? "yes" : "no", step: steps[0]?.label ?? "" });
    }
    case "not_finished": {
      const [first] = cards.not_finished.exit_pages;
      return first ? t("task.say.not_finished", { page: pageName(first.page, speech), share: format.percent(first.share ?? 0, 0) }) : "";
    }
    case "friction": {
      const { conversion, places, mean_score } = cards.friction;
      const difference = conversion?.difference ?? null;
      return difference !== null && conversion
        ? t("task.say.frictionCosts", { points: points(difference, speech), n: Math.round(conversion.lost ?? 0), lost: format.number(Math.round(conversion.lost ?? 0)) })
        : t("task.say.friction", { score: format.number(Math.round((mean_score ?? 0) * 10) / 10), hasSignal: places[0] ? "yes" : "no", signal: places[0] ? factorName(places[0].signal, speech) : "" });
    }
    case "off_path": {
      const { pages, unexpected_starts, skipped } = cards.off_path;
      return t("task.say.off_path", { hasPage: pages[0] ? "yes" : "no", page: pages[0] ? pageName(pages[0].page, speech) : "", skipped: format.number(skipped), starts: format.number(unexpected_starts) });
    }
    case "promoters":
      return t("task.say.promoters", { passives: format.number(cards.promoters.passives), detractors: format.number(cards.promoters.detractors) });
    case "csat_low": {
      const { satisfied } = cards.csat_low;
      return satisfied.share === null ? "" : t("task.say.csat_low", { share: format.percent(satisfied.share, 0) });
    }
    case "lost": {
      const { rating, last_classes } = cards.lost;
      const lastWas = (name: string): number => last_classes.find((one) => one.class === name)?.count ?? 0;
      const [failed, none] = [lastWas("failed"), lastWas("none")];
      return t("task.say.lost", { hasRating: rating === null ? "no" : "yes", rating: rating === null ? "" : format.number(Math.round(rating * 10) / 10), failed: format.number(failed), n: failed, none, untried: format.number(none) });
    }
  }
}

/** When the lines of the cards begin and end, and what came meanwhile. */
function SparkKey({ answer, interval, came }: { answer: TaskAnswer; interval: TrendInterval; came: Came[] }) {
  const speech = useSpeech();
  const { t, format } = speech;
  const { timezone } = useProject();
  const [first, last] = [answer.intervals[0]?.start, answer.intervals.at(-1)?.start];
  if (first === undefined || last === undefined || first === last) return null;
  return (
    <p className={styles.sparkKey}>
      <span>{t("task.sparks", { interval, from: format.interval(first, interval, timezone), to: format.interval(last, interval, timezone) })}</span>
      {came.map((one) => (
        <span key={`${one.time} ${one.release}`}>
          <i data-fix={one.isFix || undefined} aria-hidden />
          {cameName(one, timezone, speech)}
        </span>
      ))}
    </p>
  );
}

function cameName({ time, release, isFix }: Came, timezone: string, { t, format }: Speech): string {
  const day = format.date(time, timezone);
  return release === null ? t("task.cameFix", { day }) : t("task.cameRelease", { release, day, isFix: isFix ? "yes" : "no" });
}

function Spark({ card, answer, interval, name, came }: { card: TaskCardName; answer: TaskAnswer; interval: TrendInterval; name: string; came: Came[] }) {
  const speech = useSpeech();
  const { t, format } = speech;
  const { timezone } = useProject();
  const values = trendOf(card, answer.intervals);
  const known = values.flatMap((value, i) => (value === null ? [] : [{ value, start: answer.intervals[i]?.start ?? "" }]));
  const [first, last] = [known[0], known.at(-1)];
  if (!first || !last || known.length < 2) return null;
  const write = (value: number): string => (card === "lost" ? format.number(value) : format.percent(value, 0));
  const when = (start: string): string => format.interval(start, interval, timezone);
  const all = known.map(({ value }) => value);
  const label = [
    t("task.trend", { name, from: when(first.start), to: when(last.start), first: write(first.value), last: write(last.value), low: write(Math.min(...all)), high: write(Math.max(...all)) }),
    ...came.map((one) => cameName(one, timezone, speech)),
  ].join(" · ");
  return (
    <span className={styles.spark}>
      <svg viewBox={`0 -2 ${SPARK.width} ${SPARK.height + 3}`} role="img" aria-label={label}>
        <title>{label}</title>
        <path d={`M0 ${SPARK.height}H${SPARK.width}`} />
        {came.map(({ at, time, isFix }) => {
          const x = sparkX(at, values.length, SPARK.width);
          return <line key={time} data-fix={isFix || undefined} x1={x} x2={x} y1={-2} y2={SPARK.height} />;
        })}
        {sparkLines(values, SPARK.width, SPARK.height).map((line) => (
          <polyline key={line} points={line} />
        ))}
      </svg>
      <small aria-hidden>
        <span>{write(first.value)}</span>
        <span>{write(last.value)}</span>
      </small>
    </span>
  );
}
