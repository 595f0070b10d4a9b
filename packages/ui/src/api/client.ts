// Every request the screens make. One function per door of the HTTP contract; errors come back as `ApiError`, whose
// code and field the screens turn into words.
import type { Question, QuestionKind, Range } from "@/question/question.ts";
import type {
  Account, AnswerOf, Answered, ApiKey, Cell, EventName, KeyScope, LedgerEntry, LiveAnswer, Me, PeopleAnswer, Person, PersonDetail, Project, PropertyName,
  PropertyValue, RefusedAnswer, ReplayAnswer, Report, Status, TimelineAnswer,
} from "./types.ts";

export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly field: string | null,
  ) {
    super(message);
  }
}

type Query = Record<string, string | number | boolean | null | undefined>;
interface Request {
  query?: Query;
  body?: unknown;
  signal?: AbortSignal;
  headers?: Record<string, string>;
}

async function request<T>(method: string, path: string, { query, body, signal, headers }: Request = {}): Promise<T> {
  let response: Response;
  try {
    response = await fetch(`/api${path}${queryText(query)}`, {
      method,
      credentials: "same-origin",
      headers: { Accept: "application/json", ...(method === "GET" ? {} : { "Content-Type": "application/json" }), ...headers },
      body: body === undefined ? undefined : JSON.stringify(body),
      signal,
    });
  } catch (cause) {
    if (signal?.aborted) throw cause;
    throw new ApiError(0, "unreachable", cause instanceof Error ? cause.message : "network error", null);
  }
  if (response.status === 204) return undefined as T;
  const text = await response.text();
  const data = parsed(text);
  if (response.ok && data !== undefined) return data as T;
  const error = (data as { error?: { code?: string; message?: string; field?: string | null } } | undefined)?.error;
  throw new ApiError(response.status, error?.code ?? "unexpected", error?.message ?? text.slice(0, 200), error?.field ?? null);
}

function parsed(text: string): unknown {
  try {
    return text === "" ? null : JSON.parse(text);
  } catch {
    return undefined;
  }
}

function queryText(query: Query | undefined): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query ?? {})) {
    if (value !== undefined && value !== null && value !== "") search.set(name, String(value));
  }
  const text = search.toString();
  return text === "" ? "" : `?${text}`;
}

const get = <T>(path: string, query?: Query, signal?: AbortSignal) => request<T>("GET", path, { query, signal });
const post = <T>(path: string, body: unknown = {}) => request<T>("POST", path, { body });
const patch = <T>(path: string, body: unknown) => request<T>("PATCH", path, { body });
const put = <T>(path: string, body: unknown) => request<T>("PUT", path, { body });
const remove = (path: string, body?: unknown) => request<void>("DELETE", path, { body });
const id = (value: string | number) => encodeURIComponent(String(value));

export const api = {
  status: () => get<Status>("/status"),
  setUp: (body: { token: string; email: string; name: string; password: string; language: string }) => post<{ user: Account }>("/setup", body),
  signIn: (body: { email: string; password: string }) => post<{ user: Account }>("/session", body),
  signInByLink: (token: string) => post<{ user: Account }>("/session/link", { token }),
  signOut: () => remove("/session"),
  me: () => get<Me>("/me"),
  changeMe: (body: { name?: string; language?: string; password?: string }) => patch<unknown>("/me", body),

  createProject: (body: { name: string; timezone: string }) => post<Project>("/projects", body),
  project: (p: number) => get<Project>(`/projects/${p}`),
  changeProject: (p: number, body: Partial<Pick<Project, "name" | "timezone" | "week_start" | "session_timeout_minutes">>) => patch<Project>(`/projects/${p}`, body),
  keys: (p: number) => get<{ keys: ApiKey[] }>(`/projects/${p}/keys`),
  createKey: (p: number, body: { name: string; scopes: KeyScope[] }) => post<ApiKey & { secret: string }>(`/projects/${p}/keys`, body),
  removeKey: (p: number, key: string | number) => remove(`/projects/${p}/keys/${id(key)}`),

  names: (p: number, query: { search?: string; limit?: number }, signal?: AbortSignal) => get<{ events: EventName[] }>(`/projects/${p}/names`, query, signal),
  properties: (p: number, query: { of: string; event?: string }, signal?: AbortSignal) => get<{ properties: PropertyName[] }>(`/projects/${p}/properties`, query, signal),
  values: (p: number, query: { property: string; of: string; event?: string; search?: string; limit?: number }, signal?: AbortSignal) =>
    get<{ values: PropertyValue[] }>(`/projects/${p}/values`, query, signal),

  ask: <K extends QuestionKind>(p: number, question: Extract<Question, { kind: K }> & { language?: string }, queryId: string, signal?: AbortSignal) =>
    request<Answered<AnswerOf[K]>>("POST", `/projects/${p}/query`, { body: question, signal, headers: { "X-Query-Id": queryId } }),
  cancel: (p: number, queryId: string) => remove(`/projects/${p}/queries/${queryId}`),
  peopleBehind: (p: number, of: Question, at: Cell, limit: number, signal?: AbortSignal) =>
    request<Answered<PeopleAnswer>>("POST", `/projects/${p}/query`, { body: { kind: "people", of, at, limit }, signal }),
  timeline: (p: number, person: string, query: { before?: string | number | null; limit: number; range: Range }, signal?: AbortSignal) =>
    request<Answered<TimelineAnswer>>("POST", `/projects/${p}/query`, {
      body: { kind: "timeline", person, range: query.range, limit: query.limit, ...(query.before == null ? {} : { before: query.before }) },
      signal,
    }),

  live: (p: number, query: { after?: string | number | null; limit: number }, signal?: AbortSignal) => get<LiveAnswer>(`/projects/${p}/live`, query, signal),
  refused: (p: number, query: { before?: string | number | null; limit: number; stage?: string; code?: string }, signal?: AbortSignal) =>
    get<RefusedAnswer>(`/projects/${p}/refused`, query, signal),
  replay: (p: number, body: { ids: (string | number)[] } | { all: true }) => post<ReplayAnswer>(`/projects/${p}/refused/replay`, body),

  people: (p: number, query: { search?: string; limit: number; before?: string | null }, signal?: AbortSignal) =>
    get<{ people: Person[]; total: number }>(`/projects/${p}/people`, query, signal),
  person: (p: number, person: string, signal?: AbortSignal) => get<PersonDetail>(`/projects/${p}/people/${id(person)}`, undefined, signal),
  ledger: (p: number, person: string, signal?: AbortSignal) => get<{ ledger?: LedgerEntry[]; entries?: LedgerEntry[] }>(`/projects/${p}/people/${id(person)}/ledger`, undefined, signal),
  merge: (p: number, person: string, from: string) => post<unknown>(`/projects/${p}/people/${id(person)}/merge`, { from }),
  split: (p: number, person: string, identity: string) => post<unknown>(`/projects/${p}/people/${id(person)}/split`, { identity }),

  reports: (p: number) => get<{ reports: Report[] }>(`/projects/${p}/reports`),
  report: (p: number, report: string | number) => get<Report>(`/projects/${p}/reports/${id(report)}`),
  createReport: (p: number, body: { name: string; kind: string; question: Question; view: Record<string, unknown> }) => post<Report>(`/projects/${p}/reports`, body),
  changeReport: (p: number, report: string | number, body: { name: string; kind: string; question: Question; view: Record<string, unknown> }) =>
    put<Report>(`/projects/${p}/reports/${id(report)}`, body),
  removeReport: (p: number, report: string | number) => remove(`/projects/${p}/reports/${id(report)}`),
};
