import { describe, expect, it } from "vitest";
import vectors from "../../../../contract/survey/outcomes.json";
import { fresh, walk, type Attempt } from "./walk.ts";
import type { WalkedTask } from "./walked.ts";

interface Case {
  name: string;
  task: { target_seconds?: number };
  walked: Omit<WalkedTask, "id" | "idle_ms">;
  /** Seconds, session, name, properties. */
  events: [number, string, string, Record<string, unknown>][];
  attempts: [number, string[]][];
}

const cases = (vectors as unknown as { cases: Case[] }).cases;
const IDLE_MS = 30 * 60_000;

/** As the part does, with a clock of activity that leaves out pauses as long as a session's end. */
function walked({ task, walked: told, events }: Case): Attempt[] {
  const one: WalkedTask = { ...told, id: "t", idle_ms: IDLE_MS, ...(task.target_seconds === undefined ? {} : { slow_from_ms: task.target_seconds * 1000 }) };
  let state = fresh();
  let active = 0;
  let before: number | undefined;
  return events.flatMap(([seconds, session, name, properties]) => {
    const t = seconds * 1000;
    if (before !== undefined && t - before < IDLE_MS) active += t - before;
    before = t;
    // From page to page it goes along as text.
    state = JSON.parse(JSON.stringify(state)) as typeof state;
    return walk(one, state, { t, session, active, name, properties });
  });
}

describe("the vectors that the engine is held to as well", () => {
  it.each(cases)("$name", (one) => {
    const found = walked(one).map(({ began, outcomes }) => [began / 1000, outcomes]);
    expect([...found].sort((a, b) => (a[0] as number) - (b[0] as number))).toEqual(one.attempts);
  });
});

describe("walking", () => {
  it("takes far less than 5 ms a page with ten tasks", () => {
    const one = cases.find(({ name }) => name === "pages by their group") as Case;
    const began = performance.now();
    for (let i = 0; i < 10; i += 1) walked(one);
    // Of some fifteen events each.
    expect(performance.now() - began).toBeLessThan(75);
  });
});
