use crate::{
    cohort::{self, Members},
    engine::{History, Limits, Source},
    footprint::{Footprint, end_of_minute},
    memory::{Memory, held},
    session_property::SessionTables,
};
use serde_json::Value;
use sillage_behavior::{
    AskError, AskErrorCode, Cancel,
    calendar::{Unit, Zone},
    cohort::CohortName,
    expression::{Expression, LookupColumn, Surroundings},
    page_group::{PageMapping, PageMappings},
    question::{Lookups, RangeSpec, SessionBy},
};
use sillage_event::{Actor, PersonId, ProjectId};
use sillage_store::{RecordingIndex, Snapshot};
use std::{
    collections::{HashMap, HashSet},
    hash::Hash,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Instant,
};

const NOT_COUNTED: u64 = u64::MAX;

type PersonValues = Arc<HashMap<PersonId, Value>>;
type GroupValues = Arc<HashMap<String, Value>>;

/// One question on its way: what it is asked of, how far it may go, and what it has read.
pub(crate) struct Context<'a> {
    pub(crate) project: ProjectId,
    pub(crate) snapshot: Arc<Snapshot>,
    pub(crate) footprint: Arc<Footprint>,
    pub(crate) zone: Zone,
    pub(crate) now: i64,
    pub(crate) range: (i64, i64),
    pub(crate) session_timeout_ms: i64,
    pub(crate) session_by: SessionBy,
    pub(crate) lookups: Arc<Lookups>,
    pub(crate) page_mappings: Arc<PageMappings>,
    /// Nothing that happened from then on is known, where a question looks back from an earlier day.
    pub(crate) as_of: Option<i64>,
    pub(crate) actor: Actor,
    pub(crate) french: bool,
    pub(crate) limits: Limits,
    pub(crate) memory: Memory,
    cohorts: HashMap<String, Members>,
    source: &'a dyn Source,
    cancel: Cancel,
    deadline: Instant,
    person_values: Mutex<HashMap<String, PersonValues>>,
    group_values: Mutex<HashMap<(String, String), GroupValues>>,
    histories: Mutex<HashMap<String, History>>,
    looked_up: Mutex<HashMap<(String, String), LookupColumn>>,
    /// Of the reading under way.
    pub(crate) sessions: SessionTables,
    /// The names of actors that are no persons.
    actor_names: Mutex<HashMap<PersonId, Arc<str>>>,
    /// Texts that the answer shows, by the number that stands for them in rows.
    words: Mutex<HashMap<u64, Arc<str>>>,
    /// Sessions behind the cell that was asked about.
    sessions_behind: Mutex<Vec<SessionBehind>>,
    events_read: AtomicU64,
    /// People whose events were looked at one by one; [`NOT_COUNTED`] while nobody's were.
    people: AtomicU64,
    notes: Mutex<Vec<String>>,
}

/// One session behind a cell, where its recording would be looked for.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct SessionBehind {
    pub(crate) person: PersonId,
    /// Stands for the client's session id.
    pub(crate) key: u64,
    /// When what was asked about happened in it, milliseconds UTC.
    pub(crate) time: i64,
    /// Those with more come first.
    pub(crate) weight: f64,
}

held! {
    SessionBehind {}
}

impl SessionBehind {
    /// One of each session: the worst, then the earliest.
    pub(crate) fn worst(mut all: Vec<Self>) -> Vec<Self> {
        all.sort_by(|a, b| (a.person, a.key).cmp(&(b.person, b.key)).then(b.weight.total_cmp(&a.weight)).then(a.time.cmp(&b.time)));
        // Without the client's id there is nothing that tells sessions of a person apart here.
        all.dedup_by_key(|one| (one.person, one.key));
        all
    }
}

/// What a question brings with it.
pub(crate) struct Setting<'a> {
    pub(crate) source: &'a dyn Source,
    pub(crate) project: ProjectId,
    pub(crate) snapshot: Arc<Snapshot>,
    pub(crate) footprint: Arc<Footprint>,
    pub(crate) zone: Zone,
    pub(crate) now: i64,
    pub(crate) range: (i64, i64),
    pub(crate) session_timeout_ms: i64,
    pub(crate) session_by: SessionBy,
    pub(crate) lookups: Arc<Lookups>,
    pub(crate) page_mappings: Arc<PageMappings>,
    /// Nothing that happened from then on is known, where a question looks back from an earlier day.
    pub(crate) as_of: Option<i64>,
    pub(crate) actor: Actor,
    pub(crate) french: bool,
    pub(crate) limits: Limits,
    pub(crate) memory: Memory,
    pub(crate) cohorts: HashMap<String, Members>,
    pub(crate) cancel: Cancel,
    pub(crate) deadline: Instant,
}

impl<'a> Context<'a> {
    pub(crate) fn new(setting: Setting<'a>) -> Self {
        Self {
            project: setting.project,
            cohorts: setting.cohorts,
            source: setting.source,
            snapshot: setting.snapshot,
            footprint: setting.footprint,
            zone: setting.zone,
            now: setting.now,
            range: setting.range,
            session_timeout_ms: setting.session_timeout_ms,
            session_by: setting.session_by,
            lookups: setting.lookups,
            page_mappings: setting.page_mappings,
            as_of: setting.as_of,
            actor: setting.actor,
            french: setting.french,
            limits: setting.limits,
            memory: setting.memory,
            cancel: setting.cancel,
            deadline: setting.deadline,
            person_values: Mutex::default(),
            group_values: Mutex::default(),
            histories: Mutex::default(),
            looked_up: Mutex::default(),
            sessions: SessionTables::default(),
            actor_names: Mutex::default(),
            words: Mutex::default(),
            sessions_behind: Mutex::default(),
            events_read: AtomicU64::new(0),
            people: AtomicU64::new(NOT_COUNTED),
            notes: Mutex::default(),
        }
    }

    /// The same of persons, for what is always theirs.
    pub(crate) fn of_persons(&self) -> Self {
        Self::new(Setting {
            source: self.source,
            project: self.project,
            snapshot: Arc::clone(&self.snapshot),
            footprint: Arc::clone(&self.footprint),
            zone: self.zone.clone(),
            now: self.now,
            range: self.range,
            session_timeout_ms: self.session_timeout_ms,
            session_by: self.session_by.clone(),
            lookups: Arc::clone(&self.lookups),
            page_mappings: Arc::clone(&self.page_mappings),
            as_of: self.as_of,
            actor: Actor::Person,
            french: self.french,
            limits: self.limits,
            memory: self.memory.clone(),
            cohorts: self.cohorts.clone(),
            cancel: self.cancel.clone(),
            deadline: self.deadline,
        })
    }

    /// Whether a time has come.
    pub(crate) fn is_over(&self, time: i64) -> bool {
        if time > self.now {
            self.clock_until(time);
        }
        time <= self.now
    }

    /// From a time on the clock gives another answer. What is asked of an earlier day is asked of the same day for ever.
    pub(crate) fn clock_until(&self, time: i64) {
        if self.as_of.is_none() {
            self.footprint.clock_until(time);
        }
    }

    /// The answer moves with the clock; it is kept to the minute.
    pub(crate) fn clock_moves(&self) {
        self.clock_until(end_of_minute(self.now));
    }

    /// A range as instants, as of now.
    pub(crate) fn resolve(&self, range: &RangeSpec) -> (i64, i64) {
        self.clock_until(self.zone.resolved_until(range, self.now));
        self.zone.resolve(range, self.now)
    }

    /// The formula behind a name, if it is one that can be read, ready to be computed.
    pub(crate) fn expression(&self, name: &str) -> Option<Expression> {
        let mut expression = Expression::of_name(name)?.ok()?;
        // What cannot be looked up was said before the question was begun.
        let _ = expression.bind(self);
        Some(expression)
    }

    /// Whether everything that a property is computed from is there, where it is.
    pub(crate) fn check_property(&self, name: &str) -> Result<(), AskError> {
        let Some(Ok(mut expression)) = Expression::of_name(name) else { return Ok(()) };
        let field = if expression.page_mapping_name().is_some() { "property" } else { "lookup" };
        expression.bind(self).map_err(|message| AskError::invalid(field, message))?;
        expression.inputs().iter().try_for_each(|input| self.check_property(input))
    }

    /// Stops a question that was cancelled or took too long.
    pub(crate) fn check(&self) -> Result<(), AskError> {
        if self.cancel.is_cancelled() {
            return Err(AskError::new(AskErrorCode::Cancelled, "the question was cancelled"));
        }
        if Instant::now() > self.deadline {
            let seconds = self.limits.time.as_secs();
            return Err(AskError::new(
                AskErrorCode::TimedOut,
                format!("the question took longer than {seconds} s: shorten the range, add a filter or drop a breakdown"),
            ));
        }
        Ok(())
    }

    /// Whether an answer of so many segments, each of so many numbers, is not too large.
    pub(crate) fn check_cells(&self, segments: usize, each: usize) -> Result<(), AskError> {
        let most = self.limits.cells;
        if segments.saturating_mul(each) <= most {
            return Ok(());
        }
        Err(AskError {
            code: AskErrorCode::LimitExceeded,
            message: format!("the answer has more than {most} numbers: add \"top\", shorten the range or take a longer interval"),
            field: Some("breakdown".to_owned()),
        })
    }

    pub(crate) fn count_events_read(&self, n: usize) {
        self.events_read.fetch_add(n as u64, Ordering::Relaxed);
        self.cancel.note_events_read(n as u64);
    }

    pub(crate) fn count_people(&self, n: usize) {
        let add = |people: u64| Some(if people == NOT_COUNTED { n as u64 } else { people + n as u64 });
        // The closure always gives a number.
        let _ = self.people.fetch_update(Ordering::Relaxed, Ordering::Relaxed, add);
    }

    /// Forgets the people of a pass that only prepared another.
    pub(crate) fn forget_people(&self) {
        self.people.store(NOT_COUNTED, Ordering::Relaxed);
    }

    /// How many people were counted; `None` when the question did not look at them.
    pub(crate) fn people(&self) -> Option<u64> {
        Some(self.people.load(Ordering::Relaxed)).filter(|people| *people != NOT_COUNTED)
    }

    pub(crate) fn events_read(&self) -> u64 {
        self.events_read.load(Ordering::Relaxed)
    }

    pub(crate) fn learn_words(&self, words: HashMap<u64, Arc<str>>) {
        if !words.is_empty() {
            self.words.lock().unwrap_or_else(PoisonError::into_inner).extend(words);
        }
    }

    /// The text that a number stands for, if a request asked to keep it.
    pub(crate) fn word(&self, key: u64) -> Option<Arc<str>> {
        self.words.lock().unwrap_or_else(PoisonError::into_inner).get(&key).cloned()
    }

    pub(crate) fn keep_sessions(&self, sessions: Vec<SessionBehind>) {
        *self.sessions_behind.lock().unwrap_or_else(PoisonError::into_inner) = sessions;
    }

    pub(crate) fn take_sessions(&self) -> Vec<SessionBehind> {
        std::mem::take(&mut *self.sessions_behind.lock().unwrap_or_else(PoisonError::into_inner))
    }

    pub(crate) fn note(&self, note: impl Into<String>) {
        let note = note.into();
        let mut notes = self.notes.lock().unwrap_or_else(PoisonError::into_inner);
        if !notes.contains(&note) {
            notes.push(note);
        }
    }

    pub(crate) fn take_notes(&self) -> Vec<String> {
        std::mem::take(&mut self.notes.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// The people of a cohort; those that a question names are found before it is answered.
    pub(crate) fn cohort(&self, name: &CohortName) -> Result<Members, AskError> {
        self.cohorts.get(&name.name).cloned().ok_or_else(|| AskError::invalid(name.field.clone(), format!("there is no cohort \"{}\"", name.name)))
    }

    /// What recordings are found by.
    pub(crate) fn recordings(&self) -> Result<Arc<RecordingIndex>, AskError> {
        self.source.recordings(self.project)
    }

    /// Everybody whom an event or a profile tells of; of an earlier day, whom an event told of by then.
    pub(crate) fn known_people(&self) -> Result<HashSet<PersonId>, AskError> {
        if let Some(as_of) = self.as_of {
            return cohort::people_seen_before(self, as_of);
        }
        self.footprint.profiles();
        let profiles = self.source.persons(self.project)?;
        cohort::known_people(self, profiles.keys().copied())
    }

    /// The latest value of a person property, by person after links. A user's own value wins over those of linked devices.
    pub(crate) fn person_property(&self, name: &str) -> Result<PersonValues, AskError> {
        if let Some(expression) = self.expression(name) {
            return computed(&expression, |input| self.person_property(input));
        }
        let mut cache = self.person_values.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(values) = cache.get(name) {
            return Ok(Arc::clone(values));
        }
        self.footprint.profiles();
        let values = self.after_links(self.source.person_property(self.project, name)?);
        cache.insert(name.to_owned(), Arc::clone(&values));
        Ok(values)
    }

    /// The values that a person property had, each from when on, by person after links.
    pub(crate) fn person_history(&self, name: &str) -> Result<History, AskError> {
        if let Some(history) = self.histories.lock().unwrap_or_else(PoisonError::into_inner).get(name) {
            return Ok(Arc::clone(history));
        }
        self.footprint.profiles();
        let history = match self.expression(name) {
            Some(expression) => {
                let inputs = expression.inputs().iter().map(|input| self.person_history(input)).collect::<Result<Vec<_>, _>>()?;
                Arc::new(computed_history(&expression, &inputs))
            }
            None => self.after_links(self.source.person_history(self.project, name)?),
        };
        self.histories.lock().unwrap_or_else(PoisonError::into_inner).insert(name.to_owned(), Arc::clone(&history));
        Ok(history)
    }

    /// By person instead of by the id that a profile was written for.
    fn after_links<T: Clone>(&self, own: Arc<HashMap<PersonId, T>>) -> Arc<HashMap<PersonId, T>> {
        let links = &self.snapshot.links;
        if links.is_empty() {
            return own;
        }
        // Of several devices the one with the least id speaks, so that the answer is always the same.
        let mut speakers: HashMap<PersonId, PersonId> = HashMap::with_capacity(own.len());
        for id in own.keys() {
            let person = links.resolve(*id);
            if person == *id || !own.contains_key(&person) {
                speakers.entry(person).and_modify(|one| *one = (*one).min(*id)).or_insert(*id);
            }
        }
        Arc::new(speakers.into_iter().filter_map(|(person, id)| Some((person, own.get(&id)?.clone()))).collect())
    }

    pub(crate) fn group_property(&self, kind: &str, name: &str) -> Result<GroupValues, AskError> {
        if let Some(expression) = self.expression(name) {
            return computed(&expression, |input| self.group_property(kind, input));
        }
        let key = (kind.to_owned(), name.to_owned());
        let mut cache = self.group_values.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(values) = cache.get(&key) {
            return Ok(Arc::clone(values));
        }
        self.footprint.profiles();
        let values = self.source.group_property(self.project, kind, name)?;
        cache.insert(key, Arc::clone(&values));
        Ok(values)
    }

    pub(crate) fn name_actors<'n>(&self, names: impl Iterator<Item = (PersonId, &'n str)>) {
        let mut known = self.actor_names.lock().unwrap_or_else(PoisonError::into_inner);
        names.for_each(|(id, name)| {
            known.entry(id).or_insert_with(|| Arc::from(name));
        });
    }

    /// What somebody is called in an answer: the id as it was sent.
    pub(crate) fn name_of(&self, id: PersonId) -> Result<String, AskError> {
        let as_actor = self.actor_names.lock().unwrap_or_else(PoisonError::into_inner).get(&id).map(ToString::to_string);
        as_actor.map_or_else(|| self.person_name(id), Ok)
    }

    pub(crate) fn person_name(&self, id: PersonId) -> Result<String, AskError> {
        if let Some(name) = name_in(&self.snapshot, id)? {
            return Ok(name.to_string());
        }
        // Somebody who did nothing yet and has a profile all the same.
        self.footprint.profiles();
        let profiles = self.source.persons(self.project)?;
        Ok(profiles.get(&id).map_or_else(String::new, |name| name.to_string()))
    }
}

/// What events or links call somebody.
pub(crate) fn name_in(snapshot: &Snapshot, id: PersonId) -> Result<Option<Arc<str>>, AskError> {
    for segment in snapshot.segments.iter().rev() {
        let bucket = sillage_store::bucket_of(id, segment.bucket_bits());
        let people = segment.people(bucket).map_err(super::store_failed)?;
        if let Ok(ordinal) = people.hashes.binary_search(&id) {
            let names = segment.person_names(bucket).map_err(super::store_failed)?;
            return Ok(Some(Arc::clone(&names[ordinal])));
        }
    }
    Ok(snapshot.links.name_above(id))
}

/// A formula over profiles: everybody who has one of its properties. Somebody who has none of them has no value.
fn computed<K: Clone + Eq + Hash>(
    expression: &Expression,
    table: impl Fn(&str) -> Result<Arc<HashMap<K, Value>>, AskError>,
) -> Result<Arc<HashMap<K, Value>>, AskError> {
    let tables = expression.inputs().iter().map(|input| table(input)).collect::<Result<Vec<_>, _>>()?;
    let keys: HashSet<&K> = tables.iter().flat_map(|table| table.keys()).collect();
    let of_key = |key: &K| expression.evaluate(&|input| tables.get(input).and_then(|table| table.get(key)).cloned().unwrap_or_default());
    Ok(Arc::new(keys.into_iter().map(|key| (key.clone(), of_key(key))).filter(|(_, value)| !value.is_null()).collect()))
}

impl Surroundings for Context<'_> {
    fn today(&self) -> Value {
        self.clock_until(self.zone.step(self.zone.floor(self.now, Unit::Day), Unit::Day, 1));
        Value::from(self.zone.civil(self.now).date().to_string())
    }

    fn lookup(&self, table: &str, column: &str) -> Result<LookupColumn, String> {
        let missing =
            || format!("there is no lookup table \"{table}\" with a column \"{column}\": add it in the settings, or in \"lookups\" beside the question");
        if let Some(own) = self.lookups.get(table) {
            return own.get(column).cloned().ok_or_else(missing);
        }
        let key = (table.to_owned(), column.to_owned());
        if let Some(found) = self.looked_up.lock().unwrap_or_else(PoisonError::into_inner).get(&key) {
            return Ok(Arc::clone(found));
        }
        self.footprint.profiles();
        let found = self.source.lookup(self.project, table, column).map_err(|error| error.message)?.ok_or_else(missing)?;
        self.looked_up.lock().unwrap_or_else(PoisonError::into_inner).insert(key, Arc::clone(&found));
        Ok(found)
    }

    fn page_mapping(&self, name: &str) -> Result<Arc<PageMapping>, String> {
        match self.page_mappings.get(name) {
            Some(found) => Ok(Arc::clone(found)),
            // A project without a mapping tells pages apart by their paths.
            None if name.is_empty() => Ok(Arc::default()),
            None => Err(format!("there is no page mapping \"{name}\": add it in the settings, or in \"page_mappings\" beside the question")),
        }
    }
}

/// What a property was at a time.
pub(crate) fn value_at(history: &[(i64, Value)], time: i64) -> Option<&Value> {
    let position = history.partition_point(|(from, _)| *from <= time);
    position.checked_sub(1).map(|at| &history[at].1).filter(|value| !value.is_null())
}

/// A formula over what was, at every time at which one of its properties changed.
fn computed_history(expression: &Expression, inputs: &[History]) -> HashMap<PersonId, Vec<(i64, Value)>> {
    let people: HashSet<PersonId> = inputs.iter().flat_map(|input| input.keys().copied()).collect();
    let of_person = |person: PersonId| {
        let own: Vec<&[(i64, Value)]> = inputs.iter().map(|input| input.get(&person).map_or(&[][..], Vec::as_slice)).collect();
        let mut times: Vec<i64> = own.iter().flat_map(|history| history.iter().map(|(from, _)| *from)).collect();
        times.sort_unstable();
        times.dedup();
        let at = |time: i64| expression.evaluate(&|input| own.get(input).and_then(|history| value_at(history, time)).cloned().unwrap_or_default());
        (person, times.into_iter().map(|time| (time, at(time))).collect())
    };
    people.into_iter().map(of_person).collect()
}
