// A user test's definition, as the contract has it (`contract/user_test.schema.json`), and the one that new tests begin with.
import type { components } from "@/api/schema.d.ts";

export type TestDefinition = components["schemas"]["UserTestDefinition"];
export type Task = components["schemas"]["UserTestTask"];
export type Success = components["schemas"]["UserTestSuccess"];
export type PageStep = components["schemas"]["UserTestPage"];
export type ScreenerQuestion = components["schemas"]["UserTestScreenerQuestion"];

export const BLANK: TestDefinition = {
  languages: ["en", "fr"],
  intro: {
    en: "We would like to see how you find your way around our site. It takes about ten minutes.",
    fr: "Nous aimerions voir comment vous vous orientez sur notre site. Cela prend une dizaine de minutes.",
  },
  guidelines: {
    en: "Do as you would on your own. There are no wrong answers: where something is difficult, that is what we want to know.",
    fr: "Faites comme vous le feriez seul·e. Il n’y a pas de mauvaise réponse : si quelque chose est difficile, c’est ce que nous voulons savoir.",
  },
  screener: [],
  tasks: [{ id: "task1", title: {}, scenario: {}, success: { on: "page", page: { op: "starts_with", value: "/" } }, ease: true }],
  after: { sus: true },
  end: { title: { en: "Thank you", fr: "Merci" }, text: { en: "Your help makes the site better.", fr: "Votre aide rend le site meilleur." } },
};

/** An id that none of the list has yet. */
export function freshId(taken: { id: string }[], stem: string): string {
  for (let n = 1; ; n += 1) if (!taken.some((one) => one.id === `${stem}${n}`)) return `${stem}${n}`;
}
