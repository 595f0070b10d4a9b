// Makes `recordings.json.gz` for the mock server: `node dev/record.mjs`. The visits are the same each time, their ids are not.
import { writeFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { record } from "./recorder.mjs";

/** Somebody who finds the button without effect, forgets the audience, and meets an error. */
export async function troubled(page, site) {
  await page.goto(`${site}/campaigns`);
  await page.waitForTimeout(1500);
  await page.mouse.move(300, 300, { steps: 15 });
  await page.click("[data-open='Autumn letter']");
  await page.waitForTimeout(1200);
  await page.click("#shut");
  await page.mouse.move(900, 150, { steps: 15 });
  await page.click("a.button");
  await page.waitForSelector("#form");
  await page.waitForTimeout(1200);
  await page.type("[name=subject]", "Winter letter", { delay: 70 });
  await page.type("[name=letter]", "Dear readers, it snows.", { delay: 50 });
  for (let i = 0; i < 5; i += 1) await page.click("#preview", { delay: 40 });
  await page.waitForTimeout(1500);
  await page.click("#send");
  await page.waitForTimeout(900);
  await page.selectOption("[name=audience]", { index: 1 });
  await page.click("#send");
  await page.waitForTimeout(7500);
  await page.mouse.move(500, 400, { steps: 10 });
  await page.click("#send");
  await page.waitForTimeout(1200);
  await page.click("nav a[href='/audience']");
  await page.waitForTimeout(1200);
  await page.mouse.wheel(0, 500);
  await page.waitForTimeout(1500);
}

/** Somebody who reads, in two tabs. */
async function reader(page, site, context) {
  await page.goto(`${site}/audience`);
  await page.waitForTimeout(1500);
  await page.mouse.wheel(0, 400);
  await page.waitForTimeout(1500);
  const other = await context.newPage();
  await other.goto(`${site}/campaigns`);
  await other.waitForTimeout(1500);
  await other.mouse.move(400, 500, { steps: 10 });
  await other.click("[data-open='Come back']");
  await other.waitForTimeout(1500);
  await other.close();
  await page.bringToFront();
  await page.mouse.move(500, 300, { steps: 10 });
  await page.click("h1");
  await page.waitForTimeout(2500);
}

async function phone(page, site) {
  await page.goto(`${site}/campaigns`);
  await page.waitForTimeout(1500);
  await page.tap("a.button");
  await page.waitForSelector("#form");
  await page.waitForTimeout(1500);
  await page.tap("[name=subject]");
  await page.type("[name=subject]", "Hello", { delay: 80 });
  await page.waitForTimeout(2500);
}

if (process.argv[1] === import.meta.filename) {
  const all = [
    ...(await record(troubled)),
    ...(await record(reader)),
    ...(await record(phone, { viewport: { width: 390, height: 780 }, context: { hasTouch: true, isMobile: true } })),
  ];
  writeFileSync(new URL("recordings.json.gz", import.meta.url), gzipSync(JSON.stringify(all), { level: 9 }));
  console.log(all.length, "pieces of", new Set(all.map(({ session }) => session)).size, "sessions");
}
