// Sessions with friction beside those without: how many of each reached the goal, and how sure the difference is.
import type { Cell, FrictionAnswer } from "@/api/types.ts";
import { useSpeech } from "@/i18n/language.tsx";
import { RateInterval } from "@/report/RateInterval.tsx";
import table from "@/ui/table.module.css";

export function Conversion({ conversion, goal, onOpen }: { conversion: NonNullable<FrictionAnswer["conversion"]>; goal: string; onOpen: (cell: Cell, title: string) => void }) {
  const { t, format } = useSpeech();
  const most = Math.max(0.01, conversion.with.interval?.[1] ?? 0, conversion.without.interval?.[1] ?? 0);
  const points = (value: number) => format.number(Math.round(value * 1000) / 10);
  const said =
    !conversion.enough || conversion.interval === null || conversion.difference === null
      ? t("friction.conversion.few")
      : conversion.interval[0] < 0 && conversion.interval[1] > 0
        ? t("friction.conversion.unclear", { low: points(conversion.interval[0]), high: points(conversion.interval[1]) })
        : t("friction.conversion.difference", { points: points(conversion.difference), low: points(conversion.interval[0]), high: points(conversion.interval[1]) });
  return (
    <section aria-label={t("friction.conversion.title", { goal })} style={{ padding: "0 16px 16px" }}>
      <h3 style={{ fontSize: "var(--text)", fontWeight: "var(--bold)", margin: "12px 0 4px" }}>{t("friction.conversion.title", { goal })}</h3>
      <p style={{ color: "var(--ink-2)", fontSize: "var(--text-small)", margin: "0 0 8px" }}>{said}</p>
      <div className={table.wrap} tabIndex={0} role="region" aria-label={t("friction.conversion.title", { goal })}>
        <table className={table.table}>
          <tbody>
            {([true, false] as const).map((isWith) => {
              const side = isWith ? conversion.with : conversion.without;
              const name = t(isWith ? "friction.conversion.with" : "friction.conversion.without");
              const open = (n: number, cell: Record<string, unknown>) =>
                n === 0 ? (
                  "0"
                ) : (
                  <button type="button" className={table.open} onClick={() => onOpen({ of: "sessions", friction: isWith, ...cell }, name)}>
                    {format.number(n)}
                  </button>
                );
              return (
                <tr key={name}>
                  <th scope="row" className={table.pinned}>
                    {name}
                  </th>
                  <td className={table.number}>
                    {open(side.sessions, {})} {t("friction.conversion.sessions", { n: side.sessions })}
                  </td>
                  <td className={table.number}>
                    {open(side.reached, { reached: true })} {t("friction.conversion.reached", { n: side.reached })}
                  </td>
                  <td className={table.number}>
                    <RateInterval rate={side.rate} interval={side.interval} most={most} />
                  </td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
    </section>
  );
}
