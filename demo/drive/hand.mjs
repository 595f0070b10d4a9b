// A hand, and the eyes that lead it: goes to a control along a curve, scrolls until it is in sight, types letter by letter, taps on a phone. Real input of a real browser.
//
// `pace` is how long this person takes to read: 1 for most. Only reading is ever shortened; how fast one clicks, moves and types is what detectors judge, and stays as it is.
import { until, wait } from "../../packages/sdk/e2e/server.mjs";

const STEP_MS = 16;
const WHEEL_PX = 160;

export function handOf(page, chance, { isPhone = false, pace = 1 }) {
  let at = { x: 200 + chance.between(0, 300), y: 200 + chance.between(0, 150) };
  let touch;

  const hand = {
    page,
    chance,
    isPhone,
    /** Reads, or thinks. */
    think: (fromS, toS) => wait(chance.between(fromS, toS) * 1000 * pace),
    wait,

    async open(path) {
      await page.goto(path);
      await hand.seen();
    },

    /** The tag watches: from now on, what happens is seen. A person takes longer to begin than the tag does, the machine that plays sixty of them may not. */
    async seen() {
      await page.waitForLoadState("domcontentloaded");
      // The part that looks for friction hears the page's requests; that it does shows.
      await until(() => page.evaluate(() => !String(window.fetch).includes("[native code]")).catch(() => false), 8, "the part that looks for friction");
      await wait(250);
    },

    async accept(isYes = true) {
      await hand.click(isYes ? "[data-px-id=consent-yes]" : "[data-px-id=consent-no]");
      // The tag begins anew under the new choices.
      await wait(150);
      await hand.seen();
    },

    async moveTo(x, y) {
      if (isPhone) return;
      const from = at;
      const bend = chance.between(-40, 40);
      const n = Math.max(6, Math.round(Math.hypot(x - from.x, y - from.y) / 38));
      for (let i = 1; i <= n; i += 1) {
        const share = 0.5 - Math.cos((i / n) * Math.PI) / 2;
        await page.mouse.move(from.x + (x - from.x) * share + Math.sin(share * Math.PI) * bend, from.y + (y - from.y) * share);
        await wait(STEP_MS);
      }
      at = { x, y };
    },

    /** Scrolls until the element is well in sight, and says where it is. */
    async find(selector) {
      const target = page.locator(selector).first();
      await target.waitFor({ state: "visible", timeout: 20_000 });
      const height = page.viewportSize().height;
      for (let n = 0; n < 80; n += 1) {
        const box = await target.boundingBox();
        const middle = box.y + box.height / 2;
        if (middle > 60 && middle < height - 50) return box;
        const before = await page.evaluate(() => window.scrollY);
        await hand.wheel(middle < 60 ? Math.max(-WHEEL_PX, middle - 200) : Math.min(WHEEL_PX, middle - height + 220));
        if ((await page.evaluate(() => window.scrollY)) === before && n > 6) return box;
      }
      throw new Error(`${selector} does not come in sight`);
    },

    async wheel(px) {
      await page.mouse.wheel(0, px);
      await wait(70);
    },

    /** Reads down, so many pixels, not faster than one reads. */
    async scroll(px, stepPx = 120) {
      for (let done = 0; done < Math.abs(px); done += stepPx) {
        await page.mouse.wheel(0, Math.sign(px) * stepPx);
        await wait(chance.between(80, 160));
      }
    },

    async click(selector, { times = 1, gapMs = 0 } = {}) {
      await hand.find(selector);
      // A word that runs on in the next line has its middle where something else is.
      const box = await page.locator(selector).first().evaluate((element) => {
        const [first] = [...element.getClientRects()].sort((a, b) => b.width - a.width);
        return { x: first.x, y: first.y, width: first.width, height: first.height };
      });
      const [x, y] = [box.x + box.width * chance.between(0.3, 0.7), box.y + box.height * chance.between(0.35, 0.65)];
      await hand.moveTo(x, y);
      if (!isPhone) await wait(chance.between(60, 180));
      for (let n = 0; n < times; n += 1) {
        if (isPhone) await page.touchscreen.tap(x, y);
        else {
          await page.mouse.down();
          await wait(chance.between(40, 80));
          await page.mouse.up();
        }
        if (gapMs) await wait(gapMs);
      }
    },

    async type(selector, text) {
      await hand.click(selector);
      await page.keyboard.type(text, { delay: chance.between(45, 95) });
    },

    /** Another text in the place of the one that is there. */
    async retype(selector, text) {
      await hand.click(selector);
      await page.keyboard.press("ControlOrMeta+A");
      await page.keyboard.type(text, { delay: chance.between(45, 95) });
    },

    /** To and fro, getting nowhere. */
    async thrash(seconds = 2.4) {
      const { x, y } = at;
      for (let n = 0; n < (seconds * 1000) / 60; n += 1) {
        await page.mouse.move(x + (n % 2 ? 260 : -20), y + (n % 3) * 6);
        await wait(55);
      }
    },

    /** Up and down the page, looking for something. */
    async searchUpAndDown(times) {
      for (let n = 0; n < times; n += 1) {
        for (let step = 0; step < 5; step += 1) await hand.wheel(n % 2 ? -200 : 200);
        await wait(180);
      }
    },

    async pinch() {
      touch ??= await page.context().newCDPSession(page);
      const points = (gap) => [{ x: 195 - gap, y: 400, id: 0 }, { x: 195 + gap, y: 400, id: 1 }];
      await touch.send("Input.dispatchTouchEvent", { type: "touchStart", touchPoints: points(30) });
      for (const gap of [50, 80, 110]) {
        await touch.send("Input.dispatchTouchEvent", { type: "touchMove", touchPoints: points(gap) });
        await wait(40);
      }
      await touch.send("Input.dispatchTouchEvent", { type: "touchEnd", touchPoints: [] });
    },

    /** Waits until the application shows this view. */
    async view(name) {
      await page.waitForSelector(`[data-px-id="${name}"]`, { timeout: 20_000 });
      await wait(120);
    },

    async signIn(email) {
      await hand.type("#email", email);
      await hand.type("#password", "un long secret");
      await hand.click("[data-px-id=sign-in-go]");
      await page.waitForURL("**/app/dashboard");
      await hand.seen();
    },
  };
  return hand;
}
