import { expect, it } from "vitest";
import { labelsOf, markOf } from "./elementNames.ts";

it("calls an element by the words that most clicks on it carried", () => {
  const labels = labelsOf([
    { breakdown: [], total: 9 },
    { breakdown: ["#send", null], total: 5 },
    { breakdown: ["#send", "Send"], total: 1 },
    { breakdown: ["#send", "Envoyer"], total: 3 },
    { breakdown: ["#card", "a".repeat(60)], total: 1 },
  ]);
  expect(labels.get("#send")).toBe("Envoyer");
  expect(labels.get("#card")).toBe(`${"a".repeat(48)}…`);
  expect(labels.size).toBe(2);
});

it("reads the mark out of a selector, where it has one", () => {
  expect(markOf('[data-px-id="audience-next"]')).toBe("audience-next");
  expect(markOf('form > input[name="segment"]')).toBe("segment");
  expect(markOf("my-app >>> #send")).toBe("send");
  expect(markOf("main > button.buy:nth-of-type(2)")).toBe("main > button.buy:nth-of-type(2)");
});
