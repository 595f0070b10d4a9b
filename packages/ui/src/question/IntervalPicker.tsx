// By hour, day, week, month, quarter, year: only those that give a readable number of points over the range.
import { useSpeech } from "@/i18n/language.tsx";
import { InlineSelect } from "@/ui/Field.tsx";
import type { Range, TrendInterval } from "./question.ts";

const INTERVALS: TrendInterval[] = ["hour", "day", "week", "month", "quarter", "year"];
const DAYS: Record<string, number> = { hour: 1 / 24, day: 1, week: 7, month: 30, quarter: 91, year: 365 };
const MOST_POINTS = 800;

export function IntervalPicker({ interval, range, onChange }: { interval: TrendInterval; range: Range; onChange: (interval: TrendInterval) => void }) {
  const { t } = useSpeech();
  const days = rangeDays(range);
  const fitting = INTERVALS.filter((one) => one === interval || (days / (DAYS[one] ?? 1) <= MOST_POINTS && (DAYS[one] ?? 1) <= Math.max(1, days)));
  return <InlineSelect label={t("interval.choose")} choices={fitting.map((one) => ({ value: one, label: t(`interval.${one}`) }))} value={interval} onPick={onChange} />;
}

export function rangeDays(range: Range): number {
  if ("last" in range) return range.last * (DAYS[range.unit] ?? 1);
  if ("to_date" in range) return DAYS[range.to_date] ?? 1;
  if ("since" in range) return Math.max(1, (Date.now() - Date.parse(range.since)) / 86_400_000 + 1);
  return Math.max(1, (Date.parse(range.to) - Date.parse(range.from)) / 86_400_000 + 1);
}
