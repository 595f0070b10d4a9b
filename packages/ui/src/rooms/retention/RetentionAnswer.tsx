// The answer of retention in words and as curves: of the average, or one per segment; of the share that returned, or of
// the amount each person brought.
import { LinesPicture } from "@/chart/lines.tsx";
import { useSpeech } from "@/i18n/language.tsx";
import { actorWords, segmentName, selectorName } from "@/question/words.ts";
import { AnswerHead } from "@/report/AnswerHead.tsx";
import type { ReportRoomParts, Telling } from "@/report/room.ts";
import type { Asked } from "@/report/useAsk.ts";
import { Segmented } from "@/ui/Field.tsx";
import { amountsPerPerson, pooled, running, type Curve } from "./pooled.ts";
import { amountName, amountOf, averageCell, curvesOf, isAnything, isOverall, mostLoyal, periodName, periodPhrase, periodStart, tellingPeriod } from "./retention.ts";

const DRAWN_SEGMENTS = 6;
type Drawn = "share" | "amount" | "running";

export const RetentionPicture: ReportRoomParts<"retention">["Picture"] = ({ asked, view, onView, onOpen, pictureRef, label }) => {
  const speech = useSpeech();
  const { t } = speech;
  const { question } = asked;
  const amount = amountOf(question);
  const curves = curvesOf(asked);
  const split = curves.some((curve) => !isOverall(curve));
  const lines = split ? curves.filter((curve) => !isOverall(curve)).slice(0, DRAWN_SEGMENTS) : curves;
  const periods = Math.max(0, ...lines.map((curve) => curve.shares.length));
  const names = Array.from({ length: periods }, (_, period) => periodName(question, period, speech));
  const drawn: Drawn = amount === null ? "share" : view.curve === "share" || view.curve === "running" ? view.curve : "amount";
  const who = actorWords(question.actor);
  const valuesOf = (curve: Curve) => {
    if (drawn === "share" || amount === null) return curve.shares;
    const perPerson = amountsPerPerson(curve, amount.isAverage);
    return drawn === "running" ? running(perPerson) : perPerson;
  };
  const note =
    drawn === "share"
      ? question.average === "weighted"
        ? t("retention.weightedNote")
        : t("retention.averageNote", who)
      : t(amount?.isAverage ? "retention.amountPerReturned" : drawn === "running" ? "retention.amountRunning" : "retention.amountPerBorn", { ...who, amount: amountName(question, speech) });
  return (
    <>
      <AnswerHead
        note={note}
        aside={
          amount && (
            <Segmented<Drawn>
              label={t("retention.drawn")}
              value={drawn}
              onPick={(curve) => onView({ ...view, curve: curve === "amount" ? undefined : curve })}
              choices={(amount.isAverage ? (["amount", "share"] as const) : (["amount", "running", "share"] as const)).map((value) => ({ value, label: t(`retention.drawn.${value}`) }))}
            />
          )
        }
      />
      <LinesPicture
        names={names}
        lines={lines.map((curve, index) => ({
          id: lineId(curve),
          name: split ? segmentName(curve.breakdown, speech, curve.other) : t("retention.average"),
          values: valuesOf(curve),
          counts: drawn === "amount" && amount?.isAverage ? curve.returned : curve.born,
          color: curve.other === undefined ? index : null,
        }))}
        incompleteFrom={periods}
        shape="line"
        share={drawn === "share"}
        height={260}
        label={label}
        pictureRef={pictureRef}
        onPlace={(line, period) => {
          const curve = lines.find((one) => lineId(one) === line.id);
          if (curve && (curve.returned[period] ?? 0) > 0) onOpen(...averageCell(curve, period, names, speech));
        }}
      />
    </>
  );
};

function lineId(curve: Curve): string {
  return JSON.stringify([curve.breakdown, curve.other]);
}

export function retentionSentence(asked: Asked<"retention">, { speech }: Telling) {
  const { t, rich, format } = speech;
  const { question } = asked;
  const bold = (parts: unknown[]) => <b key={String(parts)}>{parts as string[]}</b>;
  const curves = curvesOf(asked);
  const whole = curves.find(isOverall) ?? pooled(asked.answer.cohorts, []);
  const birth = selectorName(question.birth, speech);
  const who = actorWords(question.actor);
  if (whole.size === 0) return t("retention.sentence.nobody", { birth });
  const period = tellingPeriod(question, whole);
  if (period === null) return t("retention.sentence.early", { ...who, birth, n: whole.size, born: format.number(whole.size) });
  const parts = rich("retention.sentence.main", {
    ...who,
    b: bold,
    share: format.percent(whole.shares[period] ?? 0),
    n: whole.born[period] ?? 0,
    born: format.number(whole.born[period] ?? 0),
    birth,
    birthIs: isAnything(question.birth) ? "any" : "named",
    returnIs: isAnything(question.return) ? "any" : "named",
    comeback: selectorName(question.return, speech),
    period: periodPhrase(question, period, speech),
    criterion: question.criterion ?? "on",
  });
  const amount = amountOf(question);
  const perPerson = amount && amountsPerPerson(whole, amount.isAverage);
  if (amount && perPerson) {
    const value = amount.isAverage ? perPerson[period] : running(perPerson)[period];
    if (value !== null && value !== undefined) {
      parts.push(" ", ...rich(amount.isAverage ? "retention.sentence.average" : "retention.sentence.running", { ...who, b: bold, amount: amountName(question, speech), value: format.number(value), ...(amount.isAverage ? { period: periodPhrase(question, period, speech) } : { unit: question.brackets ? "bracket" : question.unit, n: periodStart(question, period), name: periodName(question, period, speech).toLocaleLowerCase() }) }));
    }
  }
  const best = mostLoyal(curves, whole, period);
  if (best) parts.push(" ", ...rich("retention.sentence.best", { b: bold, segment: segmentName(best.breakdown, speech), share: format.percent(best.shares[period] ?? 0) }));
  return parts;
}

export function retentionRows(asked: Asked<"retention">, { speech }: Telling): string[][] {
  const { t } = speech;
  const { question, answer } = asked;
  const amount = amountOf(question);
  const periods = Math.max(0, ...answer.cohorts.map((cohort) => cohort.returned.length));
  const names = Array.from({ length: periods }, (_, period) => periodName(question, period, speech));
  return [
    [t("retention.column.cohort"), t("funnel.column.segment"), t("retention.column.born"), ...names, ...(amount ? names.map((name) => `${amountName(question, speech)}, ${name}`) : [])],
    ...answer.cohorts.map((cohort) => {
      const known = (period: number) => cohort.complete[period] === true || (cohort.returned[period] ?? 0) > 0;
      return [
        cohort.start.slice(0, 10),
        segmentName(cohort.breakdown, speech, cohort.other),
        String(cohort.size),
        ...cohort.returned.map((returned, period) => (known(period) ? String(returned) : "")),
        ...(amount ? names.map((_, period) => (known(period) ? String(cohort.amounts?.[period] ?? "") : "")) : []),
      ];
    }),
  ];
}
