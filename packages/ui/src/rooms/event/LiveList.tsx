// Events as they arrive, newest first: one line each, opened in place to see its properties. The list can be held still.
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { ChevronRight, Pause, Play } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { api } from "@/api/client.ts";
import type { LiveEvent } from "@/api/types.ts";
import { useSpeech } from "@/i18n/language.tsx";
import { eventName, personName } from "@/question/words.ts";
import { tellError } from "@/shell/errors.ts";
import { useProject } from "@/shell/session.tsx";
import { Button } from "@/ui/Button.tsx";
import { moveWithArrows } from "@/ui/arrowKeys.ts";
import { Empty, Failure, SkeletonRows } from "@/ui/State.tsx";
import { PropertyTable } from "./PropertyTable.tsx";
import { summary } from "./summary.ts";
import styles from "./event.module.css";

const KEPT_EVENTS = 400;
const POLL_MS = 2000;

export function LiveList({ find, onFind }: { find: string; onFind: (find: string) => void }) {
  const speech = useSpeech();
  const { t, format } = speech;
  const project = useProject();
  const [held, setHeld] = useState(false);
  const [events, setEvents] = useState<LiveEvent[]>([]);
  const [open, setOpen] = useState<string | null>(null);
  const cursor = useRef<number | null>(null);
  const query = useQuery({
    queryKey: ["live", project.id],
    queryFn: ({ signal }) => api.live(project.id, { after: cursor.current, limit: 100 }, signal),
    refetchInterval: held ? false : POLL_MS,
    staleTime: 0,
    gcTime: 0,
  });
  const answer = query.data;
  useEffect(() => {
    if (!answer) return;
    cursor.current = answer.cursor;
    setEvents((before) => {
      const known = new Set(before.map((event) => String(event.cursor)));
      const fresh = answer.events.filter((event) => !known.has(String(event.cursor)));
      return fresh.length === 0 ? before : [...fresh, ...before].slice(0, KEPT_EVENTS);
    });
  }, [answer]);

  const needle = find.trim().toLowerCase();
  const shown = needle === "" ? events : events.filter((event) => [event.event, event.person, event.distinct_id, JSON.stringify(event.properties)].some((text) => text?.toLowerCase().includes(needle)));
  return (
    <section className={styles.panel}>
      <header className={styles.bar}>
        <input className={styles.find} type="search" value={find} placeholder={t("live.find")} aria-label={t("live.find")} onChange={(event) => onFind(event.target.value)} />
        <span className={styles.rate}>
          {answer && (
            <>
              <span className={held ? styles.dotHeld : styles.dot} aria-hidden />
              {t("live.rate", { n: answer.events_per_minute, shown: format.number(answer.events_per_minute) })}
              {answer.refused_per_minute > 0 && <span className={styles.bad}>{t("live.refusedRate", { n: answer.refused_per_minute, shown: format.number(answer.refused_per_minute) })}</span>}
            </>
          )}
        </span>
        <Button size="small" icon={held ? <Play aria-hidden /> : <Pause aria-hidden />} aria-pressed={held} onClick={() => setHeld(!held)}>
          {held ? t("live.resume") : t("live.hold")}
        </Button>
      </header>
      {query.isPending && (
        <div className={styles.pad}>
          <SkeletonRows rows={12} />
        </div>
      )}
      {query.error && !answer && (
        <div className={styles.pad}>
          <Failure {...tellError(query.error, speech)} />
        </div>
      )}
      {answer && events.length === 0 && (
        <Empty
          title={t("live.none")}
          text={t("live.noneText")}
          action={
            <Link to="/p/$project/start" params={{ project: String(project.id) }}>
              {t("empty.noEvents.action")}
            </Link>
          }
        />
      )}
      {needle !== "" && events.length > 0 && shown.length === 0 && <p className={styles.pad}>{t("pick.nothing")}</p>}
      <ol className={styles.rows} onKeyDown={moveWithArrows}>
        {shown.map((event) => {
          const key = String(event.cursor);
          const isOpen = open === key;
          return (
            <li key={key}>
              <div className={styles.row} data-open={isOpen || undefined}>
                <button type="button" data-row className={styles.opener} aria-expanded={isOpen} onClick={() => setOpen(isOpen ? null : key)}>
                  <ChevronRight aria-hidden />
                  <time dateTime={event.received_at}>{format.clock(event.received_at, project.timezone)}</time>
                  <span className={styles.name}>{eventName(event.event, speech)}</span>
                  <span className={styles.summary}>{summary(event.properties, speech)}</span>
                </button>
                <Link className={styles.person} to="/p/$project/people/$person" params={{ project: String(project.id), person: event.person ?? event.distinct_id ?? "" }} title={event.person ?? event.distinct_id ?? undefined}>
                  {personName(event.person ?? event.distinct_id ?? "", speech)}
                </Link>
              </div>
              {isOpen && (
                <div className={styles.detail}>
                  <PropertyTable
                    properties={{
                      time: format.moment(event.time, project.timezone, true),
                      distinct_id: event.distinct_id,
                      device_id: event.device_id,
                      user_id: event.user_id,
                      session_id: event.session_id,
                      insert_id: event.insert_id,
                    }}
                    title={t("event.envelope")}
                  />
                  <PropertyTable properties={event.properties} title={t("event.properties")} />
                </div>
              )}
            </li>
          );
        })}
      </ol>
    </section>
  );
}
