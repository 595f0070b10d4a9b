// What explains that a metric moved: the segments that went another way than the rest, each with its figures, its people's recordings, and the report.
import { Link } from "@tanstack/react-router";
import { Video } from "lucide-react";
import type { Told, Why, WhySegment } from "@/api/alert.ts";
import type { Metric } from "@/api/board.ts";
import { useSpeech } from "@/i18n/language.tsx";
import { propertyName, segmentName } from "@/question/words.ts";
import type { RecordingsQuestion } from "@/rooms/recording/question.ts";
import { useWriting } from "@/rooms/metric/MetricFigure.tsx";
import { useProject } from "@/shell/session.tsx";
import table from "@/ui/table.module.css";
import { NumberHead } from "@/ui/NumberHead.tsx";
import { daysOf } from "./days.ts";
import styles from "./alert.module.css";

export function WhyList({ why, start, unit, metric }: { why: Why | null; start: string | null; unit: Told["unit"]; metric: Pick<Metric, "definition"> }) {
  const speech = useSpeech();
  const { t, format } = speech;
  const { written } = useWriting(metric);
  if (!why) return <p className={styles.quiet}>{t("why.notOfThis")}</p>;
  const looked = t("why.lookedAt", { n: why.looked_at.length, names: format.list(why.looked_at.map((one) => propertyName(one.property, speech))) });
  if (why.other_way) return <p>{t("why.otherWay", { before: written(why.before), now: written(why.now), against: why.against })}</p>;
  if (why.segments.length === 0)
    return (
      <>
        <p>{t("why.alike")}</p>
        <p className={styles.quiet}>{looked}</p>
      </>
    );
  return (
    <>
      <div className={table.wrap} tabIndex={0} role="region" aria-label={t("why.title")}>
        <table className={table.table}>
          <thead>
            <tr>
              <th scope="col">{t("why.column.segment")}</th>
              <NumberHead>{t("why.column.before", { against: why.against })}</NumberHead>
              <NumberHead>{t("why.column.now")}</NumberHead>
              <NumberHead title={t("why.shareHint")}>{t("why.column.share")}</NumberHead>
              <th scope="col">{t("why.column.see")}</th>
            </tr>
          </thead>
          <tbody>
            {why.segments.map((segment) => (
              <tr key={`${segment.of} ${segment.property} ${String(segment.value)}`}>
                <th scope="row">
                  {propertyName(segment.property, speech)} <b>{segmentName([segment.value], speech)}</b>
                </th>
                <td className={table.number}>{written(segment.before)}</td>
                <td className={table.number}>{written(segment.now)}</td>
                <td className={table.number}>
                  <span className={styles.share}>
                    <i style={{ width: `${Math.min(1, Math.max(0, segment.contribution)) * 48}px` }} aria-hidden />
                    {format.percent(segment.contribution, 0)}
                  </span>
                </td>
                <td>{start && <Recordings segment={segment} start={start} unit={unit} />}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <p className={styles.quiet}>{looked}</p>
    </>
  );
}

function Recordings({ segment, start, unit }: { segment: WhySegment; start: string; unit: Told["unit"] }) {
  const { t } = useSpeech();
  const project = useProject();
  const own = segment.of === "person" ? { property: segment.property, of: "person" } : { property: segment.property };
  const filter = segment.value === null ? { ...own, op: "not_set" } : { ...own, op: "is", value: segment.value };
  const question = { kind: "recordings", range: daysOf(start, unit), filter, sort: "score" } as unknown as RecordingsQuestion;
  return (
    <Link to="/p/$project/recordings" params={{ project: String(project.id) }} search={{ q: question }} className={styles.watch}>
      <Video aria-hidden />
      {t("why.watch")}
    </Link>
  );
}
