// On a server there is no page: an application that is rendered there imports the tag and calls it, and nothing happens.
import { expect, test, vi } from "vitest";
import { sillage } from "./index.ts";

test("every call does nothing, and throws nothing, where there is no page", async () => {
  const warned = vi.spyOn(console, "warn").mockImplementation(() => undefined);
  sillage.init({ key: "wk_x", host: "https://sillage.example.org", consent: { analytics: true } });
  sillage.track("Rendered");
  sillage.page();
  sillage.identify("u-1", { plan: "pro" });
  sillage.group("company", "acme");
  sillage.people.add({ logins: 1 });
  sillage.register({ a: 1 });
  sillage.consent({ analytics: true });
  sillage.reset();
  sillage.optOut();
  sillage.flush();
  expect(sillage.ids()).toEqual({ device: "", user: "", session: "" });
  expect(sillage.state().mode).toBe("exempt");
  expect(sillage.on(() => undefined)).toBeTypeOf("function");
  await new Promise((done) => setTimeout(done, 20));
  warned.mockRestore();
});
