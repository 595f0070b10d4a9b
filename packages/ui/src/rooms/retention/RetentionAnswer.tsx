// The answer of retention: the curve of the average (or one per segment), and the triangle of cohorts, each cell of which opens.
import { LinesPicture } from "@/chart/lines.tsx";
import type { RetentionCohort } from "@/api/types.ts";
import { useSpeech } from "@/i18n/language.tsx";
import { segmentName, selectorName } from "@/question/words.ts";
import type { RetentionQuestion } from "@/question/question.ts";
import { AnswerHead } from "@/report/AnswerHead.tsx";
import type { AnswerProps, ReportRoomParts, Speech, Telling } from "@/report/room.ts";
import type { Asked } from "@/report/useAsk.ts";
import { useProject } from "@/shell/session.tsx";
import table from "@/ui/table.module.css";
import { pooled, type Curve } from "./pooled.ts";
import styles from "./RetentionAnswer.module.css";

const DRAWN_SEGMENTS = 6;

/** One curve per segment, the overall one first where there is one. */
export function curvesOf(asked: Asked<"retention">): Curve[] {
  const groups = new Map<string, RetentionCohort[]>();
  for (const cohort of asked.answer.cohorts) {
    const key = JSON.stringify(cohort.breakdown);
    groups.set(key, [...(groups.get(key) ?? []), cohort]);
  }
  const curves = [...groups.values()].map((cohorts) => pooled(cohorts, cohorts[0]?.breakdown ?? []));
  return curves.toSorted((a, b) => Number(a.breakdown.length > 0) - Number(b.breakdown.length > 0) || b.size - a.size);
}

export function periodName(question: RetentionQuestion, period: number, { t }: Speech): string {
  if (question.brackets) {
    const before = question.brackets.slice(0, period).reduce((sum, size) => sum + size, 0);
    const size = question.brackets[period] ?? 1;
    return size === 1 ? t(`retention.period.${question.unit}`, { n: before }) : t(`retention.periods.${question.unit}`, { from: before, to: before + size - 1 });
  }
  return t(`retention.period.${question.unit}`, { n: period });
}

/** The period inside a sentence: "in week 4". */
function periodPhrase(question: RetentionQuestion, period: number, speech: Speech): string {
  const bracket = question.brackets !== undefined && (question.brackets[period] ?? 1) > 1;
  return bracket ? speech.t("retention.in.bracket", { name: periodName(question, period, speech).toLocaleLowerCase() }) : speech.t(`retention.in.${question.unit}`, { n: question.brackets ? question.brackets.slice(0, period).reduce((sum, size) => sum + size, 0) : period });
}

export const RetentionPicture: ReportRoomParts<"retention">["Picture"] = ({ asked, pictureRef, label }) => {
  const speech = useSpeech();
  const { t } = speech;
  const curves = curvesOf(asked).slice(0, DRAWN_SEGMENTS + 1);
  const split = curves.some((curve) => curve.breakdown.length > 0);
  const drawn = split ? curves.filter((curve) => curve.breakdown.length > 0).slice(0, DRAWN_SEGMENTS) : curves;
  const periods = Math.max(0, ...drawn.map((curve) => curve.shares.length));
  return (
    <>
      <AnswerHead note={t("retention.averageNote")} />
      <LinesPicture
        names={Array.from({ length: periods }, (_, period) => periodName(asked.question, period, speech))}
        lines={drawn.map((curve, index) => ({ id: JSON.stringify(curve.breakdown), name: split ? segmentName(curve.breakdown, speech) : t("retention.average"), values: curve.shares, counts: curve.born, color: index }))}
        incompleteFrom={periods}
        shape="line"
        share
        height={260}
        label={label}
        pictureRef={pictureRef}
      />
    </>
  );
};

export function RetentionTable({ asked, onOpen }: AnswerProps<"retention">) {
  const speech = useSpeech();
  const { t, format } = speech;
  const project = useProject();
  const { question, answer } = asked;
  const zone = question.timezone ?? project.timezone;
  const curves = curvesOf(asked);
  const split = curves.some((curve) => curve.breakdown.length > 0);
  const periods = Math.max(0, ...answer.cohorts.map((cohort) => cohort.returned.length));
  const names = Array.from({ length: periods }, (_, period) => periodName(question, period, speech));
  // The scale ends at the strongest cell: what is compared is within this table.
  const strongest = Math.max(
    ...answer.cohorts.filter((cohort) => cohort.size >= 10).flatMap((cohort) => cohort.returned.map((returned) => returned / cohort.size)),
    ...curves.flatMap((curve) => curve.shares.map((share) => share ?? 0)),
    0,
  );
  const head = (
    <thead>
      <tr>
        <th scope="col" className={table.pinned}>
          {split ? t("funnel.column.segment") : t("retention.column.cohort")}
        </th>
        <th scope="col" className={table.number}>
          {t("retention.column.born")}
        </th>
        {names.map((name) => (
          <th key={name} scope="col" className={table.number}>
            {name}
          </th>
        ))}
      </tr>
    </thead>
  );
  const averageRow = (curve: Curve, name: string) => (
    <tr key={name} className={curve.breakdown.length === 0 ? styles.average : undefined}>
      <th scope="row" className={table.pinned}>
        {name}
      </th>
      <td className={table.number}>{format.number(curve.size)}</td>
      {curve.shares.map((share, period) => (
        <td key={period} className={`${table.number} ${styles.cell}`} style={heat(share, strongest)} title={t("retention.ofBorn", { n: curve.born[period] ?? 0, born: format.number(curve.born[period] ?? 0) })}>
          {share === null ? "–" : format.percent(share)}
        </td>
      ))}
    </tr>
  );
  if (split) {
    return (
      <div className={table.wrap} style={{ maxHeight: 520 }} tabIndex={0} role="region" aria-label={t("report.table")}>
        <table className={table.table}>
          {head}
          <tbody>{curves.slice(0, 100).map((curve) => averageRow(curve, segmentName(curve.breakdown, speech)))}</tbody>
        </table>
      </div>
    );
  }
  const average = curves[0];
  return (
    <div className={table.wrap} style={{ maxHeight: 520 }} tabIndex={0} role="region" aria-label={t("report.table")}>
      <table className={`${table.table} ${styles.triangle}`}>
        {head}
        <tbody>
          {average && averageRow(average, t("retention.average"))}
          {answer.cohorts.map((cohort) => {
            const when = format.interval(cohort.start, question.unit, zone);
            return (
              <tr key={cohort.start}>
                <th scope="row" className={table.pinned}>
                  {when}
                </th>
                <td className={table.number}>
                  {cohort.size === 0 ? (
                    "0"
                  ) : (
                    <button type="button" className={table.open} onClick={() => onOpen({ cohort: cohort.start }, t("retention.panel.born", { when }))}>
                      {format.number(cohort.size)}
                    </button>
                  )}
                </td>
                {cohort.returned.map((returned, period) => {
                  const share = cohort.size === 0 ? null : returned / cohort.size;
                  const over = cohort.complete[period] === true;
                  if (share === null || (!over && returned === 0)) return <td key={period} className={styles.none} aria-label={t("retention.notYet")} />;
                  return (
                    <td key={period} className={`${table.number} ${styles.cell} ${over ? "" : styles.open}`} style={heat(share, strongest)} title={`${over ? "" : `${t("tip.incomplete")} `}${t("retention.returnedOf", { returned: format.number(returned), born: format.number(cohort.size) })}`}>
                      {returned === 0 ? (
                        format.percent(0)
                      ) : (
                        <button type="button" className={styles.number} onClick={() => onOpen({ cohort: cohort.start, period }, t("retention.panel.returned", { when, period: names[period] ?? String(period) }))}>
                          {format.percent(share)}
                        </button>
                      )}
                    </td>
                  );
                })}
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

/** One hue, stronger with the share; the number is always written, so the colour is never alone. */
function heat(share: number | null, strongest: number): { background: string } | undefined {
  if (share === null || share === 0 || strongest === 0) return undefined;
  return { background: `rgb(var(--heat) / ${(4 + 56 * Math.min(1, share / strongest)).toFixed(1)}%)` };
}

/** The period people ask about first: day 7, week 4, month 3, or the last one known. */
function telling(question: RetentionQuestion, curve: Curve): number | null {
  const wanted = question.brackets ? 1 : question.unit === "day" ? 7 : question.unit === "week" ? 4 : 3;
  for (let period = Math.min(wanted, curve.shares.length - 1); period > 0; period -= 1) if (curve.shares[period] !== null) return period;
  return null;
}

export function retentionSentence(asked: Asked<"retention">, { speech }: Telling) {
  const { t, rich, format } = speech;
  const { question } = asked;
  const bold = (parts: unknown[]) => <b key={String(parts)}>{parts as string[]}</b>;
  const curves = curvesOf(asked);
  const whole = curves.find((curve) => curve.breakdown.length === 0) ?? pooled(asked.answer.cohorts, []);
  const birth = selectorName(question.birth, speech);
  if (whole.size === 0) return t("retention.sentence.nobody", { birth });
  const period = telling(question, whole);
  if (period === null) return t("retention.sentence.early", { birth, n: whole.size, born: format.number(whole.size) });
  const parts = rich("retention.sentence.main", {
    b: bold,
    share: format.percent(whole.shares[period] ?? 0),
    n: whole.born[period] ?? 0,
    born: format.number(whole.born[period] ?? 0),
    birth,
    comeback: selectorName(question.return, speech),
    period: periodPhrase(question, period, speech),
    criterion: question.criterion ?? "on",
  });
  const best = curves.filter((curve) => curve.breakdown.length > 0 && (curve.born[period] ?? 0) >= 30).toSorted((a, b) => (b.shares[period] ?? 0) - (a.shares[period] ?? 0))[0];
  if (best) parts.push(" ", ...rich("retention.sentence.best", { b: bold, segment: segmentName(best.breakdown, speech), share: format.percent(best.shares[period] ?? 0) }));
  return parts;
}

export function retentionRows(asked: Asked<"retention">, { speech }: Telling): string[][] {
  const { t } = speech;
  const periods = Math.max(0, ...asked.answer.cohorts.map((cohort) => cohort.returned.length));
  return [
    [t("retention.column.cohort"), t("funnel.column.segment"), t("retention.column.born"), ...Array.from({ length: periods }, (_, period) => periodName(asked.question, period, speech))],
    ...asked.answer.cohorts.map((cohort) => [cohort.start.slice(0, 10), segmentName(cohort.breakdown, speech), String(cohort.size), ...cohort.returned.map((returned, period) => (cohort.complete[period] || returned > 0 ? String(returned) : ""))]),
  ];
}
