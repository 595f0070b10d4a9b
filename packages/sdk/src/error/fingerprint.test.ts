import { expect, test } from "vitest";
import { fingerprintOf, framesOf, normalMessage } from "./fingerprint.ts";

function failure(message: string, stack: string, kind = TypeError): Error {
  const error = new kind(message);
  error.stack = stack;
  return error;
}
const chrome = "TypeError: x\n    at save (https://app.example/assets/main-8d2f1a.js?v=1:10:20)\n    at async Form.submit (https://app.example/assets/main-8d2f1a.js:30:4)";
const firefox = "save@https://app.example/assets/main-8d2f1a.js?v=1:10:20\nForm.submit@https://app.example/assets/main-8d2f1a.js:30:4";

test("stacks of both kinds of browsers are read, without hosts and queries", () => {
  expect(framesOf(failure("x", chrome))[0]).toEqual({ function: "save", file: "/assets/main-8d2f1a.js", line: 10, column: 20 });
  expect(framesOf(failure("x", firefox))[0]).toEqual({ function: "save", file: "/assets/main-8d2f1a.js", line: 10, column: 20 });
  expect(framesOf(undefined)).toEqual([]);
});

test("the same error of another build, line or person is the same error", () => {
  const first = fingerprintOf(failure("x", chrome), 'cannot read "Ada" of order 12');
  const rebuilt = fingerprintOf(failure("x", chrome.replaceAll("main-8d2f1a", "main-77c0b2").replace(":10:20", ":12:9")), 'cannot read "Grace" of order 99');
  expect(rebuilt).toBe(first);
});

test("another kind, message or place is another error", () => {
  const first = fingerprintOf(failure("x", chrome), "cannot read");
  expect(fingerprintOf(failure("x", chrome, RangeError as never), "cannot read")).not.toBe(first);
  expect(fingerprintOf(failure("x", chrome), "cannot write")).not.toBe(first);
  expect(fingerprintOf(failure("x", chrome.replace("save", "load")), "cannot read")).not.toBe(first);
});

test("a message keeps no values", () => {
  expect(normalMessage(`Unexpected token '<', "<!doctype "... from https://x.example/a?k=1 for ada@courriel.example, 42`)).toBe("Unexpected token <text>, <text>... from <url> for <n>@<n>.<n>, <n>");
});
