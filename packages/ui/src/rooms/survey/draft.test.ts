import { describe, expect, it } from "vitest";
import { BANK } from "./bank.ts";
import { draftOf, wordsOf } from "./draft.ts";

/** Goals as people write them, with the topic that should come first. */
const GOALS: [goal: string, topic: string][] = [
  ["Why do people abandon the campaign editor?", "leaving"],
  ["I want to know why visitors leave the pricing page", "leaving"],
  ["Pourquoi les gens quittent-ils la page ?", "leaving"],
  ["Comprendre pourquoi nos clients résilient", "churn"],
  ["Why did customers cancel their subscription?", "churn"],
  ["Would our customers recommend us?", "recommend"],
  ["Mesurer notre NPS", "recommend"],
  ["Nos clients nous recommandent-ils ?", "recommend"],
  ["Are people satisfied with us?", "satisfaction"],
  ["Savoir si nos utilisateurs sont contents", "satisfaction"],
  ["Is our price too expensive?", "price"],
  ["Nos tarifs sont-ils trop chers ?", "price"],
  ["How easy is it to complete this task?", "ease"],
  ["L’étape Audience est-elle difficile ?", "ease"],
  ["Is onboarding going well for new users?", "onboarding"],
  ["Les premiers pas sont-ils bien guidés au démarrage ?", "onboarding"],
  ["What stops visitors from creating an account?", "signup"],
  ["Pourquoi si peu d’inscriptions ?", "signup"],
  ["How was the checkout and payment?", "checkout"],
  ["Que pensent-ils de la commande et de la livraison ?", "checkout"],
  ["Do they find what they search for?", "search"],
  ["Trouvent-ils ce qu’ils cherchent ?", "search"],
  ["Was the documentation article helpful?", "help"],
  ["Notre support répond-il bien aux tickets ?", "support"],
  ["How good is our support team?", "support"],
  ["The site feels slow and has bugs", "speed"],
  ["Le site est lent et plein d’erreurs", "speed"],
  ["What do readers think of the newsletter?", "content"],
  ["Que pense-t-on de la refonte graphique ?", "design"],
  ["Opinion about the redesign of the homepage", "design"],
  ["Who are our users, what role do they have?", "who"],
  ["Quel est le métier et le profil de nos utilisateurs ?", "who"],
  ["How did people hear about us?", "heard"],
  ["Par quel canal nous ont-ils connus ?", "heard"],
  ["How do we compare with competitors?", "rivals"],
  ["Quels concurrents utilisaient-ils avant ?", "rivals"],
  ["Do people trust us with their data and privacy?", "trust"],
  ["Mesurer la confiance et la sécurité perçue", "trust"],
  ["Do we have product-market fit?", "fit"],
  ["What features are missing, what should we build next?", "missing"],
  ["Quelles sont leurs attentes et que manque-t-il ?", "missing"],
  ["Measure usability with a standard scale such as SUS", "usability"],
  ["Would our employees recommend working here as a team?", "team"],
];

describe("the writer", () => {
  it("understands what nearly every goal is about", () => {
    const wrong = GOALS.filter(([goal, topic]) => draftOf(goal).topics[0]?.id !== topic).map(([goal, topic]) => `${goal} → ${draftOf(goal).topics[0]?.id} and not ${topic}`);
    expect(wrong.length, wrong.join("\n")).toBeLessThanOrEqual(GOALS.length * 0.05);
  });

  it("names what the goal is about, in both languages", () => {
    const [first] = draftOf("Are people satisfied with “Automations”?").definition.questions;
    expect(first?.text).toEqual({ en: "How satisfied are you with “Automations”?", fr: "Êtes-vous satisfait de «\u202fAutomations\u202f»\u202f?" });
    expect(draftOf("Pourquoi quittent-ils l’étape Audience ?").definition.questions[0]?.text?.fr).toContain("«\u202fAudience\u202f»");
  });

  it("asks for an address where somebody wants to talk", () => {
    const questions = draftOf("Find people who cancel and are ready for an interview").definition.questions;
    expect(questions.at(-1)?.kind).toBe("email");
    expect(questions.length).toBeLessThanOrEqual(5);
  });

  it("serves a goal that it does not understand", () => {
    const { topics, definition } = draftOf("xyzzy");
    expect(topics).toEqual([]);
    expect(definition.questions.length).toBeGreaterThan(1);
  });

  it("leaves no blank and no repeated question, whatever the goal", () => {
    for (const goal of [...GOALS.map(([text]) => text), ...BANK.map((topic) => topic.words.en), ...BANK.map((topic) => topic.words.fr), "", "«»", "“"]) {
      const { questions } = draftOf(goal).definition;
      const texts = questions.flatMap(({ text }) => [text?.en ?? "", text?.fr ?? ""]);
      expect(texts.every((text) => text.length > 5 && !text.includes("{")), texts.join("\n")).toBe(true);
      expect(texts.filter((text) => /\bde les?\b|\bà les?\b/.test(text))).toEqual([]);
      expect(new Set(questions.map(({ id }) => id)).size).toBe(questions.length);
      expect(new Set(texts).size).toBe(texts.length);
    }
  });

  it("reads words without accents and elisions", () => {
    expect(wordsOf("L’étape d'Élodie, qu’on préfère")).toEqual(["etape", "elodie", "prefere"]);
  });
});
