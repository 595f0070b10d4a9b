import { describe, expect, it } from "vitest";
import type { TaskAnswer } from "@/api/task.ts";
import { TEMPLATES } from "@/rooms/survey/templates.ts";
import { surveyOf, TEMPLATE } from "./ask.ts";
import type { TaskDefinition } from "./definition.ts";
import { START } from "./search.ts";

const task: TaskDefinition = { start: [{ page: "/new" }], completion: [{ event: "Sent" }], steps: [{ id: "a", page: "/a" }], churned: { event: "Cancelled" } };
const answer = {
  cards: {
    slow: { pages: [{ page: "/slow", median_seconds: 90, usual_seconds: 44.6 }], steps: [] },
    not_finished: { exit_pages: ["/a", "/b", "/c", "/d"].map((page) => ({ page })) },
    friction: { places: [{ page: "/a", signal: "dead_click" }, { page: "/b", signal: "rage_click" }, { page: "/c", signal: "dead_click" }] },
    off_path: { rare_pages: [], pages: [{ page: "/help" }, { page: null }] },
  },
} as unknown as TaskAnswer;

describe("the survey that a card asks", () => {
  it("begins with a template that exists", () => {
    for (const id of Object.values(TEMPLATE)) expect(TEMPLATES.map((one) => one.id)).toContain(id);
  });

  it("asks once an attempt came to what the card counts", () => {
    expect(surveyOf("as_planned", "t1", task, answer, START)).toMatchObject({ template: "task-ease", definition: { triggers: [{ on: "task", task: "t1", outcome: "completed" }], pages: [] } });
    expect(surveyOf("slow", "t1", task, answer, START).definition).toMatchObject({ triggers: [{ on: "task", task: "t1", outcome: "slow" }], pages: [] });
    expect(surveyOf("off_path", "t1", task, answer, START).definition).toMatchObject({ triggers: [{ on: "task", task: "t1", outcome: "off_path" }], pages: [] });
  });

  it("asks for a recommendation where the task is completed: at the event, or on the page", () => {
    expect(surveyOf("promoters", "t1", task, answer, START).definition).toMatchObject({ triggers: [{ on: "event", event: "Sent" }], pages: [] });
    expect(surveyOf("promoters", "t1", { ...task, completion: [{ page: "/sent" }] }, answer, START).definition).toMatchObject({ triggers: [{ on: "load" }], pages: [{ op: "is", value: "/sent" }] });
  });

  it("asks who leaves on the pages where most do", () => {
    expect(surveyOf("not_finished", "t1", task, answer, START).definition).toMatchObject({ triggers: [{ on: "exit" }], pages: [{ value: "/a" }, { value: "/b" }, { value: "/c" }] });
  });

  it("asks who has left in no page, since they are in none", () => {
    expect(surveyOf("lost", "t1", task, answer, START).definition).toMatchObject({ triggers: [], pages: [] });
  });

  it("asks at the sign of friction that costs most, where it is met", () => {
    expect(surveyOf("friction", "t1", task, answer, START).definition).toMatchObject({ triggers: [{ on: "friction", signal: "dead_click" }], pages: [{ value: "/a" }, { value: "/c" }] });
  });

  it("asks whoever is looked at", () => {
    expect(surveyOf("promoters", "t1", task, answer, { ...START, device: "Mobile", filter: { all: [{ cohort: "c1" }] } }).definition).toMatchObject({ audience: { devices: ["mobile"], cohort: { id: "c1" } } });
  });
});
