//! Speed: each page view's vitals, by interval, page, segment and element at fault.

use crate::{
    group::{GroupKey, check_count},
    scan::context::SessionBehind,
    scan::{self, Bucket, Context, NO_PERSON, Pick, Request, Rows, key_of_text},
    trend::{intervals, number},
};
use parking_lot::Mutex;
use serde_json::{Map, Value, json};
use sillage_behavior::{
    AskError, AskErrorCode, Hit,
    calendar::Intervals,
    question::{Scope, Selector, Vital, VitalCell},
    vital::{N_VITALS, RATINGS, VITALS, Values},
};
use sillage_event::PersonId;
use std::collections::HashMap;

const TOLD: u64 = 1;
const PAGE_VIEW: usize = 0;
const PAGE: usize = 1;
/// The selectors of the first vitals follow.
const SELECTORS: usize = 2;
const MOST_PLACES: usize = 200_000;

/// The vitals of one page view.
struct Measured {
    time: i64,
    interval: usize,
    page: u64,
    group: Option<u32>,
    session_key: u64,
    values: [Option<u32>; N_VITALS],
    /// The elements at fault; 0 where none is told.
    selectors: [u64; N_VITALS],
}

type Line = [Values; N_VITALS];

#[derive(Debug, Default)]
struct Found {
    page_views: u64,
    overall: Line,
    by_interval: Vec<Line>,
    pages: HashMap<u64, Line>,
    segments: HashMap<GroupKey, Line>,
    elements: HashMap<(usize, u64, u64), Values>,
}

pub(crate) fn answer(context: &Context<'_>, scope: &Scope, vital: &Vital) -> Result<Value, AskError> {
    let plan = Plan::new(context, vital)?;
    let request = plan.request(context, scope);
    let found: Mutex<Found> = Mutex::default();
    let add = |bucket: &mut Bucket<'_>| {
        let mut own = Found { by_interval: vec![Line::default(); plan.intervals.len()], ..Found::default() };
        plan.each(bucket, |rows, _, measured| own.add(rows, &measured));
        found.lock().merge(own)
    };
    scan::run(context, &request, add, |(), ()| ())?;
    let mut found = found.into_inner();
    found.by_interval.resize(plan.intervals.len(), Line::default());
    check_count(found.segments.len())?;
    Ok(plan.into_json(context, scope, found))
}

/// Everybody behind a cell; the sessions are left with the context.
pub(crate) fn people_at(context: &Context<'_>, scope: &Scope, vital: &Vital, cell: &VitalCell, segment: Option<&GroupKey>) -> Result<Vec<PersonId>, AskError> {
    let plan = Plan::new(context, vital)?;
    let interval = match cell.interval {
        None => None,
        Some(start) => {
            Some(plan.intervals.index(start.max(context.range.0)).ok_or_else(|| AskError::invalid("at.interval", "is not an interval of the answer"))?)
        }
    };
    let (page, selector) = (cell.page.as_deref().map(key_of_text), cell.selector.as_deref().map(key_of_text));
    let request = plan.request(context, scope);
    let collect = |bucket: &mut Bucket<'_>| {
        let mut found = Vec::new();
        plan.each(bucket, |rows, person, measured| {
            let (Some(person), Some(value)) = (person, measured.values[cell.vital]) else { return };
            let fits = cell.rating.is_none_or(|rating| VITALS[cell.vital].rating(value) == rating)
                && interval.is_none_or(|interval| measured.interval == interval)
                && page.is_none_or(|page| measured.page == page)
                && selector.is_none_or(|selector| measured.selectors[cell.vital] == selector)
                && segment.is_none_or(|segment| {
                    measured.group.is_some_and(|group| rows.groups.members(&group).iter().any(|id| rows.groups.keys[*id as usize] == *segment))
                });
            if fits {
                found.push(SessionBehind { person, key: measured.session_key, time: measured.time, weight: f64::from(value) });
            }
        });
        Ok(found)
    };
    let views = scan::run(context, &request, collect, |a, b| [a, b].concat())?.unwrap_or_default();
    let people = views.iter().map(|view| view.person).collect();
    context.keep_sessions(SessionBehind::worst(views));
    Ok(people)
}

struct Plan<'a> {
    vital: &'a Vital,
    told: Selector,
    summary: Selector,
    intervals: Intervals,
    range: (i64, i64),
}

impl<'a> Plan<'a> {
    fn new(context: &Context<'_>, vital: &'a Vital) -> Result<Self, AskError> {
        let named = |name: &str| Selector { events: vec![name.to_owned()], ..Selector::default() };
        Ok(Self {
            vital,
            told: named("$web_vitals"),
            summary: named("$page_summary"),
            intervals: intervals(context, "interval", vital.interval, context.range)?,
            range: context.range,
        })
    }

    fn request<'r>(&'r self, context: &Context<'_>, scope: &'r Scope) -> Request<'r> {
        let (from, to) = context.range;
        let selectors = VITALS.iter().filter_map(|vital| vital.selector);
        let texts: Vec<&str> = ["$page_view_id", "$page"].into_iter().chain(selectors.clone()).collect();
        Request {
            picks: [&self.told, &self.summary].into_iter().map(|select| Pick { select, from, to }).collect(),
            filter: scope.filter.as_ref(),
            breakdown: &scope.breakdown,
            numbers: VITALS.iter().map(|vital| vital.property).chain(VITALS.iter().map(|vital| vital.in_summary)).collect(),
            words: texts[1..].to_vec(),
            texts,
            sessions: true,
            by_person: true,
            in_order: true,
            ..Request::default()
        }
    }

    /// Calls with every page view that has a vital.
    fn each(&self, bucket: &mut Bucket<'_>, mut each: impl FnMut(&Rows<'_>, Option<PersonId>, Measured)) {
        bucket.for_each_person(|rows, person| {
            let rows: &Rows<'_> = rows;
            self.views(rows, person.hits, &mut |measured| each(rows, Some(person.id), measured));
        });
        let rows = &bucket.rows;
        let of_nobody = (0..rows.len()).filter(|row| rows.person[*row] == NO_PERSON);
        let mut hits: Vec<Hit> =
            of_nobody.map(|row| Hit { time: rows.time[row], mask: bucket.mask_of_nobody(row), row: row as u32 }).filter(|hit| hit.mask != 0).collect();
        hits.sort_unstable_by_key(|hit| (hit.time, hit.row));
        self.views(rows, &hits, &mut |measured| each(rows, None, measured));
    }

    /// The page views of hits in order of time.
    fn views(&self, rows: &Rows<'_>, hits: &[Hit], each: &mut dyn FnMut(Measured)) {
        let mut order: Vec<(u64, usize)> = hits.iter().enumerate().map(|(at, hit)| (rows.texts[PAGE_VIEW][hit.row as usize], at)).collect();
        order.sort_unstable();
        for members in order.chunk_by(|a, b| a.0 == b.0 && a.0 != 0) {
            let first = hits[members[0].1];
            let mut measured = Measured {
                time: first.time,
                interval: self.intervals.index(first.time.clamp(self.range.0, self.range.1 - 1)).unwrap_or(0),
                page: 0,
                group: rows.group.get(first.row as usize).copied(),
                session_key: rows.session_key[first.row as usize],
                values: [None; N_VITALS],
                selectors: [0; N_VITALS],
            };
            // What events say stands over what summaries say; of each the later over the earlier.
            for bit in [TOLD << 1, TOLD] {
                for hit in members.iter().map(|(_, at)| &hits[*at]).filter(|hit| hit.mask & bit != 0) {
                    let row = hit.row as usize;
                    let offset = if bit == TOLD { 0 } else { N_VITALS };
                    for (i, vital) in VITALS.iter().enumerate() {
                        if let Some(value) = Some(rows.numbers[offset + i][row]).filter(|value| value.is_finite()).and_then(|value| vital.whole(value)) {
                            measured.values[i] = Some(value);
                            measured.selectors[i] = if bit == TOLD && vital.selector.is_some() { rows.texts[SELECTORS + i][row] } else { 0 };
                        }
                    }
                    if rows.texts[PAGE][row] != 0 {
                        measured.page = rows.texts[PAGE][row];
                    }
                }
            }
            if measured.values.iter().any(Option::is_some) {
                each(measured);
            }
        }
    }

    fn into_json(self, context: &Context<'_>, scope: &Scope, found: Found) -> Value {
        let word = |key: u64| context.word(key).map_or(Value::Null, |word| Value::from(&*word));
        let by_interval: Vec<Value> = found
            .by_interval
            .iter()
            .enumerate()
            .map(|(i, line)| {
                let mut row = line_json(line);
                row["start"] = context.zone.format(self.intervals.starts[i]).into();
                row
            })
            .collect();
        let n_pages = found.pages.len();
        let most = |line: &Line| line.iter().map(Values::len).max().unwrap_or(0);
        let mut pages: Vec<(u64, Value, Line)> = found.pages.into_iter().map(|(page, line)| (most(&line), word(page), line)).collect();
        pages.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| a.1.as_str().cmp(&b.1.as_str())));
        let pages: Vec<Value> = pages
            .into_iter()
            .take(self.vital.limit)
            .map(|(_, page, line)| {
                let mut row = line_json(&line);
                row["page"] = page;
                row
            })
            .collect();
        // Those that were poor most often, then slow most often.
        let mut elements: Vec<([u64; 2], usize, Value, Value, Values)> = found
            .elements
            .into_iter()
            .map(|((vital, page, selector), values)| {
                let [_, needs_work, poor] = values.ratings(&VITALS[vital]);
                ([poor, needs_work], vital, word(page), word(selector), values)
            })
            .filter(|one| one.0 != [0, 0])
            .collect();
        let order = |a: &Value, b: &Value| a.as_str().cmp(&b.as_str());
        elements.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(&b.1)).then_with(|| order(&a.2, &b.2)).then_with(|| order(&a.3, &b.3)));
        let elements: Vec<Value> = elements
            .into_iter()
            .take(self.vital.limit)
            .map(|(_, vital, page, selector, values)| {
                let mut row = values_json(vital, &values);
                row["vital"] = VITALS[vital].name.into();
                row["page"] = page;
                row["selector"] = selector;
                row
            })
            .collect();
        let mut answer = line_json(&found.overall);
        answer["page_views"] = found.page_views.into();
        answer["intervals"] = by_interval.into();
        answer["pages"] = pages.into();
        answer["pages_in_all"] = n_pages.into();
        answer["elements"] = elements.into();
        answer["thresholds"] = VITALS
            .iter()
            .map(|vital| (vital.name.to_owned(), json!([vital.shown(f64::from(vital.thresholds.0)), vital.shown(f64::from(vital.thresholds.1))])))
            .collect::<Map<_, _>>()
            .into();
        if !scope.breakdown.is_empty() {
            let mut segments: Vec<(GroupKey, Line)> = found.segments.into_iter().collect();
            segments.sort_by(|a, b| most(&b.1).cmp(&most(&a.1)).then_with(|| a.0.order(&b.0)));
            answer["groups"] = segments
                .into_iter()
                .map(|(key, line)| {
                    let mut row = line_json(&line);
                    row["breakdown"] = key.to_json(scope.breakdown.len());
                    row
                })
                .collect();
        }
        answer
    }
}

impl Found {
    fn add(&mut self, rows: &Rows<'_>, measured: &Measured) {
        self.page_views += 1;
        for (i, value) in measured.values.iter().enumerate().filter_map(|(i, value)| Some((i, (*value)?))) {
            self.overall[i].add(value);
            self.by_interval[measured.interval][i].add(value);
            if measured.page != 0 {
                self.pages.entry(measured.page).or_default()[i].add(value);
            }
            if measured.selectors[i] != 0 {
                self.elements.entry((i, measured.page, measured.selectors[i])).or_default().add(value);
            }
            if let Some(group) = &measured.group {
                for member in rows.groups.members(group) {
                    self.segments.entry(rows.groups.keys[*member as usize].clone()).or_default()[i].add(value);
                }
            }
        }
    }

    fn merge(&mut self, other: Self) -> Result<(), AskError> {
        self.page_views += other.page_views;
        merge_line(&mut self.overall, &other.overall);
        self.by_interval.resize(other.by_interval.len().max(self.by_interval.len()), Line::default());
        self.by_interval.iter_mut().zip(&other.by_interval).for_each(|(own, more)| merge_line(own, more));
        other.pages.iter().for_each(|(page, line)| merge_line(self.pages.entry(*page).or_default(), line));
        other.segments.into_iter().for_each(|(segment, line)| merge_line(self.segments.entry(segment).or_default(), &line));
        other.elements.iter().for_each(|(element, values)| self.elements.entry(*element).or_default().merge(values));
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

fn merge_line(own: &mut Line, more: &Line) {
    own.iter_mut().zip(more).for_each(|(own, more)| own.merge(more));
}

fn line_json(line: &Line) -> Value {
    VITALS.iter().enumerate().map(|(i, vital)| (vital.name.to_owned(), values_json(i, &line[i]))).collect::<Map<_, _>>().into()
}

fn values_json(vital: usize, values: &Values) -> Value {
    let vital = &VITALS[vital];
    let shown = |percentile: f64| number(values.percentile(percentile).map(|value| vital.shown(value)));
    let mut row = json!({"n": values.len(), "p75": shown(75.0), "median": shown(50.0)});
    for ((name, _), n) in RATINGS.iter().zip(values.ratings(vital)) {
        row[*name] = n.into();
    }
    row
}
