// The visits by which detectors are judged: of each signal short ones that must give it, and calm ones that must give none. Each is played several times, a little differently.
import { FLOW } from "./people.mjs";

const { startCampaign, chooseAudience, chooseTemplate, write, send, id } = FLOW;
const LONGEST_TURN_MS = 6500;
const menu = (name) => `.side a[href="/app/${name}"]`;
const openAt = (path, view) => async (hand) => {
  await hand.open(path);
  await hand.accept();
  if (view) await hand.view(view);
};

/** `start` opens the page, `play` does what gives the signal; the visit ends by leaving the site. */
export const PLANTS = {
  rage_click: {
    start: openAt("/app/schedule", "schedule"),
    async play(hand, plant) {
      plant("rage_click", "schedule-send");
      await hand.click("#schedule-send", { times: hand.chance.whole(3, 7), gapMs: hand.chance.whole(90, 420) });
      await hand.wait(1300);
    },
  },
  dead_click: {
    start: openAt("/app/audience", "audience"),
    async play(hand, plant) {
      const term = hand.chance.one(["term-segment", "term-rules", "term-pressure"]);
      plant("dead_click", term);
      await hand.click(id(term));
      await hand.wait(2900);
    },
  },
  dead_click_on_a_control: {
    start: openAt("/app/dashboard", "dashboard"),
    async play(hand, plant) {
      plant("dead_click", "export");
      await hand.click(id("export"));
      await hand.wait(2900);
    },
  },
  dead_click_while_switched_off: {
    start: openAt("/app/schedule", "schedule"),
    async play(hand, plant) {
      plant("dead_click", "schedule-send");
      await hand.click("#schedule-send");
      await hand.wait(2900);
    },
  },
  slow_click: {
    start: openAt("/app/template", "template"),
    async play(hand, plant) {
      plant("slow_click", "template-newsletter");
      await hand.click(id("template-newsletter"));
      await hand.view("editor");
      await hand.wait(400);
    },
  },
  error_click: {
    start: openAt("/app/editor", "editor"),
    async play(hand, plant) {
      plant("error_click", "preview");
      await hand.click(id("preview"));
      await hand.wait(1300);
    },
  },
  error_click_by_request: {
    start: openAt("/app/editor", "editor"),
    async play(hand, plant) {
      plant("error_click", "spam-check");
      await hand.click(id("spam-check"));
      await hand.wait(1300);
    },
  },
  repeated_clicks: {
    start: openAt("/app/audience", "audience"),
    async play(hand, plant) {
      plant("repeated_clicks", "estimate");
      for (let n = 0; n < 3; n += 1) {
        await hand.click(id("estimate"));
        await hand.wait(hand.chance.whole(1700, 4200));
      }
    },
  },
  u_turn: {
    start: openAt("/app/dashboard", "dashboard"),
    async play(hand, plant) {
      const [link, view] = hand.chance.one([["contacts", "contacts"], ["account", "account"]]);
      await hand.click(menu(link));
      await hand.view(view);
      const from = Date.now();
      await hand.wait(hand.chance.whole(900, 5000));
      await hand.click(menu("dashboard"));
      await hand.view("dashboard");
      // On a machine that is slow it may have become a visit like any other.
      if (Date.now() - from < LONGEST_TURN_MS) plant("u_turn");
    },
  },
  u_turn_by_the_browser: {
    start: openAt("/", undefined),
    async play(hand, plant) {
      await hand.click(id("see-pricing"));
      await hand.page.waitForURL("**/pricing");
      const from = Date.now();
      await hand.seen();
      await hand.page.goBack();
      const dwellMs = Date.now() - from;
      await hand.seen();
      if (dwellMs < LONGEST_TURN_MS) plant("u_turn");
    },
  },
  back_and_forth: {
    start: openAt("/app/dashboard", "dashboard"),
    async play(hand, plant) {
      plant("back_and_forth");
      for (const link of ["contacts", "dashboard", "contacts"]) {
        await hand.click(menu(link));
        await hand.view(link);
        await hand.wait(hand.chance.whole(2500, 7500));
      }
    },
  },
  loop: {
    start: openAt("/app/dashboard", "dashboard"),
    async play(hand, plant) {
      plant("loop");
      for (const link of ["contacts", "dashboard", "account", "dashboard"]) {
        await hand.click(menu(link));
        await hand.view(link);
        await hand.wait(hand.chance.whole(2500, 6500));
      }
    },
  },
  thrashed_cursor: {
    isDesktop: true,
    start: openAt("/app/contacts", "contacts"),
    async play(hand, plant) {
      plant("thrashed_cursor");
      await hand.thrash(hand.chance.between(2, 3));
    },
  },
  scroll_bounce: {
    start: openAt("/app/audience", "audience"),
    async play(hand, plant) {
      plant("scroll_bounce");
      await hand.searchUpAndDown(hand.chance.whole(8, 11));
      await hand.wait(300);
    },
  },
  form: {
    start: openAt("/app/contacts", "contacts"),
    async play(hand, plant) {
      await hand.click(id("new-contact"));
      const phones = ["0612345678", "06 12 34 56 78", "33612345678"];
      for (const [n, phone] of phones.entries()) {
        if (n) await hand.retype("#contact-phone", phone);
        else await hand.type("#contact-phone", phone);
        plant("validation_error");
        if (n === 1) plant("submit_retry");
        if (n === 2) plant("form_refill", "contact-phone");
        await hand.click(id("contact-save"));
        await hand.wait(1900);
      }
      plant("form_abandon", "contact-form");
    },
  },
  form_left_alone: {
    start: openAt("/app/cancellation", "cancel-form"),
    async play(hand, plant) {
      await hand.type("#words", "Peut-être");
      plant("form_abandon", "cancel-form");
      await hand.click(id("cancel-go"));
      await hand.wait(1000);
      plant("validation_error");
    },
  },
  reload_burst: {
    start: openAt("/pricing", undefined),
    async play(hand, plant) {
      plant("reload_burst");
      for (let n = 0; n < 2; n += 1) {
        await hand.page.reload();
        await hand.seen();
      }
    },
  },
  slow_page: {
    start: openAt("/", undefined),
    async play(hand, plant) {
      plant("slow_page");
      await hand.open("/integrations");
      await hand.click("h1");
      await hand.wait(600);
    },
  },
  js_error: {
    start: openAt("/app/dashboard", "dashboard"),
    async play(hand, plant) {
      plant("js_error");
      await hand.click(menu("reports"));
      await hand.view("reports");
      await hand.wait(2600);
    },
  },
  failed_request: {
    start: openAt("/app/editor", "editor"),
    async play(hand, plant) {
      plant("failed_request");
      await hand.type("#subject", "Une invitation, trois surprises et beaucoup d'autres choses encore pour vous");
      await hand.wait(2200);
    },
  },
  hesitation: {
    isDesktop: true,
    start: openAt("/app/dashboard", "dashboard"),
    async play(hand, plant) {
      const box = await hand.find(id("new-campaign"));
      await hand.moveTo(box.x + box.width / 2, box.y + box.height / 2);
      await hand.wait(5600);
      plant("hesitation", "new-campaign");
      await hand.click(id("new-campaign"));
      await hand.view("audience");
    },
  },
  zoom_burst: {
    isPhone: true,
    start: openAt("/pricing", undefined),
    async play(hand, plant) {
      plant("zoom_burst");
      await hand.pinch();
      await hand.wait(hand.chance.whole(400, 4000));
      await hand.pinch();
      await hand.wait(300);
    },
  },
};

/** Visits of people who meet none of the site's flaws. */
export const CALM = {
  async campaign(hand, person) {
    await openAt("/app/dashboard", "dashboard")(hand);
    await startCampaign(hand);
    await chooseAudience(hand);
    await chooseTemplate(hand);
    await write(hand, person);
    await send(hand);
  },
  async pricing(hand) {
    await openAt("/pricing")(hand);
    await hand.scroll(400);
    for (const n of [1, 2, 3]) {
      await hand.click(`.faq details:nth-of-type(${n}) summary`);
      await hand.think(0.8, 2);
    }
    await hand.scroll(-400);
  },
  async front_page_read_through(hand) {
    await openAt("/")(hand);
    await hand.scroll(1400);
    await hand.think(1, 2);
    await hand.scroll(-1400);
    if (!hand.isPhone) {
      const box = await hand.find("blockquote");
      await hand.page.mouse.click(box.x + 40, box.y + 14);
      await hand.wait(150);
      await hand.page.mouse.click(box.x + 40, box.y + 14, { clickCount: 2 });
      await hand.wait(1600);
      await hand.page.mouse.click(box.x + 60, box.y + 14, { clickCount: 3, delay: 60 });
    }
    await hand.wait(7300);
    await hand.click(id("see-pricing"));
    await hand.page.waitForURL("**/pricing");
    await hand.seen();
    await hand.think(1, 2);
  },
  async contacts(hand) {
    await openAt("/app/contacts", "contacts")(hand);
    await hand.type("#search", hand.chance.one(["client", "martin", "le"]));
    await hand.think(1, 2);
    await hand.scroll(600);
    await hand.click(id("import"));
    await hand.think(1, 2);
    await hand.click(id("new-contact"));
    await hand.type("#contact-name", "Jeanne Roux");
    await hand.type("#contact-phone", "+33 6 12 34 56 78");
    await hand.click(id("contact-save"));
    await hand.think(1, 2);
  },
  async blocks(hand, person) {
    await openAt("/app/editor", "editor")(hand);
    // Several blocks are added as fast as one can.
    await hand.click(id("add-block"), { times: 4, gapMs: 260 });
    await hand.think(1.2, 2);
    await write(hand, person);
    await send(hand);
  },
  async account(hand) {
    await openAt("/app/dashboard", "dashboard")(hand);
    await hand.wait(7300);
    await hand.click(menu("account"));
    await hand.view("account");
    await hand.think(1, 2);
    await hand.click(id("invite"));
    await hand.think(1, 2);
    await hand.click(id("to-cancellation"));
    await hand.view("cancel-form");
    await hand.click("[name=reason] >> nth=2");
    await hand.type("#words", "Il me manque un calendrier des envois à venir.");
    await hand.click(id("cancel-go"));
    await hand.view("cancelled");
    await hand.think(1, 2);
  },
  async keyboard(hand) {
    await openAt("/app/audience", "audience")(hand);
    await hand.page.focus("[name=segment]");
    for (const key of ["Space", "ArrowDown", "ArrowDown"]) {
      await hand.page.keyboard.press(key);
      await hand.wait(450);
    }
    await hand.page.focus("#audience-next");
    await hand.page.keyboard.press("Enter");
    await hand.view("template");
    await hand.page.focus(id("template-welcome"));
    await hand.page.keyboard.press("Enter");
    await hand.view("editor");
    await hand.think(1, 2);
  },
  async sign_in(hand, person) {
    await openAt("/")(hand);
    await hand.think(1, 2);
    await hand.click(id("start"));
    await hand.page.waitForURL("**/app/login");
    await hand.seen();
    await hand.signIn(person.email);
    await hand.think(1, 3);
    await hand.click(menu("contacts"));
    await hand.view("contacts");
    await hand.scroll(500);
    await hand.think(1, 2);
  },
  async other_language(hand) {
    await openAt("/pricing")(hand);
    await hand.think(1, 2);
    await hand.click(id("language"));
    await hand.page.waitForURL("**lang=**");
    await hand.seen();
    await hand.think(1, 2);
    await hand.click(".faq details:nth-of-type(1) summary");
    await hand.think(1, 2);
  },
  async estimate(hand) {
    await openAt("/app/audience", "audience")(hand);
    await hand.click(id("segment-prospects"));
    await hand.think(1, 2);
    await hand.click(id("estimate"));
    await hand.think(1, 2);
    await hand.click("[name=criterion] >> nth=2");
    await hand.click("[name=criterion] >> nth=9");
    await hand.think(0.5, 1);
    await hand.click(id("help"));
    await hand.think(1, 2);
  },
};
