// What the device remembers of surveys, beside what the server knows of the person: the clocks, and the answers that are not complete yet.
import { guarded, now, toJson } from "../browser.ts";
import type { Store } from "../store.ts";
import type { Given } from "./definition.ts";
import type { History } from "./eligibility.ts";

/** Answers that go on: on another page, or after a reload. */
export interface Progress {
  survey: string;
  version: number;
  response: string;
  session: string;
  startedAt: number;
  /** The question that comes next. */
  at: string;
  given: Record<string, Given>;
  isNamed: boolean;
}

export interface Memory {
  history(survey: string): History;
  /** When any other survey was shown last. */
  otherShown(survey: string): number | null;
  note(survey: string, what: "shown" | "answered" | "completed" | "dismissed", session: string): void;
  shownIn(session: string): boolean;
  progress(): Progress | undefined;
  keep(progress: Progress | undefined): void;
  /** What the server knows of the person. */
  learn(histories: Record<string, History>): void;
}

const CLOCKS = "surveys";
const SESSION = "survey-session";
const PROGRESS = "survey-answers";
/** The server and the device tell the same showing with clocks that differ. */
const SAME_MS = 60_000;
const MOST_SHOWN = 50;

export function openMemory(store: Store): Memory {
  const read = <T>(name: string): T | undefined => guarded(() => JSON.parse(store.read(name) ?? "null") as T | null)() ?? undefined;
  let known: Record<string, History> = {};
  const own = (): Record<string, History> => read(CLOCKS) ?? {};
  const latest = (a?: number | null, b?: number | null): number | null => (a == null && b == null ? null : Math.max(a ?? 0, b ?? 0));

  function history(survey: string): History {
    const [here, there] = [own()[survey] ?? {}, known[survey] ?? {}];
    const shown = [...(here.shown ?? []), ...(there.shown ?? [])].sort((a, b) => a - b);
    return {
      shown: shown.filter((time, i) => i === 0 || time - (shown[i - 1] as number) > SAME_MS),
      answered: latest(here.answered, there.answered),
      completed: latest(here.completed, there.completed),
      dismissed: latest(here.dismissed, there.dismissed),
    };
  }

  return {
    history,
    otherShown(survey) {
      const others = new Set([...Object.keys(own()), ...Object.keys(known)].filter((id) => id !== survey));
      const times = [...others].flatMap((id) => history(id).shown ?? []);
      return times.length ? Math.max(...times) : null;
    },
    note(survey, what, session) {
      const all = own();
      const before = all[survey] ?? {};
      all[survey] = what === "shown" ? { ...before, shown: [...(before.shown ?? []), now()].slice(-MOST_SHOWN) } : { ...before, [what]: now() };
      store.write(CLOCKS, toJson(all));
      if (what === "shown") store.write(SESSION, session);
    },
    shownIn: (session) => store.read(SESSION) === session,
    progress: () => read<Progress>(PROGRESS),
    keep(progress) {
      if (progress) store.write(PROGRESS, toJson(progress));
      else store.remove(PROGRESS);
    },
    learn: (histories) => void (known = histories),
  };
}
