import { expect, test } from "vitest";
import { maskText, redactDigits, redactText } from "./text.ts";

test("a masked text keeps its shape and nothing else", () => {
  expect(maskText("Dear Zoë, 12 €")).toBe("•••• •••, •• €");
  expect(maskText("Привет 日本")).toBe("•••••• ••");
});

test.each([
  ["write to ada.lovelace+x@courriel.example today", "write to •••.••••••••+•@••••••••.••••••• today"],
  ["card 4111 1111 1111 1111 ok", "card •••• •••• •••• •••• ok"],
  ["card 4111-1111-1111-1111 ok", "card ••••-••••-••••-•••• ok"],
  ["IBAN FR76 3000 6000 0112 3456 7890 189 ok", "IBAN •••• •••• •••• •••• •••• •••• ••• ok"],
  ["call +33 6 12 34 56 78 ok", "call +•• • •• •• •• •• ok"],
  ["id 2 85 05 78 006 084 36 ok", "id • •• •• •• ••• ••• •• ok"],
  ["token eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.abc.def ok", "token ••••••••••••••••••••••••••••••••••••.•••.••• ok"],
])("what identifies is taken out of %s", (text, expected) => expect(redactText(text)).toBe(expected));

test.each(["3 of 12 contacts", "at 10:45 on 21/11", "1 234,50 €", "version 2.1.6", "a long-hyphenated-word-without-any-digit stays"])("what does not, stays: %s", (text) => expect(redactText(text)).toBe(text));

test("balanced texts have no digit", () => expect(redactDigits("3 of 12 contacts")).toBe("• of •• contacts"));

test.each(["a", "a-", "1", "1 ", "a1", "a@", "a.", "-", "FR76 ", "é"])("a long text of %j takes no longer than it is", (unit) => {
  const text = unit.repeat(200_000 / unit.length);
  const began = performance.now();
  redactDigits(text);
  expect(performance.now() - began).toBeLessThan(2000);
});
