import { expect, test } from "vitest";
import { campaignOf, hrefForm, pageOf } from "./url.ts";

const strict = { allowParameters: ["plan"], keepIds: false, hasHashRouter: false };

test.each([
  ["https://Shop.example/", "https://shop.example/"],
  ["https://shop.example/orders/", "https://shop.example/orders"],
  ["https://shop.example/orders/12345/edit", "https://shop.example/orders/:id/edit"],
  ["https://shop.example/orders/1234", "https://shop.example/orders/1234"],
  ["https://shop.example/u/550e8400-e29b-41d4-a716-446655440000", "https://shop.example/u/:id"],
  ["https://shop.example/u/ada@courriel.example/x", "https://shop.example/u/:id/x"],
  ["https://shop.example/u/ada%40courriel.example", "https://shop.example/u/:id"],
  ["https://shop.example/reset/eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.abc", "https://shop.example/reset/:id"],
  ["https://shop.example/c/5f2b8c9d0e1a", "https://shop.example/c/:id"],
  ["https://shop.example/how-to-plan-an-email-campaign", "https://shop.example/how-to-plan-an-email-campaign"],
  ["https://user:secret@shop.example/a?token=x&utm_source=mail&page=2&plan=pro#access_token=y", "https://shop.example/a?utm_source=mail&page=2&plan=pro"],
  ["https://shop.example/a?utm_content=ada@courriel.example", "https://shop.example/a?utm_content=%E2%80%A2%E2%80%A2%E2%80%A2%40%E2%80%A2%E2%80%A2%E2%80%A2%E2%80%A2%E2%80%A2%E2%80%A2%E2%80%A2%E2%80%A2.%E2%80%A2%E2%80%A2%E2%80%A2%E2%80%A2%E2%80%A2%E2%80%A2%E2%80%A2"],
  ["mailto:ada@courriel.example", "mailto:"],
  ["http://", ""],
])("%s leaves as %s", (href, expected) => expect(hrefForm(href, strict)).toBe(expected));

test("an application that keeps its pages behind # is told apart by them, without what else stands there", () => {
  expect(pageOf("https://app.example/x#/orders/12345?token=y", true)).toBe("/x#/orders/:id");
  expect(pageOf("https://app.example/x#/orders/12345", false)).toBe("/x");
  expect(hrefForm("https://app.example/#/a&access_token=secret", { ...strict, hasHashRouter: true })).toBe("https://app.example/#/a");
});

test("the campaign is what utm_ says", () => expect(campaignOf("https://a.example/?utm_source=news&utm_term=x&gclid=1")).toEqual({ utm_source: "news", utm_term: "x" }));

test.each(["a", "a-", "1", "a1", "a%40", "f"])("a long address of %j takes no longer than it is", (unit) => {
  const href = `https://a.example/${unit.repeat(50_000 / unit.length)}?page=${unit.repeat(1000)}`;
  const began = performance.now();
  hrefForm(href, strict);
  expect(performance.now() - began).toBeLessThan(1000);
});
