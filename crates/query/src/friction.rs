//! Friction: page views and sessions by their score, what gives the points, where, and what came of it.
//!
//! A bucket's rows become page views, a person's together, and each adds to a line for everything, one for each interval and one for each segment. Sums are whole
//! numbers (points in millionths), so that no order of adding changes an answer.

use crate::{
    group::{GroupKey, check_count},
    scan::context::SessionBehind,
    scan::{self, Bucket, Context, NO_PERSON, Pick, Request, Rows, key_of_text, sessions_of},
    trend::{intervals, number},
};
use parking_lot::Mutex;
use serde_json::{Value, json};
use sillage_behavior::{
    AskError, AskErrorCode, Hit,
    calendar::Intervals,
    friction::{FACTORS, FRICTION_FROM, N_FACTORS, Points, Scores, Sign, TIERS, Tier, Weights, page_view_score, session_score, signal_of},
    question::{Friction, FrictionCell, Scope, Selector},
    statistics::{two_proportion_interval, two_proportion_p_value, wilson_interval},
};
use sillage_event::PersonId;
use std::collections::HashMap;

const SUMMARY: u64 = 1;
const SIGN: u64 = 2;
const GOAL: u64 = 4;
/// A millionth of a point.
const MICRO: f64 = 1e6;
/// Pages, and elements, that one answer may tell apart.
const MOST_PLACES: usize = 200_000;
const NO_SESSION: u32 = u32::MAX;
/// Page views of nobody that are held scored at a time.
const VIEWS_AT_ONCE: usize = 4096;

/// Side values of a row, in the order in which they are asked for.
pub(crate) mod text {
    pub(crate) const PAGE_VIEW: usize = 0;
    pub(crate) const PAGE: usize = 1;
    pub(crate) const SIGNAL: usize = 2;
    pub(crate) const SELECTOR: usize = 3;
    pub(crate) const COUNTS: usize = 4;
    pub(crate) const FINGERPRINT: usize = 5;
    pub(crate) const URL: usize = 6;
    pub(crate) const LOOKS_CLICKABLE: usize = 7;
    pub(crate) const IN_RAGE: usize = 8;
    pub(crate) const RELEASE: usize = 9;
}
pub(crate) const TEXTS: [&str; 9] = ["$page_view_id", "$page", "$signal", "$selector", "signals", "$fingerprint", "$url", "$looks_clickable", "$in_rage"];
const SEVERITY: usize = 0;
const DURATION_MS: usize = 1;
const ACTIVE_MS: usize = 2;
pub(crate) const NUMBERS: [&str; 3] = ["$severity", "$duration_ms", "$active_ms"];

/// One page view, scored.
struct PageView {
    time: i64,
    interval: usize,
    page: u64,
    /// Of its person, or [`NO_SESSION`].
    session: u32,
    session_key: u64,
    group: Option<u32>,
    release: u64,
    active_ms: u64,
    points: Points,
    /// Selector, factor and points of each sign that counts.
    signs: Vec<(u64, usize, u64)>,
    micro: u64,
    score: u8,
}

/// What page views add up to.
#[derive(Clone, Debug, Default)]
struct Line {
    people: u64,
    active_ms: u64,
    micro: u64,
    scores: Scores,
    sessions: Scores,
}

#[derive(Clone, Copy, Debug, Default)]
struct FactorSum {
    micro: u64,
    /// How often, in millionths.
    times: u64,
    page_views: u64,
    sessions: u64,
    people: u64,
}

#[derive(Clone, Debug, Default)]
struct PageSum {
    line: Line,
    by_factor: [u64; N_FACTORS],
}

#[derive(Clone, Debug, Default)]
struct ElementSum {
    micro: u64,
    times: u64,
    page_views: u64,
    sessions: u64,
    people: u64,
    by_factor: [u64; N_FACTORS],
}

#[derive(Debug, Default)]
struct Found {
    overall: Line,
    by_interval: Vec<(Line, [u64; N_FACTORS])>,
    factors: [FactorSum; N_FACTORS],
    pages: HashMap<u64, PageSum>,
    elements: HashMap<(u64, u64), ElementSum>,
    segments: HashMap<GroupKey, Line>,
    /// First seen, and page views.
    releases: HashMap<u64, (i64, u64)>,
    /// Without friction, then with: sessions, and those of them that reached the goal.
    conversion: [[u64; 2]; 2],
}

pub(crate) fn answer(context: &Context<'_>, scope: &Scope, friction: &Friction) -> Result<Value, AskError> {
    let plan = Plan::new(context, friction)?;
    let found: Mutex<Found> = Mutex::default();
    let request = plan.request(context, scope);
    let add = |bucket: &mut Bucket<'_>| {
        let mut own = Found { by_interval: vec![Default::default(); plan.intervals.len()], ..Found::default() };
        plan.each_person(bucket, |rows, visit| own.add(rows, &visit, plan.friction.goal.is_some()));
        found.lock().merge(own)
    };
    scan::run(context, &request, add, |(), ()| ())?;
    let mut found = found.into_inner();
    found.by_interval.resize(plan.intervals.len(), Default::default());
    check_count(found.segments.len())?;
    plan.into_json(context, scope, found)
}

/// Everybody behind a cell; the sessions are left with the context.
pub(crate) fn people_at(
    context: &Context<'_>,
    scope: &Scope,
    friction: &Friction,
    cell: &FrictionCell,
    segment: Option<&GroupKey>,
) -> Result<Vec<PersonId>, AskError> {
    let plan = Plan::new(context, friction)?;
    let interval = match cell.interval {
        None => None,
        Some(start) => {
            Some(plan.intervals.index(start.max(context.range.0)).ok_or_else(|| AskError::invalid("at.interval", "is not an interval of the answer"))?)
        }
    };
    let page = cell.page.as_deref().map(key_of_text);
    let selector = cell.selector.as_deref().map(key_of_text);
    let request = plan.request(context, scope);
    let collect = |bucket: &mut Bucket<'_>| {
        let mut sessions: Vec<SessionBehind> = Vec::new();
        plan.each_person(bucket, |rows, visit| {
            let Some(person) = visit.person else { return };
            let in_segment = |view: &PageView| {
                segment.is_none_or(|segment| {
                    view.group.is_some_and(|group| rows.groups.members(&group).iter().any(|id| rows.groups.keys[*id as usize] == *segment))
                })
            };
            let fits = |view: &&PageView| {
                in_segment(view)
                    && interval.is_none_or(|interval| view.interval == interval)
                    && page.is_none_or(|page| view.page == page)
                    && selector.is_none_or(|selector| view.signs.iter().any(|sign| sign.0 == selector))
                    && cell.factor.is_none_or(|factor| view.points.counts[factor] > 0.0)
            };
            let mut views: Vec<&PageView> = visit.views.iter().filter(fits).collect();
            views.sort_by_key(|view| view.session);
            for of_session in views.chunk_by(|a, b| a.session == b.session) {
                let micro: u64 = of_session.iter().map(|view| view.micro).sum();
                let score = session_score(micro as f64 / MICRO);
                if cell.of_sessions {
                    let has_reached = visit.reached.contains(&of_session[0].session);
                    let is_it = cell.tier.is_none_or(|tier| Tier::of(score) == tier)
                        && cell.with_friction.is_none_or(|with| (score >= FRICTION_FROM) == with)
                        && cell.reached.is_none_or(|reached| has_reached == reached);
                    if !is_it {
                        continue;
                    }
                }
                let in_tier = |view: &&&PageView| cell.of_sessions || cell.tier.is_none_or(|tier| Tier::of(view.score) == tier);
                let Some(worst) = of_session.iter().filter(in_tier).max_by_key(|view| (view.micro, std::cmp::Reverse(view.time))) else { continue };
                let weight = if cell.of_sessions { micro } else { worst.micro } as f64 / MICRO;
                sessions.push(SessionBehind { person, key: worst.session_key, time: worst.time, weight });
            }
        });
        Ok(sessions)
    };
    let sessions = scan::run(context, &request, collect, |a, b| [a, b].concat())?.unwrap_or_default();
    let people = sessions.iter().map(|session| session.person).collect();
    context.keep_sessions(sessions);
    Ok(people)
}

/// One person's page views, or all those of nobody.
struct Visit {
    person: Option<PersonId>,
    views: Vec<PageView>,
    /// The sessions in which the goal was reached.
    reached: Vec<u32>,
}

/// Reads signs from rows that have [`TEXTS`] and [`NUMBERS`] first.
pub(crate) struct Signals {
    by_key: HashMap<u64, usize>,
    yes: u64,
}

impl Signals {
    pub(crate) fn known() -> Self {
        let by_key = FACTORS.iter().filter_map(|(name, ..)| Some((key_of_text(name), signal_of(name)?))).collect();
        Self { by_key, yes: key_of_text("true") }
    }

    pub(crate) fn sign(&self, rows: &Rows<'_>, time: i64, row: u32) -> Option<Sign> {
        let value = |field: usize| rows.texts[field][row as usize];
        let amount = |field: usize| Some(rows.numbers[field][row as usize]).filter(|number| number.is_finite());
        Some(Sign {
            signal: *self.by_key.get(&value(text::SIGNAL))?,
            time,
            duration_ms: amount(DURATION_MS).map_or(0, |ms| ms.clamp(0.0, 1e9) as i64),
            severity: amount(SEVERITY).unwrap_or(1.0),
            looks_clickable: value(text::LOOKS_CLICKABLE) == self.yes,
            is_in_rage: value(text::IN_RAGE) == self.yes,
            selector: value(text::SELECTOR),
            fingerprint: value(text::FINGERPRINT),
            url: value(text::URL),
        })
    }
}

struct Plan<'a> {
    friction: &'a Friction,
    weights: Weights,
    summary: Selector,
    sign: Selector,
    intervals: Intervals,
    range: (i64, i64),
    signals: Signals,
}

impl<'a> Plan<'a> {
    fn new(context: &Context<'_>, friction: &'a Friction) -> Result<Self, AskError> {
        let named = |name: &str| Selector { events: vec![name.to_owned()], ..Selector::default() };
        Ok(Self {
            friction,
            weights: friction.weights.as_ref().map(|own| own.weights.clone()).unwrap_or_default(),
            summary: named("$page_summary"),
            sign: named("$friction"),
            intervals: intervals(context, "interval", friction.interval, context.range)?,
            range: context.range,
            signals: Signals::known(),
        })
    }

    fn request<'r>(&'r self, context: &Context<'_>, scope: &'r Scope) -> Request<'r> {
        let (from, to) = context.range;
        let selects = [&self.summary, &self.sign].into_iter().chain(&self.friction.goal);
        Request {
            picks: selects.map(|select| Pick { select, from, to }).collect(),
            filter: scope.filter.as_ref(),
            breakdown: &scope.breakdown,
            numbers: NUMBERS.to_vec(),
            texts: TEXTS.into_iter().chain([self.friction.release.as_str()]).collect(),
            words: vec!["$page", "$selector", "signals", self.friction.release.as_str()],
            sessions: true,
            by_person: true,
            in_order: true,
            ..Request::default()
        }
    }

    /// Calls with everybody who had a page view, then with those of nobody.
    fn each_person(&self, bucket: &mut Bucket<'_>, mut each: impl FnMut(&Rows<'_>, Visit)) {
        let context = bucket.context;
        let mut counts = Counts { context, by_key: HashMap::new() };
        let mut numbers: Vec<u32> = Vec::new();
        bucket.for_each_person(|rows, person| {
            sessions_of(context, rows, person.hits, &mut numbers);
            let mut views = self.page_views(rows, person.hits, &mut counts);
            for view in &mut views {
                view.1.session = numbers[view.0];
            }
            let mut reached: Vec<u32> = person.hits.iter().zip(&numbers).filter(|(hit, _)| hit.mask & GOAL != 0).map(|(_, session)| *session).collect();
            reached.dedup();
            let views: Vec<PageView> = views.into_iter().map(|(_, view)| view).collect();
            if !views.is_empty() {
                each(rows, Visit { person: Some(person.id), views, reached });
            }
        });
        let mut hits: Vec<Hit> = Vec::new();
        for row in 0..bucket.rows.len() {
            if bucket.rows.person[row] == NO_PERSON {
                let mask = bucket.mask_of_nobody(row);
                if mask != 0 {
                    hits.push(Hit { time: bucket.rows.time[row], mask, row: row as u32 });
                }
            }
        }
        hits.sort_unstable_by_key(|hit| (hit.time, hit.row));
        let order = order_of(&bucket.rows, &hits);
        // Some at a time: all page views without consent lie in one bucket.
        let mut views = Vec::new();
        for members in members_of(&order) {
            views.push(self.page_view(&bucket.rows, &hits, members, &mut counts));
            if views.len() == VIEWS_AT_ONCE {
                each(&bucket.rows, Visit { person: None, views: std::mem::take(&mut views), reached: Vec::new() });
            }
        }
        if !views.is_empty() {
            each(&bucket.rows, Visit { person: None, views, reached: Vec::new() });
        }
    }

    /// The page views of hits in order of time, each with the position of its first hit.
    fn page_views(&self, rows: &Rows<'_>, hits: &[Hit], counts: &mut Counts<'_>) -> Vec<(usize, PageView)> {
        members_of(&order_of(rows, hits)).map(|members| (members[0].1, self.page_view(rows, hits, members, counts))).collect()
    }

    fn page_view(&self, rows: &Rows<'_>, hits: &[Hit], members: &[(u64, usize)], counts: &mut Counts<'_>) -> PageView {
        let first = hits[members[0].1];
        let value = |field: usize, row: u32| rows.texts[field][row as usize];
        let amount = |field: usize, row: u32| Some(rows.numbers[field][row as usize]).filter(|number| number.is_finite());
        let mut counted = [0.0; N_FACTORS];
        let mut signs: Vec<Sign> = Vec::new();
        let (mut page, mut release, mut active_ms) = (0, 0, 0);
        for (_, at) in members {
            let Hit { time, mask, row } = hits[*at];
            // The summary knows best which page it was: a signal may be told when the next one has begun.
            if mask & SUMMARY != 0 && page == 0 {
                page = value(text::PAGE, row);
            }
            if release == 0 {
                release = value(text::RELEASE, row);
            }
            if mask & SUMMARY != 0 {
                active_ms += amount(ACTIVE_MS, row).map_or(0, |ms| ms.clamp(0.0, 1e9) as u64);
                counts.add(value(text::COUNTS, row), &mut counted);
            }
            if mask & SIGN != 0 {
                signs.extend(self.signals.sign(rows, time, row));
            }
        }
        if page == 0 {
            page = value(text::PAGE, first.row);
        }
        let points = Points::of(&signs, &counted, &self.weights);
        let total = points.total();
        let counting = signs.iter().zip(&points.of_signs).filter_map(|(sign, points)| Some((sign.selector, sign.factor().0, micro((*points)?))));
        PageView {
            time: first.time,
            interval: self.intervals.index(first.time.clamp(self.range.0, self.range.1 - 1)).unwrap_or(0),
            page,
            session: NO_SESSION,
            session_key: rows.session_key[first.row as usize],
            group: rows.group.get(first.row as usize).copied(),
            release,
            active_ms,
            signs: counting.collect(),
            micro: micro(total),
            score: page_view_score(total),
            points,
        }
    }

    fn into_json(self, context: &Context<'_>, scope: &Scope, found: Found) -> Result<Value, AskError> {
        let word = |key: u64| context.word(key).map_or(Value::Null, |word| Value::from(&*word));
        let by_factor = |sums: &[u64; N_FACTORS]| -> Value {
            FACTORS
                .iter()
                .zip(sums)
                .filter(|(_, sum)| **sum > 0)
                .map(|((name, ..), sum)| ((*name).to_owned(), points(*sum)))
                .collect::<serde_json::Map<_, _>>()
                .into()
        };
        let total = found.overall.micro;
        let intervals: Vec<Value> = found
            .by_interval
            .iter()
            .enumerate()
            .map(|(i, (line, factors))| {
                let mut row = line_json(line);
                row["start"] = context.zone.format(self.intervals.starts[i]).into();
                row["factors"] = by_factor(factors);
                row
            })
            .collect();
        let mut factors: Vec<(usize, FactorSum)> = found.factors.iter().copied().enumerate().filter(|(_, sum)| sum.times > 0).collect();
        factors.sort_by_key(|(factor, sum)| (std::cmp::Reverse(sum.micro), *factor));
        let factors: Vec<Value> = factors
            .into_iter()
            .map(|(factor, sum)| {
                json!({"factor": FACTORS[factor].0, "points": points(sum.micro), "share": number((total > 0).then(|| sum.micro as f64 / total as f64)),
                    "times": points(sum.times), "page_views": sum.page_views, "sessions": sum.sessions, "people": sum.people})
            })
            .collect();

        let n_pages = found.pages.values().filter(|page| page.line.micro > 0).count();
        let mut pages: Vec<(Value, PageSum)> = found.pages.into_iter().filter(|(_, page)| page.line.micro > 0).map(|(key, page)| (word(key), page)).collect();
        pages.sort_by(|a, b| b.1.line.micro.cmp(&a.1.line.micro).then_with(|| a.0.as_str().cmp(&b.0.as_str())));
        let pages: Vec<Value> = pages
            .into_iter()
            .take(self.friction.limit)
            .map(|(page, sum)| {
                let mut row = line_json(&sum.line);
                row["page"] = page;
                row["share"] = number((total > 0).then(|| sum.line.micro as f64 / total as f64));
                row["factors"] = by_factor(&sum.by_factor);
                row
            })
            .collect();
        let n_elements = found.elements.len();
        let mut elements: Vec<(Value, Value, ElementSum)> =
            found.elements.into_iter().map(|((page, selector), sum)| (word(page), word(selector), sum)).collect();
        let order = |a: &Value, b: &Value| a.as_str().cmp(&b.as_str());
        elements.sort_by(|a, b| b.2.micro.cmp(&a.2.micro).then(b.2.times.cmp(&a.2.times)).then_with(|| order(&a.0, &b.0)).then_with(|| order(&a.1, &b.1)));
        let elements: Vec<Value> = elements
            .into_iter()
            .take(self.friction.limit)
            .map(|(page, selector, sum)| {
                json!({"page": page, "selector": selector, "points": points(sum.micro), "share": number((total > 0).then(|| sum.micro as f64 / total as f64)),
                    "times": sum.times, "page_views": sum.page_views, "sessions": sum.sessions, "people": sum.people, "factors": by_factor(&sum.by_factor)})
            })
            .collect();
        let mut releases: Vec<(i64, Value, u64)> = found.releases.into_iter().map(|(key, (first, n))| (first, word(key), n)).collect();
        releases.sort_by(|a, b| a.0.cmp(&b.0).then_with(|| order(&a.1, &b.1)));
        let releases: Vec<Value> = releases
            .into_iter()
            .take(200)
            .map(|(first, release, n)| json!({"release": release, "first_seen": context.zone.format(first), "page_views": n}))
            .collect();

        let mut answer = line_json(&found.overall);
        answer["weights_version"] = self.friction.weights.as_ref().and_then(|own| own.version).into();
        answer["distribution"] = json!({"page_views": found.overall.scores.bins(), "sessions": found.overall.sessions.bins()});
        answer["intervals"] = intervals.into();
        answer["factors"] = factors.into();
        answer["pages"] = pages.into();
        answer["pages_in_all"] = n_pages.into();
        answer["elements"] = elements.into();
        answer["elements_in_all"] = n_elements.into();
        answer["releases"] = releases.into();
        if self.friction.goal.is_some() {
            answer["conversion"] = conversion_json(&found.conversion);
        }
        if !scope.breakdown.is_empty() {
            let mut segments: Vec<(GroupKey, Line)> = found.segments.into_iter().collect();
            segments.sort_by(|a, b| b.1.scores.len().cmp(&a.1.scores.len()).then_with(|| a.0.order(&b.0)));
            answer["groups"] = segments
                .into_iter()
                .map(|(key, line)| {
                    let mut row = line_json(&line);
                    row["breakdown"] = key.to_json(scope.breakdown.len());
                    row
                })
                .collect();
        }
        Ok(answer)
    }
}

/// Hits of page views by page view, then time: the number of each one's id, and its position.
fn order_of(rows: &Rows<'_>, hits: &[Hit]) -> Vec<(u64, usize)> {
    let of_page_views = hits.iter().enumerate().filter(|(_, hit)| hit.mask & (SUMMARY | SIGN) != 0);
    let mut order: Vec<(u64, usize)> = of_page_views.map(|(at, hit)| (rows.texts[text::PAGE_VIEW][hit.row as usize], at)).collect();
    order.sort_unstable();
    order
}

/// What does not say to which page view it belongs is one of its own.
fn members_of(order: &[(u64, usize)]) -> impl Iterator<Item = &[(u64, usize)]> {
    order.chunk_by(|a, b| a.0 == b.0 && a.0 != 0)
}

/// The counts of page summaries: few different ones, each read once.
struct Counts<'c> {
    context: &'c Context<'c>,
    by_key: HashMap<u64, Vec<(usize, f64)>>,
}

impl Counts<'_> {
    fn add(&mut self, key: u64, into: &mut [f64; N_FACTORS]) {
        if key == 0 {
            return;
        }
        let context = self.context;
        let counts = self.by_key.entry(key).or_insert_with(|| read_counts(context, key).unwrap_or_default());
        counts.iter().for_each(|(signal, n)| into[*signal] += n);
    }
}

/// By signal; what is not a signal, or no number, is left out.
fn read_counts(context: &Context<'_>, key: u64) -> Option<Vec<(usize, f64)>> {
    let text = context.word(key)?;
    let counts: HashMap<String, Value> = serde_json::from_str(&text).ok()?;
    let known = counts.iter().filter_map(|(name, n)| Some((signal_of(name)?, n.as_f64().filter(|n| *n > 0.0)?.min(1000.0).floor())));
    Some(known.collect())
}

impl Line {
    /// Page views of one person, or of nobody, in any order.
    fn add<'v>(&mut self, is_somebody: bool, views: impl Iterator<Item = &'v PageView>, scratch: &mut Vec<(u32, u64)>) {
        scratch.clear();
        for view in views {
            self.active_ms += view.active_ms;
            self.micro += view.micro;
            self.scores.add(view.score);
            scratch.push((view.session, view.micro));
        }
        if !is_somebody || scratch.is_empty() {
            return;
        }
        self.people += 1;
        scratch.sort_unstable();
        for of_session in scratch.chunk_by(|a, b| a.0 == b.0) {
            let micro: u64 = of_session.iter().map(|one| one.1).sum();
            self.sessions.add(session_score(micro as f64 / MICRO));
        }
    }

    fn merge(&mut self, other: &Self) {
        self.people += other.people;
        self.active_ms += other.active_ms;
        self.micro += other.micro;
        self.scores.merge(&other.scores);
        self.sessions.merge(&other.sessions);
    }
}

impl Found {
    fn add(&mut self, rows: &Rows<'_>, visit: &Visit, has_goal: bool) {
        let is_somebody = visit.person.is_some();
        let mut scratch = Vec::new();
        let views = &visit.views;
        self.overall.add(is_somebody, views.iter(), &mut scratch);
        let mut order: Vec<&PageView> = views.iter().collect();

        order.sort_by_key(|view| view.interval);
        for of_interval in order.chunk_by(|a, b| a.interval == b.interval) {
            let (line, factors) = &mut self.by_interval[of_interval[0].interval];
            line.add(is_somebody, of_interval.iter().copied(), &mut scratch);
            for view in of_interval {
                add_factors(factors, view);
            }
        }
        order.sort_by_key(|view| view.page);
        for of_page in order.chunk_by(|a, b| a.page == b.page).filter(|of_page| of_page[0].page != 0) {
            let sum = self.pages.entry(of_page[0].page).or_default();
            sum.line.add(is_somebody, of_page.iter().copied(), &mut scratch);
            of_page.iter().for_each(|view| add_factors(&mut sum.by_factor, view));
        }
        self.add_factors_and_elements(is_somebody, views);
        self.add_segments(rows, is_somebody, views, &mut scratch);
        for view in views.iter().filter(|view| view.release != 0) {
            let release = self.releases.entry(view.release).or_insert((view.time, 0));
            release.0 = release.0.min(view.time);
            release.1 += 1;
        }
        if has_goal && is_somebody {
            order.sort_by_key(|view| view.session);
            for of_session in order.chunk_by(|a, b| a.session == b.session) {
                let micro: u64 = of_session.iter().map(|view| view.micro).sum();
                let side = &mut self.conversion[usize::from(session_score(micro as f64 / MICRO) >= FRICTION_FROM)];
                side[0] += 1;
                side[1] += u64::from(visit.reached.contains(&of_session[0].session));
            }
        }
    }

    fn add_factors_and_elements(&mut self, is_somebody: bool, views: &[PageView]) {
        let mut factor_sessions: Vec<(usize, u32)> = Vec::new();
        let mut element_sessions: Vec<(u64, u64, u32)> = Vec::new();
        for view in views {
            for factor in (0..N_FACTORS).filter(|factor| view.points.counts[*factor] > 0.0) {
                let sum = &mut self.factors[factor];
                sum.micro += micro(view.points.points[factor]);
                sum.times += micro(view.points.counts[factor]);
                sum.page_views += 1;
                factor_sessions.push((factor, view.session));
            }
            let mut signs: Vec<&(u64, usize, u64)> = view.signs.iter().filter(|sign| sign.0 != 0).collect();
            signs.sort_unstable();
            for of_element in signs.chunk_by(|a, b| a.0 == b.0) {
                let sum = self.elements.entry((view.page, of_element[0].0)).or_default();
                sum.page_views += 1;
                for (_, factor, micro) in of_element {
                    sum.times += 1;
                    sum.micro += micro;
                    sum.by_factor[*factor] += micro;
                }
                element_sessions.push((view.page, of_element[0].0, view.session));
            }
        }
        if !is_somebody {
            return;
        }
        factor_sessions.sort_unstable();
        factor_sessions.dedup();
        for of_factor in factor_sessions.chunk_by(|a, b| a.0 == b.0) {
            self.factors[of_factor[0].0].people += 1;
            self.factors[of_factor[0].0].sessions += of_factor.len() as u64;
        }
        element_sessions.sort_unstable();
        element_sessions.dedup();
        for of_element in element_sessions.chunk_by(|a, b| (a.0, a.1) == (b.0, b.1)) {
            let sum = self.elements.entry((of_element[0].0, of_element[0].1)).or_default();
            sum.people += 1;
            sum.sessions += of_element.len() as u64;
        }
    }

    fn add_segments(&mut self, rows: &Rows<'_>, is_somebody: bool, views: &[PageView], scratch: &mut Vec<(u32, u64)>) {
        let mut members: Vec<(u32, &PageView)> = Vec::new();
        for view in views {
            if let Some(group) = &view.group {
                members.extend(rows.groups.members(group).iter().map(|member| (*member, view)));
            }
        }
        members.sort_by_key(|one| one.0);
        for of_segment in members.chunk_by(|a, b| a.0 == b.0) {
            let line = self.segments.entry(rows.groups.keys[of_segment[0].0 as usize].clone()).or_default();
            line.add(is_somebody, of_segment.iter().map(|one| one.1), scratch);
        }
    }

    fn merge(&mut self, other: Self) -> Result<(), AskError> {
        self.overall.merge(&other.overall);
        self.by_interval.resize(other.by_interval.len().max(self.by_interval.len()), Default::default());
        for ((line, factors), (more, more_factors)) in self.by_interval.iter_mut().zip(&other.by_interval) {
            line.merge(more);
            factors.iter_mut().zip(more_factors).for_each(|(own, more)| *own += more);
        }
        for (own, more) in self.factors.iter_mut().zip(&other.factors) {
            own.micro += more.micro;
            own.times += more.times;
            own.page_views += more.page_views;
            own.sessions += more.sessions;
            own.people += more.people;
        }
        for (page, more) in other.pages {
            let own = self.pages.entry(page).or_default();
            own.line.merge(&more.line);
            own.by_factor.iter_mut().zip(&more.by_factor).for_each(|(own, more)| *own += more);
        }
        for (element, more) in other.elements {
            let own = self.elements.entry(element).or_default();
            own.micro += more.micro;
            own.times += more.times;
            own.page_views += more.page_views;
            own.sessions += more.sessions;
            own.people += more.people;
            own.by_factor.iter_mut().zip(&more.by_factor).for_each(|(own, more)| *own += more);
        }
        for (segment, more) in other.segments {
            self.segments.entry(segment).or_default().merge(&more);
        }
        for (release, (first, n)) in other.releases {
            let own = self.releases.entry(release).or_insert((first, 0));
            own.0 = own.0.min(first);
            own.1 += n;
        }
        for (own, more) in self.conversion.iter_mut().flatten().zip(other.conversion.iter().flatten()) {
            *own += more;
        }
        if self.pages.len() > MOST_PLACES || self.elements.len() > MOST_PLACES {
            return Err(AskError {
                code: AskErrorCode::LimitExceeded,
                message: format!("there are more than {MOST_PLACES} pages or elements: add a filter, or let the tag name pages without ids"),
                field: Some("filter".into()),
            });
        }
        Ok(())
    }
}

fn add_factors(sums: &mut [u64; N_FACTORS], view: &PageView) {
    sums.iter_mut().zip(&view.points.points).for_each(|(sum, points)| *sum += micro(*points));
}

fn micro(points: f64) -> u64 {
    (points * MICRO).round() as u64
}

fn points(micro: u64) -> Value {
    number(Some(micro as f64 / MICRO))
}

fn line_json(line: &Line) -> Value {
    let (n, n_sessions) = (line.scores.len(), line.sessions.len());
    let (high, sessions_high) = (line.scores.n_high(), line.sessions.n_high());
    let share = |part: u64, whole: u64| number((whole > 0).then(|| part as f64 / whole as f64));
    let minutes = line.active_ms as f64 / 60_000.0;
    let tiers = |scores: &Scores| -> Value {
        TIERS.iter().zip(scores.tiers()).map(|((name, _), n)| ((*name).to_owned(), Value::from(n))).collect::<serde_json::Map<_, _>>().into()
    };
    json!({
        "page_views": n,
        "people": line.people,
        "sessions": n_sessions,
        "points": points(line.micro),
        "points_per_active_minute": number((minutes > 0.0).then(|| line.micro as f64 / MICRO / minutes)),
        "mean": number(line.scores.mean()),
        "p99": number(line.scores.percentile(99.0)),
        "high": high,
        "share_high": share(high, n),
        "share_high_interval": wilson_interval(high, n).map(|(low, high)| [low, high]),
        "tiers": tiers(&line.scores),
        "session_mean": number(line.sessions.mean()),
        "sessions_high": sessions_high,
        "share_sessions_high": share(sessions_high, n_sessions),
        "share_sessions_high_interval": wilson_interval(sessions_high, n_sessions).map(|(low, high)| [low, high]),
        "session_tiers": tiers(&line.sessions),
    })
}

fn conversion_json(sides: &[[u64; 2]; 2]) -> Value {
    let [[n_without, reached_without], [n_with, reached_with]] = *sides;
    let rate = |reached: u64, n: u64| (n > 0).then(|| reached as f64 / n as f64);
    let side = |reached: u64, n: u64| json!({"sessions": n, "reached": reached, "rate": number(rate(reached, n)), "interval": wilson_interval(reached, n).map(|(low, high)| [low, high])});
    let difference = rate(reached_with, n_with).zip(rate(reached_without, n_without)).map(|(with, without)| with - without);
    json!({
        "with": side(reached_with, n_with),
        "without": side(reached_without, n_without),
        "difference": number(difference),
        "interval": two_proportion_interval(reached_with, n_with, reached_without, n_without).map(|(low, high)| [low, high]),
        "p_value": two_proportion_p_value(reached_with, n_with, reached_without, n_without),
        "lost": number(difference.map(|difference| -difference * n_with as f64)),
        "enough": n_with >= 30 && n_without >= 30,
    })
}
