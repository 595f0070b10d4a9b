//! The scorecard of attempts, as its answer is written.
//!
//! What needs a look at every attempt is counted in one pass, in parallel ([`Counted`]); the parts of the answer are written beside each other.

use super::{
    Scene,
    attempts::Attempts,
    gather::Tried,
    voice,
    voice::{CSAT_WITHIN_MS, LOST_WITHIN_MS, Response},
    watch,
};
use crate::{
    group::GroupKey,
    hashed::ByHash,
    trend::{intervals, number},
};
use rayon::prelude::*;
use serde_json::{Value, json};
use sillage_behavior::{
    AskError,
    friction::{FACTORS, TIERS, Tier, factor_of, session_score},
    statistics::{mean, median, percentile, two_proportion_interval, two_proportion_p_value, wilson_interval},
    survey::nps,
    task::{
        CSAT, Fix, LINKS, NPS,
        findings::{self, FEWEST, Gap, Part, Place, add_places, is_affected, ranked},
        judge::{self, Attempt, CLASSES, Card, Class, Mark, NEVER},
        walk::End,
    },
};
use std::{
    cmp::Reverse,
    collections::{BTreeMap, HashMap, HashSet},
};

const MOST_FASTEST: usize = 10;
const MOST_RELEASES: usize = 200;
/// A page that fewer saw is rare.
const RARE: f64 = 0.05;
/// Signs of confusion: px.md 6.2.
const CONFUSION: [&str; 6] = ["repeated_clicks", "u_turn", "back_and_forth", "loop", "scroll_bounce", "thrashed_cursor"];

type Section = (&'static str, fn(&Scene<'_>, &Counted) -> Result<Value, AskError>);

const CARDS: [Section; 8] = [
    ("as_planned", planned_card),
    ("slow", slow_card),
    ("not_finished", not_finished_card),
    ("friction", friction_card),
    ("off_path", off_path_card),
    ("promoters", promoters_card),
    ("csat_low", csat_card),
    ("lost", lost_card),
];

const PARTS: [Section; 5] = [("steps", steps), ("fixes", findings), ("intervals", by_interval), ("releases", releases), ("voices", voices)];

pub(super) fn write(scene: &Scene<'_>) -> Result<Value, AskError> {
    let counted = Counted::of(scene);
    let (mut answer, sections) = rayon::join(
        || line(scene.marked(), scene.tried.open.len()),
        || CARDS.par_iter().chain(&PARTS).map(|(_, section)| section(scene, &counted)).collect::<Result<Vec<Value>, AskError>>(),
    );
    let mut sections = sections?;
    let parts = sections.split_off(CARDS.len());
    for (card, n) in sections.iter_mut().zip(recorded(scene)) {
        card["watch"]["recorded"] = n.into();
    }
    answer["slow_from_seconds"] = seconds(scene.rule.slow_from_ms);
    answer["cards"] = CARDS.iter().zip(sections).map(|((name, _), card)| ((*name).to_owned(), card)).collect();
    for ((name, _), part) in PARTS.iter().zip(parts) {
        answer[*name] = part;
    }
    answer["weights_version"] = scene.asked.weights.as_ref().and_then(|own| own.version).into();
    Ok(answer)
}

/// Of how many attempts on each card there is a recording.
fn recorded(scene: &Scene<'_>) -> [u64; CARDS.len()] {
    if scene.recorded.is_empty() {
        return [0; CARDS.len()];
    }
    let is_recorded = |at: u32| scene.recorded.contains_key(&scene.tried.attempts[at].session);
    let own: Vec<Mark> = scene.marks.iter().zip(0..).filter(|(_, at)| is_recorded(*at)).map(|(mark, _)| *mark).collect();
    judge::CARDS.map(|(_, card)| match card {
        Card::Promoters | Card::CsatLow | Card::Lost => scene.joined(card).into_iter().filter(|at| is_recorded(*at)).count() as u64,
        _ => own.iter().filter(|mark| mark.is_on(card)).count() as u64,
    })
}

/// What attempts add up to.
pub(super) fn line<'a>(attempts: impl Iterator<Item = (&'a Attempt, Mark)>, open: usize) -> Value {
    let (mut n, mut slow, mut off_path, mut scores) = (0u64, 0u64, 0u64, 0u64);
    let mut people: Vec<u64> = Vec::new();
    let mut friction = [0u64; CLASSES.len()];
    let mut times: [Vec<f64>; CLASSES.len()] = Default::default();
    for (attempt, mark) in attempts {
        n += 1;
        slow += u64::from(mark.is_slow);
        off_path += u64::from(mark.is_off_path);
        scores += u64::from(attempt.score);
        friction[mark.class as usize] += u64::from(mark.has_friction);
        times[mark.class as usize].push(attempt.active_ms as f64);
        if people.last() != Some(&attempt.person.0) {
            people.push(attempt.person.0);
        }
    }
    people.sort_unstable();
    people.dedup();
    let count = |of: &[Vec<f64>; CLASSES.len()], class: Class| of[class as usize].len() as u64;
    let mut completed: Vec<f64> =
        CLASSES.iter().filter(|(_, class)| *class != Class::Failed).flat_map(|(_, class)| times[*class as usize].iter().copied()).collect();
    let mut rows = Vec::new();
    for (name, class) in CLASSES {
        let mut row = share(Part { count: count(&times, class), n });
        row["class"] = name.into();
        row["friction"] = friction[class as usize].into();
        row["median_seconds"] = seconds(median(&mut times[class as usize]));
        rows.push(row);
    }
    let part = |count: u64| share(Part { count, n });
    json!({
        "attempts": n,
        "open": open,
        "people": people.len(),
        "completed": part(completed.len() as u64),
        "classes": rows,
        "slow": part(slow),
        "off_path": part(off_path),
        "friction": part(friction.iter().sum()),
        "median_seconds": seconds(median(&mut completed)),
        "mean_score": mean_of(scores, n),
    })
}

/// What is counted of every attempt, for several parts of the answer.
#[derive(Debug, Default)]
pub(super) struct Counted {
    pages: ByHash<u64, OfPage>,
    steps: Vec<OfStep>,
    places: HashMap<Place, findings::Sum>,
    /// Positions of the attempts that met something at each, in order.
    met: HashMap<Place, Vec<u32>>,
    all: Part,
}

/// In how many attempts a page was seen.
#[derive(Clone, Copy, Debug, Default)]
struct OfPage {
    saw: u64,
    completed: u64,
    /// Failed ones that ended here.
    exits: u64,
    /// Of those on another way, in how many it was a detour.
    detours: u64,
}

#[derive(Clone, Debug, Default)]
struct OfStep {
    reached: u64,
    dropped: u64,
    scores: u64,
    detours: ByHash<u64, u64>,
    planned: Vec<f64>,
    slow: Vec<f64>,
    planned_seconds: Option<f64>,
    slow_seconds: Option<f64>,
}

impl Counted {
    fn of(scene: &Scene<'_>) -> Self {
        let attempts = &scene.tried.attempts;
        let n_steps = scene.asked.task.steps.len();
        let partial = |(start, attempts): (usize, &[Attempt])| {
            let mut own = Self { steps: vec![OfStep::default(); n_steps], ..Self::default() };
            let mut seen: Vec<u64> = Vec::new();
            for (at, (attempt, mark)) in (start..).zip(attempts.iter().zip(&scene.marks[start..])) {
                own.count(attempt, *mark, &mut seen);
                own.meet(attempt, at as u32);
            }
            own
        };
        let empty = || Self { steps: vec![OfStep::default(); n_steps], ..Self::default() };
        let mut all = attempts.par_parts().map(partial).reduce(empty, Self::add);
        all.steps.par_iter_mut().for_each(|step| {
            let seconds = |times: &mut Vec<f64>| median(times).map(|ms| ms / 1000.0);
            (step.planned_seconds, step.slow_seconds) = (seconds(&mut step.planned), seconds(&mut step.slow));
        });
        all
    }

    fn meet(&mut self, attempt: &Attempt, at: u32) {
        for sign in &attempt.signs {
            let positions = self.met.entry((sign.page, sign.selector, sign.factor)).or_default();
            if positions.last() != Some(&at) {
                positions.push(at);
            }
        }
        add_places(&mut self.places, attempt);
    }

    fn count(&mut self, attempt: &Attempt, mark: Mark, seen: &mut Vec<u64>) {
        let is_completed = mark.is_completed();
        self.all.n += 1;
        self.all.count += u64::from(is_completed);
        let mut each = |pages: &mut dyn Iterator<Item = u64>, add: &mut dyn FnMut(u64)| {
            seen.clear();
            seen.extend(pages);
            seen.sort_unstable();
            seen.dedup();
            seen.iter().for_each(|page| add(*page));
        };
        let pages = &mut self.pages;
        each(&mut attempt.pages.iter().map(|one| one.page), &mut |page| {
            let of_page = pages.entry(page).or_default();
            of_page.saw += 1;
            of_page.completed += u64::from(is_completed);
        });
        if mark.is_off_path {
            let detours = &mut attempt.pages.iter().filter(|one| one.is_detour).map(|one| one.page);
            each(detours, &mut |page| pages.entry(page).or_default().detours += 1);
        }
        if !is_completed {
            pages.entry(attempt.exit_page()).or_default().exits += 1;
        }
        let has_detours = attempt.pages.iter().any(|one| one.is_detour);
        let last = attempt.last_step();
        for (at, step) in self.steps.iter_mut().enumerate().filter(|(at, _)| attempt.steps[*at] != NEVER) {
            step.reached += 1;
            step.dropped += u64::from(last == Some(at) && !is_completed);
            if !attempt.signs.is_empty() {
                let micro: u64 = attempt.signs.iter().filter(|sign| attempt.step_at(sign.at_ms) == Some(at)).map(|sign| sign.micro).sum();
                step.scores += u64::from(session_score(micro as f64 / 1e6));
            }
            if has_detours {
                let here = &mut attempt.pages.iter().filter(|one| one.is_detour && attempt.step_at(one.at_ms) == Some(at)).map(|one| one.page);
                each(here, &mut |page| *step.detours.entry(page).or_default() += 1);
            }
            if let Some(ms) = attempt.step_ms(at).filter(|_| mark.is_slow || mark.class == Class::AsPlanned) {
                if mark.is_slow { &mut step.slow } else { &mut step.planned }.push(f64::from(ms));
            }
        }
    }

    fn add(mut self, other: Self) -> Self {
        for (page, own) in other.pages {
            let sum = self.pages.entry(page).or_default();
            *sum =
                OfPage { saw: sum.saw + own.saw, completed: sum.completed + own.completed, exits: sum.exits + own.exits, detours: sum.detours + own.detours };
        }
        for (sum, own) in self.steps.iter_mut().zip(other.steps) {
            sum.reached += own.reached;
            sum.dropped += own.dropped;
            sum.scores += own.scores;
            own.detours.into_iter().for_each(|(page, n)| *sum.detours.entry(page).or_default() += n);
            sum.planned.extend(own.planned);
            sum.slow.extend(own.slow);
        }
        // Parts are added in order, so positions stay so.
        other.met.into_iter().for_each(|(place, positions)| self.met.entry(place).or_default().extend(positions));
        for (place, own) in other.places {
            let sum = self.places.entry(place).or_default();
            sum.add(own);
        }
        self.all = Part { count: self.all.count + other.all.count, n: self.all.n + other.all.n };
        self
    }

    fn pages(&self, of: impl Fn(&OfPage) -> u64) -> Vec<(u64, u64)> {
        self.pages.iter().map(|(page, own)| (*page, of(own))).filter(|(_, n)| *n > 0).collect()
    }
}

/// The attempts of a segment, and how many are open in it.
#[derive(Debug, Default)]
pub(super) struct OfSegment<'s> {
    pub(super) attempts: Vec<(&'s Attempt, Mark)>,
    pub(super) open: usize,
}

/// The segments, the most frequent first.
pub(super) fn by_segment<'s>(tried: &'s Tried, marked: impl Iterator<Item = (&'s Attempt, Mark)>) -> Vec<(GroupKey, OfSegment<'s>)> {
    let mut segments: HashMap<GroupKey, OfSegment<'s>> = HashMap::new();
    for marked in marked {
        for key in tried.segments(marked.0.group) {
            segments.entry(key.clone()).or_default().attempts.push(marked);
        }
    }
    for open in &tried.open {
        for key in tried.segments(open.group) {
            segments.entry(key.clone()).or_default().open += 1;
        }
    }
    let mut segments: Vec<(GroupKey, OfSegment<'_>)> = segments.into_iter().collect();
    segments.sort_by(|a, b| b.1.attempts.len().cmp(&a.1.attempts.len()).then_with(|| a.0.order(&b.0)));
    segments
}

fn of_class<'s>(scene: &'s Scene<'_>, class: Class) -> impl Iterator<Item = &'s Attempt> + Clone {
    scene.marked().filter(move |(_, mark)| mark.class == class).map(|(attempt, _)| attempt)
}

fn slow<'s>(scene: &'s Scene<'_>) -> impl Iterator<Item = &'s Attempt> + Clone {
    scene.marked().filter(|(_, mark)| mark.is_slow).map(|(attempt, _)| attempt)
}

fn steps(scene: &Scene<'_>, counted: &Counted) -> Result<Value, AskError> {
    let n = counted.all.n;
    let rows = scene.asked.task.steps.iter().zip(&counted.steps).map(|(step, own)| {
        json!({
            "id": step.id,
            "label": step.label,
            "optional": step.optional,
            "reached": share(Part { count: own.reached, n }),
            "dropped": share(Part { count: own.dropped, n: own.reached }),
            "median_seconds": number(own.planned_seconds),
            "slow_median_seconds": number(own.slow_seconds),
            "mean_score": mean_of(own.scores, own.reached),
            "detours": page_counts(scene, own.detours.iter().map(|(page, n)| (*page, *n)).collect(), own.reached, 5),
        })
    });
    Ok(rows.collect())
}

fn card(part: Part, enough: bool, watch: Value) -> Value {
    let mut card = share(part);
    card["enough"] = enough.into();
    card["watch"] = watch;
    card
}

fn card_of(scene: &Scene<'_>, card_of: Card, name: &str, sort: &str) -> Value {
    let count = scene.marks.iter().filter(|mark| mark.is_on(card_of)).count() as u64;
    let part = Part { count, n: scene.marks.len() as u64 };
    card(part, part.n >= FEWEST, watch(name, sort))
}

fn planned_card(scene: &Scene<'_>, _: &Counted) -> Result<Value, AskError> {
    let mut card = card_of(scene, Card::AsPlanned, "as_planned", "shortest");
    let mut own: Vec<&Attempt> = of_class(scene, Class::AsPlanned).collect();
    let mut times: Vec<f64> = own.iter().map(|one| one.active_ms as f64).collect();
    card["median_seconds"] = seconds(median(&mut times));
    card["p25_seconds"] = seconds(percentile(&mut times, 25.0));
    keep_first(&mut own, MOST_FASTEST, |one| (one.active_ms, Reverse(one.start), one.person));
    card["fastest"] = own.into_iter().map(|one| named(scene, one)).collect();
    Ok(card)
}

/// Keeps those that come first, in order.
fn keep_first<T, K: Ord>(all: &mut Vec<T>, most: usize, key: impl Fn(&T) -> K) {
    if all.len() > most {
        all.select_nth_unstable_by_key(most, &key);
        all.truncate(most);
    }
    all.sort_unstable_by_key(key);
}

fn slow_card(scene: &Scene<'_>, counted: &Counted) -> Result<Value, AskError> {
    let mut card = card_of(scene, Card::Slow, "slow", "longest");
    let (own, planned): (Vec<&Attempt>, Vec<&Attempt>) = (slow(scene).collect(), of_class(scene, Class::AsPlanned).collect());
    let is_comparable = own.len() as u64 >= FEWEST && planned.len() as u64 >= FEWEST;
    let median_of = |of: &[&Attempt]| median(&mut of.iter().map(|one| one.active_ms as f64 / 1000.0).collect::<Vec<f64>>());
    let (median_slow, median_planned) = (median_of(&own), median_of(&planned));
    card["median_seconds"] = number(median_slow);
    card["ratio"] = number(median_slow.zip(median_planned).filter(|(_, planned)| is_comparable && *planned > 0.0).map(|(slow, planned)| slow / planned));
    let mut delays = Vec::new();
    for (step, times) in scene.asked.task.steps.iter().zip(&counted.steps).filter(|_| is_comparable) {
        if let Some((slow, planned)) = times.slow_seconds.zip(times.planned_seconds) {
            delays.push((slow - planned, step));
        }
    }
    delays.sort_by(|a, b| b.0.total_cmp(&a.0));
    card["steps"] = delays.into_iter().map(|(delay, step)| json!({"id": step.id, "label": step.label, "delay_seconds": number(Some(delay))})).collect();
    card["pages"] = if is_comparable { slow_pages(scene, &own, &planned) } else { json!([]) };
    let mut signs: Vec<(u64, Value)> = Vec::new();
    for name in CONFUSION {
        let Some(factor) = factor_of(name) else { continue };
        let part = |of: &[&Attempt]| Part::of(of.iter().copied(), |one| one.counts[factor] > 0);
        let (own, planned) = (part(&own), part(&planned));
        if own.count > 0 {
            signs.push((own.count, json!({"signal": name, "attempts": own.count, "share": number(own.share()), "planned_share": number(planned.share())})));
        }
    }
    signs.sort_by_key(|(n, _)| Reverse(*n));
    card["signs"] = signs.into_iter().map(|(_, sign)| sign).collect();
    Ok(card)
}

/// Pages on which slow attempts stay unusually long.
fn slow_pages(scene: &Scene<'_>, own: &[&Attempt], planned: &[&Attempt]) -> Value {
    let stays = |of: &[&Attempt]| {
        let mut stays: ByHash<u64, Vec<f64>> = ByHash::default();
        for attempt in of {
            for (at, visited) in attempt.pages.iter().enumerate() {
                let until = attempt.pages.get(at + 1).map_or(attempt.elapsed_ms, |next| i64::from(next.at_ms));
                stays.entry(visited.page).or_default().push((until - i64::from(visited.at_ms)) as f64);
            }
        }
        stays
    };
    let (mut usual, of_slow) = rayon::join(|| stays(planned), || stays(own));
    let mut found = Vec::new();
    for (page, mut times) in of_slow {
        let Some(usual) = usual.get_mut(&page).filter(|usual| usual.len() as u64 >= FEWEST && times.len() as u64 >= FEWEST) else { continue };
        if let (Some(middle), Some(usual)) = (median(&mut times), percentile(usual, 90.0))
            && middle > 1.5 * usual
        {
            found.push((middle, usual, page));
        }
    }
    found.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| scene.word_order(a.2).cmp(&scene.word_order(b.2))));
    found.truncate(scene.asked.limit);
    found
        .into_iter()
        .map(|(middle, usual, page)| json!({"page": scene.word(page), "median_seconds": seconds(Some(middle)), "usual_seconds": seconds(Some(usual))}))
        .collect()
}

fn not_finished_card(scene: &Scene<'_>, counted: &Counted) -> Result<Value, AskError> {
    let mut card = card_of(scene, Card::NotFinished, "not_finished", "exit_page");
    card["abandoned"] = scene.tried.attempts.iter().filter(|one| one.end == End::Abandoned).count().into();
    let n_failed = counted.all.n - counted.all.count;
    let rows = in_order(scene, counted.pages(|own| own.exits), scene.asked.limit).into_iter().map(|(page, n)| {
        let part = Part { count: n, n: counted.pages.get(&page).map_or(0, |own| own.saw).max(n) };
        let of_failed = Part { count: n, n: n_failed };
        json!({"page": scene.word(page), "attempts": n, "share": number(of_failed.share()), "saw": part.n, "exit_rate": number(part.share()),
            "interval": interval(part)})
    });
    card["exit_pages"] = rows.collect();
    Ok(card)
}

fn friction_card(scene: &Scene<'_>, counted: &Counted) -> Result<Value, AskError> {
    let mut card = card_of(scene, Card::Friction, "friction", "rage_clicks");
    card["mean_score"] = mean_of(scene.tried.attempts.iter().map(|one| u64::from(one.score)).sum(), counted.all.n);
    let mut found: Vec<_> = counted.places.iter().map(|(place, sum)| (*place, *sum)).collect();
    found.sort_by(|a, b| b.1.micro.cmp(&a.1.micro).then(b.1.attempts.cmp(&a.1.attempts)).then_with(|| order_of(scene, a.0).cmp(&order_of(scene, b.0))));
    found.truncate(scene.asked.limit);
    let row = |((page, selector, factor), sum): (Place, findings::Sum)| {
        json!({"page": scene.word(page), "selector": scene.word(selector), "signal": FACTORS[usize::from(factor)].0, "attempts": sum.attempts, "times": sum.times,
            "points": number(Some(sum.micro as f64 / 1e6))})
    };
    card["places"] = found.into_iter().map(row).collect();
    let side = |with: bool| {
        let own = scene.marks.iter().filter(|mark| mark.has_friction == with);
        own.fold(Part::default(), |part, mark| Part { count: part.count + u64::from(mark.is_completed()), n: part.n + 1 })
    };
    let (with, without) = (side(true), side(false));
    card["conversion"] = if with.n < FEWEST || without.n < FEWEST {
        Value::Null
    } else {
        let difference = with.share().zip(without.share()).map(|(with, without)| with - without);
        json!({"with": share(with), "without": share(without), "difference": number(difference), "interval": difference_interval(with, without),
            "p_value": two_proportion_p_value(with.count, with.n, without.count, without.n), "lost": number(difference.map(|difference| -difference * with.n as f64))})
    };
    Ok(card)
}

fn off_path_card(scene: &Scene<'_>, counted: &Counted) -> Result<Value, AskError> {
    let rule = scene.rule;
    let mut card = card_of(scene, Card::OffPath, "off_path", "rare_page");
    let own: Vec<&Attempt> = scene.marked().filter(|(_, mark)| mark.is_off_path).map(|(attempt, _)| attempt).collect();
    let count = |is: &dyn Fn(&Attempt) -> bool| own.iter().filter(|one| is(one)).count();
    card["unexpected_starts"] = count(&|one| one.is_unexpected).into();
    card["detours"] = count(&|one| rule.has_detours(one)).into();
    card["out_of_order"] = count(&|one| !one.way.order_ok).into();
    card["skipped"] = count(&|one| rule.has_skipped(one)).into();
    let lostness: Vec<f64> = own.iter().filter_map(|one| one.way.lostness).collect();
    card["mean_lostness"] = number(mean(&lostness));
    card["pages"] = page_counts(scene, counted.pages(|own| own.detours), own.len() as u64, 10);
    let all = counted.all;
    let mut rare = Vec::new();
    for (page, own) in counted.pages.iter().filter(|(_, own)| own.saw > 0) {
        let (part, completed) = (Part { count: own.saw, n: all.n }, Part { count: own.completed, n: own.saw });
        if part.share().is_some_and(|share| share < RARE)
            && completed.count > 0
            && let (Some(of_page), Some(of_all)) = (completed.share(), all.share())
        {
            rare.push((of_page / of_all, own.saw, *page, part.share()));
        }
    }
    rare.sort_by(|a, b| b.0.total_cmp(&a.0).then(b.1.cmp(&a.1)).then_with(|| scene.word_order(a.2).cmp(&scene.word_order(b.2))));
    rare.truncate(scene.asked.limit);
    card["rare_pages"] = rare
        .into_iter()
        .map(|(lift, n, page, share)| json!({"page": scene.word(page), "attempts": n, "share": number(share), "lift": number(Some(lift))}))
        .collect();
    Ok(card)
}

fn promoters_card(scene: &Scene<'_>, _: &Counted) -> Result<Value, AskError> {
    let answers: Vec<&Response> = scene.voices.nps.iter().map(|at| &scene.voices.responses[*at]).collect();
    let count = |is: fn(&Response) -> bool| answers.iter().filter(|one| is(one)).count() as u64;
    let (promoters, passives, n) = (count(Response::is_promoter), count(Response::is_passive), answers.len() as u64);
    let detractors = n - promoters - passives;
    let mut card = card(Part { count: promoters, n }, n >= FEWEST, watch("promoters", "latest"));
    card["nps"] = nps(promoters, passives, detractors).map_or(Value::Null, |one| json!({"value": one.value, "low": one.low, "high": one.high}));
    card["passives"] = passives.into();
    card["detractors"] = detractors.into();
    card["quotes"] = quotes(scene, answers.into_iter().filter(|one| one.is_promoter()), scene.asked.limit)?;
    Ok(card)
}

fn csat_card(scene: &Scene<'_>, _: &Counted) -> Result<Value, AskError> {
    let answers: Vec<&Response> = scene.voices.csat.iter().map(|at| &scene.voices.responses[*at]).collect();
    let scale = scene.voices.scale;
    let low: Vec<&Response> = answers.iter().copied().filter(|one| scale.is_dissatisfied(one)).collect();
    let n = answers.len() as u64;
    let mut card = card(Part { count: low.len() as u64, n }, n >= FEWEST, watch("csat_low", "rating"));
    card["satisfied"] = share(Part { count: answers.iter().filter(|one| scale.is_satisfied(one)).count() as u64, n });
    let joined: Vec<(&Response, &Attempt)> = answers
        .iter()
        .filter_map(|one| {
            let at = scene.tried.attempts.before(one.person, one.time, CSAT_WITHIN_MS)?;
            Some((*one, &scene.tried.attempts[at]))
        })
        .collect();
    let group = |name: &str, is: &dyn Fn(&Attempt) -> bool| {
        let own = joined.iter().filter(|(_, attempt)| is(attempt));
        let part = own.fold(Part::default(), |part, (one, _)| Part { count: part.count + u64::from(scale.is_satisfied(one)), n: part.n + 1 });
        let mut satisfied = share(part);
        if part.n < FEWEST {
            satisfied["share"] = Value::Null;
            satisfied["interval"] = Value::Null;
        }
        json!({"name": name, "satisfied": satisfied})
    };
    card["by_class"] = CLASSES.iter().map(|(name, class)| group(name, &|attempt| scene.rule.class(attempt) == *class)).collect();
    card["by_tier"] = TIERS.iter().map(|(name, tier)| group(name, &|attempt| Tier::of(attempt.score) == *tier)).collect();
    card["choices"] = choices(scene, low.iter().copied());
    card["quotes"] = quotes(scene, low.into_iter(), scene.asked.limit)?;
    Ok(card)
}

fn lost_card(scene: &Scene<'_>, _: &Counted) -> Result<Value, AskError> {
    let lost = &scene.voices.lost;
    let attempts = &scene.tried.attempts;
    let n = lost.len() as u64;
    // Of everybody who tried or left.
    let others = attempts.n_people(|person| !lost.contains_key(&person));
    let mut card = card(Part { count: n, n: n + others }, n >= FEWEST, watch("lost", "latest"));
    let said: Vec<&Response> = scene.voices.responses.iter().filter(|one| one.link == sillage_behavior::task::CHURN).collect();
    let ratings: Vec<f64> = said.iter().filter_map(|one| one.score).collect();
    let mut classes: BTreeMap<Option<Class>, u64> = BTreeMap::new();
    let mut scores = Vec::new();
    for (person, time) in lost {
        let last = attempts.before(*person, *time, LOST_WITHIN_MS).map(|at| scene.rule.class(&attempts[at]));
        *classes.entry(last).or_default() += 1;
        let recent = attempts.of(*person).map(|at| &attempts[at]).filter(|one| one.start <= *time && one.end_ms() >= *time - LOST_WITHIN_MS);
        scores.extend(recent.map(|one| f64::from(one.score)));
    }
    let retained = attempts.iter().filter(|one| !lost.contains_key(&one.person));
    let (retained, n_retained) = retained.fold((0, 0), |(sum, n), one| (sum + u64::from(one.score), n + 1));
    let enough = |scores: &[f64]| number(mean(scores).filter(|_| scores.len() as u64 >= FEWEST));
    card["choices"] = choices(scene, said.iter().copied());
    card["rating"] = number(mean(&ratings));
    card["last_classes"] = classes.into_iter().map(|(class, n)| json!({"class": class.map_or("none", Class::name), "count": n})).collect();
    card["mean_score"] = enough(&scores);
    card["retained_mean_score"] = if n_retained >= FEWEST { mean_of(retained, n_retained) } else { Value::Null };
    card["quotes"] = quotes(scene, said.into_iter(), scene.asked.limit)?;
    Ok(card)
}

/// What is found in attempts, and what the task says of it.
fn findings(scene: &Scene<'_>, counted: &Counted) -> Result<Value, AskError> {
    let attempts = &scene.tried.attempts;
    let all = counted.all;
    let place_of = |fix: &Fix| {
        let key = |text: &Option<String>| text.as_deref().map(crate::scan::key_of_text);
        (key(&fix.page), key(&fix.selector), fix.signal.map(|factor| factor as u8))
    };
    let mut rows: Vec<Row<'_>> = Vec::new();
    for fix in &scene.asked.task.fixes {
        let place = place_of(fix);
        let affected = Part::of(affected(attempts, counted, place).map(|at| &attempts[at]), Attempt::is_completed);
        rows.push(Row { place, affected, gap: findings::gap(affected, all), fix: Some(fix) });
    }
    for ((page, selector, factor), sum, gap) in ranked(&counted.places, all).into_iter().take(scene.asked.limit) {
        let place = (Some(page).filter(|page| *page != 0), Some(selector).filter(|selector| *selector != 0), Some(factor));
        if !rows.iter().any(|row| row.fix.is_some() && row.place == place) {
            rows.push(Row { place, affected: Part { count: sum.completed, n: sum.attempts }, gap, fix: None });
        }
    }
    let lost = |row: &Row<'_>| row.gap.map_or(0.0, |gap| gap.lost.max(0.0));
    let words = |row: &Row<'_>| (row.place.0.map(|page| scene.word_order(page)), row.place.1.map(|selector| scene.word_order(selector)), row.place.2);
    // What was fixed is there to be proved, below what is to be done.
    let is_fixed = |row: &Row<'_>| row.fix.is_some_and(|fix| fix.fixed.is_some());
    rows.sort_by(|a, b| {
        is_fixed(a).cmp(&is_fixed(b)).then_with(|| lost(b).total_cmp(&lost(a)).then(b.affected.n.cmp(&a.affected.n)).then_with(|| words(a).cmp(&words(b))))
    });
    // What people said is about the attempt before; praise tells nothing of what to fix.
    let is_content = |one: &Response| (one.link == NPS && one.is_promoter()) || (one.link == CSAT && scene.voices.scale.is_satisfied(one));
    // A survey that is linked twice said it once.
    let mut heard = HashSet::new();
    let spoken: Vec<(&Response, &Attempt)> = scene
        .voices
        .responses
        .iter()
        .filter(|one| one.text != 0 && !is_content(one) && heard.insert((one.person, one.time, one.text)))
        .filter_map(|one| Some((one, &attempts[attempts.before(one.person, one.time, CSAT_WITHIN_MS)?])))
        .collect();
    let written = rows.par_iter().map(|row| row.write(scene, counted, &spoken)).collect::<Result<Vec<Value>, AskError>>()?;
    Ok(written.into())
}

/// Positions of the attempts that met something at a place.
fn affected<'a>(attempts: &'a Attempts, counted: &'a Counted, (page, selector, factor): Wanted) -> Box<dyn Iterator<Item = u32> + 'a> {
    if selector.is_none() && factor.is_none() {
        return Box::new((0..).zip(attempts.iter()).filter(move |(_, one)| is_affected(one, page, selector, factor)).map(|(at, _)| at));
    }
    let fits = |place: &Place| page.is_none_or(|page| place.0 == page) && selector.is_none_or(|own| place.1 == own) && factor.is_none_or(|own| place.2 == own);
    let mut positions: Vec<u32> = counted.met.iter().filter(|(place, _)| fits(place)).flat_map(|(_, positions)| positions.iter().copied()).collect();
    positions.sort_unstable();
    positions.dedup();
    Box::new(positions.into_iter())
}

/// A place of which not everything has to be named.
type Wanted = (Option<u64>, Option<u64>, Option<u8>);

/// One finding.
struct Row<'a> {
    place: Wanted,
    /// Completed of affected.
    affected: Part,
    gap: Option<Gap>,
    fix: Option<&'a Fix>,
}

impl Row<'_> {
    fn write(&self, scene: &Scene<'_>, counted: &Counted, spoken: &[(&Response, &Attempt)]) -> Result<Value, AskError> {
        let (page, selector, factor) = self.place;
        let is_it = |attempt: &Attempt| is_affected(attempt, page, selector, factor);
        let attempts = &scene.tried.attempts;
        let mut worst: Vec<&Attempt> = affected(attempts, counted, self.place).map(|at| &attempts[at]).collect();
        keep_first(&mut worst, 3, |one| (Reverse(one.micro), Reverse(one.start), one.person));
        let own = |text: fn(&Fix) -> &Option<String>| self.fix.and_then(|fix| text(fix).clone());
        let shown = |key: Option<u64>, own: Option<String>| own.map_or_else(|| key.map_or(Value::Null, |key| scene.word(key)), Value::from);
        let fixed_at = self.fix.and_then(|fix| fix.fixed).map(|fixed| fixed.since(&scene.context.zone));
        let state = match (self.fix, fixed_at) {
            (None, _) => "found",
            (Some(_), None) => "to_do",
            (Some(_), Some(_)) => "fixed",
        };
        Ok(json!({
            "page": shown(page, own(|fix| &fix.page)),
            "selector": shown(selector, own(|fix| &fix.selector)),
            "signal": factor.map(|factor| FACTORS[usize::from(factor)].0),
            "attempts": self.affected.n,
            "share": number(Part { count: self.affected.n, n: attempts.len() as u64 }.share()),
            "gap": number(self.gap.map(|gap| gap.gap)),
            "lost": number(self.gap.map(|gap| gap.lost)),
            "p_value": self.gap.and_then(|gap| gap.p_value),
            "state": state,
            "label": own(|fix| &fix.label),
            "release": own(|fix| &fix.release),
            "fixed_at": fixed_at.map(|at| scene.context.zone.format(at)),
            "before_after": fixed_at.map_or(Value::Null, |at| before_after(scene, at, &mut affected(attempts, counted, self.place))),
            "worst": worst.into_iter().map(|one| named(scene, one)).collect::<Value>(),
            "quotes": quotes(scene, spoken.iter().filter(|(_, attempt)| is_it(attempt)).map(|(one, _)| *one), 3)?,
        }))
    }
}

fn before_after(scene: &Scene<'_>, at: i64, affected: &mut dyn Iterator<Item = u32>) -> Value {
    if !(scene.context.range.0..scene.context.range.1).contains(&at) {
        return Value::Null;
    }
    // Before and since: attempts, those completed, those affected.
    let mut sides = [[0u64; 3]; 2];
    for (attempt, mark) in scene.marked() {
        let side = &mut sides[usize::from(attempt.start >= at)];
        side[0] += 1;
        side[1] += u64::from(mark.is_completed());
    }
    affected.for_each(|one| sides[usize::from(scene.tried.attempts[one].start >= at)][2] += 1);
    let test = |of: usize| {
        let [before, after] = sides.map(|side| Part { count: side[of], n: side[0] });
        let difference = after.share().zip(before.share()).map(|(after, before)| after - before);
        json!({"before": share(before), "after": share(after), "difference": number(difference), "interval": difference_interval(after, before),
            "p_value": two_proportion_p_value(after.count, after.n, before.count, before.n)})
    };
    json!({"affected": test(2), "completed": test(1), "enough": sides.iter().all(|side| side[0] >= FEWEST)})
}

/// Columns of an interval.
const COUNTS: usize = 11;

fn by_interval(scene: &Scene<'_>, _: &Counted) -> Result<Value, AskError> {
    let intervals = intervals(scene.context, "interval", scene.asked.interval, scene.context.range)?;
    let mut rows = vec![[0u64; COUNTS]; intervals.len()];
    for (attempt, mark) in scene.marked() {
        let Some(row) = intervals.index(attempt.start).and_then(|at| rows.get_mut(at)) else { continue };
        let on = |card: Card| u64::from(mark.is_on(card));
        let counts = [1, on(Card::AsPlanned), on(Card::Slow), on(Card::NotFinished), on(Card::Friction), on(Card::OffPath)];
        row.iter_mut().zip(counts).for_each(|(sum, n)| *sum += n);
    }
    let mut add = |time: i64, column: usize, n: u64| {
        if let Some(row) = intervals.index(time).and_then(|at| rows.get_mut(at)) {
            row[column] += n;
        }
    };
    for at in &scene.voices.nps {
        let one = &scene.voices.responses[*at];
        add(one.time, 6, 1);
        add(one.time, 7, u64::from(one.is_promoter()));
    }
    for at in &scene.voices.csat {
        let one = &scene.voices.responses[*at];
        add(one.time, 8, 1);
        add(one.time, 9, u64::from(scene.voices.scale.is_dissatisfied(one)));
    }
    scene.voices.lost.values().for_each(|time| add(*time, 10, 1));
    let names: [&str; COUNTS] =
        ["attempts", "as_planned", "slow", "not_finished", "friction", "off_path", "nps_answers", "promoters", "csat_answers", "csat_low", "lost"];
    let row = |(at, counts): (usize, &[u64; COUNTS])| {
        let mut row = json!({"start": scene.context.zone.format(intervals.starts[at])});
        names.iter().zip(counts).for_each(|(name, n)| row[*name] = (*n).into());
        row
    };
    Ok(rows.iter().enumerate().map(row).collect())
}

fn releases(scene: &Scene<'_>, _: &Counted) -> Result<Value, AskError> {
    #[derive(Clone, Copy)]
    struct OfRelease {
        first: i64,
        friction: Part,
        completed: u64,
    }
    let mut releases: ByHash<u64, OfRelease> = ByHash::default();
    for (attempt, mark) in scene.marked().filter(|(attempt, _)| attempt.release != 0) {
        let own = releases.entry(attempt.release).or_insert(OfRelease { first: attempt.start, friction: Part::default(), completed: 0 });
        own.first = own.first.min(attempt.start);
        own.friction = Part { count: own.friction.count + u64::from(mark.has_friction), n: own.friction.n + 1 };
        own.completed += u64::from(mark.is_completed());
    }
    let mut releases: Vec<(u64, OfRelease)> = releases.into_iter().collect();
    releases.sort_by(|a, b| a.1.first.cmp(&b.1.first).then_with(|| scene.word_order(a.0).cmp(&scene.word_order(b.0))));
    releases.truncate(MOST_RELEASES);
    let row = |(release, own): (u64, OfRelease)| {
        let n = own.friction.n;
        json!({"release": scene.word(release), "first_seen": scene.context.zone.format(own.first), "attempts": n,
            "friction": share(own.friction), "completed": share(Part { count: own.completed, n })})
    };
    Ok(releases.into_iter().map(row).collect())
}

fn voices(scene: &Scene<'_>, _: &Counted) -> Result<Value, AskError> {
    let mut rows = Vec::new();
    for (link, name) in LINKS.iter().enumerate() {
        let Some(survey) = &scene.asked.task.surveys[link] else { continue };
        let own: Vec<&Response> = scene.voices.responses.iter().filter(|one| one.link == link).collect();
        let mut scores: Vec<f64> = own.iter().filter_map(|one| one.score).collect();
        scores.sort_by(f64::total_cmp);
        let counts = scores.chunk_by(|a, b| a == b).map(|of| json!({"score": number(Some(of[0])), "count": of.len()})).collect::<Value>();
        rows.push(json!({"link": name, "survey": survey, "answers": scores.len(), "mean": number(mean(&scores)), "scores": counts,
            "choices": choices(scene, own.iter().copied()), "quotes": quotes(scene, own.into_iter(), scene.asked.limit)?}));
    }
    Ok(rows.into())
}

/// What was chosen, the most frequent first; several choices at once count each.
fn choices<'r>(scene: &Scene<'_>, responses: impl Iterator<Item = &'r Response>) -> Value {
    let mut counts: BTreeMap<String, u64> = BTreeMap::new();
    for one in responses.filter(|one| one.choice != 0) {
        let chosen = scene.word_order(one.choice);
        chosen.split(',').filter(|id| !id.is_empty()).for_each(|id| *counts.entry(id.to_owned()).or_default() += 1);
    }
    let mut counts: Vec<(String, u64)> = counts.into_iter().collect();
    counts.sort_by_key(|one| std::cmp::Reverse(one.1));
    counts.into_iter().take(scene.asked.limit).map(|(choice, n)| json!({"choice": choice, "count": n})).collect()
}

/// Words, the latest first.
fn quotes<'r>(scene: &Scene<'_>, responses: impl Iterator<Item = &'r Response>, most: usize) -> Result<Value, AskError> {
    let mut own: Vec<&voice::Response> = responses.filter(|one| one.text != 0).collect();
    own.sort_by_key(|one| (std::cmp::Reverse(one.time), one.person));
    own.truncate(most);
    let quote = |one: &Response| {
        Ok(
            json!({"text": scene.word_order(one.text), "person": scene.context.name_of(one.person)?, "session": if scene.recorded.contains_key(&one.session) { scene.word(one.session) } else { Value::Null },
            "time": sillage_event::time::to_rfc3339(one.time), "score": number(one.score)}),
        )
    };
    own.into_iter().map(quote).collect::<Result<Vec<Value>, AskError>>().map(Value::from)
}

fn named(scene: &Scene<'_>, attempt: &Attempt) -> Value {
    json!({"person": scene.context.name_of(attempt.person).unwrap_or_default(), "start": sillage_event::time::to_rfc3339(attempt.start),
        "seconds": seconds(Some(attempt.active_ms as f64))})
}

/// The most frequent pages.
fn page_counts(scene: &Scene<'_>, counts: Vec<(u64, u64)>, n: u64, most: usize) -> Value {
    let row = |(page, count): (u64, u64)| json!({"page": scene.word(page), "attempts": count, "share": number(Part { count, n }.share())});
    in_order(scene, counts, most).into_iter().map(row).collect()
}

fn in_order(scene: &Scene<'_>, mut counts: Vec<(u64, u64)>, most: usize) -> Vec<(u64, u64)> {
    counts.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| scene.word_order(a.0).cmp(&scene.word_order(b.0))));
    counts.truncate(most);
    counts
}

fn order_of(scene: &Scene<'_>, (page, selector, factor): Place) -> (String, String, u8) {
    (scene.word_order(page), scene.word_order(selector), factor)
}

pub(super) fn share(part: Part) -> Value {
    json!({"count": part.count, "n": part.n, "share": number(part.share()), "interval": interval(part)})
}

fn interval(part: Part) -> Option<[f64; 2]> {
    wilson_interval(part.count, part.n).map(|(low, high)| [low, high])
}

pub(super) fn difference_interval(a: Part, b: Part) -> Option<[f64; 2]> {
    two_proportion_interval(a.count, a.n, b.count, b.n).map(|(low, high)| [low, high])
}

/// Of milliseconds.
fn seconds(milliseconds: Option<f64>) -> Value {
    number(milliseconds.map(|ms| ms / 1000.0))
}

fn mean_of(sum: u64, n: u64) -> Value {
    number((n > 0).then(|| sum as f64 / n as f64))
}
