// Recordings as the server answers them. Times inside a recording are milliseconds from its start.

export interface RecordingRow {
  session: string;
  person: string | null;
  /** ISO instants. */
  start: string;
  end: string;
  /** All of it, and that in which the person did something. */
  duration_seconds: number;
  active_seconds: number;
  pages: number;
  entry: string | null;
  exit: string | null;
  clicks: number;
  keys: number;
  signals: Record<string, number>;
  score: number | null;
  errors: number;
  failed_requests: number;
  device: string | null;
  browser: string | null;
  os: string | null;
  country: string | null;
  bytes?: number;
  watched: boolean;
  notes: number;
  /** More of it may still come. */
  is_live?: boolean;
  /** Where the sought thing happens, if something was sought. */
  moment_ms?: number | null;
}

export interface RecordingsAnswer {
  count: number;
  recordings: RecordingRow[];
  next?: string | null;
}

export interface RecordedDocument {
  document: string;
  tab: string;
  start: number;
  end: number;
  first_segment: number | null;
  is_interaction_only: boolean;
  profile?: { level?: string; recorder?: string; server_level?: string } | null;
}

export interface RecordedSegment {
  n: number;
  document: string;
  t0: number;
  t1: number;
  bytes: number;
  has_snapshot: boolean;
}

export type MarkerKind = "click" | "signal" | "error" | "request" | "console" | "event" | "note" | "input" | "survey" | "trigger";

export interface Marker {
  t: number;
  kind: MarkerKind;
  document?: string;
  /** Of a signal or an event. */
  name?: string;
  selector?: string;
  text?: string;
  level?: string;
  method?: string;
  url?: string;
  status?: number;
  ms?: number;
  /** What set a recording off. */
  why?: string;
  /** The kind of an error. */
  error?: string;
}

export interface RecordingProblem {
  code: string;
  message: string;
  document?: string | null;
  /** How many, where the code counts something. */
  n?: number | null;
}

export interface Manifest {
  recording: RecordingRow;
  documents: RecordedDocument[];
  segments: RecordedSegment[];
  pages: { t: number; page: string; document: string }[];
  markers: Marker[];
  activity: [number, number][];
  problems: RecordingProblem[];
}

export interface RecordingNote {
  id: string;
  text: string;
  from_ms: number;
  to_ms: number | null;
  tags: string[];
  author: string;
  created_at: string;
}

export interface RecordingShare {
  id: string;
  at_ms: number;
  expires_at: string;
  revoked_at?: string | null;
  created_at: string;
  created_by: string;
  views: number;
  /** Only when it was just made. */
  token?: string;
}
