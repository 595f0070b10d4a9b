import { expect, it } from "vitest";
import type { ShareLink } from "@/api/board.ts";
import { bodyOf, formOf, isComplete } from "./links.ts";

const NOW = Date.parse("2026-12-01T10:00:00Z");
const link: ShareLink = {
  id: "l", token: "t", name: "Investors", state: "open", has_password: true, expires_at: "2026-12-20T08:00:00Z", embed: true, embed_from: ["https://wiki.example.com"],
  range_open: false, created_by: "a", created_at: "2026-11-01T00:00:00Z", revoked_at: null, opened: 3, opened_at: null,
};

it("says what was chosen, and nothing of a password that stays", () => {
  expect(bodyOf(formOf(null), null, NOW)).toEqual({ name: "", expires_at: null, embed: false, embed_from: [], range_open: true });
  expect(bodyOf(formOf(link), link, NOW)).toEqual({ name: "Investors", expires_at: "2026-12-20T08:00:00Z", embed: true, embed_from: ["https://wiki.example.com"], range_open: false });
  expect(bodyOf({ ...formOf(link), hasPassword: false }, link, NOW)?.password).toBe("");
  expect(bodyOf({ ...formOf(null), lasts: "7", hasPassword: true, password: "let me in please" }, null, NOW)).toMatchObject({ expires_at: "2026-12-08T10:00:00.000Z", password: "let me in please" });
});

it("takes origins one a line or beside each other, and forgets them where nothing is embedded", () => {
  expect(bodyOf({ ...formOf(null), embed: true, from: "https://a.example,\nhttps://b.example " }, null, NOW)?.embed_from).toEqual(["https://a.example", "https://b.example"]);
  expect(bodyOf({ ...formOf(link), embed: false }, link, NOW)?.embed_from).toEqual([]);
});

it("waits for a date and for a password", () => {
  expect(isComplete(formOf(null), null)).toBe(true);
  expect(isComplete({ ...formOf(null), lasts: "date" }, null)).toBe(false);
  expect(isComplete({ ...formOf(null), hasPassword: true }, null)).toBe(false);
  expect(isComplete(formOf(link), link)).toBe(true);
});
