// Every request the screens make: one function per door of the HTTP contract, typed by the generated schema. Errors come
// back as `ApiError`, whose code and field the screens turn into words.
import createClient from "openapi-fetch";
import type { Alert, AlertDefinition, AlertHistory, AlertPreview, Annotation, NewAlert, Why } from "./alert.ts";
import type {
  CheckedSurvey, MailBlock, PersonalLinks, Survey, SurveyAlerts, SurveyAlertSettings, SurveyDecision, SurveyInList, SurveyPage, SurveyResponse, SurveyResults, SurveyStatus, ThemeCorrection, ThemeCorrections, Themes,
} from "./survey.ts";
import type { CheckedUserTest, ParticipantNote, UserTest, UserTestInList, UserTestResults } from "./userTest.ts";
import type { InterviewNote, Invited, InviteSource, NewNote, NewPerson, Participant, ParticipantStatus, ParticipantWhole, Removed, Study, StudyDefinition, StudyInList, StudyStatus } from "./interview.ts";
import type { Definition } from "@/question/definition.ts";
import type { Question, QuestionKind, Range } from "@/question/question.ts";
import type { Manifest, RecordingNote, RecordingShare, RecordingsAnswer } from "./recording.ts";
import type { Board, BoardDefinition, BoardInList, DefinitionVersion, Metric, MetricDefinition, MetricInUse, Metrics, MetricTree, MetricTreeDefinition, MetricTreeValue, MetricValue, NewMetric, NewShareLink, OpenedLink, ShareLink, TileAnswer, TileLook } from "./board.ts";
import type { CheckedTask, NewTask, Task } from "./task.ts";
import type { BroughtPlan, DraftedPlan, ObservedEvent, Plan, PlanHealth, PlanState, PlanVersions, PlanViolation, PublishedPlan, QuarantinedEvent, SeenUnplanned } from "./plan.ts";
import type { paths } from "./schema.d.ts";
import type { AnswerOf, Answered, Cell, Cohort, CustomEvent, FrictionWeight, FrictionWeights, KeyScope, LiveAnswer, NewCohort, NewCustomEvent, NewCustomProperty, NewLookupTable, NewPageMapping, NewReport, PageMappingToCheck, PageMappingToComplete, People, PeopleAnswer, PersonDetail, Report, Role, TimelineAnswer } from "./types.ts";

export class ApiError extends Error {
  constructor(
    /** 0 when the server was not reached. */
    readonly status: number,
    readonly code: string,
    message: string,
    readonly field: string | null,
  ) {
    super(message);
  }
}

const http = createClient<paths>({ credentials: "same-origin", headers: { "Content-Type": "application/json" } });

interface Outcome<T> {
  data?: T;
  error?: unknown;
  response: Response;
}

/** `T` may be narrower than the schema where the contract leaves an object open. */
async function read<S, T = S>(sent: Promise<Outcome<S>>): Promise<T> {
  let outcome: Outcome<S>;
  try {
    outcome = await sent;
  } catch (cause) {
    if (cause instanceof DOMException && cause.name === "AbortError") throw cause;
    // A body that is not JSON is a proxy's page, not our server's answer.
    throw new ApiError(0, "unreachable", cause instanceof Error ? cause.message : "network error", null);
  }
  if (outcome.response.ok) return outcome.data as unknown as T;
  const error = (outcome.error as { error?: { code?: string; message?: string; field?: string | null } } | undefined)?.error;
  throw new ApiError(outcome.response.status, error?.code ?? "unexpected", error?.message ?? outcome.response.statusText, error?.field ?? null);
}

/** An answer with objects that the contract leaves open. */
function open<T>(sent: Promise<Outcome<unknown>>): Promise<T> {
  return read<unknown, T>(sent);
}

export interface NewRecordingNote {
  text: string;
  from_ms: number;
  to_ms: number | null;
  tags: string[];
}

export interface RecordingSettingsBody {
  is_on: boolean;
  /** What the server masks at least. */
  masking: string;
  keep_days: number;
}

function door<T>(method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE", path: string, { body, signal, headers }: { body?: object; signal?: AbortSignal; headers?: Record<string, string> } = {}): Promise<T> {
  const send = http[method] as (path: string, options: object) => Promise<Outcome<unknown>>;
  return open<T>(send(path, { ...(body ? { body } : {}), signal, headers }));
}

const namedPath = (project: number, what: "boards" | "metrics" | "metric-trees" | "alerts" | "annotations", id: string): string => `/api/projects/${project}/${what}/${encodeURIComponent(id)}`;
const linksPath = (project: number, board: string): string => `${namedPath(project, "boards", board)}/links`;
const sharedBoardPath = (token: string): string => `/api/shared/boards/${encodeURIComponent(token)}`;
/** That somebody gave the password of a link. */
const passed = (pass: string | null): Record<string, string> => (pass ? { "X-Share-Pass": pass } : {});
const userTestPath = (project: number, test: string): string => `/api/projects/${project}/user-tests/${encodeURIComponent(test)}`;
/** Sends a file as it is. */
function upload<T>(path: string, file: File): Promise<T> {
  const sent = async (): Promise<Outcome<unknown>> => {
    const response = await fetch(path, { method: "POST", credentials: "same-origin", headers: { "Content-Type": "application/octet-stream" }, body: file });
    const said: unknown = await response.json().catch(() => undefined);
    return response.ok ? { data: said, response } : { error: said, response };
  };
  return open<T>(sent());
}

const studyPath = (project: number, study: string): string => `/api/projects/${project}/interviews/${encodeURIComponent(study)}`;
const participantPath = (project: number, study: string, participant: string): string => `${studyPath(project, study)}/participants/${encodeURIComponent(participant)}`;

export const api = {
  status: () => read(http.GET("/api/status")),
  setUp: (body: { token: string; email: string; name: string; password: string; language: string }) => read(http.POST("/api/setup", { body })),
  signIn: (body: { email: string; password: string }) => read(http.POST("/api/session", { body })),
  signInByLink: (token: string) => read(http.POST("/api/session/link", { body: { token } })),
  signOut: () => read(http.DELETE("/api/session")),
  me: () => read(http.GET("/api/me")),
  changeMe: (body: { name?: string; language?: string; password?: string; current_password?: string }) => read(http.PATCH("/api/me", { body })),

  createProject: (body: { name: string; timezone: string }) => read(http.POST("/api/projects", { body })),
  changeProject: (project: number, body: { name?: string; timezone?: string; week_start?: string; session_timeout_minutes?: number }) =>
    read(http.PATCH("/api/projects/{project}", { params: { path: { project } }, body })),
  rotateWriteKey: (project: number) => read(http.POST("/api/projects/{project}/write-key", { params: { path: { project } } })),
  keys: (project: number) => read(http.GET("/api/projects/{project}/keys", { params: { path: { project } } })),
  createKey: (project: number, body: { name: string; scopes: KeyScope[] }) => read(http.POST("/api/projects/{project}/keys", { params: { path: { project } }, body })),
  removeKey: (project: number, key: string) => read(http.DELETE("/api/projects/{project}/keys/{key}", { params: { path: { project, key } } })),

  members: (project: number) => read(http.GET("/api/projects/{project}/members", { params: { path: { project } } })),
  inviteMember: (project: number, body: { email: string; role: Role; language: string }) => read(http.POST("/api/projects/{project}/members", { params: { path: { project } }, body })),
  changeMember: (project: number, user: string, role: Role) => read(http.PUT("/api/projects/{project}/members/{user}", { params: { path: { project, user } }, body: { role } })),
  removeMember: (project: number, user: string) => read(http.DELETE("/api/projects/{project}/members/{user}", { params: { path: { project, user } } })),
  inviteAgain: (project: number, user: string) => read(http.POST("/api/projects/{project}/members/{user}/link", { params: { path: { project, user } } })),
  accounts: () => read(http.GET("/api/users")),
  mail: () => read(http.GET("/api/mail")),
  testMail: () => read(http.POST("/api/mail/test")),
  retryMail: (mail: string) => read(http.POST("/api/mail/{mail}/retry", { params: { path: { mail } } })),
  changeAccount: (user: string, everywhere: Role | "none") => read(http.PATCH("/api/users/{user}", { params: { path: { user } }, body: { everywhere } })),
  removeAccount: (user: string) => read(http.DELETE("/api/users/{user}", { params: { path: { user } } })),
  accountLink: (user: string) => read(http.POST("/api/users/{user}/link", { params: { path: { user } } })),
  lookAtInvitation: (token: string) => read(http.POST("/api/invitation/look", { body: { token } })),
  acceptInvitation: (body: { token: string; name: string; password: string; language: string }) => read(http.POST("/api/invitation", { body })),
  audit: (project: number, query: { before?: number; limit: number }) => read(http.GET("/api/projects/{project}/audit", { params: { path: { project }, query } })),

  names: (project: number, query: { search?: string; limit?: number }, signal?: AbortSignal) => read(http.GET("/api/projects/{project}/names", { params: { path: { project }, query }, signal })),
  properties: (project: number, query: { of: string; event?: string }, signal?: AbortSignal) =>
    read(http.GET("/api/projects/{project}/properties", { params: { path: { project }, query }, signal })),
  values: (project: number, query: { property: string; of: string; event?: string; search?: string; limit?: number }, signal?: AbortSignal) =>
    read(http.GET("/api/projects/{project}/values", { params: { path: { project }, query }, signal })),

  ask: <K extends QuestionKind>(project: number, question: Extract<Question, { kind: K }> & { language: string }, queryId: string, signal?: AbortSignal) =>
    asked<AnswerOf[K]>(project, question, { signal, headers: { "X-Query-Id": queryId } }),
  progress: (project: number, query: string, signal?: AbortSignal) => read(http.GET("/api/projects/{project}/queries/{query}", { params: { path: { project, query } }, signal })),
  peopleBehind: (project: number, of: Question, at: Cell, page: { limit: number; after?: string | null; properties?: string[] }, signal?: AbortSignal) =>
    asked<PeopleAnswer>(project, { kind: "people", of, at, limit: page.limit, ...(page.after == null ? {} : { after: page.after }), ...(page.properties ? { properties: page.properties } : {}) }, { signal }),
  timeline: (project: number, person: string, query: { before: string | null; limit: number }, signal?: AbortSignal) =>
    asked<TimelineAnswer>(project, { kind: "timeline", person, limit: query.limit, ...(query.before === null ? {} : { before: query.before }) }, { signal }),

  live: (project: number, query: { after?: number | null; limit: number }, signal?: AbortSignal) =>
    open<LiveAnswer>(http.GET("/api/projects/{project}/live", { params: { path: { project }, query: { limit: query.limit, ...(query.after == null ? {} : { after: query.after }) } }, signal })),
  refused: (project: number, query: { before?: number | null; limit: number; stage?: string; code?: string }, signal?: AbortSignal) =>
    read(http.GET("/api/projects/{project}/refused", { params: { path: { project }, query }, signal })),
  replay: (project: number, body: { ids: number[] } | { all: true }) => read(http.POST("/api/projects/{project}/refused/replay", { params: { path: { project } }, body })),

  people: (project: number, query: { search?: string; limit: number; before?: string | null }, signal?: AbortSignal) =>
    open<People>(http.GET("/api/projects/{project}/people", { params: { path: { project }, query: { ...query, search: query.search === "" ? undefined : query.search } }, signal })),
  person: (project: number, person: string, signal?: AbortSignal) => open<PersonDetail>(http.GET("/api/projects/{project}/people/{person}", { params: { path: { project, person } }, signal })),
  ledger: (project: number, person: string, signal?: AbortSignal) => read(http.GET("/api/projects/{project}/people/{person}/ledger", { params: { path: { project, person } }, signal })),
  merge: (project: number, person: string, from: string) => read(http.POST("/api/projects/{project}/people/{person}/merge", { params: { path: { project, person } }, body: { from } })),
  split: (project: number, person: string, identity: string) => read(http.POST("/api/projects/{project}/people/{person}/split", { params: { path: { project, person } }, body: { identity } })),

  cohorts: (project: number) => open<{ cohorts: Cohort[] }>(http.GET("/api/projects/{project}/cohorts", { params: { path: { project } } })),
  cohort: (project: number, cohort: string) => open<Cohort>(http.GET("/api/projects/{project}/cohorts/{cohort}", { params: { path: { project, cohort } } })),
  createCohort: (project: number, body: NewCohort) => open<Cohort>(http.POST("/api/projects/{project}/cohorts", { params: { path: { project } }, body: body as never })),
  changeCohort: (project: number, cohort: string, body: NewCohort) => open<Cohort>(http.PUT("/api/projects/{project}/cohorts/{cohort}", { params: { path: { project, cohort } }, body: body as never })),
  removeCohort: (project: number, cohort: string) => read(http.DELETE("/api/projects/{project}/cohorts/{cohort}", { params: { path: { project, cohort } } })),
  cohortPeople: (project: number, definition: Definition, limit: number, signal?: AbortSignal) => asked<PeopleAnswer>(project, { kind: "cohort", definition, limit }, { signal }),

  recordings: (project: number, question: object, signal?: AbortSignal) => asked<RecordingsAnswer>(project, question, { signal }),
  recording: (project: number, session: string, signal?: AbortSignal) => door<Manifest>("GET", `/api/projects/${project}/recordings/${encodeURIComponent(session)}`, { signal }),
  recordingSegment: (project: number, session: string, n: number, signal?: AbortSignal) => door<unknown>("GET", `/api/projects/${project}/recordings/${encodeURIComponent(session)}/segments/${n}`, { signal }),
  removeRecording: (project: number, session: string) => door<void>("DELETE", `/api/projects/${project}/recordings/${encodeURIComponent(session)}`),
  recordingNotes: (project: number, session: string, signal?: AbortSignal) => door<{ notes: RecordingNote[] }>("GET", `/api/projects/${project}/recordings/${encodeURIComponent(session)}/notes`, { signal }),
  createRecordingNote: (project: number, session: string, body: NewRecordingNote) => door<RecordingNote>("POST", `/api/projects/${project}/recordings/${encodeURIComponent(session)}/notes`, { body }),
  changeRecordingNote: (project: number, session: string, note: string, body: Partial<NewRecordingNote>) => door<RecordingNote>("PATCH", `/api/projects/${project}/recordings/${encodeURIComponent(session)}/notes/${note}`, { body }),
  removeRecordingNote: (project: number, session: string, note: string) => door<void>("DELETE", `/api/projects/${project}/recordings/${encodeURIComponent(session)}/notes/${note}`),
  markWatched: (project: number, session: string, watched: boolean) => door<void>(watched ? "PUT" : "DELETE", `/api/projects/${project}/recordings/${encodeURIComponent(session)}/watched`),
  recordingShares: (project: number, session: string, signal?: AbortSignal) => door<{ shares: RecordingShare[] }>("GET", `/api/projects/${project}/recordings/${encodeURIComponent(session)}/shares`, { signal }),
  shareRecording: (project: number, session: string, body: { at_ms: number; expires_at: string }) => door<RecordingShare>("POST", `/api/projects/${project}/recordings/${encodeURIComponent(session)}/shares`, { body }),
  removeRecordingShare: (project: number, session: string, share: string) => door<void>("DELETE", `/api/projects/${project}/recordings/${encodeURIComponent(session)}/shares/${share}`),
  recordingSettings: (project: number) => door<RecordingSettingsBody>("GET", `/api/projects/${project}/recording-settings`),
  changeRecordingSettings: (project: number, body: RecordingSettingsBody) => door<RecordingSettingsBody>("PUT", `/api/projects/${project}/recording-settings`, { body }),
  sharedRecording: (token: string, signal?: AbortSignal) => door<Manifest & { at_ms?: number }>("GET", `/api/shared/recordings/${encodeURIComponent(token)}`, { signal }),
  sharedSegment: (token: string, n: number, signal?: AbortSignal) => door<unknown>("GET", `/api/shared/recordings/${encodeURIComponent(token)}/segments/${n}`, { signal }),

  surveys: (project: number) => door<{ surveys: SurveyInList[] }>("GET", `/api/projects/${project}/surveys`),
  survey: (project: number, survey: string) => door<Survey>("GET", `/api/projects/${project}/surveys/${encodeURIComponent(survey)}`),
  checkSurvey: (project: number, definition: object, signal?: AbortSignal) => door<CheckedSurvey>("POST", `/api/projects/${project}/surveys/check`, { body: { definition }, signal }),
  createSurvey: (project: number, body: { name: string; definition: object }) => door<Survey>("POST", `/api/projects/${project}/surveys`, { body }),
  changeSurvey: (project: number, survey: string, body: { name: string; definition: object }) => door<Survey>("PUT", `/api/projects/${project}/surveys/${encodeURIComponent(survey)}`, { body }),
  removeSurvey: (project: number, survey: string) => door<void>("DELETE", `/api/projects/${project}/surveys/${encodeURIComponent(survey)}`),
  publishSurvey: (project: number, survey: string) => door<Survey>("POST", `/api/projects/${project}/surveys/${encodeURIComponent(survey)}/publish`),
  changeSurveyStatus: (project: number, survey: string, status: SurveyStatus) => door<Survey>("PUT", `/api/projects/${project}/surveys/${encodeURIComponent(survey)}/status`, { body: { status } }),
  surveyResults: (project: number, survey: string, body: object, signal?: AbortSignal) => door<SurveyResults>("POST", `/api/projects/${project}/surveys/${encodeURIComponent(survey)}/results`, { body, signal }),
  surveyThemes: (project: number, survey: string, body: object, signal?: AbortSignal) => door<Themes>("POST", `/api/projects/${project}/surveys/${encodeURIComponent(survey)}/themes`, { body, signal }),
  correctThemes: (project: number, survey: string, body: { question: string; correction: ThemeCorrection }) => door<ThemeCorrections>("POST", `/api/projects/${project}/surveys/${encodeURIComponent(survey)}/themes/corrections`, { body }),
  takeBackThemeCorrection: (project: number, survey: string, id: number) => door<void>("DELETE", `/api/projects/${project}/surveys/${encodeURIComponent(survey)}/themes/corrections?id=${id}`),
  surveyResponses: (project: number, survey: string, body: object, signal?: AbortSignal) => door<{ responses: SurveyResponse[]; next: string | null }>("POST", `/api/projects/${project}/surveys/${encodeURIComponent(survey)}/responses`, { body, signal }),
  whySurvey: (project: number, survey: string, person: string, page: string, signal?: AbortSignal) =>
    door<SurveyDecision>("GET", `/api/projects/${project}/surveys/${encodeURIComponent(survey)}/why?${new URLSearchParams({ person, ...(page ? { page } : {}) }).toString()}`, { signal }),
  surveyPage: (project: number, survey: string) => door<SurveyPage>("GET", `/api/projects/${project}/surveys/${encodeURIComponent(survey)}/page`),
  changeSurveyPage: (project: number, survey: string, body: { slug: string; is_open: boolean }) => door<SurveyPage>("PUT", `/api/projects/${project}/surveys/${encodeURIComponent(survey)}/page`, { body }),
  /** The address of the picture; another one when the page's address changes. */
  surveyCode: (project: number, survey: string, slug: string) => `/api/projects/${project}/surveys/${encodeURIComponent(survey)}/page.svg?of=${encodeURIComponent(slug)}`,
  surveyLinks: (project: number, survey: string, body: { people: string[]; of: string; days: number; once: boolean }) => door<PersonalLinks>("POST", `/api/projects/${project}/surveys/${encodeURIComponent(survey)}/links`, { body }),
  surveyMail: (project: number, survey: string, language: string, personal: boolean) =>
    door<MailBlock>("GET", `/api/projects/${project}/surveys/${encodeURIComponent(survey)}/mail?${new URLSearchParams({ language, personal: String(personal) }).toString()}`),
  surveyAlerts: (project: number, survey: string) => door<SurveyAlerts>("GET", `/api/projects/${project}/surveys/${encodeURIComponent(survey)}/alerts`),
  changeSurveyAlerts: (project: number, survey: string, body: SurveyAlertSettings) => door<SurveyAlerts>("PUT", `/api/projects/${project}/surveys/${encodeURIComponent(survey)}/alerts`, { body }),
  responsesFile: (project: number, survey: string, language: string) => `/api/projects/${project}/surveys/${encodeURIComponent(survey)}/responses.csv?language=${encodeURIComponent(language)}`,
  responsesJson: (project: number, survey: string) => `/api/projects/${project}/surveys/${encodeURIComponent(survey)}/responses.json`,

  plan: (project: number) => door<PlanState>("GET", `/api/projects/${project}/plan`),
  keepPlan: (project: number, body: { document: Plan; revision: number }) => door<DraftedPlan>("PUT", `/api/projects/${project}/plan/draft`, { body }),
  bringPlan: (project: number, body: { text: string; revision: number }) => door<BroughtPlan>("POST", `/api/projects/${project}/plan/import`, { body }),
  discardPlan: (project: number) => door<void>("DELETE", `/api/projects/${project}/plan/draft`),
  publishPlan: (project: number, body: { revision: number; note: string }) => door<PublishedPlan>("POST", `/api/projects/${project}/plan/publish`, { body }),
  planVersions: (project: number) => door<PlanVersions>("GET", `/api/projects/${project}/plan/versions`),
  planVersion: (project: number, version: number) => door<PublishedPlan>("GET", `/api/projects/${project}/plan/versions/${version}`),
  planEvents: (project: number) => door<{ events: ObservedEvent[] }>("GET", `/api/projects/${project}/plan/events`),
  planHealth: (project: number) => door<PlanHealth>("GET", `/api/projects/${project}/plan/health`),
  planViolations: (project: number, event?: string) =>
    door<{ violations: PlanViolation[]; days: { day: string; rule: string; count: number }[] }>("GET", `/api/projects/${project}/plan/violations${event === undefined ? "" : `?event=${encodeURIComponent(event)}`}`),
  adopt: (project: number, seen: SeenUnplanned[]) => door<{ added: number; draft: DraftedPlan }>("POST", `/api/projects/${project}/plan/adopt`, { body: { seen } }),
  quarantine: (project: number, before: number | null) => door<{ events: QuarantinedEvent[]; count: number }>("GET", `/api/projects/${project}/plan/quarantine${before === null ? "" : `?before=${before}`}`),
  release: (project: number, what: { ids: number[] } | { all: true }) => door<{ released: number; failed: { id: number; message: string }[] }>("POST", `/api/projects/${project}/plan/quarantine/release`, { body: what }),
  dropQuarantined: (project: number, what: { ids: number[] } | { all: true }) => door<{ dropped: number }>("POST", `/api/projects/${project}/plan/quarantine/drop`, { body: what }),
  boards: (project: number) => door<{ boards: BoardInList[] }>("GET", `/api/projects/${project}/boards`),
  board: (project: number, board: string) => door<Board>("GET", namedPath(project, "boards", board)),
  createBoard: (project: number, body: { name: string; definition: BoardDefinition }) => door<Board>("POST", `/api/projects/${project}/boards`, { body }),
  changeBoard: (project: number, board: string, body: { name: string; definition: BoardDefinition; version: number }) => door<Board>("PUT", namedPath(project, "boards", board), { body }),
  removeBoard: (project: number, board: string) => door<void>("DELETE", namedPath(project, "boards", board)),
  tile: (project: number, board: string, tile: string, body: TileLook, signal?: AbortSignal) => door<TileAnswer>("POST", `${namedPath(project, "boards", board)}/tiles/${encodeURIComponent(tile)}`, { body, signal }),
  shareLinks: (project: number, board: string, signal?: AbortSignal) => door<{ links: ShareLink[] }>("GET", linksPath(project, board), { signal }),
  createShareLink: (project: number, board: string, body: NewShareLink) => door<ShareLink>("POST", linksPath(project, board), { body }),
  changeShareLink: (project: number, board: string, link: string, body: NewShareLink) => door<ShareLink>("PUT", `${linksPath(project, board)}/${encodeURIComponent(link)}`, { body }),
  revokeShareLink: (project: number, board: string, link: string) => door<ShareLink>("DELETE", `${linksPath(project, board)}/${encodeURIComponent(link)}`),
  sharedBoard: (token: string, pass: string | null, signal?: AbortSignal) => door<OpenedLink>("GET", sharedBoardPath(token), { signal, headers: passed(pass) }),
  unlockSharedBoard: (token: string, password: string) => door<{ pass: string; expires_at: string }>("POST", `${sharedBoardPath(token)}/unlock`, { body: { password } }),
  sharedTile: (token: string, pass: string | null, tile: string, body: { range?: Range; language: string }, signal?: AbortSignal) =>
    door<TileAnswer>("POST", `${sharedBoardPath(token)}/tiles/${encodeURIComponent(tile)}`, { body, signal, headers: passed(pass) }),
  metrics: (project: number) => door<Metrics>("GET", `/api/projects/${project}/metrics`),
  metric: (project: number, metric: string) => door<MetricInUse>("GET", namedPath(project, "metrics", metric)),
  createMetric: (project: number, body: NewMetric) => door<Metric>("POST", `/api/projects/${project}/metrics`, { body }),
  changeMetric: (project: number, metric: string, body: NewMetric) => door<Metric>("PUT", namedPath(project, "metrics", metric), { body }),
  removeMetric: (project: number, metric: string) => door<void>("DELETE", namedPath(project, "metrics", metric)),
  metricVersions: (project: number, metric: string) => door<{ versions: DefinitionVersion[] }>("GET", `${namedPath(project, "metrics", metric)}/versions`),
  metricValue: (project: number, metric: string, query: string, signal?: AbortSignal) => door<MetricValue>("GET", `${namedPath(project, "metrics", metric)}/value?${query}`, { signal }),
  draftValue: (project: number, body: { definition: MetricDefinition; language: string }, signal?: AbortSignal) => door<MetricValue>("POST", `/api/projects/${project}/metrics/value`, { body, signal }),
  metricWhy: (project: number, metric: string, body: { at?: string; against?: Why["against"] }, signal?: AbortSignal) => door<{ at: string | null; why: Why | null }>("POST", `${namedPath(project, "metrics", metric)}/why`, { body, signal }),
  alerts: (project: number) => door<{ alerts: Alert[]; can_mail: boolean }>("GET", `/api/projects/${project}/alerts`),
  alert: (project: number, alert: string) => door<Alert>("GET", namedPath(project, "alerts", alert)),
  createAlert: (project: number, body: NewAlert) => door<Alert>("POST", `/api/projects/${project}/alerts`, { body }),
  changeAlert: (project: number, alert: string, body: NewAlert) => door<Alert>("PUT", namedPath(project, "alerts", alert), { body }),
  removeAlert: (project: number, alert: string) => door<void>("DELETE", namedPath(project, "alerts", alert)),
  previewAlert: (project: number, definition: AlertDefinition, signal?: AbortSignal) => door<AlertPreview>("POST", `/api/projects/${project}/alerts/preview`, { body: { definition }, signal }),
  alertHistory: (project: number, alert: string) => door<AlertHistory>("GET", `${namedPath(project, "alerts", alert)}/history`),
  testAlert: (project: number, alert: string) => door<void>("POST", `${namedPath(project, "alerts", alert)}/test`, { body: {} }),
  annotations: (project: number) => door<{ annotations: Annotation[] }>("GET", `/api/projects/${project}/annotations`),
  createAnnotation: (project: number, body: { text: string; at: string; kind: Annotation["kind"] }) => door<Annotation>("POST", `/api/projects/${project}/annotations`, { body }),
  changeAnnotation: (project: number, annotation: string, body: { text: string; at: string }) => door<Annotation>("PUT", namedPath(project, "annotations", annotation), { body }),
  removeAnnotation: (project: number, annotation: string) => door<void>("DELETE", namedPath(project, "annotations", annotation)),
  metricTrees: (project: number) => door<{ trees: MetricTree[] }>("GET", `/api/projects/${project}/metric-trees`),
  metricTree: (project: number, tree: string) => door<MetricTree>("GET", namedPath(project, "metric-trees", tree)),
  createMetricTree: (project: number, body: { name: string; definition: MetricTreeDefinition }) => door<MetricTree>("POST", `/api/projects/${project}/metric-trees`, { body }),
  changeMetricTree: (project: number, tree: string, body: { name: string; definition: MetricTreeDefinition; version: number }) => door<MetricTree>("PUT", namedPath(project, "metric-trees", tree), { body }),
  removeMetricTree: (project: number, tree: string) => door<void>("DELETE", namedPath(project, "metric-trees", tree)),
  metricTreeValue: (project: number, tree: string, query: string, signal?: AbortSignal) => door<MetricTreeValue>("GET", `${namedPath(project, "metric-trees", tree)}/value?${query}`, { signal }),
  tasks: (project: number) => door<{ tasks: Task[] }>("GET", `/api/projects/${project}/tasks`),
  task: (project: number, task: string) => door<Task>("GET", `/api/projects/${project}/tasks/${encodeURIComponent(task)}`),
  checkTask: (project: number, definition: object, signal?: AbortSignal) => door<CheckedTask>("POST", `/api/projects/${project}/tasks/check`, { body: { definition }, signal }),
  createTask: (project: number, body: NewTask) => door<Task>("POST", `/api/projects/${project}/tasks`, { body }),
  changeTask: (project: number, task: string, body: NewTask) => door<Task>("PUT", `/api/projects/${project}/tasks/${encodeURIComponent(task)}`, { body }),
  removeTask: (project: number, task: string) => door<void>("DELETE", `/api/projects/${project}/tasks/${encodeURIComponent(task)}`),

  userTests: (project: number) => door<{ tests: UserTestInList[] }>("GET", `/api/projects/${project}/user-tests`),
  userTest: (project: number, test: string) => door<UserTest>("GET", userTestPath(project, test)),
  checkUserTest: (project: number, definition: object, signal?: AbortSignal) => door<CheckedUserTest>("POST", `/api/projects/${project}/user-tests/check`, { body: { definition }, signal }),
  createUserTest: (project: number, body: { name: string; definition: object }) => door<UserTest>("POST", `/api/projects/${project}/user-tests`, { body }),
  changeUserTest: (project: number, test: string, body: { name: string; definition: object }) => door<UserTest>("PUT", userTestPath(project, test), { body }),
  removeUserTest: (project: number, test: string) => door<void>("DELETE", userTestPath(project, test)),
  publishUserTest: (project: number, test: string) => door<UserTest>("POST", `${userTestPath(project, test)}/publish`),
  changeUserTestStatus: (project: number, test: string, status: SurveyStatus) => door<UserTest>("PUT", `${userTestPath(project, test)}/status`, { body: { status } }),
  userTestResults: (project: number, test: string, body: object, signal?: AbortSignal) => door<UserTestResults>("POST", `${userTestPath(project, test)}/results`, { body, signal }),
  userTestFile: (project: number, test: string, format: "csv" | "json") => `${userTestPath(project, test)}/export?format=${format}`,
  userTestNotes: (project: number, test: string) => door<{ notes: ParticipantNote[] }>("GET", `${userTestPath(project, test)}/notes`),
  addUserTestNote: (project: number, test: string, body: { participant: string; task: string | null; text: string; tags: string[] }) => door<ParticipantNote>("POST", `${userTestPath(project, test)}/notes`, { body }),
  removeUserTestNote: (project: number, test: string, note: string) => door<void>("DELETE", `${userTestPath(project, test)}/notes/${encodeURIComponent(note)}`),

  studies: (project: number) => door<{ studies: StudyInList[]; sends_mail: boolean }>("GET", `/api/projects/${project}/interviews`),
  study: (project: number, study: string) => door<Study>("GET", studyPath(project, study)),
  createStudy: (project: number, body: { title: string; definition: StudyDefinition }) => door<Study>("POST", `/api/projects/${project}/interviews`, { body }),
  changeStudy: (project: number, study: string, body: { title: string; definition: StudyDefinition }) => door<Study>("PUT", studyPath(project, study), { body }),
  removeStudy: (project: number, study: string) => door<void>("DELETE", studyPath(project, study)),
  changeStudyStatus: (project: number, study: string, status: StudyStatus) => door<Study>("PUT", `${studyPath(project, study)}/status`, { body: { status } }),
  setStudyBusy: (project: number, study: string, body: { name: string; ics: string }) => door<Study>("PUT", `${studyPath(project, study)}/busy`, { body }),
  forgetStudyBusy: (project: number, study: string) => door<void>("DELETE", `${studyPath(project, study)}/busy`),
  participants: (project: number, study: string) => door<{ participants: Participant[] }>("GET", `${studyPath(project, study)}/participants`),
  inviteToStudy: (project: number, study: string, body: { people: NewPerson[]; source: InviteSource }) => door<Invited>("POST", `${studyPath(project, study)}/participants`, { body }),
  participant: (project: number, study: string, participant: string) => door<ParticipantWhole>("GET", participantPath(project, study, participant)),
  changeParticipantStatus: (project: number, study: string, participant: string, status: ParticipantStatus) => door<ParticipantWhole>("PUT", `${participantPath(project, study, participant)}/status`, { body: { status } }),
  nameParticipant: (project: number, study: string, participant: string, person: string | null) => door<ParticipantWhole>("PUT", `${participantPath(project, study, participant)}/person`, { body: { person } }),
  removeParticipant: (project: number, study: string, participant: string) => door<Removed>("DELETE", participantPath(project, study, participant)),
  addInterviewNote: (project: number, study: string, participant: string, body: NewNote) => door<InterviewNote>("POST", `${participantPath(project, study, participant)}/notes`, { body }),
  changeInterviewNote: (project: number, study: string, participant: string, note: string, body: NewNote) => door<InterviewNote>("PUT", `${participantPath(project, study, participant)}/notes/${note}`, { body }),
  removeInterviewNote: (project: number, study: string, participant: string, note: string) => door<void>("DELETE", `${participantPath(project, study, participant)}/notes/${note}`),
  interviewFile: (project: number, study: string, participant: string, file: string) => `${participantPath(project, study, participant)}/files/${file}`,
  addInterviewFile: (project: number, study: string, participant: string, kind: string, file: File) =>
    upload(`${participantPath(project, study, participant)}/files?${new URLSearchParams({ name: file.name, kind }).toString()}`, file),
  removeInterviewFile: (project: number, study: string, participant: string, file: string) => door<void>("DELETE", `${participantPath(project, study, participant)}/files/${file}`),

  customEvents: (project: number) => open<{ custom_events: CustomEvent[] }>(http.GET("/api/projects/{project}/custom-events", { params: { path: { project } } })),
  createCustomEvent: (project: number, body: NewCustomEvent) => open<CustomEvent>(http.POST("/api/projects/{project}/custom-events", { params: { path: { project } }, body: body as never })),
  changeCustomEvent: (project: number, event: string, body: NewCustomEvent) => open<CustomEvent>(http.PUT("/api/projects/{project}/custom-events/{custom_event}", { params: { path: { project, custom_event: event } }, body: body as never })),
  removeCustomEvent: (project: number, event: string) => read(http.DELETE("/api/projects/{project}/custom-events/{custom_event}", { params: { path: { project, custom_event: event } } })),

  frictionWeights: (project: number) => open<FrictionWeights>(http.GET("/api/projects/{project}/friction-weights", { params: { path: { project } } })),
  changeFrictionWeights: (project: number, weights: Record<string, FrictionWeight>) => open<FrictionWeights>(http.PUT("/api/projects/{project}/friction-weights", { params: { path: { project } }, body: { weights } as never })),

  customProperties: (project: number) => read(http.GET("/api/projects/{project}/custom-properties", { params: { path: { project } } })),
  createCustomProperty: (project: number, body: NewCustomProperty) => read(http.POST("/api/projects/{project}/custom-properties", { params: { path: { project } }, body })),
  changeCustomProperty: (project: number, property: string, body: NewCustomProperty) => read(http.PUT("/api/projects/{project}/custom-properties/{custom_property}", { params: { path: { project, custom_property: property } }, body })),
  removeCustomProperty: (project: number, property: string) => read(http.DELETE("/api/projects/{project}/custom-properties/{custom_property}", { params: { path: { project, custom_property: property } } })),

  lookups: (project: number) => read(http.GET("/api/projects/{project}/lookups", { params: { path: { project } } })),
  createLookup: (project: number, body: NewLookupTable) => read(http.POST("/api/projects/{project}/lookups", { params: { path: { project } }, body })),
  replaceLookup: (project: number, lookup: string, body: NewLookupTable) => read(http.PUT("/api/projects/{project}/lookups/{lookup}", { params: { path: { project, lookup } }, body })),
  removeLookup: (project: number, lookup: string) => read(http.DELETE("/api/projects/{project}/lookups/{lookup}", { params: { path: { project, lookup } } })),
  lookupFile: (project: number, lookup: string) => read(http.GET("/api/projects/{project}/lookups/{lookup}/file", { params: { path: { project, lookup } } })),

  pageMappings: (project: number) => read(http.GET("/api/projects/{project}/page-mappings", { params: { path: { project } } })),
  pageMapping: (project: number, mapping: string) => read(http.GET("/api/projects/{project}/page-mappings/{page_mapping}", { params: { path: { project, page_mapping: mapping } } })),
  createPageMapping: (project: number, body: NewPageMapping) => read(http.POST("/api/projects/{project}/page-mappings", { params: { path: { project } }, body })),
  changePageMapping: (project: number, mapping: string, body: NewPageMapping) => read(http.PUT("/api/projects/{project}/page-mappings/{page_mapping}", { params: { path: { project, page_mapping: mapping } }, body })),
  removePageMapping: (project: number, mapping: string) => read(http.DELETE("/api/projects/{project}/page-mappings/{page_mapping}", { params: { path: { project, page_mapping: mapping } } })),
  checkPageMapping: (project: number, body: PageMappingToCheck, signal?: AbortSignal) => read(http.POST("/api/projects/{project}/page-mappings/check", { params: { path: { project } }, body, signal })),
  suggestPageRules: (project: number, body: PageMappingToComplete, signal?: AbortSignal) => read(http.POST("/api/projects/{project}/page-mappings/suggestions", { params: { path: { project } }, body, signal })),

  reports: (project: number) => open<{ reports: Report[] }>(http.GET("/api/projects/{project}/reports", { params: { path: { project } } })),
  report: (project: number, report: string) => open<Report>(http.GET("/api/projects/{project}/reports/{report}", { params: { path: { project, report } } })),
  createReport: (project: number, body: NewReport) => open<Report>(http.POST("/api/projects/{project}/reports", { params: { path: { project } }, body: body as never })),
  changeReport: (project: number, report: string, body: NewReport) => open<Report>(http.PUT("/api/projects/{project}/reports/{report}", { params: { path: { project, report } }, body: body as never })),
  removeReport: (project: number, report: string) => read(http.DELETE("/api/projects/{project}/reports/{report}", { params: { path: { project, report } } })),
};

/** The kind is known here, so the answer is one of that kind; `contract.test.ts` holds the shapes of the screens to those of the contract. */
function asked<A>(project: number, question: object, options: { signal?: AbortSignal; headers?: Record<string, string> }): Promise<Answered<A>> {
  return open<Answered<A>>(http.POST("/api/projects/{project}/query", { params: { path: { project } }, body: question as never, ...options }));
}
