// The kinds of people who visit Courriel, and what each of them does there. A script gets a hand and a note book: `plant` writes down a signal of friction that what it does
// must give. How often each kind comes is its weight.
const WORDS = {
  fr: { subjects: ["Nos nouveautés de novembre", "Une invitation pour vous", "Merci d'être là", "Le salon approche"], body: "Bonjour, voici ce que nous avons préparé pour vous ce mois-ci.", short: "Trop cher.", long: "Trop compliqué pour mon équipe, et l'audience reste un mystère.", tooLong: "Nos nouveautés de novembre, une invitation et trois surprises pour vous et vos amis" },
  en: { subjects: ["What is new in November", "An invitation for you", "Thank you for being here", "The fair is near"], body: "Hello, this is what we have made for you this month.", short: "Too expensive.", long: "Too complicated for my team, and the audience stays a riddle.", tooLong: "What is new in November, an invitation and three surprises for you and your friends" },
};
const QUICK_TEMPLATES = ["promotion", "welcome", "invitation", "survey", "blank"];
const SEGMENTS = ["all-contacts", "customers", "prospects", "inactive"];
const id = (name) => `[data-px-id="${name}"]`;

export const PEOPLE = {
  as_planned: { weight: 16, isClean: true, pace: 1, visit: asPlanned },
  slow: { weight: 8, pace: 2.6, visit: slow },
  gives_up_at_audience: { weight: 9, pace: 1.2, visit: givesUpAtAudience },
  rage_clicks: { weight: 7, pace: 1, visit: rageClicks },
  odd_path: { weight: 5, pace: 1, visit: oddPath },
  pricing_only: { weight: 4, isClean: true, pace: 1, visit: pricingOnly },
  churner: { weight: 4, pace: 1.2, visit: churner },
  refused_form: { weight: 3, pace: 1, visit: refusedForm },
  curious_editor: { weight: 3, pace: 1, visit: curiousEditor },
  report_reader: { weight: 2, pace: 1, visit: reportReader },
  impatient: { weight: 2, pace: 0.8, visit: impatient },
  upgrader: { weight: 3, isClean: true, pace: 1, visit: upgrader },
  export_seeker: { weight: 2, pace: 1, isDesktop: true, visit: exportSeeker },
  pincher: { weight: 2, pace: 1, isPhoneOnly: true, visit: pincher },
  declines: { weight: 2, isClean: true, pace: 1, visit: declines },
  // Comes only when asked for: what a recorded visit takes on the disk is measured by it.
  five_pages: { weight: 0, isClean: true, pace: 1, visit: fivePages },
};

async function arrive(hand, { home = "/" } = {}) {
  await hand.open(home);
  await hand.think(1, 2.5);
  await hand.accept();
}

/** From the front page to the dashboard. */
async function comeIn(hand, { email, home }) {
  await arrive(hand, { home });
  await hand.think(1, 2.5);
  if (hand.chance.is(0.4)) await hand.scroll(500);
  await hand.click(id("sign-in"));
  await hand.page.waitForURL("**/app/login");
  await hand.seen();
  await hand.think(0.8, 2);
  await hand.signIn(email);
  await hand.think(1.5, 3);
}

async function startCampaign(hand) {
  await hand.click(id("new-campaign"));
  await hand.view("audience");
}

async function chooseAudience(hand) {
  await hand.think(2, 4);
  await hand.click(id(`segment-${hand.chance.one(SEGMENTS)}`));
  await hand.think(1, 2);
  await hand.click(id("audience-next"));
  await hand.view("template");
}

async function chooseTemplate(hand, template = hand.chance.one(QUICK_TEMPLATES)) {
  await hand.think(1.5, 3.5);
  await hand.click(id(`template-${template}`));
  await hand.view("editor");
}

async function write(hand, { lang }, subject = hand.chance.one(WORDS[lang].subjects)) {
  await hand.think(0.8, 1.6);
  await hand.type("#subject", subject);
  await hand.think(0.5, 1.2);
  await hand.type("#body", WORDS[lang].body.slice(0, hand.chance.whole(24, 50)));
  await hand.think(1, 2);
  if (hand.chance.is(0.4)) await hand.click(id("add-block"));
  await hand.click(id("editor-next"));
  await hand.view("schedule");
}

async function send(hand) {
  await hand.think(1, 2.5);
  if (hand.chance.is(0.35)) await hand.click("[name=when][value=later]");
  await hand.think(0.5, 1.2);
  await hand.click("#schedule-send");
  await hand.view("campaign-sent");
  await hand.think(2, 3.5);
}

async function asPlanned(hand, person) {
  await comeIn(hand, person);
  await startCampaign(hand);
  await chooseAudience(hand);
  await chooseTemplate(hand);
  await write(hand, person);
  await send(hand);
}

async function slow(hand, person, { plant }) {
  await comeIn(hand, person);
  await startCampaign(hand);
  await hand.think(3, 5);
  await hand.scroll(700);
  await hand.think(2, 3);
  await hand.click(id("segment-customers"));
  plant("repeated_clicks", "estimate");
  for (let n = 0; n < 3; n += 1) {
    await hand.click(id("estimate"));
    await hand.think(1.4, 1.9);
  }
  await hand.click(id("audience-next"));
  await hand.view("template");
  plant("slow_click", "template-newsletter");
  await chooseTemplate(hand, "newsletter");
  await write(hand, person);
  if (!hand.isPhone) {
    const box = await hand.find("#schedule-send");
    await hand.moveTo(box.x + box.width / 2, box.y + box.height / 2);
    plant("hesitation", "schedule-send");
    await hand.wait(5600);
  }
  await hand.click("#schedule-send");
  await hand.view("campaign-sent");
  await hand.think(1.5, 3);
}

async function givesUpAtAudience(hand, person, { plant }) {
  await comeIn(hand, person);
  await startCampaign(hand);
  await hand.think(2, 3);
  for (const term of ["term-segment", "term-rules"]) {
    plant("dead_click", term);
    await hand.click(id(term));
    await hand.wait(2900);
  }
  plant("scroll_bounce");
  await hand.searchUpAndDown(hand.chance.whole(8, 10));
  if (hand.chance.is(0.5)) {
    await hand.click(id("help"));
    await hand.think(2, 4);
  }
  if (hand.chance.is(0.6)) {
    await hand.click(id("audience-back"));
    await hand.view("dashboard");
    await hand.think(1, 2);
  }
}

async function rageClicks(hand, person, { plant }) {
  await comeIn(hand, person);
  await startCampaign(hand);
  await chooseAudience(hand);
  await chooseTemplate(hand);
  await hand.think(1, 2);
  await hand.click(id("editor-next"));
  await hand.view("schedule");
  await hand.think(1, 2);
  plant("rage_click", "schedule-send");
  plant("dead_click", "schedule-send");
  await hand.click("#schedule-send", { times: hand.chance.whole(4, 7), gapMs: 170 });
  await hand.wait(3200);
  if (hand.chance.is(0.65)) return hand.think(1, 2);
  await hand.click(id("schedule-back"));
  await hand.view("editor");
  await hand.wait(7500);
  await write(hand, person);
  return send(hand);
}

async function oddPath(hand, person, { plant }) {
  await comeIn(hand, person);
  await startCampaign(hand);
  await hand.think(1, 2);
  plant("back_and_forth");
  // Not by the dashboard, where they came from: seen three times in a minute it would be a loop.
  for (const view of ["contacts", "account", "contacts", "account"]) {
    await hand.click(`.side a[href="/app/${view}"]`);
    await hand.view(view);
    await hand.wait(7400);
  }
  await startCampaignAt(hand, "/app/template");
  await chooseTemplate(hand);
  await write(hand, person);
  await send(hand);
}

async function startCampaignAt(hand, path) {
  await hand.open(path);
  await hand.view("template");
}

async function pricingOnly(hand, person) {
  await arrive(hand, person);
  await hand.think(1, 2);
  await hand.click(id("see-pricing"));
  await hand.page.waitForURL("**/pricing");
  await hand.seen();
  await hand.think(2, 4);
  await hand.scroll(400);
  await hand.click(".faq details:nth-of-type(2) summary");
  await hand.think(3, 5);
}

async function churner(hand, person, { plant }) {
  await comeIn(hand, person);
  await hand.click(`.side a[href="/app/account"]`);
  await hand.view("account");
  await hand.think(2, 4);
  await hand.click(id("to-cancellation"));
  await hand.view("cancel-form");
  await hand.think(1.5, 3);
  await hand.click("[name=reason] >> nth=1");
  await hand.type("#words", WORDS[person.lang].short);
  plant("validation_error");
  await hand.click(id("cancel-go"));
  await hand.wait(2200);
  plant("submit_retry");
  plant("validation_error");
  await hand.click(id("cancel-go"));
  await hand.wait(2200);
  await hand.retype("#words", WORDS[person.lang].long);
  await hand.click(id("cancel-go"));
  await hand.view("cancelled");
  await hand.think(1, 2);
}

async function refusedForm(hand, person, { plant }) {
  await comeIn(hand, person);
  await hand.click(`.side a[href="/app/contacts"]`);
  await hand.view("contacts");
  await hand.think(1, 2);
  await hand.click(id("new-contact"));
  await hand.type("#contact-name", "Ada Martin");
  const attempts = ["0612345678", "06 12 34 56 78", "+33612345678"];
  for (const [n, phone] of attempts.entries()) {
    if (n) await hand.retype("#contact-phone", phone);
    else await hand.type("#contact-phone", phone);
    plant("validation_error");
    if (n === 1) plant("submit_retry");
    if (n === 2) plant("form_refill", "contact-phone");
    await hand.click(id("contact-save"));
    await hand.wait(2000);
  }
  await hand.click(id("contact-close"));
  await hand.think(1, 2);
  plant("form_abandon", "contact-form");
  await hand.click(`.side a[href="/app/account"]`);
  await hand.view("account");
  await hand.think(2, 3);
}

async function curiousEditor(hand, person, { plant }) {
  await comeIn(hand, person);
  await startCampaign(hand);
  await chooseAudience(hand);
  await chooseTemplate(hand);
  plant("error_click", "preview");
  plant("dead_click", "preview");
  await hand.click(id("preview"));
  await hand.wait(3000);
  plant("error_click", "spam-check");
  await hand.click(id("spam-check"));
  await hand.wait(1500);
  await hand.type("#subject", WORDS[person.lang].tooLong);
  plant("failed_request");
  await hand.wait(2200);
  await hand.click(id("editor-next"));
  await hand.view("schedule");
  await send(hand);
}

async function reportReader(hand, person, { plant }) {
  await comeIn(hand, person);
  plant("js_error");
  await hand.click(`.side a[href="/app/reports"]`);
  await hand.view("reports");
  await hand.wait(3000);
  await hand.click(id("period-quarter"));
  await hand.think(3, 5);
}

async function impatient(hand, person, { plant }) {
  await arrive(hand, person);
  await hand.wait(7200);
  plant("slow_page");
  await hand.click(`.bar a[href="/integrations"]`);
  await hand.page.waitForURL("**/integrations");
  await hand.seen();
  await hand.wait(1500);
  // The u-turn is one of the page that they left at once.
  plant("u_turn");
  await hand.click(".brand");
  await hand.page.waitForURL(/:\d+\/$/);
  await hand.seen();
  plant("reload_burst");
  for (let n = 0; n < 2; n += 1) {
    await hand.page.reload();
    await hand.seen();
  }
  await hand.think(1, 2);
}

async function upgrader(hand, person) {
  await comeIn(hand, person);
  await hand.click(`.side a[href="/pricing"]`);
  await hand.page.waitForURL("**/pricing");
  await hand.seen();
  await hand.think(3, 6);
  await hand.click(id("plan-pro"));
  await hand.think(2, 4);
}

async function exportSeeker(hand, person, { plant }) {
  await comeIn(hand, person);
  plant("dead_click", "export");
  await hand.click(id("export"));
  await hand.wait(3000);
  plant("thrashed_cursor");
  await hand.thrash();
  await hand.think(1, 2);
}

async function pincher(hand, person, { plant }) {
  await arrive(hand, { home: "/pricing" });
  await hand.think(1, 2);
  plant("zoom_burst");
  await hand.pinch();
  await hand.wait(700);
  await hand.pinch();
  await hand.think(3, 5);
}

async function declines(hand) {
  await hand.open("/");
  await hand.think(1, 2);
  await hand.accept(false);
  await hand.think(2, 3);
  await hand.click(id("see-pricing"));
  await hand.page.waitForURL("**/pricing");
  await hand.seen();
  await hand.think(3, 5);
}

async function fivePages(hand, person) {
  await arrive(hand, person);
  await hand.scroll(500);
  await hand.click(id("see-pricing"));
  await hand.page.waitForURL("**/pricing");
  await hand.seen();
  await hand.think(2, 4);
  await hand.open("/integrations");
  await hand.think(2, 4);
  await hand.open("/app/login");
  await hand.think(0.8, 2);
  await hand.signIn(person.email);
  await hand.think(2, 4);
  await hand.scroll(500);
}

export const FLOW = { arrive, comeIn, startCampaign, chooseAudience, chooseTemplate, write, send, id };
