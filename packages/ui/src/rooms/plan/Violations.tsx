// What arrived and is not as planned: which event, property and rule, how often, from which SDK, and what came last.
import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "@/api/client.ts";
import type { PlanState, PlanViolation, SeenUnplanned } from "@/api/plan.ts";
import { useSpeech } from "@/i18n/language.tsx";
import { eventName } from "@/question/words.ts";
import { tellError } from "@/shell/errors.ts";
import { useProject } from "@/shell/session.tsx";
import { Button } from "@/ui/Button.tsx";
import { NumberHead } from "@/ui/NumberHead.tsx";
import { Card } from "@/ui/Page.tsx";
import { Empty, Failure, SkeletonRows } from "@/ui/State.tsx";
import table from "@/ui/table.module.css";
import { useToast } from "@/ui/Toast.tsx";
import { eventsOf, workingCopy } from "./document.ts";
import { useRefreshPlan } from "./usePlan.ts";
import { outcomeWord, ruleWord } from "./words.ts";
import styles from "./plan.module.css";

const UNPLANNED = new Set(["unplanned_event", "unplanned_property"]);

export function Violations({ state, onOpen }: { state: PlanState; onOpen: (event: string) => void }) {
  const speech = useSpeech();
  const { t, format } = speech;
  const project = useProject();
  const refresh = useRefreshPlan();
  const toast = useToast();
  const [rule, setRule] = useState<string | null>(null);
  const { data, error, isPending } = useQuery({ queryKey: ["plan", project.id, "violations"], queryFn: () => api.planViolations(project.id) });
  const adopt = useMutation({
    mutationFn: (seen: SeenUnplanned) => api.adopt(project.id, [seen]),
    onSuccess: async ({ added }) => {
      await refresh();
      toast(t("plan.adopted", { n: added }));
    },
  });
  if (error) return <Failure {...tellError(error, speech)} />;
  if (isPending) return <SkeletonRows rows={8} />;
  if (data.violations.length === 0) return <Empty title={t("plan.noViolations")} text={t("plan.noViolationsText")} />;
  const byRule = new Map<string, number>();
  for (const one of data.violations) byRule.set(one.rule, (byRule.get(one.rule) ?? 0) + one.count);
  const shown = data.violations.filter((one) => rule === null || one.rule === rule);
  const mayChange = project.role !== "viewer";
  const events = eventsOf(workingCopy(state));
  const isPlanned = (one: PlanViolation) => {
    const event = events[one.event];
    return event !== undefined && (one.property == null || Object.hasOwn(event.properties ?? {}, one.property));
  };
  const seenOf = (one: PlanViolation): SeenUnplanned => ({ event: one.event, ...(one.property != null ? { property: one.property } : {}), ...(one.seen_type != null ? { type: one.seen_type } : {}) });
  return (
    <>
      {adopt.error && <Failure {...tellError(adopt.error, speech)} />}
      <div className={styles.codes} role="group" aria-label={t("plan.rules")}>
        <button type="button" aria-pressed={rule === null} onClick={() => setRule(null)}>
          {t("refused.all")} <b>{format.compact([...byRule.values()].reduce((sum, n) => sum + n, 0))}</b>
        </button>
        {[...byRule].map(([name, count]) => (
          <button key={name} type="button" aria-pressed={rule === name} onClick={() => setRule(rule === name ? null : name)}>
            {ruleWord(name, speech)} <b>{format.compact(count)}</b>
          </button>
        ))}
      </div>
      <Card flush>
        <div className={table.wrap} tabIndex={0} role="region" aria-label={t("plan.tab.violations")}>
          <table className={table.table}>
            <thead>
              <tr>
                <th scope="col" className={table.pinned}>
                  {t("plan.column.event")}
                </th>
                <th scope="col">{t("plan.column.property")}</th>
                <th scope="col">{t("plan.column.rule")}</th>
                <NumberHead>{t("plan.column.count")}</NumberHead>
                <th scope="col">{t("plan.column.sdk")}</th>
                <th scope="col">{t("plan.column.sample")}</th>
                <th scope="col">{t("plan.column.outcome")}</th>
                <th scope="col">{t("plan.column.lastSeen")}</th>
                <th scope="col" className={table.wide} aria-label={t("plan.adopt")} />
              </tr>
            </thead>
            <tbody>
              {shown.map((one) => (
                <tr key={`${one.event} ${one.property} ${one.rule} ${one.sdk} ${one.sdk_version}`}>
                  <th scope="row" className={table.pinned}>
                    {one.event === "" ? (
                      t("plan.tooMany")
                    ) : (
                      <button type="button" className={`${table.open} ${styles.name}`} onClick={() => onOpen(one.event)}>
                        {eventName(one.event, speech)}
                      </button>
                    )}
                  </th>
                  <td>{one.property == null ? "–" : <code>{one.property}</code>}</td>
                  <td>{ruleWord(one.rule, speech)}</td>
                  <td className={table.number}>{format.number(one.count)}</td>
                  <td>{[one.sdk, one.sdk_version].filter(Boolean).join(" ") || "–"}</td>
                  <td>{one.sample === "" ? "–" : <code className={styles.sample}>{one.sample}</code>}</td>
                  <td>{outcomeWord(one, speech)}</td>
                  <td>{format.ago(one.last_seen, Date.now())}</td>
                  <td className={table.wide}>
                    {mayChange && one.event !== "" && UNPLANNED.has(one.rule) && !isPlanned(one) && (
                      <Button size="small" busy={adopt.isPending} aria-label={t("plan.adoptNamed", { name: one.property ?? one.event })} onClick={() => adopt.mutate(seenOf(one))}>
                        {t("plan.adopt")}
                      </Button>
                    )}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </Card>
      <p className={styles.muted}>{t("plan.violationsNote")}</p>
    </>
  );
}
