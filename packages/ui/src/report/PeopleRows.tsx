// A row of a list of people: who, and when.
import { Link } from "@tanstack/react-router";
import type { PeopleAnswer } from "@/api/types.ts";
import { useSpeech } from "@/i18n/language.tsx";
import { personName } from "@/question/words.ts";
import { useProject } from "@/shell/session.tsx";
import { usePersonName } from "./peopleNames.ts";
import styles from "./PeoplePanel.module.css";

type Behind = PeopleAnswer["people"][number];

/** When the steps of an attempt were: the first, and how long after it the last. */
function Times({ person }: { person: Behind }) {
  const { format } = useSpeech();
  const project = useProject();
  const times = (person.times ?? []).filter((time): time is string => time !== null);
  const [first] = times;
  if (first === undefined) return null;
  return (
    <span className={styles.when}>
      {format.moment(first, project.timezone)}
      {times.length > 1 && ` → +${format.duration((Date.parse(times.at(-1) as string) - Date.parse(first)) / 1000)}`}
    </span>
  );
}

/** Somebody, by name once their profile is known. */
export function PersonRow({ person }: { person: Behind }) {
  const speech = useSpeech();
  const project = useProject();
  const { named, rowRef } = usePersonName<HTMLLIElement>(person.id);
  const name = named?.name ?? named?.email ?? null;
  const below = [named?.email && named.email !== name ? named.email : null, name !== null && name !== person.id ? person.id : null].filter((one) => one !== null && one !== name);
  return (
    <li ref={rowRef}>
      <Link to="/p/$project/people/$person" params={{ project: String(project.id), person: person.id }} data-row>
        <span className={styles.id} title={person.id}>
          {name ?? personName(person.id, speech)}
        </span>
        <Times person={person} />
        {below.length > 0 && <span className={styles.below}>{[...new Set(below)].join(" · ")}</span>}
      </Link>
    </li>
  );
}

/** A device, which has a page, or a group, which has none. */
export function PlainRow({ person, link }: { person: Behind; link: string | null }) {
  const project = useProject();
  const inside = (
    <>
      <span className={styles.id}>{person.id}</span>
      <Times person={person} />
    </>
  );
  if (link === null) return <li className={styles.plain}>{inside}</li>;
  return (
    <li>
      <Link to="/p/$project/people/$person" params={{ project: String(project.id), person: link }} data-row>
        {inside}
      </Link>
    </li>
  );
}

export function deviceId(id: string): string {
  return id.startsWith("$device:") ? id : `$device:${id}`;
}
