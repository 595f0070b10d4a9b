// The shapes of interviews: studies, those who take part, notes and files.
import type { components } from "./schema.d.ts";

type Schema = components["schemas"];

export type StudyStatus = "draft" | "open" | "paused" | "closed";
export type ParticipantStatus = "invited" | "waiting" | "screened_out" | "booked" | "done" | "no_show" | "cancelled";

export interface Texts {
  en: string;
  fr: string;
}

export interface Hours {
  /** 1 is Monday. */
  weekday: number;
  from: string;
  to: string;
}

export interface ScreenerQuestion {
  text: Texts;
  choices: { text: Texts; passes: boolean }[];
}

/** Everything of a study but its title and status. */
export interface StudyDefinition {
  goal: string;
  minutes: number;
  meeting_url: string;
  wanted: number;
  host: { name: string; email: string };
  timezone: string;
  availability: Hours[];
  every_minutes: number;
  buffer_before_minutes: number;
  buffer_after_minutes: number;
  notice_hours: number;
  max_a_day: number;
  horizon_days: number;
  approval: "automatic" | "manual";
  screener: ScreenerQuestion[];
  consent: Texts;
  invitation: Texts;
  incentive: Texts;
  observers: { name: string; role: string }[];
}

export type Counts = Partial<Record<ParticipantStatus, number>>;
export type StudyInList = Omit<Schema["StudyInList"], "status" | "counts"> & { status: StudyStatus; counts: Counts };
export type Study = Omit<Schema["InterviewStudyWhole"], "status" | "counts" | "definition"> & { status: StudyStatus; counts: Counts; definition: StudyDefinition };
export type Participant = Omit<Schema["Participant"], "status"> & { status: ParticipantStatus };
export type InterviewNote = Schema["InterviewNote"];
export type InterviewFile = Schema["InterviewFile"];
export type ParticipantWhole = Omit<Schema["ParticipantWhole"], "status"> & { status: ParticipantStatus };
export type Invited = Schema["InvitedToInterview"];
export type Removed = Schema["RemovedOfInterview"];

export interface NewNote {
  text: string;
  tags: string[];
  at_ms: number;
  to_ms: number | null;
  is_highlight: boolean;
}

export interface NewPerson {
  email: string;
  name?: string;
  person?: string | null;
  language?: string;
}

export type InviteSource = "pasted" | "survey" | "person" | "cohort";
