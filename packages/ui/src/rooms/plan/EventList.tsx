// Every event, planned or not: what it is for, how often it arrives, and what is wrong with it. What is not planned yet becomes so from here.
import { useMutation, useQuery } from "@tanstack/react-query";
import { Plus } from "lucide-react";
import { useState } from "react";
import { api } from "@/api/client.ts";
import type { ObservedEvent, PlannedEvent, PlanState } from "@/api/plan.ts";
import { useSpeech } from "@/i18n/language.tsx";
import { eventName } from "@/question/words.ts";
import { tellError } from "@/shell/errors.ts";
import { useProject } from "@/shell/session.tsx";
import { Button } from "@/ui/Button.tsx";
import { Segmented, TextField } from "@/ui/Field.tsx";
import { NumberHead } from "@/ui/NumberHead.tsx";
import { Card } from "@/ui/Page.tsx";
import { Dialog } from "@/ui/Panel.tsx";
import { Empty, Failure, SkeletonRows } from "@/ui/State.tsx";
import table from "@/ui/table.module.css";
import { useToast } from "@/ui/Toast.tsx";
import { eventsOf, workingCopy } from "./document.ts";
import { useRefreshPlan } from "./usePlan.ts";
import { STATUS } from "./words.ts";
import styles from "./plan.module.css";

type Which = "all" | "planned" | "unplanned";
/** A start, not everything: the guide says to stay under fifteen. */
const ADOPTED_AT_FIRST = 12;

interface EventListProps {
  state: PlanState;
  find: string;
  onFind: (find: string) => void;
  onOpen: (event: string) => void;
}

export function EventList({ state, find, onFind, onOpen }: EventListProps) {
  const speech = useSpeech();
  const { t } = speech;
  const project = useProject();
  const refresh = useRefreshPlan();
  const toast = useToast();
  const [which, setWhich] = useState<Which>("all");
  const [adding, setAdding] = useState(false);
  const { data, error, isPending } = useQuery({ queryKey: ["plan", project.id, "events"], queryFn: () => api.planEvents(project.id) });
  const adopt = useMutation({
    mutationFn: (names: string[]) => api.adopt(project.id, names.map((event) => ({ event }))),
    onSuccess: async ({ added }) => {
      await refresh();
      toast(t("plan.adopted", { n: added }));
    },
  });
  const planned = eventsOf(workingCopy(state));
  const mayChange = project.role !== "viewer";
  const isPlanned = (one: ObservedEvent) => Object.hasOwn(planned, one.name) || one.replaced_by != null;
  const isOwn = (one: ObservedEvent) => one.name.startsWith("$") || one.name.startsWith("mp_");
  const events = data?.events ?? [];
  const unplanned = events.filter((one) => !isPlanned(one) && !isOwn(one)).toSorted((a, b) => b.count - a.count);
  const needle = find.trim().toLowerCase();
  const shown = events.filter((one) => (which === "all" ? isPlanned(one) || !isOwn(one) : (which === "planned") === isPlanned(one) && (isPlanned(one) || !isOwn(one))) && one.name.toLowerCase().includes(needle));
  const isNew = Object.keys(planned).length === 0;
  if (error) return <Failure {...tellError(error, speech)} />;
  if (isPending) return <SkeletonRows rows={8} />;
  return (
    <>
      {isNew && !state.published && (
        <Empty
          title={t("plan.none")}
          text={t("plan.answers")}
          action={
            mayChange ? (
              <div className={styles.actions}>
                {unplanned.length > 0 && (
                  <Button look="primary" busy={adopt.isPending} onClick={() => adopt.mutate(unplanned.slice(0, ADOPTED_AT_FIRST).map((one) => one.name))}>
                    {t("plan.startFromSeen", { n: Math.min(unplanned.length, ADOPTED_AT_FIRST) })}
                  </Button>
                )}
                <Button onClick={() => setAdding(true)}>{t("plan.addEvent")}</Button>
              </div>
            ) : undefined
          }
        />
      )}
      {adopt.error && <Failure {...tellError(adopt.error, speech)} />}
      {events.length > 0 && (
        <div className={styles.bar}>
          <input className={styles.find} type="search" value={find} placeholder={t("plan.find")} aria-label={t("plan.find")} onChange={(event) => onFind(event.target.value)} />
          <Segmented
            label={t("plan.which")}
            value={which}
            onPick={setWhich}
            choices={[
              { value: "all", label: t("plan.which.all") },
              { value: "planned", label: t("plan.which.planned") },
              { value: "unplanned", label: t("plan.which.unplanned", { n: unplanned.length }) },
            ]}
          />
          {mayChange && !(isNew && !state.published) && (
            <Button size="small" icon={<Plus aria-hidden />} onClick={() => setAdding(true)}>
              {t("plan.addEvent")}
            </Button>
          )}
        </div>
      )}
      {shown.length === 0 && events.length > 0 && <p className={styles.muted}>{t("pick.nothing")}</p>}
      {shown.length > 0 && (
        <Card flush>
          <div className={table.wrap} tabIndex={0} role="region" aria-label={t("plan.tab.events")}>
            <table className={table.table}>
              <thead>
                <tr>
                  <th scope="col" className={table.pinned}>
                    {t("plan.column.event")}
                  </th>
                  <th scope="col">{t("plan.column.status")}</th>
                  <NumberHead>{t("plan.column.volume")}</NumberHead>
                  <th scope="col">{t("plan.column.lastSeen")}</th>
                  <NumberHead title={t("plan.column.violationsHint")}>{t("plan.column.violations")}</NumberHead>
                  <th scope="col">{t("plan.column.owner")}</th>
                  <th scope="col" className={table.wide}>
                    {t("plan.column.description")}
                  </th>
                </tr>
              </thead>
              <tbody>
                {shown.map((one) => (
                  <Row key={one.name} one={one} planned={planned[one.name]} onOpen={() => onOpen(one.replaced_by ?? one.name)} onAdopt={mayChange && !isPlanned(one) ? () => adopt.mutate([one.name]) : undefined} busy={adopt.isPending} />
                ))}
              </tbody>
            </table>
          </div>
        </Card>
      )}
      {adding && (
        <AddEvent
          known={planned}
          onClose={() => setAdding(false)}
          onAdd={(name) => {
            setAdding(false);
            onOpen(name);
          }}
        />
      )}
    </>
  );
}

function Row({ one, planned, onOpen, onAdopt, busy }: { one: ObservedEvent; planned: PlannedEvent | undefined; onOpen: () => void; onAdopt: (() => void) | undefined; busy: boolean }) {
  const speech = useSpeech();
  const { t, format } = speech;
  const status = planned?.status ?? "active";
  return (
    <tr>
      <th scope="row" className={table.pinned}>
        <button type="button" className={`${table.open} ${styles.name}`} onClick={onOpen}>
          {eventName(one.name, speech)}
        </button>
      </th>
      <td>
        {planned ? (
          <span className={styles.status} data-status={status}>
            {t(STATUS[status])}
          </span>
        ) : one.replaced_by != null ? (
          <span className={styles.muted}>{t("plan.countsFor", { name: one.replaced_by })}</span>
        ) : (
          <span className={styles.status} data-status="unplanned">
            {t("plan.status.unplanned")}
          </span>
        )}
      </td>
      <td className={table.number}>{format.number(one.count)}</td>
      <td>{one.last_seen == null ? <span className={styles.muted}>{t("plan.neverSeen")}</span> : format.ago(one.last_seen, Date.now())}</td>
      <td className={table.number}>{one.violations > 0 ? <span className={styles.warn}>{format.number(one.violations)}</span> : "–"}</td>
      <td>{planned?.owner || "–"}</td>
      <td className={table.wide}>
        {onAdopt ? (
          <Button size="small" busy={busy} aria-label={t("plan.adoptNamed", { name: one.name })} onClick={onAdopt}>
            {t("plan.adopt")}
          </Button>
        ) : (
          <span className={styles.meaning}>{planned?.description}</span>
        )}
      </td>
    </tr>
  );
}

function AddEvent({ known, onClose, onAdd }: { known: Record<string, PlannedEvent>; onClose: () => void; onAdd: (name: string) => void }) {
  const { t } = useSpeech();
  const [name, setName] = useState("");
  const isTaken = Object.hasOwn(known, name.trim());
  return (
    <Dialog
      title={t("plan.addEvent")}
      closeLabel={t("action.close")}
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>{t("action.cancel")}</Button>
          <Button look="primary" disabled={name.trim() === "" || isTaken} onClick={() => onAdd(name.trim())}>
            {t("plan.describe")}
          </Button>
        </>
      }
    >
      <TextField label={t("plan.column.event")} hint={t("plan.nameHint")} problem={isTaken ? t("plan.nameTaken") : null} value={name} maxLength={200} autoFocus onChange={(event) => setName(event.target.value)} />
    </Dialog>
  );
}
