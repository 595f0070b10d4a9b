// How well the plan is kept: a score with its reasons, what need not be measured any more, and each event with what speaks against it.
import { useQuery } from "@tanstack/react-query";
import { ChevronRight } from "lucide-react";
import { Fragment, useState } from "react";
import { api } from "@/api/client.ts";
import type { EventHealth, HealthReason, PlanHealth } from "@/api/plan.ts";
import { useSpeech } from "@/i18n/language.tsx";
import { eventName } from "@/question/words.ts";
import { tellError } from "@/shell/errors.ts";
import { useProject } from "@/shell/session.tsx";
import { NumberHead } from "@/ui/NumberHead.tsx";
import { Card } from "@/ui/Page.tsx";
import { Empty, Failure, SkeletonRows } from "@/ui/State.tsx";
import table from "@/ui/table.module.css";
import { gradeOf, reasonWord, SEEN_TYPE, USE } from "./healthWords.ts";
import styles from "./health.module.css";

/** Enough to begin with; the rest unfolds. */
const REASONS_AT_FIRST = 2;

export function Health({ onOpen }: { onOpen: (event: string) => void }) {
  const speech = useSpeech();
  const { t } = speech;
  const project = useProject();
  const { data, error, isPending } = useQuery({ queryKey: ["plan", project.id, "health"], queryFn: () => api.planHealth(project.id) });
  if (error) return <Failure {...tellError(error, speech)} />;
  if (isPending) return <SkeletonRows rows={8} />;
  if (data.score == null) return <Empty title={t("plan.none")} text={t("plan.health.none")} />;
  return (
    <>
      <Summary health={data} score={data.score} />
      <StopList events={data.events} onOpen={onOpen} />
      <Card flush>
        <div className={table.wrap} tabIndex={0} role="region" aria-label={t("plan.tab.events")}>
          <table className={table.table}>
            <thead>
              <tr>
                <th scope="col" className={table.pinned}>
                  {t("plan.column.event")}
                </th>
                <NumberHead title={t("plan.health.scoreHint")}>{t("plan.column.score")}</NumberHead>
                <NumberHead title={t("plan.health.days", { n: data.days })}>{t("plan.column.volume")}</NumberHead>
                <th scope="col">{t("plan.column.lastSeen")}</th>
                <NumberHead title={t("plan.health.usesHint")}>{t("plan.column.uses")}</NumberHead>
                <th scope="col" className={table.wide}>
                  {t("plan.column.against")}
                </th>
              </tr>
            </thead>
            <tbody>
              {data.events.map((one) => (
                <Row key={one.name} one={one} onOpen={() => onOpen(one.name)} />
              ))}
            </tbody>
          </table>
        </div>
      </Card>
    </>
  );
}

function Summary({ health, score }: { health: PlanHealth; score: number }) {
  const speech = useSpeech();
  const { t, format } = speech;
  return (
    <section className={styles.summary} aria-label={t("plan.health.score")}>
      <p className={styles.score} data-grade={gradeOf(score)}>
        <strong>{format.number(score)}</strong>
        <span>{t("plan.health.outOf")}</span>
      </p>
      <div>
        <p>{t("plan.health.text", { n: health.days })}</p>
        {health.version === 0 && <p>{t("plan.health.draft")}</p>}
        <ul className={styles.reasons}>
          {health.reasons.map((reason) => (
            <li key={reason.code}>
              {reasonWord(reason, speech)} <Points reason={reason} />
            </li>
          ))}
        </ul>
      </div>
    </section>
  );
}

function Points({ reason }: { reason: HealthReason }) {
  const { format } = useSpeech();
  return reason.points > 0 ? <b className={styles.points}>−{format.number(reason.points)}</b> : null;
}

function StopList({ events, onOpen }: { events: EventHealth[]; onOpen: (event: string) => void }) {
  const speech = useSpeech();
  const { t, format } = speech;
  const stop = events.filter((one) => one.stop).toSorted((a, b) => (b.volume ?? 0) - (a.volume ?? 0));
  const all = events.reduce((sum, one) => sum + (one.volume ?? 0), 0);
  return (
    <section className={styles.stop} aria-label={t("plan.health.stop")}>
      <h2>{t("plan.health.stop")}</h2>
      <p>{stop.length > 0 ? t("plan.health.stopText") : t("plan.health.nothingToStop")}</p>
      {stop.length > 0 && (
        <ol>
          {stop.map((one) => (
            <li key={one.name}>
              <button type="button" className={table.open} onClick={() => onOpen(one.name)}>
                {eventName(one.name, speech)}
              </button>
              <span>{one.volume == null ? "–" : t("plan.health.volume", { n: one.volume, share: format.percent(all > 0 ? one.volume / all : 0) })}</span>
              <span>{one.reasons.some((reason) => reason.code === "still_sent") ? t("plan.against.still_sent") : t("plan.health.nobodyAsks")}</span>
            </li>
          ))}
        </ol>
      )}
    </section>
  );
}

function Row({ one, onOpen }: { one: EventHealth; onOpen: () => void }) {
  const speech = useSpeech();
  const { t, format } = speech;
  const [open, setOpen] = useState(false);
  const more = one.reasons.length - REASONS_AT_FIRST;
  const shown = open ? one.reasons : one.reasons.slice(0, REASONS_AT_FIRST);
  const isLong = more > 0 || one.properties.length > 0 || one.uses.length > 0;
  return (
    <>
      <tr>
        <th scope="row" className={table.pinned}>
          <button type="button" className={`${table.open} ${styles.name}`} onClick={onOpen}>
            {eventName(one.name, speech)}
          </button>
        </th>
        <td className={table.number}>
          <span className={styles.mark} data-grade={gradeOf(one.score)}>
            {format.number(one.score)}
          </span>
        </td>
        <td className={table.number}>{one.volume == null ? "–" : format.number(one.volume)}</td>
        <td>{one.last_seen == null ? t("plan.neverSeen") : format.ago(one.last_seen, Date.now())}</td>
        <td className={table.number}>{format.number(one.n_uses)}</td>
        <td className={table.wide}>
          <div className={styles.against}>
            <span>{shown.length === 0 ? t("plan.health.good") : shown.map((reason, at) => <Fragment key={`${reason.code} ${reason.property}`}>{at > 0 && " · "}{reasonWord(reason, speech)} <Points reason={reason} /></Fragment>)}</span>
            {isLong && (
              <button type="button" className={styles.unfold} aria-expanded={open} aria-label={t("plan.health.unfold", { name: one.name })} onClick={() => setOpen(!open)}>
                {!open && more > 0 && <span>{t("plan.moreProblems", { n: more })}</span>}
                <ChevronRight aria-hidden />
              </button>
            )}
          </div>
        </td>
      </tr>
      {open && (
        <tr className={styles.unfolded}>
          <td colSpan={6}>
            <Detail one={one} />
          </td>
        </tr>
      )}
    </>
  );
}

/** Where it is asked about, and each of its properties. */
function Detail({ one }: { one: EventHealth }) {
  const { t, format } = useSpeech();
  const more = one.n_uses - one.uses.length;
  return (
    <div className={styles.detail}>
      <p>
        {one.uses.length === 0 ? t("plan.against.unused") : t("plan.health.askedIn")}{" "}
        {one.uses.map((use, at) => (
          <Fragment key={`${use.kind} ${use.id}`}>
            {at > 0 && ", "}
            {t(USE[use.kind] ?? "plan.use.report")} <b>{use.name}</b>
          </Fragment>
        ))}
        {more > 0 && ` ${t("plan.moreProblems", { n: more })}`}
      </p>
      {one.properties.length > 0 && (
        <table className={styles.properties}>
          <thead>
            <tr>
              <th scope="col">{t("plan.column.property")}</th>
              <th scope="col">{t("plan.column.absent")}</th>
              <th scope="col">{t("plan.column.seenAs")}</th>
              <th scope="col">{t("plan.column.newValues")}</th>
              <th scope="col">{t("plan.column.uses")}</th>
            </tr>
          </thead>
          <tbody>
            {one.properties.map((property) => (
              <tr key={property.name}>
                <th scope="row">
                  <code>{property.name}</code>
                </th>
                <td>{property.null_rate == null ? "–" : format.percent(property.null_rate)}</td>
                <td>{property.types.map((type) => t(SEEN_TYPE[type] ?? "plan.type.any")).join(", ") || "–"}</td>
                <td>
                  {property.new_values > 0 ? format.number(property.new_values) : "–"} {property.sample != null && <code>{property.sample}</code>}
                </td>
                <td>{format.number(property.n_uses)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </div>
  );
}
