// When the host can talk, by day of the week.
import { Plus, Trash2 } from "lucide-react";
import type { Hours } from "@/api/interview.ts";
import { useSpeech } from "@/i18n/language.tsx";
import { IconButton } from "@/ui/Button.tsx";
import { WEEKDAYS } from "./words.ts";
import styles from "./interview.module.css";

export function HoursEditor({ hours, onChange }: { hours: Hours[]; onChange: (hours: Hours[]) => void }) {
  const { t } = useSpeech();
  const sorted = hours.toSorted((a, b) => a.weekday - b.weekday || a.from.localeCompare(b.from));
  const set = (old: Hours, next: Hours | null): void => onChange(hours.flatMap((one) => (one !== old ? [one] : next ? [next] : [])));
  return (
    <table className={styles.hours}>
      <caption>{t("interview.hours")}</caption>
      <tbody>
        {WEEKDAYS.map((name, i) => {
          const day = t(name);
          const own = sorted.filter((one) => one.weekday === i + 1);
          return (
            <tr key={name}>
              <th scope="row">{day}</th>
              <td>
                {own.length === 0 && <span className={styles.quiet}>{t("interview.noHours")}</span>}
                {own.map((one, j) => (
                  <span key={j} className={styles.stretch}>
                    <input type="time" aria-label={t("interview.from", { day })} value={one.from} onChange={(event) => event.target.value && set(one, { ...one, from: event.target.value })} />
                    {"–"}
                    <input type="time" aria-label={t("interview.to", { day })} value={one.to === "24:00" ? "23:59" : one.to} onChange={(event) => event.target.value && set(one, { ...one, to: event.target.value })} />
                    <IconButton label={t("interview.removeHours", { day, from: one.from, to: one.to })} icon={<Trash2 />} onClick={() => set(one, null)} />
                  </span>
                ))}
              </td>
              <td>
                <IconButton label={t("interview.addHours", { day })} icon={<Plus />} onClick={() => onChange([...hours, { weekday: i + 1, from: own.length > 0 ? "14:00" : "09:00", to: own.length > 0 ? "17:00" : "12:00" }])} />
              </td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}
