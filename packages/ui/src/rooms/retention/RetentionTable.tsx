// The triangle of cohorts, each cell of which opens; where the question is split, the segments side by side and the
// triangle of the one that is chosen.
import type { ReactNode } from "react";
import type { RetentionCohort } from "@/api/types.ts";
import { useSpeech } from "@/i18n/language.tsx";
import { segmentName } from "@/question/words.ts";
import { AnswerHead } from "@/report/AnswerHead.tsx";
import type { AnswerProps } from "@/report/room.ts";
import { useProject } from "@/shell/session.tsx";
import { InlineSelect, Segmented } from "@/ui/Field.tsx";
import { NumberHead } from "@/ui/NumberHead.tsx";
import table from "@/ui/table.module.css";
import { heatScale, tint, type HeatScale } from "@/chart/heat.ts";
import { amountsPerPerson, type Curve } from "./pooled.ts";
import { amountOf, averageCell, cohortsBySegment, curvesOf, isOverall, periodName, segmentKey } from "./retention.ts";
import styles from "./RetentionAnswer.module.css";

const SHOWN_SEGMENTS = 100;
type Cells = "amount" | "share" | "people";

export function RetentionTable({ asked, view, onView, onOpen }: AnswerProps<"retention">) {
  const speech = useSpeech();
  const { t } = speech;
  const { question, answer } = asked;
  const amount = amountOf(question);
  const curves = curvesOf(asked);
  const split = curves.some((curve) => !isOverall(curve));
  const bySegment = cohortsBySegment(asked);
  const wanted = typeof view.segment === "string" && bySegment.has(view.segment) ? view.segment : segmentKey([]);
  const chosen = curves.find((curve) => segmentKey(curve.breakdown, curve.other) === wanted) ?? curves[0];
  const cells: Cells = view.cells === "share" || view.cells === "people" ? view.cells : amount ? "amount" : "share";
  const periods = Math.max(0, ...answer.cohorts.map((cohort) => cohort.returned.length));
  const names = Array.from({ length: periods }, (_, period) => periodName(question, period, speech));
  if (!chosen) return null;
  const all = bySegment.get(wanted) ?? [];
  // A young project's triangle begins with its first people, not with empty rows.
  const cohorts = all.slice(Math.max(0, all.findIndex((cohort) => cohort.size > 0)));
  const valueOf = (cohort: RetentionCohort, period: number): number | null => {
    if (!isKnown(cohort, period)) return null;
    if (cells === "people") return cohort.returned[period] ?? 0;
    if (cells === "amount") return cohort.amounts?.[period] ?? null;
    return cohort.size === 0 ? null : (cohort.returned[period] ?? 0) / cohort.size;
  };
  const averageOf = (curve: Curve, period: number): number | null => {
    if (cells === "amount" && amount) return amountsPerPerson(curve, amount.isAverage)[period] ?? null;
    return curve.shares[period] ?? null;
  };
  const averageHeat = heatScale(curves.map((curve) => curve.shares.map((_, period) => averageOf(curve, period))));
  // Small cohorts jump about; they do not set the scale unless there are no others.
  const large = cohorts.filter((cohort) => cohort.size >= 10);
  const cellHeat = heatScale((large.length > 0 ? large : cohorts).map((cohort) => cohort.returned.map((_, period) => valueOf(cohort, period))));
  const pick = (segment: string) => onView({ ...view, segment: segment === segmentKey([]) ? undefined : segment });
  const shared = { asked, names, cells, averageOf, valueOf, onOpen };
  return (
    <>
      {split && (
        <div className={table.wrap} style={{ maxHeight: 320 }} tabIndex={0} role="region" aria-label={t("retention.segments")}>
          <table className={table.table}>
            <Head first={t("funnel.column.segment")} names={names} />
            <tbody>
              {curves.slice(0, SHOWN_SEGMENTS).map((curve) => {
                const key = segmentKey(curve.breakdown, curve.other);
                return (
                  <AverageRow key={key} {...shared} curve={curve} heat={averageHeat}>
                    <button type="button" className={styles.segment} aria-pressed={key === wanted} onClick={() => pick(key)}>
                      {segmentName(curve.breakdown, speech, curve.other)}
                    </button>
                  </AverageRow>
                );
              })}
            </tbody>
          </table>
        </div>
      )}
      <AnswerHead
        note={
          <span className={styles.tableNote}>
            {split && (
              <>
                {t("retention.triangleOf")}
                <InlineSelect
                  label={t("retention.triangleOf")}
                  choices={curves.slice(0, SHOWN_SEGMENTS).map((curve) => ({ value: segmentKey(curve.breakdown, curve.other), label: segmentName(curve.breakdown, speech, curve.other) }))}
                  value={wanted}
                  onPick={pick}
                />
              </>
            )}
            <Legend scale={cellHeat} share={cells === "share"} />
          </span>
        }
        aside={
          <Segmented<Cells>
            label={t("retention.cells")}
            value={cells}
            onPick={(next) => onView({ ...view, cells: next === (amount ? "amount" : "share") ? undefined : next })}
            choices={(amount ? (["amount", "share", "people"] as const) : (["share", "people"] as const)).map((value) => ({ value, label: t(`retention.cells.${value}`) }))}
          />
        }
      />
      <div className={table.wrap} style={{ maxHeight: 520 }} tabIndex={0} role="region" aria-label={t("report.table")}>
        <table className={`${table.table} ${styles.triangle}`}>
          <Head first={t("retention.column.cohort")} names={names} />
          <tbody>
            <AverageRow {...shared} curve={chosen} heat={cells === "people" || (cells === "amount" && !amount?.isAverage) ? null : cellHeat} strong>
              {cells === "amount" ? (amount?.isAverage ? t("retention.perReturned") : t("retention.perBorn")) : t("retention.average")}
            </AverageRow>
            {cohorts.map((cohort) => (
              <CohortRow key={cohort.start} {...shared} cohort={cohort} heat={cellHeat} />
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}

/** Whether a cell says something: its period is over, or somebody returned in it already. */
function isKnown(cohort: RetentionCohort, period: number): boolean {
  return cohort.complete[period] === true || (cohort.returned[period] ?? 0) > 0;
}

function Head({ first, names }: { first: string; names: string[] }) {
  const { t } = useSpeech();
  return (
    <thead>
      <tr>
        <th scope="col" className={table.pinned}>
          {first}
        </th>
        <NumberHead>{t("retention.column.born")}</NumberHead>
        {names.map((name) => (
          <NumberHead key={name}>{name}</NumberHead>
        ))}
      </tr>
    </thead>
  );
}

interface RowProps {
  asked: AnswerProps<"retention">["asked"];
  names: string[];
  cells: Cells;
  averageOf: (curve: Curve, period: number) => number | null;
  valueOf: (cohort: RetentionCohort, period: number) => number | null;
  onOpen: AnswerProps<"retention">["onOpen"];
}

function AverageRow({ curve, heat, names, cells, averageOf, onOpen, strong, children }: RowProps & { curve: Curve; heat: HeatScale | null; strong?: boolean; children: ReactNode }) {
  const speech = useSpeech();
  const { t, format } = speech;
  const shown = (value: number) => (cells === "amount" ? format.number(value) : format.percent(value));
  return (
    <tr className={strong || isOverall(curve) ? styles.average : undefined}>
      <th scope="row" className={table.pinned}>
        {children}
      </th>
      <td className={table.number}>
        {curve.size === 0 ? (
          format.number(curve.size)
        ) : (
          <button type="button" className={table.open} onClick={() => onOpen(...averageCell(curve, null, names, speech))}>
            {format.number(curve.size)}
          </button>
        )}
      </td>
      {curve.shares.map((_, period) => {
        const value = averageOf(curve, period);
        return (
          <td
            key={period}
            className={`${table.number} ${styles.cell}`}
            style={heat ? { background: heat.colorOf(value) } : undefined}
            title={t("retention.returnedOf", { returned: format.number(curve.returned[period] ?? 0), born: format.number(curve.born[period] ?? 0) })}
          >
            {value === null ? (
              "–"
            ) : (curve.returned[period] ?? 0) === 0 ? (
              shown(value)
            ) : (
              <button type="button" className={styles.number} onClick={() => onOpen(...averageCell(curve, period, names, speech))}>
                {shown(value)}
              </button>
            )}
          </td>
        );
      })}
    </tr>
  );
}

function CohortRow({ asked, cohort, heat, names, cells, valueOf, onOpen }: RowProps & { cohort: RetentionCohort; heat: HeatScale }) {
  const speech = useSpeech();
  const { t, format } = speech;
  const project = useProject();
  const { question } = asked;
  const when = format.interval(cohort.start, question.unit, question.timezone ?? project.timezone);
  const isSegment = cohort.breakdown.length > 0 || cohort.other !== undefined;
  const segment = cohort.other !== undefined ? { other: true } : isSegment ? { breakdown: cohort.breakdown } : {};
  const named = (title: string) => (isSegment ? `${title} · ${segmentName(cohort.breakdown, speech, cohort.other)}` : title);
  return (
    <tr>
      <th scope="row" className={table.pinned}>
        {when}
      </th>
      <td className={table.number}>
        {cohort.size === 0 ? (
          format.number(cohort.size)
        ) : (
          <button type="button" className={table.open} onClick={() => onOpen({ cohort: cohort.start, ...segment }, named(t("retention.panel.born", { when })))}>
            {format.number(cohort.size)}
          </button>
        )}
      </td>
      {cohort.returned.map((returned, period) => {
        const over = cohort.complete[period] === true;
        if (cohort.size === 0 || !isKnown(cohort, period)) return <td key={period} className={styles.none} aria-label={t("retention.notYet")} />;
        const value = valueOf(cohort, period);
        const shown = value === null ? "–" : cells === "share" ? format.percent(value) : format.number(value);
        return (
          <td
            key={period}
            className={`${table.number} ${styles.cell} ${over ? "" : styles.open}`}
            style={{ background: heat.colorOf(value) }}
            title={`${over ? "" : `${t("tip.incomplete")} `}${t("retention.returnedOf", { returned: format.number(returned), born: format.number(cohort.size) })}`}
          >
            {returned === 0 ? (
              shown
            ) : (
              <button type="button" className={styles.number} onClick={() => onOpen({ cohort: cohort.start, period, ...segment }, named(t("retention.panel.returned", { when, period: names[period] ?? String(period) })))}>
                {shown}
              </button>
            )}
          </td>
        );
      })}
    </tr>
  );
}

/** What the weakest and the strongest colour stand for. */
function Legend({ scale, share }: { scale: HeatScale; share: boolean }) {
  const { t, format } = useSpeech();
  if (scale.top === 0) return null;
  const shown = (value: number) => (share ? format.percent(value, 0) : format.compact(value));
  return (
    <span className={styles.legend}>
      {shown(0)}
      <i aria-hidden style={{ background: `linear-gradient(90deg, ${tint(0)}, ${tint(1)})` }} />
      {t("retention.andMore", { value: shown(scale.top) })}
    </span>
  );
}
