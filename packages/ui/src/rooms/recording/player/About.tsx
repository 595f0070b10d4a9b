// Whose recording it is, and what it holds, in figures.
import { Link } from "@tanstack/react-router";
import { Flame } from "lucide-react";
import type { Manifest } from "@/api/recording.ts";
import { useSpeech } from "@/i18n/language.tsx";
import { usePersonName } from "@/report/peopleNames.ts";
import { useProject } from "@/shell/session.tsx";
import { ofPerson } from "../question.ts";
import { deviceName, signalName } from "../words.ts";
import styles from "./About.module.css";

export function About({ manifest }: { manifest: Manifest }) {
  const speech = useSpeech();
  const { t, format } = speech;
  const project = useProject();
  const { recording, documents } = manifest;
  const signals = Object.entries(recording.signals).filter(([, n]) => n > 0).toSorted((a, b) => b[1] - a[1]);
  const level = documents.find(({ profile }) => profile?.level)?.profile?.level;
  const rows: [string, string | null][] = [
    [t("recordings.field.start"), format.moment(recording.start, project.timezone, true)],
    [t("recordings.field.duration"), format.duration(recording.duration_seconds)],
    [t("recordings.field.active"), format.duration(recording.active_seconds)],
    [t("recordings.field.pages"), format.number(recording.pages)],
    [t("recordings.field.entry"), recording.entry],
    [t("recordings.field.exit"), recording.exit],
    [t("recordings.field.clicks"), format.number(recording.clicks)],
    [t("recordings.field.score"), recording.score === null ? null : t("recordings.score", { score: format.number(recording.score) })],
    [t("recordings.field.errors"), format.number(recording.errors)],
    [t("recordings.field.failedRequests"), format.number(recording.failed_requests)],
    [t("recordings.field.device"), deviceName(recording.device, speech)],
    [t("recordings.field.browser"), [recording.browser, recording.os].filter(Boolean).join(" · ")],
    [t("recordings.field.country"), recording.country],
    [t("player.masking"), level ? t("player.maskingLevel", { level }) : null],
    [t("player.size"), recording.bytes === undefined ? null : format.bytes(recording.bytes)],
  ];
  return (
    <div className={styles.about}>
      {recording.person !== null && <Who person={recording.person} />}
      <dl>
        {rows.map(([label, value]) =>
          value === null || value === "" ? null : (
            <div key={label}>
              <dt>{label}</dt>
              <dd>{value}</dd>
            </div>
          ),
        )}
      </dl>
      <Pages manifest={manifest} />
      {signals.length > 0 && (
        <>
          <h3>{t("recordings.group.trouble")}</h3>
          <dl>
            {signals.map(([name, n]) => (
              <div key={name}>
                <dt>{signalName(name, speech)}</dt>
                <dd>{format.number(n)}</dd>
              </div>
            ))}
          </dl>
        </>
      )}
    </div>
  );
}

/** The pages that were seen, each once, with the way to what everybody did there. */
function Pages({ manifest }: { manifest: Manifest }) {
  const { t } = useSpeech();
  const project = useProject();
  const pages = [...new Set(manifest.pages.map(({ page }) => page))];
  if (pages.length === 0) return null;
  return (
    <>
      <h3>{t("player.pagesSeen")}</h3>
      <ul className={styles.pages}>
        {pages.map((page) => (
          <li key={page}>
            <Link to="/p/$project/heatmaps" params={{ project: String(project.id) }} search={{ q: { kind: "heatmap", page, range: { last: 30, unit: "day" } } }} title={t("player.heatmapOf", { page })}>
              <Flame aria-hidden />
              {page}
            </Link>
          </li>
        ))}
      </ul>
    </>
  );
}

function Who({ person }: { person: string }) {
  const { t } = useSpeech();
  const project = useProject();
  const { named, rowRef } = usePersonName<HTMLDivElement>(person);
  const params = { project: String(project.id) };
  return (
    <div ref={rowRef} className={styles.who}>
      <Link to="/p/$project/people/$person" params={{ ...params, person }}>
        {named?.name ?? named?.email ?? person}
      </Link>
      {named?.email && named.name && <small>{named.email}</small>}
      <Link to="/p/$project/recordings" params={params} search={{ q: ofPerson(person) }}>
        {t("player.otherRecordings")}
      </Link>
    </div>
  );
}
