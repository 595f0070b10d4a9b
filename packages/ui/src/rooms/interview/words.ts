// The words of interviews: states, where people came from, and what is missing before a study can be opened.
import type { ParticipantStatus, StudyStatus } from "@/api/interview.ts";
import type { MessageKey } from "@/i18n/catalogue.ts";

export const STUDY_STATUS: Record<StudyStatus, MessageKey> = {
  draft: "interview.status.draft",
  open: "interview.status.open",
  paused: "interview.status.paused",
  closed: "interview.status.closed",
};

export const PARTICIPANT_STATUS: Record<ParticipantStatus, MessageKey> = {
  invited: "interview.of.invited",
  waiting: "interview.of.waiting",
  screened_out: "interview.of.screened_out",
  booked: "interview.of.booked",
  done: "interview.of.done",
  no_show: "interview.of.no_show",
  cancelled: "interview.of.cancelled",
};

export const SOURCE: Record<string, MessageKey> = {
  link: "interview.source.link",
  pasted: "interview.source.pasted",
  survey: "interview.source.survey",
  person: "interview.source.person",
  cohort: "interview.source.cohort",
};

export const PROBLEM: Record<string, MessageKey> = {
  no_hours: "interview.problem.no_hours",
  no_host: "interview.problem.no_host",
  no_host_email: "interview.problem.no_host_email",
  no_consent: "interview.problem.no_consent",
  no_meeting: "interview.problem.no_meeting",
  hours_too_short: "interview.problem.hours_too_short",
  no_words: "interview.problem.no_words",
  nobody_passes: "interview.problem.nobody_passes",
};

export const WEEKDAYS: MessageKey[] = ["interview.monday", "interview.tuesday", "interview.wednesday", "interview.thursday", "interview.friday", "interview.saturday", "interview.sunday"];

/** `1:05` of milliseconds; hours once there are some. */
export function clockOf(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  const two = (n: number): string => String(n).padStart(2, "0");
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  return hours > 0 ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`;
}

/** The milliseconds of `1:05`, `65` (seconds) or `1:02:03`; `null` for anything else. */
export function msOf(text: string): number | null {
  const parts = text.trim().split(":");
  if (parts.length > 3 || parts.some((part) => !/^\d{1,4}$/.test(part))) return null;
  return parts.reduce((whole, part) => whole * 60 + Number(part), 0) * 1000;
}

/** Addresses as people paste them: one a line, or `Ada <ada@example.org>`, or parted by commas and semicolons. */
export function pastedPeople(text: string): { email: string; name: string }[] {
  const found = text.split(/[\n,;\t]+/).map((part) => part.trim()).filter((part) => part !== "");
  const people = found.map((part) => {
    const named = /^(.*)<([^<>]+)>$/.exec(part);
    return named ? { email: (named[2] ?? "").trim(), name: (named[1] ?? "").trim().replace(/^"|"$/g, "") } : { email: part, name: "" };
  });
  return people.filter((one, i) => people.findIndex((other) => other.email.toLowerCase() === one.email.toLowerCase()) === i);
}
