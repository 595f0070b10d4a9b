// Text is readable on its ground, in the light and in the dark: 4.5 to 1, large text 3 to 1 (WCAG 2.2, 1.4.3).
import { writeSearch } from "../src/question/urlText.ts";
import { answered, expect, test } from "./words.ts";

const FUNNEL = { kind: "funnel", steps: [{ event: "Signed up" }, { event: "Campaign started" }, { event: "Campaign sent" }], window: { n: 7, unit: "day" }, range: { last: 30, unit: "day" }, interval: "week", breakdown: [{ property: "plan" }], top: 3 };
const TREND = { kind: "trend", series: [{ select: { event: "Signed up" }, measure: "unique" }], range: { last: 30, unit: "day" }, interval: "day", compare: { previous: 1 } };
const ANSWERED = [`/trends${writeSearch({ q: TREND })}`, `/funnels${writeSearch({ q: FUNNEL })}`, "/retention", "/engagement", "/lifecycle"];
const OTHERS = ["/journeys", "/cohorts", "/drivers", "/recordings", "/reports", "/live", "/live?tab=refused", "/people", "/settings", "/start"];

for (const [theme, tag] of [["dark", "@en"], ["light", "@fr"]] as const) {
  test(`text stands out from its ground, ${theme}`, { tag }, async ({ page, visit, words }) => {
    test.setTimeout(120_000);
    await page.addInitScript((chosen) => localStorage.setItem("sillage.theme", chosen), theme);
    let looked = 0;
    for (const path of [...ANSWERED, ...OTHERS]) {
      await visit(path);
      await expect(page.getByRole("main").getByRole("heading", { level: 1 })).toBeVisible();
      await expect(page.locator("html")).toHaveAttribute("data-theme", theme);
      if (ANSWERED.includes(path)) await answered(page, words);
      const { texts, faint } = await page.evaluate(faintTexts);
      looked += texts;
      expect(faint, `${path}, ${theme}`).toEqual([]);
    }
    expect(looked).toBeGreaterThan(300);
  });
}

/** Runs in the page: texts that are shown, and those of them too faint to be read. */
function faintTexts() {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = 1;
  const brush = canvas.getContext("2d", { willReadFrequently: true });
  if (!brush) throw new Error("the browser draws nothing");
  /** Any colour that CSS knows, over another. */
  const over = (color: string, ground: [number, number, number]): [number, number, number] => {
    brush.fillStyle = `rgb(${ground.join(" ")})`;
    brush.fillRect(0, 0, 1, 1);
    brush.fillStyle = color;
    brush.fillRect(0, 0, 1, 1);
    const [red = 0, green = 0, blue = 0] = brush.getImageData(0, 0, 1, 1).data;
    return [red, green, blue];
  };
  const luminance = (color: number[]) => {
    const [red = 0, green = 0, blue = 0] = color.map((part) => (part / 255 <= 0.03928 ? part / 255 / 12.92 : ((part / 255 + 0.055) / 1.055) ** 2.4));
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const faint: string[] = [];
  let texts = 0;
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const element = node.parentElement;
    if (!element || !node.textContent?.trim() || !element.checkVisibility({ opacityProperty: true, visibilityProperty: true })) continue;
    // What cannot be used may be pale, and what is hidden from readers is no text.
    if (element.closest("[aria-hidden=true], [disabled], [aria-disabled=true], script, style, option, noscript")) continue;
    const box = element.getBoundingClientRect();
    if (box.width < 2 || box.height < 2) continue;
    const grounds: string[] = [];
    for (let one: Element | null = element; one; one = one.parentElement) grounds.unshift(getComputedStyle(one).backgroundColor);
    const ground = grounds.reduce((below, color) => over(color, below), [255, 255, 255] as [number, number, number]);
    const style = getComputedStyle(element);
    const a = luminance(over(style.color, ground));
    const b = luminance(ground);
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    const size = Number.parseFloat(style.fontSize);
    const isLarge = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
    texts += 1;
    if (ratio < (isLarge ? 3 : 4.5)) faint.push(`${node.textContent.trim().slice(0, 40)}: ${ratio.toFixed(2)}, ${style.color} on rgb(${ground.join(", ")})`);
  }
  return { texts, faint: [...new Set(faint)] };
}
