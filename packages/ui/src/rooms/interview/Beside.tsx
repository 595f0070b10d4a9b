// What somebody did in the product: the person of the project whom an address or the team names, their recordings and their timeline, answers among it.
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Play } from "lucide-react";
import { useState } from "react";
import { api } from "@/api/client.ts";
import type { ParticipantWhole } from "@/api/interview.ts";
import type { TimelineEvent } from "@/api/types.ts";
import { useSpeech } from "@/i18n/language.tsx";
import { eventName, personName } from "@/question/words.ts";
import { summary } from "@/rooms/event/summary.ts";
import { ofPerson } from "@/rooms/recording/question.ts";
import { useRecordings } from "@/rooms/recording/useRecordings.ts";
import { tellError } from "@/shell/errors.ts";
import { useProject } from "@/shell/session.tsx";
import { Button } from "@/ui/Button.tsx";
import { TextField } from "@/ui/Field.tsx";
import { Failure, SkeletonRows } from "@/ui/State.tsx";
import styles from "./interview.module.css";

const SHOWN = 8;

export function Beside({ study, one }: { study: string; one: ParticipantWhole }) {
  const speech = useSpeech();
  const { t } = speech;
  const project = useProject();
  const client = useQueryClient();
  const [typed, setTyped] = useState("");
  const found = useQuery({ queryKey: ["people", project.id, "of", one.email], enabled: !one.person, queryFn: ({ signal }) => api.people(project.id, { search: one.email, limit: 5 }, signal), retry: false });
  const name = useMutation({
    mutationFn: (person: string | null) => api.nameParticipant(project.id, study, one.id, person),
    onSuccess: (changed) => client.setQueryData(["participant", project.id, study, one.id], changed),
  });
  const readOnly = project.role === "viewer";
  if (one.person) {
    return (
      <div className={styles.fields}>
        <Link to="/p/$project/people/$person" params={{ project: String(project.id), person: one.person }}>
          {personName(one.person, speech)}
        </Link>
        <Sessions person={one.person} />
        {!readOnly && (
          <div>
            <Button size="small" busy={name.isPending} onClick={() => name.mutate(null)}>
              {t("interview.notThem")}
            </Button>
          </div>
        )}
      </div>
    );
  }
  const matches = (found.data?.people ?? []).filter((person) => person.email?.toLowerCase() === one.email || person.id.toLowerCase() === one.email);
  return (
    <div className={styles.fields}>
      {found.isPending && <SkeletonRows rows={2} />}
      <p className={styles.quiet}>{matches.length > 0 ? t("interview.maybeThem") : t("interview.nobodyKnown")}</p>
      {!readOnly &&
        matches.map((person) => (
          <Button key={person.id} busy={name.isPending} onClick={() => name.mutate(person.id)}>
            {t("interview.thisIs", { name: person.name ?? person.id })}
          </Button>
        ))}
      {!readOnly && (
        <div className={styles.line}>
          <TextField label={t("interview.personId")} value={typed} onChange={(event) => setTyped(event.target.value)} />
          <Button size="small" disabled={typed.trim() === ""} busy={name.isPending} onClick={() => name.mutate(typed.trim())}>
            {t("interview.link")}
          </Button>
        </div>
      )}
      {name.error && <Failure {...tellError(name.error, speech)} />}
    </div>
  );
}

function Sessions({ person }: { person: string }) {
  const speech = useSpeech();
  const { t, format } = speech;
  const project = useProject();
  const recorded = useRecordings(ofPerson(person), SHOWN);
  const timeline = useQuery({ queryKey: ["timeline", project.id, person, "beside"], queryFn: ({ signal }) => api.timeline(project.id, person, { before: null, limit: 60 }, signal), retry: false });
  const events = timeline.data?.answer.events ?? [];
  const answers = events.filter((event) => event.event === "$survey_answered").slice(0, SHOWN);
  const line = (event: TimelineEvent) => (
    <li key={event.insert_id}>
      <span>{event.event === "$survey_answered" ? answerOf(event) : eventName(event.event, speech)}</span>
      <small className={styles.under}>{[format.moment(event.time, project.timezone), event.event === "$survey_answered" ? String(event.properties["$survey_name"] ?? "") : summary(event.properties, speech)].filter(Boolean).join(" · ")}</small>
    </li>
  );
  return (
    <>
      <h3>{t("interview.recordings")}</h3>
      {recorded.isPending && <SkeletonRows rows={2} />}
      {recorded.data && recorded.recordings.length === 0 && <p className={styles.quiet}>{t("interview.noRecordings")}</p>}
      <ul className={styles.plain}>
        {recorded.recordings.slice(0, SHOWN).map((row) => (
          <li key={row.session}>
            <Link to="/p/$project/recordings/$session" params={{ project: String(project.id), session: row.session }} search={{}} className={styles.watch}>
              <Play aria-hidden />
              {format.moment(row.start, project.timezone)}
            </Link>
          </li>
        ))}
      </ul>
      <h3>{t("interview.answers")}</h3>
      {answers.length === 0 ? <p className={styles.quiet}>{t("interview.noAnswers")}</p> : <ul className={styles.plain}>{answers.map(line)}</ul>}
      <h3>{t("interview.latest")}</h3>
      {timeline.isPending && <SkeletonRows rows={3} />}
      {timeline.data && events.length === 0 && <p className={styles.quiet}>{t("interview.noEvents")}</p>}
      <ul className={styles.plain}>{events.slice(0, SHOWN).map(line)}</ul>
    </>
  );
}

function answerOf(event: TimelineEvent): string {
  const { $answer, $score } = event.properties;
  return [$score, $answer].filter((part) => part != null && part !== "").join(" · ") || "–";
}
