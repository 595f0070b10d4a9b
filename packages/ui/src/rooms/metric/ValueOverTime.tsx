// A metric over time.
import { useRef } from "react";
import type { Metric, MetricValue } from "@/api/board.ts";
import { LinesPicture } from "@/chart/lines.tsx";
import type { PictureHandle } from "@/chart/Picture.tsx";
import { Note } from "@/ui/State.tsx";
import { overUntil, said } from "./figures.ts";
import { Move, Target, useWriting } from "./MetricFigure.tsx";
import styles from "./metric.module.css";

/** The number, its target, and the line of intervals. */
export function ValueOverTime({ metric, value }: { metric: Metric; value: MetricValue }) {
  const pictureRef = useRef<PictureHandle>(null);
  const { written, when, spoken } = useWriting(metric);
  const { t, format } = spoken;
  const named = when(value);
  const times = value.points.map((point) => point.start);
  return (
    <>
      <div className={styles.standing}>
        <p className={styles.value}>
          <strong>{written(value.value)}</strong>
          <Move metric={metric} value={value} />
        </p>
        <p className={styles.when}>{value.at ? t("metric.ofInterval", { interval: value.unit, when: named(value.at) }) : t("metric.nothingYet")}</p>
        <Target metric={metric} value={value} />
      </div>
      {value.explain.notes.map((note) => (
        <Note key={note} tone="warn">
          {note}
        </Note>
      ))}
      <LinesPicture
        names={times.map(named)}
        lines={[
          {
            id: "metric",
            name: metric.name,
            values: value.points.map((point) => point.value),
            color: 0,
            notes: value.points.map((point) => [written(point.value), point.n === null || point.n === undefined ? "" : t("tip.n", { n: format.number(point.n) })].filter(Boolean).join(" · ")),
          },
        ]}
        over={{ times, unit: value.unit }}
        incompleteFrom={overUntil(value)}
        shape="line"
        share={metric.definition.format === "percent"}
        height={260}
        label={said(metric, value, spoken, named)}
        pictureRef={pictureRef}
      />
      <p className={styles.explain}>{t("metric.explain", { interval: value.unit, definition: value.explain.definition })}</p>
    </>
  );
}
