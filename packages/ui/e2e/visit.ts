// Somebody on the small site, with the real tag of the server under test: what the tests of recordings look at.
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { Browser, Page } from "@playwright/test";
import { pageOf } from "../dev/site/pages.mjs";

/** The write key of a project, which its tag sends with. */
export async function keyOf(page: Page, project: number): Promise<string> {
  const me = (await (await page.request.get("/api/me")).json()) as { projects: { id: number; write_key: string }[] };
  return me.projects.find((one) => one.id === project)?.write_key ?? "";
}

export interface Site {
  url: string;
  close: () => Promise<void>;
}

/** The site, with the server's own tag on its pages. Its own API answers 500, which is one of its faults. */
export async function openSite(server: string, key: string, recording: object = {}): Promise<Site> {
  const options = { consent: { analytics: true, profiles: true, replay: true }, countDrivenBrowsers: true, gatherMs: 100, masking: { level: "balanced" }, recording: { sample: 1, pages: ["."], console: true, ...recording } };
  const tag = `<script async src="${server}/s/sillage.js" data-key="${key}" data-host="${server}" data-options='${JSON.stringify(options)}'></script>`;
  const site: Server = createServer((request, reply) => {
    const { pathname } = new URL(request.url ?? "/", "http://site");
    const page = pageOf(pathname, tag);
    if (page === null) reply.writeHead(pathname.startsWith("/api/") ? 500 : 404).end("{}");
    else reply.writeHead(200, { "content-type": "text/html; charset=utf-8" }).end(page);
  });
  await new Promise<void>((done) => site.listen(0, "127.0.0.1", done));
  return {
    url: `http://127.0.0.1:${(site.address() as AddressInfo).port}`,
    close: () => {
      site.closeAllConnections();
      return new Promise((done) => site.close(() => done()));
    },
  };
}

interface Tag {
  identify: (id: string, properties?: object) => void;
  track: (name: string) => void;
  ids: () => { session?: string | null };
  flush: () => void;
}

/** A visit of a few seconds: a list, a form with a button that does nothing, an error. Answers the session's id. */
export async function visitSite(browser: Browser, { url }: Site, user: string): Promise<string> {
  const context = await browser.newContext({ viewport: { width: 1100, height: 700 }, storageState: { cookies: [], origins: [] } });
  const page = await context.newPage();
  await page.goto(`${url}/campaigns`);
  await page.waitForFunction(() => typeof (window as unknown as { sillage?: Tag }).sillage?.identify === "function");
  await tagOf(page, (tag, id) => tag.identify(id, { $name: `Visitor ${id}` }), user);
  await page.waitForTimeout(1200);
  await page.mouse.move(300, 300, { steps: 8 });
  await page.click("a.button");
  await page.waitForSelector("#form");
  await page.waitForTimeout(1000);
  for (let i = 0; i < 5; i += 1) await page.click("#preview");
  await page.waitForTimeout(1200);
  await page.selectOption("[name=audience]", { index: 1 });
  await page.click("#send");
  await page.waitForTimeout(600);
  await tagOf(page, (tag) => tag.track("E2E gave up"), user);
  await page.waitForTimeout(800);
  const session = await tagOf(page, (tag) => tag.ids().session ?? "", user);
  await page.goto("about:blank");
  await page.waitForTimeout(800);
  await context.close();
  return session;
}

function tagOf<T>(page: Page, use: (tag: Tag, user: string) => T, user: string): Promise<T> {
  return page.evaluate(`(${use.toString()})(window.sillage, ${JSON.stringify(user)})`) as Promise<T>;
}
