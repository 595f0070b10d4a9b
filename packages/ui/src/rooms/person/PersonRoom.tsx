// One person: who they are, the identities that count for them, and everything they did, latest first.
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { ArrowLeft, ChevronRight, Play } from "lucide-react";
import { useState } from "react";
import { api } from "@/api/client.ts";
import type { TimelineEvent } from "@/api/types.ts";
import { useSpeech } from "@/i18n/language.tsx";
import { eventName, personName } from "@/question/words.ts";
import { PropertyTable } from "@/rooms/event/PropertyTable.tsx";
import { summary } from "@/rooms/event/summary.ts";
import events from "@/rooms/event/event.module.css";
import { tellError } from "@/shell/errors.ts";
import { useProject } from "@/shell/session.tsx";
import { moveWithArrows } from "@/ui/arrowKeys.ts";
import { Button } from "@/ui/Button.tsx";
import { Card, useDocumentTitle } from "@/ui/Page.tsx";
import { Failure, SkeletonRows } from "@/ui/State.tsx";
import { useNarrow } from "@/ui/useNarrow.ts";
import { bySession } from "./bySession.ts";
import { useRecordedSessions } from "@/rooms/recording/useRecordings.ts";
import { InviteButton } from "@/rooms/interview/Invite.tsx";
import { Identities } from "./Identities.tsx";
import { Avatar } from "./PeopleRoom.tsx";
import styles from "./person.module.css";

/** Events shown at first, and each time one asks for earlier ones. */
const PAGE = 100;
const PHONE_PAGE = 20;

export function PersonRoom() {
  const speech = useSpeech();
  const { t, format } = speech;
  const project = useProject();
  const { person: id } = useParams({ from: "/signed-in/p/$project/people/$person" });
  const query = useQuery({ queryKey: ["person", project.id, id], queryFn: ({ signal }) => api.person(project.id, id, signal), retry: false });
  const person = query.data;
  const shownName = person?.name ?? person?.email ?? personName(id, speech);
  const email = person?.email;
  const narrow = useNarrow();
  const about = person && (
    <div className={styles.side}>
      <Card title={t("person.properties")}>
        {Object.keys(person.properties).length === 0 ? <p className={styles.quiet}>{t("person.noProperties")}</p> : <PropertyTable properties={person.properties} />}
      </Card>
      <Identities person={person} />
    </div>
  );
  useDocumentTitle(shownName);
  return (
    <div className={styles.profile}>
      <Link to="/p/$project/people" params={{ project: String(project.id) }} search={{ find: undefined }} className={styles.back}>
        <ArrowLeft aria-hidden />
        {t("room.people")}
      </Link>
      {query.error && <Failure {...tellError(query.error, speech)} />}
      {query.isPending && <SkeletonRows rows={10} />}
      {person && (
        <>
          <header className={styles.head}>
            <Avatar name={shownName} />
            <div>
              <h1>{shownName}</h1>
              <p>
                {[
                  email && email !== shownName ? email : null,
                  person.first_seen ? t("person.since", { date: format.date(person.first_seen, project.timezone) }) : null,
                  person.last_seen ? t("person.seen", { ago: format.ago(person.last_seen, Date.now()) }) : null,
                  person.events == null ? null : t("count.events", { n: person.events, shown: format.number(person.events) }),
                ]
                  .filter(Boolean)
                  .join(" · ")}
              </p>
            </div>
            {email && <InviteButton source="person" person={{ email, name: person.name ?? "", person: person.id }} />}
          </header>
          <div className={styles.columns}>
            {/* On a phone what is known comes before what was done, folded, so that neither hides the other. */}
            {narrow && (
              <details className={styles.fold}>
                <summary>{t("person.about")}</summary>
                {about}
              </details>
            )}
            <Timeline key={String(narrow)} id={id} page={narrow ? PHONE_PAGE : PAGE} />
            {!narrow && about}
          </div>
        </>
      )}
    </div>
  );
}

function Timeline({ id, page }: { id: string; page: number }) {
  const speech = useSpeech();
  const { t, format } = speech;
  const project = useProject();
  const [open, setOpen] = useState<string | null>(null);
  const query = useInfiniteQuery({
    queryKey: ["timeline", project.id, id, page],
    initialPageParam: null as string | null,
    queryFn: ({ pageParam, signal }) => api.timeline(project.id, id, { before: pageParam, limit: page }, signal),
    getNextPageParam: (last) => last.answer.next ?? undefined,
    retry: false,
  });
  const all = query.data?.pages.flatMap((page) => page.answer.events) ?? [];
  const sessions = bySession(all, project.session_timeout_minutes);
  const recorded = useRecordedSessions(id);
  return (
    <section className={styles.timeline} aria-label={t("person.timeline")} onKeyDown={moveWithArrows}>
      <h2 className={styles.label}>{t("person.timeline")}</h2>
      {query.isPending && <SkeletonRows rows={10} />}
      {query.error && <Failure {...tellError(query.error, speech)} />}
      {query.data && all.length === 0 && <p className={styles.quiet}>{t("person.noEvents")}</p>}
      {sessions.map((session) => {
        const first = session.at(-1) as TimelineEvent;
        const last = session[0] as TimelineEvent;
        const seconds = (Date.parse(last.time) - Date.parse(first.time)) / 1000;
        const recording = session.map(({ session_id }) => session_id).find((one) => one !== null && recorded.has(one));
        return (
          <div key={`${first.time} ${first.insert_id ?? ""}`} className={styles.session}>
            <h3>
              {format.moment(first.time, project.timezone)}
              <span>
                {t("count.events", { n: session.length, shown: format.number(session.length) })}
                {seconds > 0 && ` · ${format.duration(seconds)}`}
                {recording != null && (
                  <Link to="/p/$project/recordings/$session" params={{ project: String(project.id), session: recording }} className={styles.recording}>
                    <Play aria-hidden />
                    {t("person.watch")}
                  </Link>
                )}
              </span>
            </h3>
            <ol className={events.rows}>
              {session.map((event, index) => {
                const key = `${event.time} ${event.insert_id ?? index}`;
                const isOpen = open === key;
                return (
                  <li key={key}>
                    <div className={events.row} data-open={isOpen || undefined}>
                      <button type="button" data-row className={events.opener} aria-expanded={isOpen} onClick={() => setOpen(isOpen ? null : key)}>
                        <ChevronRight aria-hidden />
                        <time dateTime={event.time}>{format.clock(event.time, project.timezone)}</time>
                        <span className={events.name}>{eventName(event.event, speech)}</span>
                        <span className={events.summary}>{summary(event.properties, speech)}</span>
                      </button>
                    </div>
                    {isOpen && (
                      <div className={events.detail}>
                        <PropertyTable title={t("event.envelope")} properties={{ distinct_id: event.distinct_id, device_id: event.device_id, user_id: event.user_id, session_id: event.session_id, insert_id: event.insert_id }} />
                        <PropertyTable title={t("event.properties")} properties={event.properties} />
                      </div>
                    )}
                  </li>
                );
              })}
            </ol>
          </div>
        );
      })}
      {query.hasNextPage && (
        <Button busy={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
          {t("person.earlier")}
        </Button>
      )}
    </section>
  );
}
