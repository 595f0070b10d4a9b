//! The scorecard of attempts, as its answer is written.

use super::{
    Scene, voice,
    voice::{CSAT_WITHIN_MS, LOST_WITHIN_MS, Response, before},
    watch,
};
use crate::{
    group::GroupKey,
    trend::{intervals, number},
};
use serde_json::{Value, json};
use sillage_behavior::{
    AskError,
    friction::{FACTORS, TIERS, Tier, factor_of, session_score},
    statistics::{mean, median, percentile, two_proportion_interval, two_proportion_p_value, wilson_interval},
    survey::nps,
    task::{
        Fix, LINKS,
        findings::{FEWEST, Gap, Part, Place, is_affected, places, ranked},
        judge::{Attempt, CLASSES, Card, Class, NEVER, Rule, median_seconds},
    },
};
use std::collections::{BTreeMap, HashMap, HashSet};

const MOST_FASTEST: usize = 10;
const MOST_RELEASES: usize = 200;
/// A page that fewer saw is rare.
const RARE: f64 = 0.05;
/// Signs of confusion: px.md 6.2.
const CONFUSION: [&str; 6] = ["repeated_clicks", "u_turn", "back_and_forth", "loop", "scroll_bounce", "thrashed_cursor"];

pub(super) fn write(scene: &Scene<'_>) -> Result<Value, AskError> {
    let attempts: Vec<&Attempt> = scene.tried.attempts.iter().collect();
    let mut answer = line(&attempts, scene.tried.open.len(), scene.rule);
    answer["slow_from_seconds"] = seconds(scene.rule.slow_from_ms);
    answer["steps"] = steps(scene);
    answer["cards"] = json!({
        "as_planned": planned_card(scene),
        "slow": slow_card(scene),
        "not_finished": not_finished_card(scene),
        "friction": friction_card(scene),
        "off_path": off_path_card(scene),
        "promoters": promoters_card(scene)?,
        "csat_low": csat_card(scene)?,
        "lost": lost_card(scene)?,
    });
    answer["fixes"] = findings(scene)?;
    answer["intervals"] = by_interval(scene)?;
    answer["releases"] = releases(scene);
    answer["voices"] = voices(scene)?;
    answer["weights_version"] = scene.asked.weights.as_ref().and_then(|own| own.version).into();
    Ok(answer)
}

/// What attempts add up to.
pub(super) fn line(attempts: &[&Attempt], open: usize, rule: Rule) -> Value {
    let n = attempts.len() as u64;
    let mut people: Vec<u64> = attempts.iter().map(|one| one.person.0).collect();
    people.sort_unstable();
    people.dedup();
    let count = |is: &dyn Fn(&Attempt) -> bool| Part { count: attempts.iter().filter(|one| is(one)).count() as u64, n };
    let classes: Vec<Value> = CLASSES
        .iter()
        .map(|(name, class)| {
            let own: Vec<&&Attempt> = attempts.iter().filter(|one| rule.class(one) == *class).collect();
            let mut row = share(Part { count: own.len() as u64, n });
            row["class"] = (*name).into();
            row["friction"] = own.iter().filter(|one| one.has_friction()).count().into();
            row["median_seconds"] = number(median_seconds(own.iter().map(|one| **one)));
            row
        })
        .collect();
    json!({
        "attempts": n,
        "open": open,
        "people": people.len(),
        "completed": share(count(&Attempt::is_completed)),
        "classes": classes,
        "slow": share(count(&|one| rule.is_slow(one))),
        "off_path": share(count(&|one| rule.is_off_path(one))),
        "friction": share(count(&Attempt::has_friction)),
        "median_seconds": number(median_seconds(attempts.iter().copied().filter(|one| one.is_completed()))),
        "mean_score": mean_score(attempts.iter().copied()),
    })
}

/// The attempts of each segment and how many are open in it, the most first.
pub(super) fn by_segment<'s>(scene: &'s Scene<'_>) -> Vec<(GroupKey, Vec<&'s Attempt>, usize)> {
    let mut segments: HashMap<GroupKey, (Vec<&Attempt>, usize)> = HashMap::new();
    for attempt in &scene.tried.attempts {
        for key in scene.tried.segments(attempt.group) {
            segments.entry(key.clone()).or_default().0.push(attempt);
        }
    }
    for open in &scene.tried.open {
        for key in scene.tried.segments(open.group) {
            segments.entry(key.clone()).or_default().1 += 1;
        }
    }
    let mut segments: Vec<(GroupKey, Vec<&Attempt>, usize)> = segments.into_iter().map(|(key, (attempts, open))| (key, attempts, open)).collect();
    segments.sort_by(|a, b| b.1.len().cmp(&a.1.len()).then_with(|| a.0.order(&b.0)));
    segments
}

fn of_class<'s>(scene: &'s Scene<'_>, class: Class) -> impl Iterator<Item = &'s Attempt> + Clone {
    let rule = scene.rule;
    scene.tried.attempts.iter().filter(move |one| rule.class(one) == class)
}

fn slow<'s>(scene: &'s Scene<'_>) -> impl Iterator<Item = &'s Attempt> + Clone {
    let rule = scene.rule;
    scene.tried.attempts.iter().filter(move |one| rule.is_slow(one))
}

fn steps(scene: &Scene<'_>) -> Value {
    let attempts = &scene.tried.attempts;
    let n = attempts.len() as u64;
    let mut rows = Vec::new();
    for (at, step) in scene.asked.task.steps.iter().enumerate() {
        let reached: Vec<&Attempt> = attempts.iter().filter(|one| one.steps[at] != NEVER).collect();
        let dropped = reached.iter().filter(|one| one.last_step() == Some(at) && !one.is_completed()).count() as u64;
        let mut pages: HashMap<u64, u64> = HashMap::new();
        let mut scores = Vec::with_capacity(reached.len());
        for attempt in &reached {
            let micro: u64 = attempt.signs.iter().filter(|sign| attempt.step_at(sign.at_ms) == Some(at)).map(|sign| sign.micro).sum();
            scores.push(f64::from(session_score(micro as f64 / 1e6)));
            let mut own: Vec<u64> = attempt.pages.iter().filter(|one| one.is_detour && attempt.step_at(one.at_ms) == Some(at)).map(|one| one.page).collect();
            own.sort_unstable();
            own.dedup();
            own.into_iter().for_each(|page| *pages.entry(page).or_default() += 1);
        }
        let n_reached = reached.len() as u64;
        rows.push(json!({
            "id": step.id,
            "label": step.label,
            "optional": step.optional,
            "reached": share(Part { count: n_reached, n }),
            "dropped": share(Part { count: dropped, n: n_reached }),
            "median_seconds": number(median_of(of_class(scene, Class::AsPlanned).filter_map(|one| one.step_ms(at)))),
            "slow_median_seconds": number(median_of(slow(scene).filter_map(|one| one.step_ms(at)))),
            "mean_score": number(mean(&scores)),
            "detours": page_counts(scene, pages, n_reached, 5),
        }));
    }
    rows.into()
}

fn card(part: Part, enough: bool, watch: Value) -> Value {
    let mut card = share(part);
    card["enough"] = enough.into();
    card["watch"] = watch;
    card
}

fn card_of(scene: &Scene<'_>, card_of: Card, name: &str, sort: &str) -> Value {
    let part = Part::of(scene.tried.attempts.iter(), |one| scene.rule.is_on(card_of, one));
    card(part, part.n >= FEWEST, watch(name, sort))
}

fn planned_card(scene: &Scene<'_>) -> Value {
    let mut card = card_of(scene, Card::AsPlanned, "as_planned", "shortest");
    let mut own: Vec<&Attempt> = of_class(scene, Class::AsPlanned).collect();
    let mut times: Vec<f64> = own.iter().map(|one| one.active_ms as f64).collect();
    card["median_seconds"] = seconds(median(&mut times));
    card["p25_seconds"] = seconds(percentile(&mut times, 25.0));
    own.sort_by_key(|one| (one.active_ms, std::cmp::Reverse(one.start), one.person));
    own.truncate(MOST_FASTEST);
    card["fastest"] = own.into_iter().map(|one| named(scene, one)).collect();
    card
}

fn slow_card(scene: &Scene<'_>) -> Value {
    let mut card = card_of(scene, Card::Slow, "slow", "longest");
    let (own, planned): (Vec<&Attempt>, Vec<&Attempt>) = (slow(scene).collect(), of_class(scene, Class::AsPlanned).collect());
    let is_comparable = own.len() as u64 >= FEWEST && planned.len() as u64 >= FEWEST;
    let (median_slow, median_planned) = (median_seconds(own.iter().copied()), median_seconds(planned.iter().copied()));
    card["median_seconds"] = number(median_slow);
    card["ratio"] = number(median_slow.zip(median_planned).filter(|(_, planned)| is_comparable && *planned > 0.0).map(|(slow, planned)| slow / planned));
    let mut delays = Vec::new();
    for (at, step) in scene.asked.task.steps.iter().enumerate().filter(|_| is_comparable) {
        let times = |of: &[&Attempt]| median_of(of.iter().filter_map(|one| one.step_ms(at)));
        if let (Some(slow), Some(planned)) = (times(&own), times(&planned)) {
            delays.push((slow - planned, step));
        }
    }
    delays.sort_by(|a, b| b.0.total_cmp(&a.0));
    card["steps"] = delays.into_iter().map(|(delay, step)| json!({"id": step.id, "label": step.label, "delay_seconds": number(Some(delay))})).collect();
    card["pages"] = if is_comparable { slow_pages(scene, &own, &planned) } else { json!([]) };
    let with = |of: &[&Attempt], factor: usize| of.iter().filter(|one| one.counts[factor] > 0).count() as u64;
    let mut signs: Vec<(u64, Value)> = Vec::new();
    for name in CONFUSION {
        let Some(factor) = factor_of(name) else { continue };
        let part = |of: &[&Attempt]| Part { count: with(of, factor), n: of.len() as u64 };
        let (own, planned) = (part(&own), part(&planned));
        if own.count > 0 {
            signs.push((own.count, json!({"signal": name, "attempts": own.count, "share": number(own.share()), "planned_share": number(planned.share())})));
        }
    }
    signs.sort_by_key(|(n, _)| std::cmp::Reverse(*n));
    card["signs"] = signs.into_iter().map(|(_, sign)| sign).collect();
    card
}

/// Pages on which slow attempts stay unusually long.
fn slow_pages(scene: &Scene<'_>, own: &[&Attempt], planned: &[&Attempt]) -> Value {
    let stays = |of: &[&Attempt]| {
        let mut stays: HashMap<u64, Vec<f64>> = HashMap::new();
        for attempt in of {
            for (at, visited) in attempt.pages.iter().enumerate() {
                let until = attempt.pages.get(at + 1).map_or(attempt.elapsed_ms, |next| i64::from(next.at_ms));
                stays.entry(visited.page).or_default().push((until - i64::from(visited.at_ms)) as f64);
            }
        }
        stays
    };
    let mut usual = stays(planned);
    let mut found = Vec::new();
    for (page, mut times) in stays(own) {
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

fn not_finished_card(scene: &Scene<'_>) -> Value {
    let mut card = card_of(scene, Card::NotFinished, "not_finished", "exit_page");
    let failed: Vec<&Attempt> = of_class(scene, Class::Failed).collect();
    card["abandoned"] = failed.iter().filter(|one| one.end == sillage_behavior::task::walk::End::Abandoned).count().into();
    let mut exits: HashMap<u64, u64> = HashMap::new();
    failed.iter().for_each(|one| *exits.entry(one.exit_page()).or_default() += 1);
    let saw = saw(scene);
    let rows = in_order(scene, exits, scene.asked.limit).into_iter().map(|(page, n)| {
        let part = Part { count: n, n: saw.get(&page).copied().unwrap_or(0).max(n) };
        let of_failed = Part { count: n, n: failed.len() as u64 };
        json!({"page": scene.word(page), "attempts": n, "share": number(of_failed.share()), "saw": part.n, "exit_rate": number(part.share()),
            "interval": interval(part)})
    });
    card["exit_pages"] = rows.collect();
    card
}

/// In how many attempts each page was seen.
fn saw(scene: &Scene<'_>) -> HashMap<u64, u64> {
    let mut saw: HashMap<u64, u64> = HashMap::new();
    let mut own: Vec<u64> = Vec::new();
    for attempt in &scene.tried.attempts {
        own.clear();
        own.extend(attempt.pages.iter().map(|one| one.page));
        own.sort_unstable();
        own.dedup();
        own.iter().for_each(|page| *saw.entry(*page).or_default() += 1);
    }
    saw
}

fn friction_card(scene: &Scene<'_>) -> Value {
    let attempts = &scene.tried.attempts;
    let mut card = card_of(scene, Card::Friction, "friction", "rage_clicks");
    card["mean_score"] = mean_score(attempts.iter());
    let mut found: Vec<_> = places(attempts).into_iter().collect();
    found.sort_by(|a, b| b.1.micro.cmp(&a.1.micro).then(b.1.attempts.cmp(&a.1.attempts)).then_with(|| order_of(scene, a.0).cmp(&order_of(scene, b.0))));
    found.truncate(scene.asked.limit);
    let row = |((page, selector, factor), sum): (Place, sillage_behavior::task::findings::Sum)| {
        json!({"page": scene.word(page), "selector": scene.word(selector), "signal": FACTORS[usize::from(factor)].0, "attempts": sum.attempts, "times": sum.times,
            "points": number(Some(sum.micro as f64 / 1e6))})
    };
    card["places"] = found.into_iter().map(row).collect();
    let side = |with: bool| Part::of(attempts.iter().filter(|one| one.has_friction() == with), Attempt::is_completed);
    let (with, without) = (side(true), side(false));
    card["conversion"] = if with.n < FEWEST || without.n < FEWEST {
        Value::Null
    } else {
        let difference = with.share().zip(without.share()).map(|(with, without)| with - without);
        json!({"with": share(with), "without": share(without), "difference": number(difference), "interval": difference_interval(with, without),
            "p_value": two_proportion_p_value(with.count, with.n, without.count, without.n), "lost": number(difference.map(|difference| -difference * with.n as f64))})
    };
    card
}

fn off_path_card(scene: &Scene<'_>) -> Value {
    let rule = scene.rule;
    let attempts = &scene.tried.attempts;
    let mut card = card_of(scene, Card::OffPath, "off_path", "rare_page");
    let own: Vec<&Attempt> = attempts.iter().filter(|one| rule.is_off_path(one)).collect();
    let count = |is: &dyn Fn(&Attempt) -> bool| own.iter().filter(|one| is(one)).count();
    card["unexpected_starts"] = count(&|one| one.is_unexpected).into();
    card["detours"] = count(&|one| rule.has_detours(one)).into();
    card["out_of_order"] = count(&|one| !one.way.order_ok).into();
    card["skipped"] = count(&|one| rule.has_skipped(one)).into();
    let lostness: Vec<f64> = own.iter().filter_map(|one| one.way.lostness).collect();
    card["mean_lostness"] = number(mean(&lostness));
    let mut detours: HashMap<u64, u64> = HashMap::new();
    for attempt in &own {
        let mut pages: Vec<u64> = attempt.pages.iter().filter(|one| one.is_detour).map(|one| one.page).collect();
        pages.sort_unstable();
        pages.dedup();
        pages.into_iter().for_each(|page| *detours.entry(page).or_default() += 1);
    }
    card["pages"] = page_counts(scene, detours, own.len() as u64, 10);
    let all = Part::of(attempts.iter(), Attempt::is_completed);
    let mut completed_of: HashMap<u64, u64> = HashMap::new();
    for attempt in attempts.iter().filter(|one| one.is_completed()) {
        let mut pages: Vec<u64> = attempt.pages.iter().map(|one| one.page).collect();
        pages.sort_unstable();
        pages.dedup();
        pages.into_iter().for_each(|page| *completed_of.entry(page).or_default() += 1);
    }
    let mut rare = Vec::new();
    for (page, n) in saw(scene) {
        let part = Part { count: n, n: all.n };
        let completed = Part { count: completed_of.get(&page).copied().unwrap_or(0), n };
        if part.share().is_some_and(|share| share < RARE)
            && completed.count > 0
            && let (Some(own), Some(of_all)) = (completed.share(), all.share())
        {
            rare.push((own / of_all, n, page, part.share()));
        }
    }
    rare.sort_by(|a, b| b.0.total_cmp(&a.0).then(b.1.cmp(&a.1)).then_with(|| scene.word_order(a.2).cmp(&scene.word_order(b.2))));
    rare.truncate(scene.asked.limit);
    card["rare_pages"] = rare
        .into_iter()
        .map(|(lift, n, page, share)| json!({"page": scene.word(page), "attempts": n, "share": number(share), "lift": number(Some(lift))}))
        .collect();
    card
}

fn promoters_card(scene: &Scene<'_>) -> Result<Value, AskError> {
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

fn csat_card(scene: &Scene<'_>) -> Result<Value, AskError> {
    let answers: Vec<&Response> = scene.voices.csat.iter().map(|at| &scene.voices.responses[*at]).collect();
    let scale = scene.voices.scale;
    let low: Vec<&Response> = answers.iter().copied().filter(|one| scale.is_dissatisfied(one)).collect();
    let n = answers.len() as u64;
    let mut card = card(Part { count: low.len() as u64, n }, n >= FEWEST, watch("csat_low", "rating"));
    card["satisfied"] = share(Part { count: answers.iter().filter(|one| scale.is_satisfied(one)).count() as u64, n });
    let joined: Vec<(&Response, &Attempt)> = answers
        .iter()
        .filter_map(|one| {
            let at = before(&scene.tried.attempts, &scene.of_person, one.person, one.time, CSAT_WITHIN_MS)?;
            Some((*one, &scene.tried.attempts[at as usize]))
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

fn lost_card(scene: &Scene<'_>) -> Result<Value, AskError> {
    let lost = &scene.voices.lost;
    let attempts = &scene.tried.attempts;
    let n = lost.len() as u64;
    // Of everybody who tried or left.
    let others = scene.of_person.keys().filter(|person| !lost.contains_key(person)).count() as u64;
    let mut card = card(Part { count: n, n: n + others }, n >= FEWEST, watch("lost", "latest"));
    let said: Vec<&Response> = scene.voices.responses.iter().filter(|one| one.link == sillage_behavior::task::CHURN).collect();
    let ratings: Vec<f64> = said.iter().filter_map(|one| one.score).collect();
    let mut classes: BTreeMap<Option<Class>, u64> = BTreeMap::new();
    let mut scores = Vec::new();
    for (person, time) in lost {
        let last = before(attempts, &scene.of_person, *person, *time, LOST_WITHIN_MS).map(|at| scene.rule.class(&attempts[at as usize]));
        *classes.entry(last).or_default() += 1;
        let own = scene.of_person.get(person).cloned().unwrap_or_default();
        let recent = own.map(|at| &attempts[at as usize]).filter(|one| one.start <= *time && one.end_ms() >= *time - LOST_WITHIN_MS);
        scores.extend(recent.map(|one| f64::from(one.score)));
    }
    let retained: Vec<f64> = attempts.iter().filter(|one| !lost.contains_key(&one.person)).map(|one| f64::from(one.score)).collect();
    let enough = |scores: &[f64]| number(mean(scores).filter(|_| scores.len() as u64 >= FEWEST));
    card["choices"] = choices(scene, said.iter().copied());
    card["rating"] = number(mean(&ratings));
    card["last_classes"] = classes.into_iter().map(|(class, n)| json!({"class": class.map_or("none", Class::name), "count": n})).collect();
    card["mean_score"] = enough(&scores);
    card["retained_mean_score"] = enough(&retained);
    card["quotes"] = quotes(scene, said.into_iter(), scene.asked.limit)?;
    Ok(card)
}

/// What is found in attempts, and what the task says of it.
fn findings(scene: &Scene<'_>) -> Result<Value, AskError> {
    let attempts = &scene.tried.attempts;
    let all = Part::of(attempts.iter(), Attempt::is_completed);
    let place_of = |fix: &Fix| {
        let key = |text: &Option<String>| text.as_deref().map(crate::scan::key_of_text);
        (key(&fix.page), key(&fix.selector), fix.signal.map(|factor| factor as u8))
    };
    let mut rows: Vec<Row<'_>> = Vec::new();
    for fix in &scene.asked.task.fixes {
        let place = place_of(fix);
        let affected = Part::of(attempts.iter().filter(|one| is_affected(one, place.0, place.1, place.2)), Attempt::is_completed);
        rows.push(Row { place, affected, gap: sillage_behavior::task::findings::gap(affected, all), fix: Some(fix) });
    }
    for ((page, selector, factor), sum, gap) in ranked(attempts).into_iter().take(scene.asked.limit) {
        let place = (Some(page).filter(|page| *page != 0), Some(selector).filter(|selector| *selector != 0), Some(factor));
        if !rows.iter().any(|row| row.fix.is_some() && row.place == place) {
            rows.push(Row { place, affected: Part { count: sum.completed, n: sum.attempts }, gap, fix: None });
        }
    }
    let lost = |row: &Row<'_>| row.gap.map_or(0.0, |gap| gap.lost.max(0.0));
    let words = |row: &Row<'_>| (row.place.0.map(|page| scene.word_order(page)), row.place.1.map(|selector| scene.word_order(selector)), row.place.2);
    rows.sort_by(|a, b| lost(b).total_cmp(&lost(a)).then(b.affected.n.cmp(&a.affected.n)).then_with(|| words(a).cmp(&words(b))));
    // What people said is about the attempt before.
    // A survey that is linked twice said it once.
    let mut heard = HashSet::new();
    let spoken: Vec<(&Response, &Attempt)> = scene
        .voices
        .responses
        .iter()
        .filter(|one| one.text != 0 && heard.insert((one.person, one.time, one.text)))
        .filter_map(|one| Some((one, &attempts[before(attempts, &scene.of_person, one.person, one.time, CSAT_WITHIN_MS)? as usize])))
        .collect();
    let mut written = Vec::with_capacity(rows.len());
    for row in rows {
        written.push(row.write(scene, &spoken)?);
    }
    Ok(written.into())
}

/// One finding.
struct Row<'a> {
    place: (Option<u64>, Option<u64>, Option<u8>),
    /// Completed of affected.
    affected: Part,
    gap: Option<Gap>,
    fix: Option<&'a Fix>,
}

impl Row<'_> {
    fn write(&self, scene: &Scene<'_>, spoken: &[(&Response, &Attempt)]) -> Result<Value, AskError> {
        let (page, selector, factor) = self.place;
        let is_it = |attempt: &Attempt| is_affected(attempt, page, selector, factor);
        let attempts = &scene.tried.attempts;
        let mut worst: Vec<&Attempt> = attempts.iter().filter(|one| is_it(one)).collect();
        worst.sort_by_key(|one| (std::cmp::Reverse(one.micro), std::cmp::Reverse(one.start), one.person));
        worst.truncate(3);
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
            "before_after": fixed_at.map_or(Value::Null, |at| before_after(scene, at, &is_it)),
            "worst": worst.into_iter().map(|one| named(scene, one)).collect::<Value>(),
            "quotes": quotes(scene, spoken.iter().filter(|(_, attempt)| is_it(attempt)).map(|(one, _)| *one), 3)?,
        }))
    }
}

fn before_after(scene: &Scene<'_>, at: i64, is_affected: &dyn Fn(&Attempt) -> bool) -> Value {
    if !(scene.context.range.0..scene.context.range.1).contains(&at) {
        return Value::Null;
    }
    let attempts = &scene.tried.attempts;
    let side = |is_after: bool, is: &dyn Fn(&Attempt) -> bool| Part::of(attempts.iter().filter(|one| (one.start >= at) == is_after), is);
    let test = |is: &dyn Fn(&Attempt) -> bool| {
        let (before, after) = (side(false, is), side(true, is));
        let difference = after.share().zip(before.share()).map(|(after, before)| after - before);
        json!({"before": share(before), "after": share(after), "difference": number(difference), "interval": difference_interval(after, before),
            "p_value": two_proportion_p_value(after.count, after.n, before.count, before.n)})
    };
    let enough = side(false, &|_| true).n >= FEWEST && side(true, &|_| true).n >= FEWEST;
    json!({"affected": test(is_affected), "completed": test(&Attempt::is_completed), "enough": enough})
}

/// Columns of an interval.
const COUNTS: usize = 11;

fn by_interval(scene: &Scene<'_>) -> Result<Value, AskError> {
    let intervals = intervals(scene.context, "interval", scene.asked.interval, scene.context.range)?;
    let mut rows = vec![[0u64; COUNTS]; intervals.len()];
    let mut add = |time: i64, column: usize, n: u64| {
        if let Some(row) = intervals.index(time).and_then(|at| rows.get_mut(at)) {
            row[column] += n;
        }
    };
    for attempt in &scene.tried.attempts {
        let on = |card: Card| u64::from(scene.rule.is_on(card, attempt));
        let counts = [1, on(Card::AsPlanned), on(Card::Slow), on(Card::NotFinished), on(Card::Friction), on(Card::OffPath)];
        counts.into_iter().enumerate().for_each(|(column, n)| add(attempt.start, column, n));
    }
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

fn releases(scene: &Scene<'_>) -> Value {
    let mut releases: HashMap<u64, Vec<&Attempt>> = HashMap::new();
    for attempt in scene.tried.attempts.iter().filter(|one| one.release != 0) {
        releases.entry(attempt.release).or_default().push(attempt);
    }
    let first = |own: &[&Attempt]| own.iter().map(|one| one.start).min().unwrap_or(0);
    let mut releases: Vec<(i64, u64, Vec<&Attempt>)> = releases.into_iter().map(|(release, own)| (first(&own), release, own)).collect();
    releases.sort_by(|a, b| a.0.cmp(&b.0).then_with(|| scene.word_order(a.1).cmp(&scene.word_order(b.1))));
    releases.truncate(MOST_RELEASES);
    let row = |(first, release, own): (i64, u64, Vec<&Attempt>)| {
        json!({"release": scene.word(release), "first_seen": scene.context.zone.format(first), "attempts": own.len(),
            "friction": share(Part::of(own.iter().copied(), Attempt::has_friction)), "completed": share(Part::of(own.iter().copied(), Attempt::is_completed))})
    };
    releases.into_iter().map(row).collect()
}

fn voices(scene: &Scene<'_>) -> Result<Value, AskError> {
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
        Ok(json!({"text": scene.word_order(one.text), "person": scene.context.name_of(one.person)?, "session": scene.word(one.session),
            "time": sillage_event::time::to_rfc3339(one.time), "score": number(one.score)}))
    };
    own.into_iter().map(quote).collect::<Result<Vec<Value>, AskError>>().map(Value::from)
}

fn named(scene: &Scene<'_>, attempt: &Attempt) -> Value {
    json!({"person": scene.context.name_of(attempt.person).unwrap_or_default(), "start": sillage_event::time::to_rfc3339(attempt.start),
        "seconds": seconds(Some(attempt.active_ms as f64))})
}

/// The most frequent pages.
fn page_counts(scene: &Scene<'_>, counts: HashMap<u64, u64>, n: u64, most: usize) -> Value {
    let row = |(page, count): (u64, u64)| json!({"page": scene.word(page), "attempts": count, "share": number(Part { count, n }.share())});
    in_order(scene, counts, most).into_iter().map(row).collect()
}

fn in_order(scene: &Scene<'_>, counts: HashMap<u64, u64>, most: usize) -> Vec<(u64, u64)> {
    let mut counts: Vec<(u64, u64)> = counts.into_iter().collect();
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

fn difference_interval(a: Part, b: Part) -> Option<[f64; 2]> {
    two_proportion_interval(a.count, a.n, b.count, b.n).map(|(low, high)| [low, high])
}

/// Of milliseconds.
fn seconds(milliseconds: Option<f64>) -> Value {
    number(milliseconds.map(|ms| ms / 1000.0))
}

fn median_of(milliseconds: impl Iterator<Item = u32>) -> Option<f64> {
    let mut times: Vec<f64> = milliseconds.map(|ms| f64::from(ms) / 1000.0).collect();
    median(&mut times)
}

fn mean_score<'a>(attempts: impl Iterator<Item = &'a Attempt>) -> Value {
    let scores: Vec<f64> = attempts.map(|one| f64::from(one.score)).collect();
    number(mean(&scores))
}
