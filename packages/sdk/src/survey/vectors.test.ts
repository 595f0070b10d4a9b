import { describe, expect, it } from "vitest";
import vectors from "../../../../contract/survey/cases.json";
import type { Given, Survey } from "./definition.ts";
import { decide, lotOf, type Facts } from "./eligibility.ts";
import { nextOf, susOf, umuxLiteOf } from "./flow.ts";

interface Cases {
  survey: Partial<Survey>;
  flow: { at: number; answer: "skipped" | "given" | { score?: number; choice?: string[] }; next: string }[];
  eligibility: { name: string; definition: Partial<Survey>; facts: Facts; shown: boolean | null; reason: string | null }[];
  lots: { text: string; lot: number }[];
  sus: { answers: (number | null)[]; score: number | null }[];
  umux_lite: { answers: number[]; score: number }[];
}

const cases = vectors as unknown as Cases;

/** The defaults that the server fills in. */
function whole(definition: Partial<Survey>): Survey {
  const form = definition.display?.form ?? "popover";
  const isWaiting = form === "button" || form === "inline";
  const cohort = definition.audience?.cohort;
  return {
    pages: [],
    delay_s: 0,
    sample: 100,
    limits: {},
    ...definition,
    audience: { ...definition.audience, ...(cohort && { cohort: { ...cohort, in: cohort.in ?? true } }) },
    frequency: { show: isWaiting ? "always" : "until_answered", again: 2, again_after_days: 7, quiet_days: isWaiting ? 0 : 7, once_a_session: !isWaiting, ...definition.frequency },
  } as Survey;
}

function given(answer: Cases["flow"][number]["answer"]): Given {
  if (answer === "skipped") return { isSkipped: true };
  return answer === "given" ? { text: "words" } : { ...(answer.score !== undefined && { score: answer.score }), ...(answer.choice && { choices: answer.choice }) };
}

describe("the vectors that the server is held to as well", () => {
  it.each(cases.flow)("goes on from $at after $answer to $next", ({ at, answer, next }) => {
    expect(nextOf(cases.survey as Survey, at, given(answer))).toBe(next);
  });
  it.each(cases.eligibility)("$name", ({ definition, facts, shown, reason }) => {
    expect(decide(whole({ ...cases.survey, ...definition }), facts)).toEqual({ shown, reason });
  });
  it.each(cases.lots)("draws $lot for $text", ({ text, lot }) => expect(lotOf(text)).toBe(lot));
  it.each(cases.sus)("SUS of $answers", ({ answers, score }) => expect(susOf(answers)).toBe(score));
  it.each(cases.umux_lite)("UMUX-Lite of $answers", ({ answers, score }) => expect(umuxLiteOf(answers)).toBe(score));
});

describe("deciding", () => {
  it("takes far less than 5 ms with fifty surveys", () => {
    const survey = whole(cases.survey);
    const facts = cases.eligibility[0]?.facts as Facts;
    const began = performance.now();
    for (let i = 0; i < 50; i += 1) decide({ ...survey, pages: [{ op: "matches", value: "^https://shop\\.example/(a|b|c|pricing)" }] }, facts);
    expect(performance.now() - began).toBeLessThan(5);
  });
});
