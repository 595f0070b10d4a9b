// What the figures of an element are, beside the pointer that rests on it.
import { useSpeech } from "@/i18n/language.tsx";
import { isUnsure, metricText, shortName, type Metric, type Named } from "./heatmap.ts";
import styles from "./heatmap.module.css";

const TOLD: Metric[] = ["click_rate", "exposure_rate", "exposure_ms", "attractiveness", "recurrence", "rage_rate", "dead_rate"];
const WIDTH = 244;

export function ElementTip({ named, left, top, width, opens }: { named: Named; left: number; top: number; width: number; opens: boolean }) {
  const speech = useSpeech();
  const { t, format } = speech;
  const { sums } = named;
  const interval = sums.click_rate_interval;
  return (
    <div className={styles.tip} style={{ width: WIDTH, left: Math.max(4, Math.min(width - WIDTH - 4, left + 14)), top: top + 18 }} role="status">
      <strong>{shortName(named)}</strong>
      <dl>
        <div>
          <dt>{t("heatmap.column.clicks")}</dt>
          <dd>{t("heatmap.tip.clicks", { clicks: format.number(sums.clicks), n: sums.clicked_page_views, views: format.number(sums.clicked_page_views) })}</dd>
        </div>
        {TOLD.filter((metric) => sums[metric] !== null && (sums[metric] !== 0 || metric === "click_rate")).map((metric) => (
          <div key={metric}>
            <dt>{t(`heatmap.metric.${metric}`)}</dt>
            <dd data-unsure={isUnsure(metric, sums) || undefined}>
              {metricText(metric, sums, speech)}
              {metric === "click_rate" && interval && <small> {t("heatmap.tip.interval", { low: format.percent(interval[0]), high: format.percent(interval[1]) })}</small>}
            </dd>
          </div>
        ))}
      </dl>
      {!sums.enough && <p>{t("heatmap.unsure")}</p>}
      {opens && <p>{t("heatmap.tip.open")}</p>}
    </div>
  );
}
