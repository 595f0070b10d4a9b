//! The story of *Courriel*, a company that makes e-mail marketing software: three months of what its simulated people did.
//!
//! It is told in the import form (groups first, then people, then events in order of time), so that it enters like any file of a user.
//! People arrive through channels on an anonymous device, some sign up, some plan campaigns; some do it as planned, some slowly, some give up at the
//! choice of the audience, some click in rage on a button that is disabled, some take an odd path; they praise, complain, pay, leave.
//! After two months release 2.15 breaks the audience screen on phones and in Safari, and two weeks before the end release 2.16 mends it: the funnel shows both.
//! What they do in the browser is told as the tag tells it: pages, sessions, page summaries, signals of friction.
//!
//! It must stay true that the same `end_ms` and `seed` give the same lines, that no event lies after `end_ms`, and that no two events are duplicates.

mod cast;
mod speech;
mod visit;
mod words;

#[cfg(test)]
mod tests;

use cast::{Company, Person};
use rand_chacha::{ChaCha8Rng, rand_core::SeedableRng};
use serde_json::{Map, Value, json};
use visit::Step;

pub(crate) const SECOND_MS: i64 = 1_000;
pub(crate) const MINUTE_MS: i64 = 60 * SECOND_MS;
pub(crate) const HOUR_MS: i64 = 60 * MINUTE_MS;
pub(crate) const DAY_MS: i64 = 24 * HOUR_MS;
/// How much is told: three months.
pub(crate) const STORY_DAYS: i64 = 92;
const BROKEN_FROM_DAY: i64 = 55;
const MENDED_FROM_DAY: i64 = 77;
/// The release that mends the audience screen.
pub const MENDED_IN: &str = "2.16.0";

/// When it came, in a story that stops at that moment.
pub const fn mended_ms(end_ms: i64) -> i64 {
    end_ms - (STORY_DAYS - MENDED_FROM_DAY) * DAY_MS
}

/// A survey in the project that the story is told to.
#[derive(Clone, Debug)]
pub struct Survey {
    pub id: String,
    pub name: String,
}

/// The surveys that people of the story answer.
#[derive(Clone, Debug)]
pub struct Surveys {
    /// Questions: `score`, `why`.
    pub nps: Survey,
    /// Shown where a campaign is sent. Questions: `score` (of 5), `why`.
    pub ease: Survey,
    /// Shown after the task that matters most, however it ended. Questions: `score` (of 5), `why`.
    pub csat: Survey,
    /// Of those who left. Questions: `reason` (`price`, `complicated`, `missing`, `other_tool`, `over`), `rating` (of 5), `words`.
    pub churn: Survey,
}

impl Default for Surveys {
    fn default() -> Self {
        let named = |id: &str, name: &str| Survey { id: id.to_owned(), name: name.to_owned() };
        Self { nps: named("nps", "Recommend"), ease: named("ease", "Sending a campaign"), csat: named("csat", "Satisfied"), churn: named("churn", "Leaving") }
    }
}

/// One of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Asked {
    Nps,
    Ease,
    Csat,
    Churn,
}

impl Asked {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Nps => "nps",
            Self::Ease => "ease",
            Self::Csat => "csat",
            Self::Churn => "churn",
        }
    }

    fn properties(self, surveys: &Surveys) -> [(&'static str, Value); 3] {
        let (survey, display) = match self {
            Self::Nps => (&surveys.nps, "popover"),
            Self::Ease => (&surveys.ease, "popover"),
            Self::Csat => (&surveys.csat, "popover"),
            Self::Churn => (&surveys.churn, "hosted"),
        };
        [("$survey", survey.id.clone().into()), ("$survey_name", survey.name.clone().into()), ("$survey_display", display.into())]
    }
}

/// When the story takes place.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Calendar {
    pub(crate) start_ms: i64,
    pub(crate) end_ms: i64,
}

impl Calendar {
    fn ending(end_ms: i64) -> Self {
        Self { start_ms: end_ms - STORY_DAYS * DAY_MS, end_ms }
    }

    /// The release that people have in front of them at a moment.
    pub(crate) fn release(&self, at: i64) -> &'static str {
        match (at - self.start_ms) / DAY_MS {
            ..BROKEN_FROM_DAY => "2.14.0",
            BROKEN_FROM_DAY..MENDED_FROM_DAY => "2.15.0",
            _ => MENDED_IN,
        }
    }

    /// Release 2.15 hides the button that leaves the audience screen on phones and in Safari.
    pub(crate) fn audience_is_broken(&self, at: i64) -> bool {
        self.release(at) == "2.15.0"
    }
}

/// The lines of the story, in the import form: what `sillage import` reads.
///
/// `end_ms` is the moment at which the story stops, milliseconds since 1970, UTC; it begins 92 days before.
pub fn generate(end_ms: i64, seed: u64, surveys: Surveys) -> impl Iterator<Item = Value> {
    let calendar = Calendar::ending(end_ms);
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let (companies, people) = cast::cast(&mut rng, calendar);
    let mut steps: Vec<(u32, Step)> = Vec::with_capacity(150_000);
    for (index, person) in people.iter().enumerate() {
        let mut own = ChaCha8Rng::seed_from_u64(seed ^ (index as u64 + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15));
        let life = visit::live(&mut own, calendar, person, &companies);
        steps.extend(life.into_iter().filter(|step| step.at < end_ms).map(|step| (index as u32, step)));
    }
    // A stable sort: the steps of one person stay in the order in which they were made, also within a millisecond.
    steps.sort_by_key(|(_, step)| step.at);
    let groups: Vec<Value> = companies.iter().map(company_line).collect();
    let profiles: Vec<Value> = people.iter().filter_map(|person| person_line(person, &companies, calendar)).collect();
    let events =
        steps.into_iter().enumerate().map(move |(rank, (index, step))| event_line(rank, &step, &people[index as usize], &companies, calendar, &surveys));
    groups.into_iter().chain(profiles).chain(events)
}

fn company_line(company: &Company) -> Value {
    json!({
        "group_type": "company",
        "group_key": company.key,
        "set": {"$name": company.name, "industry": company.industry, "employees": company.employees, "country": company.country, "plan": company.plan},
    })
}

/// Visitors who never sign up have no profile.
fn person_line(person: &Person, companies: &[Company], calendar: Calendar) -> Option<Value> {
    let user = person.user_id.as_ref()?;
    let signed_up = person.signed_up.filter(|at| *at < calendar.end_ms)?;
    let company = &companies[person.company];
    Some(json!({
        "person": user,
        "created": sillage_event::time::to_rfc3339(signed_up),
        "set": {
            "$name": person.name, "$email": person.email, "role": person.role, "language": person.language, "country": person.country,
            "city": person.city, "plan": person.plan_at_end(calendar.end_ms), "company": company.name, "channel": person.channel.source,
        },
    }))
}

fn event_line(rank: usize, step: &Step, person: &Person, companies: &[Company], calendar: Calendar, surveys: &Surveys) -> Value {
    let mut properties = Map::new();
    if let Some(page) = step.page {
        properties.insert("$current_url".into(), format!("https://courriel.example{page}").into());
        properties.insert("$page".into(), page.into());
        if !step.from_server {
            properties.insert("$page_view_id".into(), format!("{}-{}", person.device_id, step.opened).into());
        }
    }
    if !step.from_server {
        for (name, value) in [("$browser", person.browser), ("$os", person.os), ("$device_type", person.device_type)] {
            properties.insert(name.into(), value.into());
        }
        properties.insert("$release".into(), calendar.release(step.at).into());
    }
    for (name, value) in [("country", person.country), ("language", person.language)] {
        properties.insert(name.into(), value.into());
    }
    if step.first_touch {
        let channel = person.channel;
        for (name, value) in
            [("utm_source", channel.source), ("utm_medium", channel.medium), ("utm_campaign", channel.campaign), ("$referring_domain", channel.referrer)]
        {
            if !value.is_empty() {
                properties.insert(name.into(), value.into());
            }
        }
    }
    let user = person.user_id.as_ref().filter(|_| step.signed_in);
    if user.is_some() {
        properties.insert("plan".into(), person.plan_at(step.at).into());
    }
    for (name, value) in &step.details {
        properties.insert((*name).into(), value.clone());
    }
    if let Some(asked) = step.asked {
        properties.insert("$survey_version".into(), 1.into());
        properties.insert("$survey_language".into(), person.language.into());
        asked.properties(surveys).into_iter().for_each(|(name, value)| drop(properties.insert(name.into(), value)));
    }
    let mut line = Map::new();
    line.insert("event".into(), step.event.into());
    line.insert("time".into(), step.at.into());
    line.insert("insert_id".into(), format!("courriel-{rank:06}").into());
    line.insert("distinct_id".into(), user.cloned().unwrap_or_else(|| format!("$device:{}", person.device_id)).into());
    if !step.from_server {
        line.insert("device_id".into(), person.device_id.clone().into());
        line.insert("session_id".into(), format!("{}-{}", person.device_id, step.began).into());
    }
    if let Some(user) = user {
        line.insert("user_id".into(), user.clone().into());
        line.insert("groups".into(), json!({"company": companies[person.company].key}));
    }
    line.insert("properties".into(), Value::Object(properties));
    Value::Object(line)
}
