//! Errors that nothing caught, by fingerprint, and requests that failed, by method, address and status.

use crate::{
    scan::context::SessionBehind,
    scan::{self, Bucket, Context, NO_PERSON, Pick, Request, Rows, key_of_text, sessions_of},
    trend::intervals,
};
use parking_lot::Mutex;
use serde_json::{Value, json};
use sillage_behavior::{
    AskError, AskErrorCode,
    calendar::Intervals,
    question::{Error, ErrorCell, ErrorPlace, Scope, Selector},
};
use sillage_event::PersonId;
use std::collections::{HashMap, HashSet};

const ERROR: u64 = 1;
const REQUEST: u64 = 2;
const TEXTS: [&str; 8] = ["$fingerprint", "$message", "$kind", "$file", "$method", "$url", "$status", "$page"];
const FINGERPRINT: usize = 0;
const MESSAGE: usize = 1;
const KIND: usize = 2;
const FILE: usize = 3;
const METHOD: usize = 4;
const URL: usize = 5;
const STATUS: usize = 6;
const PAGE: usize = 7;
const RELEASE: usize = 8;
/// Errors, and requests, that one answer may tell apart.
const MOST_GROUPS: usize = 50_000;
/// Pages and releases that are told of each.
const MOST_OF_EACH: usize = 20;

/// What tells errors (fingerprint, 0, 0) and requests (method, address, status) apart.
type Group = (bool, u64, u64, u64);

#[derive(Clone, Debug, Default)]
struct Sums {
    times: u64,
    sessions: u64,
    people: u64,
    /// Time, and what the error was called then: message, kind, file.
    first: Option<(i64, [u64; 3])>,
    last_seen: i64,
    by_interval: HashMap<u32, u64>,
    pages: HashMap<u64, u64>,
    /// First seen, and times.
    releases: HashMap<u64, (i64, u64)>,
}

#[derive(Clone, Debug, Default)]
struct Total {
    times: u64,
    sessions: u64,
    people: u64,
    by_interval: HashMap<u32, u64>,
}

#[derive(Debug, Default)]
struct Found {
    groups: HashMap<Group, Sums>,
    /// Errors, then requests.
    totals: [Total; 2],
}

/// One error or failed request.
struct Fault {
    group: Group,
    row: usize,
    interval: u32,
    session: u32,
}

pub(crate) fn answer(context: &Context<'_>, scope: &Scope, error: &Error) -> Result<Value, AskError> {
    let plan = Plan::new(context, error)?;
    let request = plan.request(context, scope);
    let found: Mutex<Found> = Mutex::default();
    let add = |bucket: &mut Bucket<'_>| {
        let mut own = Found::default();
        plan.each_person(bucket, |rows, person, faults| own.add(rows, person.is_some(), faults));
        found.lock().merge(own)
    };
    scan::run(context, &request, add, |(), ()| ())?;
    Ok(plan.into_json(context, found.into_inner()))
}

/// Everybody behind a cell; the sessions are left with the context.
pub(crate) fn people_at(context: &Context<'_>, scope: &Scope, error: &Error, cell: &ErrorCell) -> Result<Vec<PersonId>, AskError> {
    let plan = Plan::new(context, error)?;
    let interval = match cell.interval {
        None => None,
        Some(start) => {
            Some(plan.intervals.index(start.max(context.range.0)).ok_or_else(|| AskError::invalid("at.interval", "is not an interval of the answer"))?)
        }
    };
    let page = cell.page.as_deref().map(key_of_text);
    let wanted: Box<dyn Fn(&Group) -> bool + Sync> = match &cell.place {
        ErrorPlace::All { is_requests } => Box::new(move |group| group.0 == *is_requests),
        ErrorPlace::Error(fingerprint) => {
            let group = (false, key_of_text(fingerprint), 0, 0);
            Box::new(move |one| *one == group)
        }
        ErrorPlace::Request { method, url, status } => {
            let group = (true, key_of_text(method), key_of_text(url), key_of_text(&status.to_string()));
            Box::new(move |one| *one == group)
        }
    };
    let request = plan.request(context, scope);
    let collect = |bucket: &mut Bucket<'_>| {
        let mut found = Vec::new();
        plan.each_person(bucket, |rows, person, faults| {
            let Some(person) = person else { return };
            for fault in faults {
                let fits = wanted(&fault.group)
                    && interval.is_none_or(|interval| fault.interval as usize == interval)
                    && page.is_none_or(|page| rows.texts[PAGE][fault.row] == page);
                if fits {
                    found.push(SessionBehind { person, key: rows.session_key[fault.row], time: rows.time[fault.row], weight: 1.0 });
                }
            }
        });
        Ok(found)
    };
    let faults = scan::run(context, &request, collect, |a, b| [a, b].concat())?.unwrap_or_default();
    let people = faults.iter().map(|fault| fault.person).collect();
    context.keep_sessions(SessionBehind::worst(faults));
    Ok(people)
}

struct Plan<'a> {
    error: &'a Error,
    caught: Selector,
    failed: Selector,
    intervals: Intervals,
    range: (i64, i64),
}

impl<'a> Plan<'a> {
    fn new(context: &Context<'_>, error: &'a Error) -> Result<Self, AskError> {
        let named = |name: &str| Selector { events: vec![name.to_owned()], ..Selector::default() };
        Ok(Self {
            error,
            caught: named("$error"),
            failed: named("$failed_request"),
            intervals: intervals(context, "interval", error.interval, context.range)?,
            range: context.range,
        })
    }

    fn request<'r>(&'r self, context: &Context<'_>, scope: &'r Scope) -> Request<'r> {
        let (from, to) = context.range;
        let texts: Vec<&str> = TEXTS.into_iter().chain([self.error.release.as_str()]).collect();
        Request {
            picks: [&self.caught, &self.failed].into_iter().map(|select| Pick { select, from, to }).collect(),
            filter: scope.filter.as_ref(),
            words: texts.clone(),
            texts,
            sessions: true,
            by_person: true,
            in_order: true,
            ..Request::default()
        }
    }

    /// Calls with everybody's errors and failed requests, then with those of nobody.
    fn each_person(&self, bucket: &mut Bucket<'_>, mut each: impl FnMut(&Rows<'_>, Option<PersonId>, &[Fault])) {
        let context = bucket.context;
        let mut sessions: Vec<u32> = Vec::new();
        bucket.for_each_person(|rows, person| {
            sessions_of(context, rows, person.hits, &mut sessions);
            let faults: Vec<Fault> = person.hits.iter().zip(&sessions).map(|(hit, session)| self.fault(rows, hit.row as usize, hit.mask, *session)).collect();
            each(rows, Some(person.id), &faults);
        });
        let rows = &bucket.rows;
        let of_nobody = (0..rows.len()).filter(|row| rows.person[*row] == NO_PERSON).map(|row| (row, bucket.mask_of_nobody(row)));
        let faults: Vec<Fault> = of_nobody.filter(|(_, mask)| *mask != 0).map(|(row, mask)| self.fault(rows, row, mask, 0)).collect();
        each(rows, None, &faults);
    }

    fn fault(&self, rows: &Rows<'_>, row: usize, mask: u64, session: u32) -> Fault {
        let value = |field: usize| rows.texts[field][row];
        let is_request = mask & REQUEST != 0 && mask & ERROR == 0;
        let group = if is_request { (true, value(METHOD), value(URL), value(STATUS)) } else { (false, value(FINGERPRINT), 0, 0) };
        let interval = self.intervals.index(rows.time[row].clamp(self.range.0, self.range.1 - 1)).unwrap_or(0) as u32;
        Fault { group, row, interval, session }
    }

    fn into_json(self, context: &Context<'_>, found: Found) -> Value {
        let word = |key: u64| context.word(key).map_or(Value::Null, |word| Value::from(&*word));
        let mut sides: [Vec<(Value, Sums, Value)>; 2] = Default::default();
        for (group, sums) in found.groups {
            let name = if group.0 {
                let status = word(group.3).as_str().and_then(|status| status.parse::<i64>().ok()).map_or(Value::Null, Value::from);
                json!({"method": word(group.1), "url": word(group.2), "status": status})
            } else {
                json!({"fingerprint": word(group.1)})
            };
            let order = Value::from(name.to_string());
            sides[usize::from(group.0)].push((order, sums, name));
        }
        let counts = sides.each_ref().map(Vec::len);
        let [errors, requests] = sides.map(|mut side| {
            side.sort_by(|a, b| b.1.people.cmp(&a.1.people).then(b.1.times.cmp(&a.1.times)).then_with(|| a.0.as_str().cmp(&b.0.as_str())));
            side.truncate(self.error.limit);
            side.into_iter().map(|(_, sums, name)| self.row(context, name, sums)).collect::<Vec<Value>>()
        });
        let total = |total: &Total, n: usize| json!({"times": total.times, "sessions": total.sessions, "people": total.people, "different": n});
        let of_interval = |total: &Total, i: usize| total.by_interval.get(&(i as u32)).copied().unwrap_or(0);
        let intervals: Vec<Value> = (0..self.intervals.len())
            .map(|i| {
                json!({"start": context.zone.format(self.intervals.starts[i]), "errors": of_interval(&found.totals[0], i), "requests": of_interval(&found.totals[1], i)})
            })
            .collect();
        json!({
            "totals": {"errors": total(&found.totals[0], counts[0]), "requests": total(&found.totals[1], counts[1])},
            "intervals": intervals,
            "errors": errors,
            "requests": requests,
        })
    }

    fn row(&self, context: &Context<'_>, name: Value, sums: Sums) -> Value {
        let word = |key: u64| context.word(key).map_or(Value::Null, |word| Value::from(&*word));
        let mut row = name;
        let (first_seen, called) = sums.first.unwrap_or_default();
        if row.get("fingerprint").is_some() {
            for (field, key) in ["message", "kind", "file"].into_iter().zip(called) {
                row[field] = word(key);
            }
        }
        let mut pages: Vec<(u64, Value)> = sums.pages.into_iter().map(|(page, n)| (n, word(page))).collect();
        pages.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| a.1.as_str().cmp(&b.1.as_str())));
        let mut releases: Vec<(i64, u64, Value)> = sums.releases.into_iter().map(|(release, (first, n))| (first, n, word(release))).collect();
        releases.sort_by(|a, b| a.0.cmp(&b.0).then_with(|| a.2.as_str().cmp(&b.2.as_str())));
        row["times"] = sums.times.into();
        row["sessions"] = sums.sessions.into();
        row["people"] = sums.people.into();
        row["first_seen"] = context.zone.format(first_seen).into();
        row["last_seen"] = context.zone.format(sums.last_seen).into();
        row["intervals"] = (0..self.intervals.len()).map(|i| sums.by_interval.get(&(i as u32)).copied().unwrap_or(0)).collect();
        row["pages"] = pages.into_iter().take(MOST_OF_EACH).map(|(n, page)| json!({"page": page, "times": n})).collect();
        row["releases"] = releases
            .into_iter()
            .take(MOST_OF_EACH)
            .map(|(first, n, release)| json!({"release": release, "first_seen": context.zone.format(first), "times": n}))
            .collect();
        row
    }
}

impl Found {
    /// The faults of one person, or of nobody.
    fn add(&mut self, rows: &Rows<'_>, is_somebody: bool, faults: &[Fault]) {
        let mut seen: HashSet<(Group, u32)> = HashSet::new();
        let mut kinds: HashSet<(bool, u32)> = HashSet::new();
        for fault in faults {
            let time = rows.time[fault.row];
            let sums = self.groups.entry(fault.group).or_default();
            sums.times += 1;
            let called = [MESSAGE, KIND, FILE].map(|field| rows.texts[field][fault.row]);
            if sums.first.is_none_or(|first| (time, called) < first) {
                sums.first = Some((time, called));
            }
            sums.last_seen = sums.last_seen.max(time);
            *sums.by_interval.entry(fault.interval).or_default() += 1;
            let (page, release) = (rows.texts[PAGE][fault.row], rows.texts[RELEASE][fault.row]);
            if page != 0 {
                *sums.pages.entry(page).or_default() += 1;
            }
            if release != 0 {
                let own = sums.releases.entry(release).or_insert((time, 0));
                *own = (own.0.min(time), own.1 + 1);
            }
            let total = &mut self.totals[usize::from(fault.group.0)];
            total.times += 1;
            *total.by_interval.entry(fault.interval).or_default() += 1;
            if is_somebody {
                seen.insert((fault.group, fault.session));
                kinds.insert((fault.group.0, fault.session));
            }
        }
        let groups: HashSet<Group> = seen.iter().map(|(group, _)| *group).collect();
        for (group, _) in seen {
            self.groups.entry(group).or_default().sessions += 1;
        }
        for group in groups {
            self.groups.entry(group).or_default().people += 1;
        }
        for is_request in [false, true] {
            let n_sessions = kinds.iter().filter(|(kind, _)| *kind == is_request).count() as u64;
            self.totals[usize::from(is_request)].sessions += n_sessions;
            self.totals[usize::from(is_request)].people += u64::from(n_sessions > 0);
        }
    }

    fn merge(&mut self, other: Self) -> Result<(), AskError> {
        for (group, more) in other.groups {
            let own = self.groups.entry(group).or_default();
            own.times += more.times;
            own.sessions += more.sessions;
            own.people += more.people;
            own.first = match (own.first, more.first) {
                (Some(a), Some(b)) => Some(a.min(b)),
                (a, b) => a.or(b),
            };
            own.last_seen = own.last_seen.max(more.last_seen);
            more.by_interval.iter().for_each(|(interval, n)| *own.by_interval.entry(*interval).or_default() += n);
            more.pages.iter().for_each(|(page, n)| *own.pages.entry(*page).or_default() += n);
            for (release, (first, n)) in more.releases {
                let sums = own.releases.entry(release).or_insert((first, 0));
                *sums = (sums.0.min(first), sums.1 + n);
            }
        }
        for (own, more) in self.totals.iter_mut().zip(&other.totals) {
            own.times += more.times;
            own.sessions += more.sessions;
            own.people += more.people;
            more.by_interval.iter().for_each(|(interval, n)| *own.by_interval.entry(*interval).or_default() += n);
        }
        if self.groups.len() > MOST_GROUPS {
            return Err(AskError {
                code: AskErrorCode::LimitExceeded,
                message: format!("there are more than {MOST_GROUPS} different errors and requests: shorten the range or add a filter"),
                field: Some("range".into()),
            });
        }
        Ok(())
    }
}
