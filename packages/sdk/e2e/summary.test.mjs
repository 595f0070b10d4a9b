// The page summary and the names of elements, in Chromium: what was seen, for how long, and where it was clicked. And the tag as a module.
import assert from "node:assert/strict";
import { describe } from "node:test";
import { gzipSync } from "node:zlib";
import { house, scene, started, throughDoor, until, wait } from "./house.mjs";

const OPTIONS = { consent: { analytics: true, profiles: true }, countDrivenBrowsers: true };

async function visit(options = OPTIONS, more = "") {
  const context = await house.browser.newContext({ viewport: { width: 1000, height: 800 } });
  const page = await context.newPage();
  await page.goto(`${house.site}/zones?options=${encodeURIComponent(JSON.stringify(throughDoor(options)))}${more}`);
  await started(page, "heatmap");
  return { page, context };
}
const parts = () => [...new Map(house.door.records().filter((record) => record.event === "$page_summary").map((record) => [record.insert_id, record.properties])).values()].sort((a, b) => a.$part - b.$part);
const summed = (selector) => {
  const told = parts().flatMap((part) => part.elements).filter((one) => one.sel === selector);
  const sum = (name) => told.reduce((total, one) => total + (one[name] ?? 0), 0);
  return { n: told.length, exposed_ms: sum("exposed_ms"), clicks: sum("clicks"), hover_ms: sum("hover_ms") };
};
const id = (name) => `[data-px-id="${name}"]`;

describe("page summaries and names of elements", { concurrency: 6 }, () => {
  scene("what was exposed is what had its middle on the screen, for as long as it had", async () => {
    // What was on the screen for how long is the page's to say: a busy machine takes its time over each step. Only what flies by has to be quick.
    let visited;
    for (let attempt = 0; attempt < 10; attempt += 1) {
      house.door.clear();
      await visited?.context.close();
      visited = await visit();
      // It looks from some moment on between these two: when its part has come, and when the page has been drawn with the part at work.
      visited.top = await visited.page.evaluate(() => performance.getEntriesByType("resource").find((entry) => entry.name.endsWith("parts/heatmap.js")).responseEnd);
      visited.looking = await visited.page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(() => done(performance.now()))))));
      await wait(1200);
      visited.down = await visited.page.evaluate(() => (window.scrollTo(0, 2000), performance.now()));
      await wait(1500);
      visited.flownMs = await visited.page.evaluate(async () => {
        const began = performance.now();
        window.scrollTo(0, 1300);
        await new Promise((done) => setTimeout(done, 60));
        window.scrollTo(0, 2000);
        await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
        return performance.now() - began;
      });
      visited.end = await visited.page.evaluate(() => performance.now());
      if (visited.flownMs < 130) break;
    }
    const { page, context, top, looking, down, end, flownMs } = visited;
    assert.ok(flownMs < 130, `this machine is too busy to scroll by quickly: ${flownMs} ms`);
    await page.goto("about:blank");
    await until(() => parts().length, 5, "the summary");
    const near = (ms, least, most, what) => assert.ok(ms > least - 500 && ms < most + 1500, `${what}: ${ms} ms, expected between ${least} and ${most}`);
    near(summed(id("first")).exposed_ms, down - looking, down - top, "first");
    near(summed(id("second")).exposed_ms, down - looking, down - top, "second");
    // The middle of the tall one is at 2400 of the page, its edges are never on the screen.
    near(summed(id("tall")).exposed_ms, end - down, end - down, "tall");
    assert.equal(summed(id("third")).exposed_ms, 0, "what only flew by");
    assert.equal(summed(id("last")).exposed_ms, 0, "what was never on the screen");
    const [part] = parts();
    assert.equal(part.$depth_px, 2800);
    assert.ok(Math.abs(part.$depth - 2800 / part.$doc_height) < 0.01);
    assert.equal(part.bands_ms.length, 20);
    const band = part.$doc_height / 20;
    assert.ok(part.bands_ms[0] > 700 && part.bands_ms[Math.floor(2400 / band)] > 1000 && part.bands_ms[19] === 0, part.bands_ms.join());
    assert.ok(part.$visible_ms >= 2300 && part.$visible_ms <= part.$elapsed_ms + 50);
    await context.close();
  });

  scene("clicks stand where they were made, relative to what was hit; parts add up", async () => {
    const { page, context } = await visit();
    await page.evaluate(() => window.scrollTo(0, 9999));
    await wait(150);
    const box = await page.locator(".btn.primary").nth(1).boundingBox();
    await page.mouse.click(box.x + box.width * 0.25, box.y + box.height * 0.5);
    await page.mouse.click(950, 20);
    await page.click("#ignored");
    await page.evaluate(() => document.dispatchEvent(new Event("visibilitychange")));
    await page.evaluate(() => history.pushState({}, "", "/zones/2"));
    await until(() => parts().flatMap((part) => part.clicks).length >= 2, 5, "the clicks of the summary");
    const points = parts().flatMap((part) => part.clicks);
    assert.equal(points.length, 2, JSON.stringify(points));
    const scrolled = await page.evaluate(() => window.scrollY);
    assert.ok(Math.abs(points[0].ex - 0.25) < 0.1 && Math.abs(points[0].ey - 0.5) < 0.15, JSON.stringify(points[0]));
    assert.ok(Math.abs(points[0].y - (box.y + box.height * 0.5 + scrolled)) < 2);
    assert.deepEqual([points[1].sel, points[1].fixed, points[1].y], ['[id="bar"]', true, 20]);
    assert.equal(summed('[id="bar"]').clicks, 1);
    assert.equal(parts().reduce((sum, part) => sum + part.$n_clicks, 0), 2);
    assert.equal(parts().filter((part) => part.$part === 0 && part.$page === "/zones").length, 1);
    const bytes = gzipSync(JSON.stringify(parts()[0])).length;
    assert.ok(bytes < 3000, `${bytes} bytes`);
    await context.close();
  });

  scene("names of elements hold no ids, no generated classes and no states, and lead into shadow trees", async () => {
    const { page, context } = await visit();
    await page.evaluate(() => window.scrollTo(0, 9999));
    await page.evaluate(() => document.querySelector("a").addEventListener("click", (event) => event.preventDefault()));
    await page.click("a");
    await page.click("text=A >> nth=0");
    await page.locator(".btn.primary").first().click();
    await page.click("x-card button");
    const clicks = () => house.door.records().filter((record) => record.event === "$click").map(({ properties }) => properties);
    await until(() => clicks().some((one) => one.$selector.includes("buy")), 5, "the clicks");
    const names = clicks().map((one) => one.$selector);
    assert.equal(names[0], '[data-px-id="last"] > a.btn');
    assert.ok(names.includes('[data-px-id="last"] > button.btn.primary:nth-of-type(1)'), names.join("\n"));
    assert.equal(names.at(-1), '[data-px-id="last"] > x-card >>> button[name="buy"]');
    assert.equal(clicks()[0].$href, `${house.site}/orders/:id`);
    // Times and random ids may hold any digits; what is planted is text.
    const said = JSON.stringify(house.door.records(), (key, value) => (typeof value === "number" || /(^|_)id$/.test(key) ? undefined : value));
    assert.doesNotMatch(said, /48213|12345|secret|1x2y3z/);
    await context.close();
  });

  scene("a page of ninety thousand elements does not notice the tag", async () => {
    // In the best of some visits: what else the machine does is not the tag's.
    let longest = [];
    const since = Date.now();
    for (let attempt = 0; attempt < 8 && (attempt < 2 || Date.now() - since < 60_000); attempt += 1) {
      const context = await house.browser.newContext();
      const page = await context.newPage();
      await page.goto(`${house.site}/large?options=${encodeURIComponent(JSON.stringify(throughDoor(OPTIONS)))}`);
      await wait(1200);
      const began = await page.evaluate((key) => {
        const now = performance.now();
        window.sillage.init({ key, ...window.options });
        return now;
      }, "wk_x");
      for (const part of ["heatmap", "friction", "vital", "error"]) await started(page, part);
      await page.click("button >> nth=3");
      await page.mouse.wheel(0, 3000);
      await wait(300);
      await page.evaluate(() => history.pushState({}, "", "/large/2"));
      await wait(300);
      longest = await page.evaluate((from) => window.tasks.filter((task) => task.startTime >= from).map((task) => Math.round(task.duration)), began);
      assert.ok(await page.evaluate(() => document.querySelectorAll("*").length > 90_000));
      await context.close();
      if (longest.length === 0) return;
    }
    assert.deepEqual(longest, []);
  });

  scene("as a module of an application: the same, its parts loaded when they are used", async () => {
    const { page, context } = await visit({ ...OPTIONS, consent: { analytics: true, profiles: true, replay: true }, recording: { sample: 1, pages: ["."] } }, "&module=1");
    const faults = [];
    page.on("pageerror", (error) => faults.push(error.message));
    await page.evaluate(() => window.tag.track("From the module"));
    await until(() => house.door.records().some((record) => record.event === "From the module"), 5, "the event");
    await until(() => house.door.recordings.length, 8, "the recording");
    await started(page, "vital");
    await page.goto("about:blank");
    await until(() => house.door.records().some((record) => record.event === "$web_vitals"), 5, "the vitals");
    await until(() => parts()[0]?.elements?.length, 5, "the elements of the summary");
    assert.deepEqual(faults, []);
    await context.close();
  });
});
