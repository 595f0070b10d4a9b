//! What a person does: a life is a list of visits, a visit is a list of steps some seconds apart.

use super::cast::{Attitude, Company, Manner, Person, at_working_hour, one_of, weighted};
use super::speech::{Matter, say};
use super::{Asked, Calendar, DAY_MS, HOUR_MS, SECOND_MS, words};
use rand::Rng;
use rand_chacha::{ChaCha8Rng, rand_core::SeedableRng};
use serde_json::{Value, json};

/// One event to be, before it is written as a line.
#[derive(Debug)]
pub(crate) struct Step {
    pub(crate) at: i64,
    pub(crate) event: &'static str,
    pub(crate) page: Option<&'static str>,
    /// When the page was opened, and the visit began: what ids are made of.
    pub(crate) opened: i64,
    pub(crate) began: i64,
    pub(crate) details: Vec<(&'static str, Value)>,
    /// Of what a survey tells: which one.
    pub(crate) asked: Option<Asked>,
    pub(crate) signed_in: bool,
    /// The first page of a visit from outside carries the channel.
    pub(crate) first_touch: bool,
    /// Sent by the company's own server, so without a device.
    pub(crate) from_server: bool,
}

/// Everything that one person does, in the order in which it was done, not cut at the end of the story.
pub(crate) fn live(rng: &mut ChaCha8Rng, calendar: Calendar, person: &Person, companies: &[Company]) -> Vec<Step> {
    let mut steps = Vec::new();
    let new_account = person.signed_up.filter(|at| *at >= calendar.start_ms);
    let mut next = person.arrives;
    if person.signed_up.is_none() || new_account.is_some() {
        let mut visit = Visit::new(rng, calendar, person, &mut steps, person.arrives, false);
        visit.look_around();
        match new_account {
            Some(at) if at <= person.arrives => visit.sign_up(&companies[person.company]),
            Some(at) => {
                visit.leave();
                let back = at_working_hour(rng, at, person.utc_offset_ms).max(person.arrives + DAY_MS / 2);
                let mut visit = Visit::new(rng, calendar, person, &mut steps, back, false);
                visit.come_back_to_decide();
                visit.sign_up(&companies[person.company]);
                next = back;
            }
            None => {
                visit.leave();
                if rng.random_bool(0.24) {
                    let later = rng.random_range(1..12) * DAY_MS;
                    let back = at_working_hour(rng, person.arrives + later, person.utc_offset_ms);
                    let mut visit = Visit::new(rng, calendar, person, &mut steps, back, false);
                    visit.look_around();
                    visit.leave();
                }
                return steps;
            }
        }
        next = after_pause(rng, person, next);
    }
    routine(rng, calendar, person, &mut steps, next);
    steps
}

fn routine(rng: &mut ChaCha8Rng, calendar: Calendar, person: &Person, steps: &mut Vec<Step>, first: i64) {
    let mut at = first;
    let mut paying_since = (person.first_plan != "free").then_some(person.signed_up).flatten();
    let mut upgraded = false;
    let mut n_visits = 0_u32;
    while at < calendar.end_ms && at < person.leaves {
        let mut visit = Visit::new(rng, calendar, person, steps, at, true);
        visit.log_in();
        match person.upgrade {
            Some((from, plan)) if !upgraded && at >= from => {
                visit.upgrade(plan);
                upgraded = true;
                paying_since = Some(at);
            }
            _ => {}
        }
        visit.work(n_visits);
        visit.leave();
        n_visits += 1;
        at = after_pause(rng, person, at);
    }
    if person.leaves < calendar.end_ms && person.cancels && n_visits > 0 {
        let at = at_working_hour(rng, person.leaves, person.utc_offset_ms).max(at);
        let mut visit = Visit::new(rng, calendar, person, steps, at, true);
        visit.log_in();
        visit.cancel();
    }
    if let Some(since) = paying_since {
        invoices(calendar, person, steps, since);
    }
}

/// A month is paid every thirty days, by the server, until the person leaves.
fn invoices(calendar: Calendar, person: &Person, steps: &mut Vec<Step>, since: i64) {
    let until = calendar.end_ms.min(person.leaves);
    let mut at = since + 5 * SECOND_MS;
    while at < until {
        if at >= calendar.start_ms {
            let plan = person.plan_at(at);
            let amount = if plan == "team" { 99 } else { 29 };
            let details = vec![("amount", json!(amount)), ("currency", json!("EUR"))];
            let invoice = Step {
                at,
                event: "Invoice paid",
                page: None,
                opened: at,
                began: at,
                details,
                asked: None,
                signed_in: true,
                first_touch: false,
                from_server: true,
            };
            steps.push(invoice);
        }
        at += 30 * DAY_MS;
    }
}

fn after_pause(rng: &mut ChaCha8Rng, person: &Person, at: i64) -> i64 {
    let mean_days = 7.0 / person.visits_per_week;
    let days = (-mean_days * (1.0 - rng.random::<f64>()).ln()).max(0.8);
    at_working_hour(rng, at + (days * DAY_MS as f64) as i64, person.utc_offset_ms).max(at + DAY_MS / 4)
}

/// One visit in the making: where the person is and what time it has become.
struct Visit<'a> {
    rng: &'a mut ChaCha8Rng,
    calendar: Calendar,
    person: &'a Person,
    steps: &'a mut Vec<Step>,
    began: i64,
    now: i64,
    page: &'static str,
    /// When the page was opened, once one is.
    opened: Option<i64>,
    signed_in: bool,
    from_outside: bool,
}

impl<'a> Visit<'a> {
    fn new(rng: &'a mut ChaCha8Rng, calendar: Calendar, person: &'a Person, steps: &'a mut Vec<Step>, now: i64, signed_in: bool) -> Self {
        Self { rng, calendar, person, steps, began: now, now, page: "/", opened: None, signed_in, from_outside: !signed_in }
    }

    fn look_around(&mut self) {
        let landing = ["/", "/pricing", "/templates", "/blog/write-a-newsletter"][weighted(self.rng, &[55, 14, 16, 15])];
        self.open(landing);
        if self.chance(0.38) {
            return;
        }
        for page in ["/features", "/pricing", "/templates", "/customers"] {
            if self.chance(0.48) {
                self.wait(8, 70);
                self.open(page);
            }
        }
    }

    fn come_back_to_decide(&mut self) {
        self.open("/");
        self.wait(5, 40);
        self.open("/pricing");
    }

    fn sign_up(mut self, company: &Company) {
        self.wait(15, 90);
        self.open("/app/signup");
        self.wait(25, 140);
        self.signed_in = true;
        let method = if self.chance(0.4) { "google" } else { "email" };
        self.act("Signed up", vec![("method", json!(method)), ("company_size", json!(company.employees))]);
        self.wait(3, 12);
        self.open("/app/dashboard");
        let imports = if self.person.manner == Manner::AsPlanned { 0.82 } else { 0.55 };
        if self.chance(imports) {
            self.wait(20, 120);
            self.open("/app/contacts");
            self.wait(40, 300);
            let source = ["csv", "crm", "form"][weighted(self.rng, &[61, 24, 15])];
            let contacts = self.rng.random_range(40..6_000);
            self.act("Contacts imported", vec![("source", json!(source)), ("contacts", json!(contacts))]);
            if self.chance(0.7) {
                self.plan_campaign();
            }
        }
        self.leave();
    }

    fn log_in(&mut self) {
        if self.chance(0.64) {
            self.open("/app/login");
            self.wait(6, 30);
            self.act("Logged in", Vec::new());
            self.wait(1, 5);
        }
        self.open("/app/dashboard");
    }

    fn work(&mut self, n_visits: u32) {
        let tries = self.chance(0.40);
        if tries {
            let is_sent = self.plan_campaign();
            self.answer_csat();
            // Most who give up leave.
            if !is_sent && self.chance(0.7) {
                return;
            }
        }
        if self.chance(0.42) {
            self.wait(10, 60);
            self.open("/app/reports");
            self.wait(8, 45);
            let report = if self.chance(0.7) { "campaign" } else { "audience growth" };
            self.act("Report viewed", vec![("report", json!(report))]);
        }
        if self.chance(0.20) {
            self.wait(10, 80);
            self.open("/app/contacts");
            if self.chance(0.4) {
                self.wait(30, 200);
                let contacts = self.rng.random_range(5..900);
                self.act("Contacts imported", vec![("source", json!("csv")), ("contacts", json!(contacts))]);
            }
        }
        if self.person.plan_at(self.now) != "free" && self.chance(0.11) {
            self.wait(20, 120);
            self.open("/app/automations");
            self.wait(60, 500);
            let trigger = if self.chance(0.6) { "sign-up" } else { "purchase" };
            self.act("Automation created", vec![("trigger", json!(trigger))]);
        }
        if self.chance(0.035) {
            self.wait(20, 90);
            self.open("/app/account");
            self.wait(10, 60);
            self.act("Teammate invited", Vec::new());
        }
        if n_visits > 1 && self.chance(0.09) {
            self.answer_nps();
        } else if n_visits > 1 && self.apart(3).random_bool(0.12) {
            // Most who are asked do not answer.
            self.tell(Asked::Nps, "$survey_shown", Vec::new());
            self.tell(Asked::Nps, "$survey_dismissed", vec![("$question", json!("score"))]);
        }
        if self.chance(0.02) {
            let details =
                [("$fingerprint", "1d0k7xw"), ("$kind", "TimeoutError"), ("$message", "The draft could not be saved in time"), ("$file", "/assets/draft.js")];
            self.act("$error", details.map(|(name, value)| (name, json!(value))).to_vec());
        }
    }

    /// The task that matters most: audience, template, editor, schedule, sent.
    /// Whether the campaign was sent.
    fn plan_campaign(&mut self) -> bool {
        let manner = self.person.manner;
        self.wait(6, 40);
        if manner == Manner::OddPath && self.chance(0.4) {
            return self.reuse_campaign();
        }
        let kind = if self.chance(0.8) { "newsletter" } else { "promotion" };
        self.act("Campaign started", vec![("kind", json!(kind))]);
        if manner == Manner::OddPath && self.chance(0.8) {
            for page in ["/app/contacts", "/app/account", "/app/contacts"] {
                self.wait(8, 50);
                self.open(page);
            }
            self.meet("back_and_forth", None, vec![("$other_page", json!("/app/account"))]);
        }
        if !self.choose_audience() {
            return false;
        }
        self.think();
        self.open("/app/template");
        if self.chance(0.04) {
            return false;
        }
        self.choose_template();
        if self.chance(0.05) {
            return false;
        }
        self.open("/app/editor");
        self.write_and_send()
    }

    /// Some never found the way in: they take an old campaign from the reports and change it.
    fn reuse_campaign(&mut self) -> bool {
        self.open("/app/reports");
        self.wait(15, 90);
        self.act("Campaign reused", Vec::new());
        self.open("/app/editor");
        self.write_and_send()
    }

    /// Who is slow is so above all here: the templates take seconds to come, nothing says so, and they try one after the other.
    fn choose_template(&mut self) {
        if self.person.manner == Manner::Slow {
            for _ in 0..self.rng.random_range(2..6) {
                self.wait(35, 90);
                self.meet("slow_click", Some("[data-px-id=\"template-newsletter\"]"), vec![("$after_ms", json!(2_230))]);
            }
        }
        self.think();
        let template = one_of(self.rng, &words::TEMPLATES);
        self.act("Template chosen", vec![("template", json!(template))]);
    }

    fn write_and_send(&mut self) -> bool {
        self.think();
        self.think();
        let template = one_of(self.rng, &words::TEMPLATES);
        let blocks = self.rng.random_range(2..14);
        self.act("E-mail edited", vec![("blocks", json!(blocks)), ("template", json!(template))]);
        if self.chance(0.05) {
            return false;
        }
        self.wait(3, 15);
        self.open("/app/schedule");
        self.think();
        if self.person.manner == Manner::RageClicks && self.chance(0.75) && !self.rage_at_schedule() {
            return false;
        }
        let when = if self.chance(0.55) { "now" } else { "later" };
        self.act("Campaign scheduled", vec![("when", json!(when))]);
        if self.chance(0.03) {
            return false;
        }
        self.wait(1, 6);
        self.open("/app/campaign-sent");
        let recipients = self.rng.random_range(30..8_000);
        self.act("Campaign sent", vec![("recipients", json!(recipients)), ("template", json!(template)), ("when", json!(when))]);
        self.answer_ease();
        true
    }

    /// Whether the person got past the audience screen.
    fn choose_audience(&mut self) -> bool {
        self.wait(2, 9);
        self.open("/app/audience");
        self.think();
        if self.calendar.audience_is_broken(self.now) && self.person.meets_broken_audience() {
            for _ in 0..self.rng.random_range(2..5) {
                self.meet("dead_click", Some("[data-px-id=\"audience-next\"]"), vec![("$looks_clickable", json!(true)), ("$disabled", json!(false))]);
                self.wait(1, 6);
            }
            if self.chance(0.66) {
                return false;
            }
        }
        if self.person.manner == Manner::GivesUpAtAudience {
            if self.chance(0.7) {
                self.meet("dead_click", Some("[data-px-id=\"term-segment\"]"), vec![("$looks_clickable", json!(true)), ("$disabled", json!(false))]);
                self.wait(4, 20);
            }
            if self.chance(0.5) {
                self.meet("scroll_bounce", None, vec![("$reversals", json!(6)), ("$distance_px", json!(3_900))]);
                self.wait(4, 30);
            }
            if self.chance(0.5) {
                self.act("Help opened", vec![("topic", json!("audience"))]);
                self.wait(20, 120);
            }
            if self.chance(0.92) {
                return false;
            }
        }
        if self.chance(0.06) {
            return false;
        }
        let segment = one_of(self.rng, &words::SEGMENTS);
        let contacts = self.rng.random_range(20..9_000);
        self.act("Audience chosen", vec![("segment", json!(segment)), ("contacts", json!(contacts))]);
        true
    }

    /// The button stays grey until a subject is written, and does not say so. Whether the person found out.
    fn rage_at_schedule(&mut self) -> bool {
        for _ in 0..self.rng.random_range(1..4) {
            let clicks = self.rng.random_range(4..8);
            let details = vec![("$clicks", json!(clicks)), ("$duration_ms", json!(clicks * 190)), ("$answered", json!(false))];
            self.meet("rage_click", Some("[id=\"schedule-send\"]"), details);
            self.wait(1, 4);
        }
        if self.chance(0.72) {
            return false;
        }
        self.open("/app/editor");
        self.wait(10, 60);
        self.open("/app/schedule");
        self.wait(4, 20);
        true
    }

    fn upgrade(&mut self, plan: &'static str) {
        self.wait(8, 60);
        self.open("/pricing");
        self.wait(20, 150);
        let amount = if plan == "team" { 99 } else { 29 };
        self.act("Plan upgraded", vec![("to", json!(plan)), ("amount", json!(amount)), ("currency", json!("EUR"))]);
    }

    fn cancel(&mut self) {
        self.wait(10, 60);
        self.open("/app/account");
        self.wait(10, 60);
        self.open("/app/cancellation");
        self.wait(15, 120);
        let reason = match self.person.manner {
            Manner::AsPlanned => one_of(self.rng, &words::REASONS),
            _ => ["too complicated", "too complicated", "missing feature", "too expensive"][self.rng.random_range(0..4)],
        };
        self.act("Plan cancelled", vec![("reason", json!(reason))]);
        self.close();
        self.answer_churn(reason);
    }

    fn answer_nps(&mut self) {
        let score: i64 = match self.person.attitude {
            Attitude::Promoter => self.rng.random_range(9..=10),
            Attitude::Neutral => self.rng.random_range(6..=8),
            Attitude::Dissatisfied => self.rng.random_range(1..=6),
        };
        self.wait(4, 30);
        let (writes, pick) = (self.chance(0.6), self.rng.random_range(0..4_u64));
        let mut own = self.apart(pick);
        let matter = writes.then(|| self.matter(&mut own, score >= 9, score <= 6));
        self.answer(&mut own, Asked::Nps, "nps", score, matter);
    }

    /// Asked on the page that says that the campaign is sent.
    fn answer_ease(&mut self) {
        let mut own = self.apart(1);
        if !own.random_bool(0.3) {
            return;
        }
        self.tell(Asked::Ease, "$survey_shown", Vec::new());
        if !own.random_bool(0.45) {
            return self.tell(Asked::Ease, "$survey_dismissed", vec![("$question", json!("score"))]);
        }
        let (low, high) = match (self.person.manner, self.person.attitude) {
            (Manner::AsPlanned, Attitude::Dissatisfied) => (2, 4),
            (Manner::AsPlanned, _) => (4, 5),
            (Manner::Slow, _) => (2, 4),
            _ => (1, 3),
        };
        let score: i64 = own.random_range(low..=high);
        let matter = own.random_bool(0.65).then(|| self.matter(&mut own, score == 5, score <= 3));
        self.answer(&mut own, Asked::Ease, "ces", score, matter);
    }

    /// Asked after a campaign was tried, however it ended.
    fn answer_csat(&mut self) {
        let mut own = self.apart(5);
        if !own.random_bool(0.25) {
            return;
        }
        self.tell(Asked::Csat, "$survey_shown", Vec::new());
        if !own.random_bool(0.5) {
            return self.tell(Asked::Csat, "$survey_dismissed", vec![("$question", json!("score"))]);
        }
        let (low, high) = match (self.person.manner, self.person.attitude) {
            (Manner::AsPlanned, Attitude::Promoter) => (4, 5),
            (Manner::AsPlanned, _) => (3, 5),
            (Manner::GivesUpAtAudience | Manner::RageClicks, Attitude::Dissatisfied) => (1, 2),
            _ => (2, 4),
        };
        let score: i64 = own.random_range(low..=high);
        let matter = own.random_bool(0.6).then(|| self.matter(&mut own, score == 5, score <= 3));
        self.answer(&mut own, Asked::Csat, "csat", score, matter);
    }

    /// Some hours or days after they left, by the link in the last mail.
    fn answer_churn(&mut self, reason: &'static str) {
        let mut own = self.apart(2);
        if !own.random_bool(0.6) {
            return;
        }
        let (id, matter) = match reason {
            "too expensive" => ("price", Matter::Price),
            "too complicated" => ("complicated", self.matter(&mut own, false, true)),
            "missing feature" => ("missing", [Matter::Calendar, Matter::Reports][own.random_range(0..2)]),
            "switched to another tool" => ("other_tool", [Matter::Price, Matter::Reports, Matter::Slow][own.random_range(0..3)]),
            _ => ("over", Matter::Over),
        };
        let score: i64 = match self.person.attitude {
            Attitude::Promoter => own.random_range(4..=5),
            Attitude::Neutral => own.random_range(2..=4),
            Attitude::Dissatisfied => own.random_range(1..=2),
        };
        let response = self.response(Asked::Churn);
        self.now += own.random_range(HOUR_MS..3 * DAY_MS);
        let first = self.steps.len();
        self.tell(Asked::Churn, "$survey_shown", Vec::new());
        self.now += own.random_range(4..20) * SECOND_MS;
        let choice = |question: &str| vec![("$survey_response", json!(response)), ("$question", json!(question))];
        self.tell(
            Asked::Churn,
            "$survey_answered",
            [choice("reason"), vec![("$question_kind", json!("single")), ("$choice", json!(id)), ("$answer", json!(reason)), ("$next", json!("rating"))]]
                .concat(),
        );
        self.now += own.random_range(3..15) * SECOND_MS;
        self.tell(
            Asked::Churn,
            "$survey_answered",
            [choice("rating"), vec![("$question_kind", json!("rating")), ("$score", json!(score)), ("$next", json!("words"))]].concat(),
        );
        if own.random_bool(0.7) {
            self.now += own.random_range(15..90) * SECOND_MS;
            let said = say(&mut own, self.person.language, matter);
            self.tell(
                Asked::Churn,
                "$survey_answered",
                [choice("words"), vec![("$question_kind", json!("long")), ("$answer", json!(said)), ("$next", json!("thanks"))]].concat(),
            );
            self.tell(Asked::Churn, "$survey_completed", vec![("$survey_response", json!(response)), ("$elapsed_ms", json!(60_000))]);
        }
        // The page that they open is none of the site.
        self.steps[first..].iter_mut().for_each(|step| step.page = None);
    }

    /// A score and, for those who write, why.
    fn answer(&mut self, own: &mut ChaCha8Rng, asked: Asked, kind: &'static str, score: i64, matter: Option<Matter>) {
        let began = self.now;
        let response = self.response(asked);
        if asked == Asked::Nps {
            self.tell(asked, "$survey_shown", Vec::new());
        }
        self.now += own.random_range(2..12) * SECOND_MS;
        let of = |question: &str| vec![("$survey_response", json!(response)), ("$question", json!(question))];
        self.tell(asked, "$survey_answered", [of("score"), vec![("$question_kind", json!(kind)), ("$score", json!(score)), ("$next", json!("why"))]].concat());
        if let Some(matter) = matter {
            self.now += own.random_range(6..60) * SECOND_MS;
            let said = say(own, self.person.language, matter);
            self.tell(
                asked,
                "$survey_answered",
                [of("why"), vec![("$question_kind", json!("long")), ("$answer", json!(said)), ("$next", json!("thanks"))]].concat(),
            );
            self.tell(asked, "$survey_completed", vec![("$survey_response", json!(response)), ("$elapsed_ms", json!(self.now - began))]);
        }
    }

    /// What somebody has to say: what they met in the task that matters most, or what they like.
    fn matter(&self, own: &mut ChaCha8Rng, is_happy: bool, is_unhappy: bool) -> Matter {
        let one = |own: &mut ChaCha8Rng, all: &[Matter]| all[own.random_range(0..all.len())];
        if is_happy {
            return one(own, &[Matter::Easy, Matter::Easy, Matter::Easy, Matter::Templates, Matter::Templates, Matter::Support, Matter::Results]);
        }
        if !is_unhappy {
            return one(own, &[Matter::Reports, Matter::Reports, Matter::Calendar, Matter::Price, Matter::Slow, Matter::Easy]);
        }
        let met_broken = self.calendar.audience_is_broken(self.now) && self.person.meets_broken_audience();
        match self.person.manner {
            _ if met_broken && own.random_bool(0.7) => Matter::Audience,
            Manner::Slow => one(own, &[Matter::Slow, Matter::Slow, Matter::Slow, Matter::Steps, Matter::Reports]),
            Manner::GivesUpAtAudience => one(own, &[Matter::Audience, Matter::Audience, Matter::Audience, Matter::Steps, Matter::Lost]),
            Manner::RageClicks => one(own, &[Matter::GreyButton, Matter::GreyButton, Matter::GreyButton, Matter::LostDraft]),
            Manner::OddPath => one(own, &[Matter::Lost, Matter::Lost, Matter::Steps, Matter::Audience]),
            Manner::AsPlanned => one(own, &[Matter::Price, Matter::Reports, Matter::LostDraft, Matter::Slow, Matter::Calendar]),
        }
    }

    /// Chances of its own, so that what is said changes nothing of what is done.
    fn apart(&self, salt: u64) -> ChaCha8Rng {
        ChaCha8Rng::seed_from_u64((self.now as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ salt)
    }

    fn response(&self, asked: Asked) -> String {
        format!("courriel-{}-{}-{}", asked.name(), self.person.device_id, self.now)
    }

    fn tell(&mut self, asked: Asked, event: &'static str, details: Vec<(&'static str, Value)>) {
        self.push(event, details, false);
        if let Some(step) = self.steps.last_mut() {
            step.asked = Some(asked);
            step.from_server = asked == Asked::Churn;
        }
        self.now += 200;
    }

    fn open(&mut self, page: &'static str) {
        self.close();
        self.page = page;
        self.opened = Some(self.now);
        let first_touch = std::mem::take(&mut self.from_outside);
        self.push("$pageview", Vec::new(), first_touch);
        self.now += 300;
    }

    /// What the tag tells of a page when it goes: how long it was there, and how long somebody was active.
    fn close(&mut self) {
        let Some(opened) = self.opened else { return };
        let elapsed = self.now - opened;
        let active = (elapsed as f64 * self.apart(4).random_range(0.55..0.95)) as i64;
        let details = [("$part", 0), ("$elapsed_ms", elapsed), ("$visible_ms", elapsed), ("$active_ms", active)];
        self.push("$page_summary", details.map(|(name, value)| (name, json!(value))).to_vec(), false);
        self.opened = None;
        self.now += 4;
    }

    /// Goes, some seconds after the last thing that was done.
    fn leave(mut self) {
        self.now += self.apart(6).random_range(3..40) * SECOND_MS;
        self.close();
    }

    fn act(&mut self, event: &'static str, details: Vec<(&'static str, Value)>) {
        self.push(event, details, false);
        self.now += 200;
    }

    /// Friction that the tag sees.
    fn meet(&mut self, signal: &'static str, selector: Option<&'static str>, mut details: Vec<(&'static str, Value)>) {
        details.extend([("$signal", json!(signal)), ("$severity", json!(1))]);
        details.extend(selector.map(|selector| ("$selector", json!(selector))));
        self.act("$friction", details);
    }

    fn push(&mut self, event: &'static str, details: Vec<(&'static str, Value)>, first_touch: bool) {
        let (at, opened, began) = (self.now, self.opened.unwrap_or(self.began), self.began);
        self.steps.push(Step {
            at,
            event,
            page: Some(self.page),
            opened,
            began,
            details,
            asked: None,
            signed_in: self.signed_in,
            first_touch,
            from_server: false,
        });
    }

    /// The pause of somebody who reads and decides; the slow take longer.
    fn think(&mut self) {
        match self.person.manner {
            Manner::Slow => self.wait(25, 130),
            _ => self.wait(9, 75),
        }
    }

    fn wait(&mut self, from_s: i64, to_s: i64) {
        self.now += self.rng.random_range(from_s * SECOND_MS..to_s * SECOND_MS);
    }

    fn chance(&mut self, probability: f64) -> bool {
        self.rng.random_bool(probability)
    }
}
