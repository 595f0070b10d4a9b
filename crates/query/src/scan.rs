//! Reading what a question needs: events picked by selectors, grouped by person, in order.
//!
//! Two passes. The **side pass** ([`side`]) decodes what does not lie in its person's bucket: people whom a link moved to another bucket, and
//! everything when somebody else than persons is counted. The **main pass** takes one bucket after another, as fine as those of the finest
//! segment: people of all segments merged into one list, rows of the side pass added, everything ordered, one partial answer made. A
//! segment with coarser buckets is decoded once for all the finer ones and handed out in slices.

mod actors;
mod by_pick;
pub(crate) mod context;
mod decode;
mod first;
mod gather;
mod keys;
mod nodes;
mod read;
mod reading;
mod selecting;
mod session_ids;
mod side;
mod stream;
pub(crate) mod summary;
mod ties;
mod walk;

pub(crate) use context::Context;
pub(crate) use decode::cuts_an_hour;
pub(crate) use keys::{device_keys, key_of_text, session_columns, session_keys};
pub(crate) use nodes::{NodeNames, Nodes};
pub(crate) use reading::{InBucket, run, run_together};
pub(crate) use selecting::{is_any, selects_name};
pub(crate) use session_ids::NO_SESSION;
pub(crate) use stream::{Bucket, Person, Rows, sessions_of};

use crate::{group::GroupKey, predicate::did_leaves};
use decode::Decoder;
use sillage_behavior::{
    AskError, AskErrorCode,
    filter::Filter,
    question::{Breakdown, Compare, Selector},
};
use sillage_store::StoreError;
use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

/// A row that belongs to nobody.
pub(crate) const NO_PERSON: u32 = u32::MAX;
/// A row that another pass takes.
pub(crate) const ELSEWHERE: u32 = u32::MAX - 1;

/// A selector, where in time it looks, and what it is for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pick<'a> {
    pub(crate) select: &'a Selector,
    /// `from` included, `to` excluded.
    pub(crate) from: i64,
    pub(crate) to: i64,
}

/// What to read. Pick `i` sets bit `i` of a hit's mask.
#[derive(Debug, Default)]
pub(crate) struct Request<'a> {
    pub(crate) picks: Vec<Pick<'a>>,
    pub(crate) filter: Option<&'a Filter>,
    /// Every event in this range is wanted, picked or not: what stands between steps, what makes a session.
    pub(crate) stream: Option<(i64, i64)>,
    pub(crate) breakdown: &'a [Breakdown],
    pub(crate) keep: Option<Arc<HashSet<GroupKey>>>,
    /// Groups are counted to keep some of them; there may be many.
    pub(crate) counts_groups: bool,
    /// Properties whose numbers are read.
    pub(crate) numbers: Vec<&'a str>,
    /// Properties whose values are told apart.
    pub(crate) texts: Vec<&'a str>,
    /// Those of `texts` whose values the answer shows: [`Context::word`] knows them afterwards.
    pub(crate) words: Vec<&'a str>,
    /// Only these of them, by key.
    pub(crate) only_words: Option<HashSet<u64>>,
    /// Picks, one bit each, whose rows are page summaries that are looked into.
    pub(crate) summaries: u64,
    /// Properties held constant.
    pub(crate) hold: &'a [String],
    pub(crate) nodes: Option<&'a NodeNames<'a>>,
    pub(crate) sessions: bool,
    /// Session ids are told apart, and nothing else that makes a session.
    pub(crate) session_ids: bool,
    /// Rows are grouped by person.
    pub(crate) by_person: bool,
    /// Its people are not counted: another request tells whom the answer is about.
    pub(crate) counts_nobody: bool,
    /// A person's hits come in order of time.
    pub(crate) in_order: bool,
    /// Which of two events of one millisecond came first matters.
    pub(crate) ties: bool,
    /// Picks, one bit each, for which the last event of each person and hour (UTC) will do if they take any event.
    pub(crate) by_hour: u64,
    /// Segments that are left out, by id.
    pub(crate) without: HashSet<u64>,
}

impl Request<'_> {
    /// Whether nothing else of a row is looked at than who did it and when.
    fn needs_only_times(&self) -> bool {
        self.filter.is_none()
            && self.stream.is_none()
            && self.breakdown.is_empty()
            && self.numbers.is_empty()
            && self.texts.is_empty()
            && self.hold.is_empty()
            && self.nodes.is_none()
            && !self.sessions
            && !self.session_ids
            && !self.ties
            && self.by_person
    }
}

/// A `did` condition, ready to count: bit `picks.len() + i`.
pub(crate) struct Did<'a> {
    pub(crate) pick: Pick<'a>,
    pub(crate) count: Compare,
}

pub(crate) fn failed(message: impl Into<String>) -> AskError {
    AskError::new(AskErrorCode::Unavailable, message)
}

pub(crate) fn store_failed(error: StoreError) -> AskError {
    failed(format!("stored events cannot be read: {error}"))
}

/// The segments that `top` keeps, and how many are left out.
pub(crate) type TopGroups = (Arc<HashSet<GroupKey>>, usize);

/// The segments with the most events, and how many are left out. Only events that count for somebody's pick are counted.
pub(crate) fn top_groups(context: &Context<'_>, request: Request<'_>, top: usize) -> Result<TopGroups, AskError> {
    let by_person = request.picks.iter().any(|pick| pick.select.first_time) || !did_leaves(request.filter)?.is_empty();
    let request = Request { by_person, in_order: false, ties: false, sessions: false, stream: None, counts_groups: true, ..request };
    let count = |bucket: &mut Bucket<'_>| {
        let mut by_id = vec![0u64; bucket.rows.groups.keys.len()];
        let mut add = |rows: &Rows<'_>, row: usize| rows.groups.members(&rows.group[row]).iter().for_each(|member| by_id[*member as usize] += 1);
        if by_person {
            bucket.for_each_person(|rows, person| person.hits.iter().for_each(|hit| add(rows, hit.row as usize)));
            let of_nobody = |row: &usize| bucket.rows.person[*row] == NO_PERSON && bucket.mask_of_nobody(*row) != 0;
            (0..bucket.rows.len()).filter(of_nobody).for_each(|row| add(&bucket.rows, row));
        } else {
            (0..bucket.rows.len()).for_each(|row| add(&bucket.rows, row));
        }
        let mut counts: HashMap<GroupKey, u64> = HashMap::new();
        for (key, n) in bucket.rows.groups.keys.iter().zip(by_id).filter(|(_, n)| *n > 0) {
            *counts.entry(key.clone()).or_default() += n;
        }
        Ok(counts)
    };
    let add = |mut a: HashMap<GroupKey, u64>, b: HashMap<GroupKey, u64>| {
        b.into_iter().for_each(|(key, n)| *a.entry(key).or_default() += n);
        a
    };
    let counts = run(context, &request, count, add)?.unwrap_or_default();
    context.forget_people();
    Ok(heaviest(counts, top))
}

/// Of segments with their numbers of events, those to keep, and how many others there are.
pub(crate) fn heaviest(counts: HashMap<GroupKey, u64>, top: usize) -> TopGroups {
    let mut counts: Vec<(GroupKey, u64)> = counts.into_iter().collect();
    counts.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.order(&b.0)));
    let others = counts.len().saturating_sub(top);
    (Arc::new(counts.into_iter().take(top).map(|(key, _)| key).collect()), others)
}

/// Whether a condition looks at all that a person did.
pub(crate) fn has_did(filter: &Filter) -> bool {
    let mut leaves = Vec::new();
    filter.leaves(&mut leaves);
    leaves.iter().any(|leaf| matches!(leaf, Filter::Did { .. }))
}
