import { describe, expect, it } from "vitest";
import { readQuestion } from "@/question/question.ts";
import type { SurveyQuestion } from "./definition.ts";
import { followed } from "./followed.ts";

const question = (kind: SurveyQuestion["kind"], more: object = {}): SurveyQuestion => ({ id: "q", kind, text: { en: "?" }, ...more }) as SurveyQuestion;

describe("the score of a question, followed as a metric", () => {
  it("is a trend that the builder reads", () => {
    for (const kind of ["nps", "csat", "thumbs", "ces", "seq", "rating"] as const) {
      const found = followed("s", question(kind));
      expect(readQuestion("trend", { ...found?.q, range: { last: 90, unit: "day" } }), kind).toHaveProperty("question");
    }
  });

  it("takes the two best of a scale as satisfied", () => {
    const best = (more: object) => JSON.stringify(followed("s", question("csat", more))?.q);
    expect(best({ points: 7 })).toContain('"value":6');
    expect(best({})).toContain('"value":4');
  });

  it("is none of what has no one score", () => {
    expect(followed("s", question("long"))).toBeNull();
    expect(followed("s", question("sus"))).toBeNull();
  });
});
