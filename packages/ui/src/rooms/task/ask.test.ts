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

  it("asks of ease where the task is completed: at the event, or on the page", () => {
    expect(surveyOf("as_planned", task, answer, START)).toMatchObject({ template: "task-ease", definition: { triggers: [{ on: "event", event: "Sent" }] } });
    expect(surveyOf("as_planned", { ...task, completion: [{ page: "/sent" }] }, answer, START).definition).toMatchObject({ triggers: [{ on: "load" }], pages: [{ op: "is", value: "/sent" }] });
  });

  it("asks of effort on pages where people stay long, once that is long", () => {
    expect(surveyOf("slow", task, answer, START).definition).toMatchObject({ triggers: [{ on: "time", seconds: 45 }], pages: [{ value: "/slow" }] });
  });

  it("asks who leaves on the pages where most do, and who strays on those beside the way", () => {
    expect(surveyOf("not_finished", task, answer, START).definition).toMatchObject({ triggers: [{ on: "exit" }], pages: [{ value: "/a" }, { value: "/b" }, { value: "/c" }] });
    expect(surveyOf("off_path", task, answer, START).definition.pages).toEqual([{ op: "is", value: "/help" }]);
  });

  it("asks at the sign of friction that costs most, where it is met", () => {
    expect(surveyOf("friction", task, answer, START).definition).toMatchObject({ triggers: [{ on: "friction", signal: "dead_click" }], pages: [{ value: "/a" }, { value: "/c" }] });
  });

  it("asks whoever is looked at", () => {
    expect(surveyOf("lost", task, answer, { ...START, device: "Mobile", filter: { all: [{ cohort: "c1" }] } }).definition).toMatchObject({ triggers: [{ on: "event", event: "Cancelled" }], audience: { devices: ["mobile"], cohort: { id: "c1" } } });
  });
});
