// A metric as an alert sees it: its line, what was to be expected, and where it fires.
import { useRef } from "react";
import type { AlertCondition, AlertPreview } from "@/api/alert.ts";
import type { Metric } from "@/api/board.ts";
import { LinesPicture } from "@/chart/lines.tsx";
import type { PictureHandle } from "@/chart/Picture.tsx";
import { useWriting } from "@/rooms/metric/MetricFigure.tsx";

export function AlertPicture({ metric, preview, when }: { metric: Metric; preview: AlertPreview; when: AlertCondition }) {
  const pictureRef = useRef<PictureHandle>(null);
  const { written, when: naming, spoken } = useWriting(metric);
  const { t } = spoken;
  const { points, unit } = preview;
  const times = points.map((point) => point.start);
  const named = naming(preview);
  const open = points.findIndex((point) => !point.over);
  const isBand = when.kind === "unusual";
  const against = when.kind === "above" || when.kind === "below" ? points.map(() => when.value) : undefined;
  return (
    <LinesPicture
      names={times.map(named)}
      lines={[
        {
          id: "metric",
          name: metric.name,
          values: points.map((point) => point.value),
          color: 0,
          notes: points.map((point) => [point.fires ? t("alert.fires") : "", point.unjudged && point.unjudged !== "not_over" ? t(`alert.unjudged.${point.unjudged}`) : "", point.low === null && point.high === null ? "" : t("alert.band", { low: written(point.low), high: written(point.high) })].filter(Boolean).join(" · ")),
        },
        ...(against ? [{ id: "bound", name: t("alert.bound"), values: against, color: null }] : []),
      ]}
      band={isBand ? { low: points.map((point) => point.low), high: points.map((point) => point.high) } : undefined}
      emphasized={points.flatMap((point, at) => (point.fires ? [at] : []))}
      over={{ times, unit }}
      incompleteFrom={open < 0 ? points.length : open}
      shape="line"
      share={metric.definition.format === "percent"}
      height={260}
      label={t("alert.said", { name: metric.name, n: preview.fires, of: points.filter((point) => point.over).length, unit })}
      pictureRef={pictureRef}
    />
  );
}
