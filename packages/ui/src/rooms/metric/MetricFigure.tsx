// A metric as it stands: its number and when that was, how it moved, how far its target is, and its line.
import type { MetricShown, MetricValue } from "@/api/board.ts";
import { sparkLines, sparkX } from "@/rooms/task/figures.ts";
import { localeOf } from "@/i18n/catalogue.ts";
import { useSpeech } from "@/i18n/language.tsx";
import { useProject } from "@/shell/session.tsx";
import { isGood, overUntil, said, write } from "./figures.ts";
import styles from "./metric.module.css";

/** How a metric's numbers and times are written here. */
export function useWriting(metric: Pick<MetricShown, "definition">) {
  const speech = useSpeech();
  const { timezone } = useProject();
  const spoken = { ...speech, locale: localeOf[speech.language] };
  return {
    spoken,
    written: (value: number | null | undefined): string => write(value, metric.definition, spoken),
    when: (value: Pick<MetricValue, "unit">) => (start: string): string => speech.format.interval(start, value.unit, timezone),
  };
}

export function MetricFigure({ metric, value, height }: { metric: MetricShown; value: MetricValue; height?: number }) {
  const { written, when, spoken } = useWriting(metric);
  const { t } = spoken;
  const { target } = metric.definition;
  return (
    <div className={styles.figure} style={height ? { height } : undefined}>
      <p className={styles.value}>
        <strong>{written(value.value)}</strong>
        <Move metric={metric} value={value} />
      </p>
      <p className={styles.when}>{value.at ? t("metric.ofInterval", { interval: value.unit, when: when(value)(value.at) }) : t("metric.nothingYet")}</p>
      {target && <Target metric={metric} value={value} />}
      <Spark metric={metric} value={value} />
    </div>
  );
}

/** How it moved against the interval before: a sign and a shape, and whether that is good. */
export function Move({ metric, value }: { metric: MetricShown; value: MetricValue }) {
  const { spoken, written } = useWriting(metric);
  const { t, format } = spoken;
  if (value.change === null) return null;
  const good = isGood(value.change, metric.definition.better);
  return (
    <span className={styles.move} data-good={good ?? undefined} title={t("metric.wasBefore", { value: written(value.before) })}>
      {value.change > 0 ? "▲ " : value.change < 0 ? "▼ " : ""}
      {format.change(value.change)}
    </span>
  );
}

export function Target({ metric, value }: { metric: MetricShown; value: MetricValue }) {
  const { spoken, written } = useWriting(metric);
  const { t, format } = spoken;
  const { target } = metric.definition;
  if (!target) return null;
  const reached = value.reached ?? 0;
  const day = target.by ? format.date(`${target.by}T12:00:00Z`) : "";
  return (
    <div className={styles.target}>
      <span className={styles.track} role="img" aria-label={t("metric.reached", { share: format.percent(reached, 0) })}>
        <i data-done={reached >= 1 || undefined} style={{ width: `${Math.min(1, reached) * 100}%` }} />
      </span>
      <small>{t("metric.target", { better: metric.definition.better, isReached: reached >= 1 ? "yes" : "no", value: written(target.value), share: format.percent(reached, 0), hasDay: target.by ? "yes" : "no", day })}</small>
    </div>
  );
}

const SPARK = { width: 120, height: 28 };

export function Spark({ metric, value }: { metric: MetricShown; value: MetricValue }) {
  const { spoken, when } = useWriting(metric);
  const known = value.points.filter((point) => point.value !== null);
  if (known.length < 2) return null;
  const until = overUntil(value);
  const values = value.points.map((point, at) => (at < until ? point.value : null));
  const last = value.points[until - 1];
  const most = Math.max(...values.map((one) => one ?? 0), Number.MIN_VALUE);
  const label = said(metric, value, spoken, when(value));
  return (
    <svg className={styles.spark} viewBox={`0 -3 ${SPARK.width} ${SPARK.height + 4}`} preserveAspectRatio="none" role="img" aria-label={label}>
      <title>{label}</title>
      <path d={`M0 ${SPARK.height}H${SPARK.width}`} />
      {sparkLines(values, SPARK.width, SPARK.height).map((line) => (
        <polyline key={line} points={line} />
      ))}
      {last?.value != null && <line x1={sparkX(until - 1, values.length, SPARK.width)} x2={sparkX(until - 1, values.length, SPARK.width)} y1={SPARK.height - (last.value / most) * SPARK.height} y2={SPARK.height - (last.value / most) * SPARK.height} />}
    </svg>
  );
}
