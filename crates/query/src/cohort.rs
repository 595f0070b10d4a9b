//! The people of a cohort: one reading of the events that its conditions name, then set against profiles, lists and other cohorts.

use crate::{
    behind,
    scan::{self, Bucket, Context, Pick, Request, Rows, store_failed},
};
use serde_json::{Value, json};
use sillage_behavior::{
    AskError, Hit,
    calendar::Unit,
    cohort::{Amount, Definition, Did, DidMeasure, Sequence},
    filter::Cell,
    funnel::Finder,
    question::{Aggregate, Cohort, RangeSpec, Scope, Selector},
};
use sillage_event::{Identity, PersonId};
use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

/// Selectors that the conditions of one definition may hold together.
const MOST_PICKS: usize = 60;
const MOST_LEAVES: usize = 64;

pub(crate) type Members = Arc<HashSet<PersonId>>;

/// Makes the context of a question inside another.
type MakesContext<'e, 'a> = dyn Fn(&Scope) -> Result<Context<'a>, AskError> + 'e;
/// Finds who belonged to a cohort at a time.
type FindsMembers<'e> = dyn Fn(&Definition, i64) -> Result<HashSet<PersonId>, AskError> + 'e;

/// What lies inside a question: other questions, and cohorts as they were.
pub(crate) struct Inner<'e, 'a> {
    /// Makes the context of a question inside this one.
    pub(crate) context: &'e MakesContext<'e, 'a>,
    /// Who belonged to a cohort at a time.
    pub(crate) members_at: &'e FindsMembers<'e>,
}

pub(crate) type InnerContext<'e, 'a> = &'e Inner<'e, 'a>;

pub(crate) fn answer(context: &Context<'_>, cohort: &Cohort, inner: InnerContext<'_, '_>) -> Result<Value, AskError> {
    let found = known_members(context, cohort, inner)?;
    let count = found.len();
    let mut list = Vec::with_capacity(count.min(cohort.limit));
    for id in found.into_iter().take(cohort.limit) {
        list.push(json!({"id": context.name_of(id)?}));
    }
    Ok(json!({"count": count, "people": list}))
}

/// The members that an event or a profile tells of, in order. Others stand in a list and were never seen.
pub(crate) fn known_members(context: &Context<'_>, cohort: &Cohort, inner: InnerContext<'_, '_>) -> Result<Vec<PersonId>, AskError> {
    let found = members(context, &cohort.definition, inner)?;
    let known = context.known_people()?;
    let n_unseen = found.iter().filter(|id| !known.contains(id)).count();
    if n_unseen > 0 {
        context.note(if context.french {
            format!("identifiants de la liste jamais vus, non comptés : {n_unseen}")
        } else {
            format!("listed ids that were never seen, not counted: {n_unseen}")
        });
    }
    let mut found: Vec<PersonId> = found.into_iter().filter(|id| known.contains(id)).collect();
    found.sort_unstable();
    Ok(found)
}

/// Everybody whom a definition lets in. The cohorts that it names are in the context already.
pub(crate) fn members(context: &Context<'_>, definition: &Definition, inner: InnerContext<'_, '_>) -> Result<HashSet<PersonId>, AskError> {
    let mut leaves = Vec::new();
    definition.leaves(&mut leaves);
    if leaves.len() > MOST_LEAVES {
        return Err(AskError::invalid("definition", format!("takes at most {MOST_LEAVES} conditions: make parts of it cohorts of their own")));
    }
    let acts = Acts::new(context, &leaves)?;
    let done = acts.read(context)?;
    let nothing_done = acts.of_nothing();
    let facts: Vec<Fact> = leaves.iter().map(|leaf| Fact::of(context, leaf, inner)).collect::<Result<_, _>>()?;
    let holds = |person: Option<PersonId>| {
        let bits = person.and_then(|id| done.get(&id).copied()).unwrap_or(nothing_done);
        definition.holds(&mut |i| facts[i].holds(person, bits & (1 << i) != 0))
    };
    if holds(None) {
        // Whoever no condition knows of belongs to it, so all people are looked at.
        return Ok(context.known_people()?.iter().copied().filter(|id| holds(Some(*id))).collect());
    }
    let mut touched: HashSet<PersonId> = done.keys().copied().collect();
    facts.iter().for_each(|fact| fact.everybody(&mut touched));
    touched.retain(|id| holds(Some(*id)));
    Ok(touched)
}

/// What a leaf rests on beside events.
enum Fact {
    Events,
    Values { values: Arc<HashMap<PersonId, Value>>, test: sillage_behavior::filter::Test, unset: bool },
    Set { people: Members, inside: bool },
}

impl Fact {
    fn of(context: &Context<'_>, leaf: &Definition, inner: InnerContext<'_, '_>) -> Result<Self, AskError> {
        Ok(match leaf {
            Definition::Property { property, test } => {
                Self::Values { values: context.person_property(property)?, test: test.clone(), unset: test.matches(None) }
            }
            Definition::Cohort { name, inside } => Self::Set { people: context.cohort(name)?, inside: *inside },
            Definition::People(ids) => {
                let links = &context.snapshot.links;
                Self::Set { people: Arc::new(ids.iter().map(|id| links.resolve(Identity::parse(id).hash())).collect()), inside: true }
            }
            Definition::Behind(people) => {
                let context_of_question = (inner.context)(&people.of.scope)?;
                let found = behind::people_at(&context_of_question, people, inner)?;
                context.count_events_read(context_of_question.events_read() as usize);
                Self::Set { people: Arc::new(found.into_iter().map(|(id, _)| id).collect()), inside: true }
            }
            _ => Self::Events,
        })
    }

    /// What the leaf says of somebody; `None` is somebody of whom nothing is known.
    fn holds(&self, person: Option<PersonId>, by_events: bool) -> bool {
        match (self, person) {
            (Self::Events, _) => by_events,
            (Self::Values { unset, .. }, None) => *unset,
            (Self::Values { values, test, unset }, Some(id)) => values.get(&id).map_or(*unset, |value| test.matches(Cell::of(value))),
            (Self::Set { people, inside }, person) => person.is_some_and(|id| people.contains(&id)) == *inside,
        }
    }

    fn everybody(&self, into: &mut HashSet<PersonId>) {
        match self {
            Self::Events => {}
            Self::Values { values, .. } => into.extend(values.keys()),
            Self::Set { people, .. } => into.extend(people.iter()),
        }
    }
}

/// The conditions about events, and which selectors of the reading are whose.
struct Acts<'a> {
    acts: Vec<Act<'a>>,
    picks: Vec<Pick<'a>>,
    numbers: Vec<&'a str>,
    texts: Vec<&'a str>,
}

struct Act<'a> {
    leaf: usize,
    first_pick: usize,
    kind: ActKind<'a>,
}

enum ActKind<'a> {
    /// With the position of the measured property among the numbers or the texts.
    Did(&'a Did, usize),
    Sequence(&'a Sequence),
}

impl<'a> Acts<'a> {
    fn new(context: &Context<'_>, leaves: &[&'a Definition]) -> Result<Self, AskError> {
        let mut all = Self { acts: Vec::new(), picks: Vec::new(), numbers: Vec::new(), texts: Vec::new() };
        for (leaf, definition) in leaves.iter().enumerate() {
            let first_pick = all.picks.len();
            let kind = match definition {
                Definition::Did(did) => {
                    all.pick(context, &did.select, did.within.as_ref());
                    ActKind::Did(did, all.measured(&did.measure))
                }
                Definition::Sequence(sequence) => {
                    sequence.steps.iter().for_each(|step| all.pick(context, step, sequence.within.as_ref()));
                    ActKind::Sequence(sequence)
                }
                _ => continue,
            };
            all.acts.push(Act { leaf, first_pick, kind });
        }
        if all.picks.len() > MOST_PICKS {
            return Err(AskError::invalid("definition", format!("names more than {MOST_PICKS} events: make parts of it cohorts of their own")));
        }
        Ok(all)
    }

    fn pick(&mut self, context: &Context<'_>, select: &'a Selector, within: Option<&RangeSpec>) {
        let (from, to) = within.map_or((i64::MIN, i64::MAX), |range| context.resolve(range));
        let to = context.as_of.map_or(to, |as_of| to.min(as_of));
        self.picks.push(Pick { select, from, to });
    }

    fn measured(&mut self, measure: &'a DidMeasure) -> usize {
        let (list, property) = match measure {
            DidMeasure::Property(Aggregate::Distinct, property) => (&mut self.texts, property),
            DidMeasure::Property(_, property) => (&mut self.numbers, property),
            DidMeasure::Total | DidMeasure::Days => return 0,
        };
        list.push(property);
        list.len() - 1
    }

    /// The answers for somebody who did none of it, one bit a leaf.
    fn of_nothing(&self) -> u64 {
        self.acts.iter().filter(|act| matches!(act.kind, ActKind::Did(did, _) if did.holds_for_nothing())).fold(0, |bits, act| bits | 1 << act.leaf)
    }

    /// The answers for everybody who did some of it.
    fn read(&self, context: &Context<'_>) -> Result<HashMap<PersonId, u64>, AskError> {
        if self.picks.is_empty() {
            return Ok(HashMap::new());
        }
        let request = Request {
            picks: self.picks.clone(),
            numbers: self.numbers.clone(),
            texts: self.texts.clone(),
            by_person: true,
            in_order: self.acts.iter().any(|act| matches!(act.kind, ActKind::Sequence(_))),
            ..Request::default()
        };
        let collect = |bucket: &mut Bucket<'_>| {
            let mut finders: Vec<Option<Finder>> =
                self.acts.iter().map(|act| if let ActKind::Sequence(sequence) = act.kind { Some(sequence.finder()) } else { None }).collect();
            let mut found: Vec<(PersonId, u64)> = Vec::new();
            bucket.for_each_person(|rows, person| {
                let mut bits = 0;
                for (act, finder) in self.acts.iter().zip(&mut finders) {
                    let holds = match (&act.kind, finder) {
                        (ActKind::Did(did, at), _) => did_holds(context, did, *at, rows, person.hits, 1 << act.first_pick),
                        (ActKind::Sequence(sequence), Some(finder)) => sequence_holds(sequence, finder, person.hits, act.first_pick),
                        (ActKind::Sequence(_), None) => false,
                    };
                    bits |= u64::from(holds) << act.leaf;
                }
                found.push((person.id, bits));
            });
            Ok(found)
        };
        let add = |mut a: Vec<(PersonId, u64)>, b: Vec<(PersonId, u64)>| {
            a.extend(b);
            a
        };
        Ok(scan::run(context, &request, collect, add)?.unwrap_or_default().into_iter().collect())
    }
}

fn did_holds(context: &Context<'_>, did: &Did, at: usize, rows: &Rows<'_>, hits: &[Hit], bit: u64) -> bool {
    let own = hits.iter().filter(|hit| hit.mask & bit != 0);
    match &did.measure {
        DidMeasure::Total => did.holds_for(Amount::Count(own.count())),
        DidMeasure::Days => {
            let days: HashSet<i64> = own.map(|hit| context.zone.floor(hit.time, Unit::Day)).collect();
            did.holds_for(Amount::Count(days.len()))
        }
        DidMeasure::Property(Aggregate::Distinct, _) => {
            let values: HashSet<u64> = own.map(|hit| rows.texts[at][hit.row as usize]).filter(|key| *key != 0).collect();
            did.holds_for(Amount::Count(values.len()))
        }
        DidMeasure::Property(..) => {
            let mut numbers: Vec<f64> = own.map(|hit| rows.numbers[at][hit.row as usize]).filter(|number| !number.is_nan()).collect();
            did.holds_for(Amount::Numbers(&mut numbers))
        }
    }
}

fn sequence_holds(sequence: &Sequence, finder: &mut Finder, hits: &[Hit], first_pick: usize) -> bool {
    let bits = (1u64 << sequence.steps.len()) - 1;
    let own: Vec<Hit> = hits.iter().map(|hit| Hit { mask: hit.mask >> first_pick & bits, ..*hit }).filter(|hit| hit.mask != 0).collect();
    sequence.holds_for(finder, &own)
}

/// Everybody whom an event or a profile tells of.
pub(crate) fn known_people(context: &Context<'_>, profiles: impl Iterator<Item = PersonId>) -> Result<HashSet<PersonId>, AskError> {
    context.footprint.all_events();
    let links = &context.snapshot.links;
    let mut known: HashSet<PersonId> = profiles.map(|id| links.resolve(id)).collect();
    for segment in &context.snapshot.segments {
        context.check()?;
        for bucket in 0..1usize << segment.bucket_bits() {
            let people = segment.people(bucket).map_err(store_failed)?;
            known.extend(people.hashes.iter().map(|id| links.resolve(*id)));
        }
    }
    Ok(known)
}

/// Everybody of whom an event tells that happened before a time.
pub(crate) fn people_seen_before(context: &Context<'_>, time: i64) -> Result<HashSet<PersonId>, AskError> {
    let any = Selector::default();
    let request = Request { picks: vec![Pick { select: &any, from: i64::MIN, to: time }], by_person: true, ..Request::default() };
    let collect = |bucket: &mut Bucket<'_>| {
        let mut found: HashSet<PersonId> = HashSet::new();
        bucket.for_each_person(|_, person| {
            found.insert(person.id);
        });
        Ok(found)
    };
    let add = |mut a: HashSet<PersonId>, b: HashSet<PersonId>| {
        a.extend(b);
        a
    };
    Ok(scan::run(context, &request, collect, add)?.unwrap_or_default())
}
