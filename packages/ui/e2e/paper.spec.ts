// Paper: light whatever the theme, with what is drawn as well as what is written, and whole however wide the screen was.
import { inflateSync } from "node:zlib";
import { expect, test } from "./words.ts";

/** The first colour of a series, on each ground. */
const [ON_LIGHT, ON_DARK] = ["#0f766e", "#14a89c"];

/** Every colour that a PDF draws with. */
function coloursOf(pdf: Buffer): Set<string> {
  const colours = new Set<string>();
  for (let at = pdf.indexOf("stream"); at !== -1; at = pdf.indexOf("stream", pdf.indexOf("endstream", at) + 9)) {
    const from = pdf.indexOf("\n", at) + 1;
    let drawn = "";
    try {
      drawn = inflateSync(pdf.subarray(from, pdf.indexOf("endstream", from))).toString("latin1");
    } catch {
      // Not every stream is deflated.
    }
    for (const [, parts = ""] of drawn.matchAll(/((?:[\d.]+ ){3})(?:rg|RG)\b/g)) {
      const hex = parts.trim().split(" ").map((part) => Math.round(Number(part) * 255).toString(16).padStart(2, "0"));
      colours.add(`#${hex.join("")}`);
    }
  }
  return colours;
}

for (const path of ["/trends", "/journeys"]) {
  test(`the picture of ${path} prints light from the dark theme, and is dark again on the screen`, { tag: "@fr" }, async ({ page, visit }) => {
    await page.addInitScript(() => window === top && localStorage.setItem("sillage.theme", "dark"));
    await visit(path);
    await expect(page.locator("[data-ready] canvas").first()).toBeVisible();
    const isDrawn = (colour: string) =>
      page.locator("[data-ready] canvas").first().evaluate((canvas: HTMLCanvasElement, hex) => {
        const { data } = (canvas.getContext("2d") as CanvasRenderingContext2D).getImageData(0, 0, canvas.width, canvas.height);
        const [red, green, blue] = [1, 3, 5].map((from) => Number.parseInt(hex.slice(from, from + 2), 16));
        for (let i = 0; i < data.length; i += 4) if (data[i] === red && data[i + 1] === green && data[i + 2] === blue && data[i + 3] === 255) return true;
        return false;
      }, colour);
    await expect.poll(() => isDrawn(ON_DARK)).toBe(true);
    const colours = coloursOf(await page.pdf());
    expect([...colours]).toContain(ON_LIGHT);
    expect([...colours]).not.toContain(ON_DARK);
    await expect.poll(() => isDrawn(ON_DARK)).toBe(true);
  });
}

test("a picture that was drawn for a wide screen shrinks to the paper", { tag: "@en" }, async ({ page, visit }) => {
  await visit("/trends");
  const canvas = page.locator("[data-ready] canvas").first();
  await expect(canvas).toBeVisible();
  // The size of a page is known to nobody until it is laid out: no script hears of it, and styles must do.
  const { width, height, place } = await canvas.evaluate((drawn: HTMLCanvasElement) => ({ width: drawn.clientWidth, height: drawn.clientHeight, place: drawn.closest("[data-ready]")?.clientWidth ?? 0 }));
  expect(Math.abs(width - place)).toBeLessThan(2);
  await page.emulateMedia({ media: "print" });
  const shrunk = await canvas.evaluate((drawn: HTMLCanvasElement) => {
    const box = drawn.parentElement?.parentElement as HTMLElement;
    box.style.width = "400px";
    const size = { width: drawn.clientWidth, height: drawn.clientHeight };
    box.style.width = "";
    return size;
  });
  expect(shrunk.width).toBe(400);
  expect(shrunk.height / shrunk.width).toBeCloseTo(height / width, 1);
});
