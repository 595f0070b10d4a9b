//! The door: takes a question, sets the scene, dispatches by kind, explains.

use crate::{
    attribution, behind,
    cohort::{self, Inner, Members},
    driver, error, explain, feature,
    footprint::{Footprint, Versions, end_of_minute},
    frequency, friction, funnel, heatmap, impact, journey, lifecycle,
    memory::Memory,
    quantile, recording,
    remember::{Key, Remembered, Told, Way},
    retention,
    scan::{Context, context::Setting},
    sessions, timeline, trend, vital,
};
use serde_json::Value;
use sillage_behavior::{
    Ask, AskError, AskErrorCode, Cancel, Question, Reply, Settings,
    calendar::Zone,
    cohort::{CohortName, Definition, in_order},
    expression::LookupColumn,
    question::{Kind, Place, Scope},
};
use sillage_event::{Actor, PersonId, ProjectId};
use sillage_store::{RecordingIndex, Snapshot};
use std::{
    collections::{HashMap, HashSet},
    fmt,
    sync::Arc,
    time::{Duration, Instant},
};

/// Where snapshots and profiles come from.
pub trait Source: Send + Sync + 'static {
    fn snapshot(&self, project: ProjectId) -> Result<Arc<Snapshot>, AskError>;
    /// Grows whenever a profile or a lookup table changes.
    fn profiles_version(&self) -> u64;
    /// Everybody who has a profile, and the id that it was written for.
    fn persons(&self, project: ProjectId) -> Result<Arc<HashMap<PersonId, Arc<str>>>, AskError>;
    /// The latest values of a person property, by the id that each profile was written for.
    fn person_property(&self, project: ProjectId, name: &str) -> Result<Arc<HashMap<PersonId, Value>>, AskError>;
    /// The values that a person property had, each from when on, in order of time, by the id that each profile was written for; null where it was unset.
    fn person_history(&self, project: ProjectId, name: &str) -> Result<History, AskError>;
    /// A column of a lookup table, by key; `None` when there is no such table or column.
    fn lookup(&self, project: ProjectId, table: &str, column: &str) -> Result<Option<LookupColumn>, AskError>;
    /// The latest values of a property of groups of a type, by key.
    fn group_property(&self, project: ProjectId, kind: &str, name: &str) -> Result<Arc<HashMap<String, Value>>, AskError>;
    /// What recordings are found by; none where none are kept.
    fn recordings(&self, _: ProjectId) -> Result<Arc<RecordingIndex>, AskError> {
        Ok(Arc::default())
    }
    /// Milliseconds UTC.
    fn now(&self) -> i64;
}

/// The values that a property had, each from when on.
pub type History = Arc<HashMap<PersonId, Vec<(i64, Value)>>>;

/// How far one question may go.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    pub time: Duration,
    /// Numbers that an answer is made of: series x segments x intervals.
    pub cells: usize,
    pub intervals: usize,
    /// Bytes that one question may hold of partial answers, and of rows that are read before their turn; all together may hold twice as much.
    pub memory: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { time: Duration::from_secs(60), cells: 5_000_000, intervals: 10_000, memory: 1 << 30 }
    }
}

/// Answers questions. Cheap to clone.
pub struct Engine<S> {
    source: Arc<S>,
    limits: Limits,
    memory: Memory,
    threads: Arc<rayon::ThreadPool>,
    remembered: Arc<Remembered>,
}

impl<S> Clone for Engine<S> {
    fn clone(&self) -> Self {
        Self {
            source: Arc::clone(&self.source),
            limits: self.limits,
            memory: self.memory.clone(),
            threads: Arc::clone(&self.threads),
            remembered: Arc::clone(&self.remembered),
        }
    }
}

impl<S> fmt::Debug for Engine<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Engine").field("limits", &self.limits).finish_non_exhaustive()
    }
}

/// What is the same for a question and the cohorts that it names.
struct Asked<'a> {
    project: ProjectId,
    settings: &'a Settings,
    cancel: Cancel,
    snapshot: Arc<Snapshot>,
    now: i64,
    /// Nothing that happened from then on is known.
    as_of: Option<i64>,
    started: Instant,
    footprint: Arc<Footprint>,
}

impl<S: Source> Engine<S> {
    /// With so many threads for all questions together; 0 is one per processor.
    pub fn new(source: Arc<S>, limits: Limits, threads: usize) -> Result<Self, AskError> {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).thread_name(|i| format!("query-{i}")).build();
        let pool = pool.map_err(|error| AskError::new(AskErrorCode::Unavailable, format!("query threads cannot be started: {error}")))?;
        Ok(Self { source, limits, memory: Memory::new(limits.memory), threads: Arc::new(pool), remembered: Arc::default() })
    }

    /// Answers on the calling thread and the pool; blocks until done.
    pub fn answer(&self, project: ProjectId, settings: &Settings, question: &Question, cancel: Cancel) -> Result<Reply, AskError> {
        self.tell(project, settings, question, cancel).map(|told| told.reply)
    }

    fn tell(&self, project: ProjectId, settings: &Settings, question: &Question, cancel: Cancel) -> Result<Told, AskError> {
        let started = Instant::now();
        // Before anything is read: what is read is as new as that, or newer.
        let profiles_version = self.source.profiles_version();
        let snapshot = self.source.snapshot(project)?;
        let footprint = Arc::default();
        let asked = Asked { project, settings, cancel, snapshot, now: self.source.now(), as_of: None, started, footprint };
        let mut reply = self.threads.install(|| self.answer_on(&asked, question))?;
        reply.elapsed_ms = started.elapsed().as_secs_f64() * 1000.0;
        Ok(Told { reply, read: asked.footprint.read(&asked.snapshot, profiles_version) })
    }

    fn answer_on(&self, asked: &Asked<'_>, question: &Question) -> Result<Reply, AskError> {
        let (as_asked, looks_at_the_clock) = counted_as_asked(question, asked.now);
        if looks_at_the_clock {
            asked.footprint.clock_until(end_of_minute(asked.now));
        }
        let question = &as_asked;
        let mut scope = match &question.kind {
            Kind::People(people) => people.of.scope.clone(),
            _ => question.scope.clone(),
        };
        scope.french |= question.scope.french;
        let (cohorts, events_read) = self.cohorts(asked, question, &scope)?;
        let inner_context = |scope: &Scope| self.context(asked, scope, cohorts.clone());
        let members_at = |definition: &Definition, time: i64| self.members_at(asked, &scope, definition, time);
        let inner = Inner { context: &inner_context, members_at: &members_at };
        let context = inner_context(&scope)?;
        question.property_names().iter().try_for_each(|name| context.check_property(name))?;
        let with_edges = quantile::with_edges(&context, &question.kind, &scope)?;
        let scope = &*with_edges;
        context.count_events_read(events_read);
        let answer = match &question.kind {
            Kind::Trend(trend) => match &trend.attribution {
                Some(attribution) => attribution::answer(&context, scope, trend, attribution)?,
                None => trend::answer(&context, scope, trend, &inner)?,
            },
            Kind::Funnel(funnel) => funnel::answer(&context, scope, funnel)?,
            Kind::Retention(retention) => retention::answer(&context, scope, retention)?,
            Kind::Frequency(frequency) => frequency::answer(&context, scope, frequency)?,
            Kind::Lifecycle(lifecycle) => lifecycle::answer(&context, scope, lifecycle)?,
            Kind::Journey(journey) => journey::answer(&context, scope, journey)?,
            Kind::Sessions(sessions) => sessions::answer(&context, scope, sessions)?,
            Kind::Impact(impact) => impact::answer(&context, scope, impact)?,
            Kind::Driver(driver) => driver::answer(&context, scope, driver)?,
            Kind::Feature(feature) => feature::answer(&context, scope, feature)?,
            Kind::Friction(friction) => friction::answer(&context, scope, friction)?,
            Kind::Heatmap(heatmap) => heatmap::answer(&context, scope, heatmap)?,
            Kind::Vital(one) => vital::answer(&context, scope, one)?,
            Kind::Error(one) => error::answer(&context, scope, one)?,
            Kind::Cohort(cohort) => cohort::answer(&context, cohort, &inner)?,
            Kind::Timeline(timeline) => timeline::answer(&context, scope, timeline)?,
            Kind::People(people) => behind::answer(&context, people, &inner)?,
            Kind::Recordings(recordings) => recording::answer(&context, scope, recordings, &inner)?,
        };
        Ok(explain::reply(&context, question, scope, answer))
    }

    /// The people of every cohort that a question needs, as of now, and how many events were read to find them.
    fn cohorts(&self, asked: &Asked<'_>, question: &Question, scope: &Scope) -> Result<(HashMap<String, Members>, usize), AskError> {
        let mut names = Vec::new();
        question.cohort_names(&mut names);
        self.named_cohorts(asked, &names, scope)
    }

    fn named_cohorts(&self, asked: &Asked<'_>, names: &[&CohortName], scope: &Scope) -> Result<(HashMap<String, Members>, usize), AskError> {
        let order = in_order(&scope.cohorts, names).map_err(|error| AskError::invalid(error.field, error.message))?;
        let (mut found, mut events_read) = (HashMap::new(), 0);
        // A cohort looks at all of history, at persons, and at nothing that the question narrows.
        let whole = Scope { range: None, actor: Actor::Person, ..scope.clone() };
        for name in order {
            let inner_context = |scope: &Scope| self.context(asked, scope, found.clone());
            let members_at = |definition: &Definition, time: i64| self.members_at(asked, scope, definition, time);
            let context = inner_context(&whole)?;
            let members = cohort::members(&context, &scope.cohorts[name], &Inner { context: &inner_context, members_at: &members_at })?;
            events_read += context.events_read() as usize;
            found.insert(name.to_owned(), Arc::new(members));
        }
        Ok((found, events_read))
    }

    /// Who belonged to a cohort when a time came, by what was known then; the cohorts that it names are those of that time too.
    fn members_at(&self, asked: &Asked<'_>, scope: &Scope, definition: &Definition, time: i64) -> Result<HashSet<PersonId>, AskError> {
        let then = Asked {
            project: asked.project,
            settings: asked.settings,
            cancel: asked.cancel.clone(),
            snapshot: Arc::clone(&asked.snapshot),
            now: time - 1,
            as_of: Some(time),
            started: asked.started,
            footprint: Arc::clone(&asked.footprint),
        };
        let mut names = Vec::new();
        definition.uses(&mut names);
        let (cohorts, _) = self.named_cohorts(&then, &names, scope)?;
        let inner_context = |scope: &Scope| self.context(&then, scope, cohorts.clone());
        let members_at = |definition: &Definition, time: i64| self.members_at(&then, scope, definition, time);
        let context = inner_context(&Scope { range: None, actor: Actor::Person, ..scope.clone() })?;
        cohort::members(&context, definition, &Inner { context: &inner_context, members_at: &members_at })
    }

    fn context<'a>(&'a self, asked: &Asked<'_>, scope: &Scope, cohorts: HashMap<String, Members>) -> Result<Context<'a>, AskError> {
        let Asked { project, settings, now, .. } = *asked;
        let zone_name = scope.timezone.as_deref().unwrap_or(&settings.timezone);
        let sunday = scope.week_start_sunday.unwrap_or(settings.week_start_sunday);
        let zone = Zone::new(zone_name, sunday).ok_or_else(|| AskError::invalid("timezone", format!("\"{zone_name}\" is not an IANA time zone")))?;
        let (from, to) = scope.range.as_ref().map_or((i64::MIN / 4, i64::MAX / 4), |range| zone.resolve(range, now));
        if let (Some(range), None) = (&scope.range, asked.as_of) {
            asked.footprint.clock_until(zone.resolved_until(range, now));
        }
        let range = (from, asked.as_of.map_or(to, |as_of| to.min(as_of)));
        Ok(Context::new(Setting {
            source: &*self.source,
            project,
            snapshot: Arc::clone(&asked.snapshot),
            footprint: Arc::clone(&asked.footprint),
            zone,
            now,
            range,
            session_timeout_ms: scope.session_timeout_ms.unwrap_or(settings.session_timeout_ms),
            session_by: scope.session_by.clone(),
            lookups: Arc::new(scope.lookups.clone()),
            page_mappings: Arc::new(scope.page_mappings.clone()),
            as_of: asked.as_of,
            actor: scope.actor.clone(),
            french: scope.french,
            limits: self.limits,
            memory: self.memory.clone(),
            cohorts,
            cancel: asked.cancel.clone(),
            deadline: asked.started + self.limits.time,
        }))
    }

    pub(crate) fn source(&self) -> &S {
        &self.source
    }
}

/// The people behind a series that counts others than the question says are those others.
fn counted_as_asked(question: &Question, now: i64) -> (Question, bool) {
    let (mut own, looks_at_the_clock) = question.asked_at(now);
    if let Kind::People(people) = &question.kind
        && let (Kind::Trend(trend), Place::Trend { series, .. }) = (&people.of.kind, &people.at.place)
        && let Some(actor) = &trend.series[*series].actor
        && let Kind::People(people) = &mut own.kind
    {
        people.of.scope.actor = actor.clone();
    }
    (own, looks_at_the_clock)
}

impl<S: Source> Ask for Engine<S> {
    async fn ask(&self, project: ProjectId, settings: &Settings, question: Question, cancel: Cancel) -> Result<Reply, AskError> {
        // Pieces of recordings arrive all the time, and no version of events tells of them.
        if question.scope.fresh || matches!(question.kind, Kind::Recordings(_)) {
            return self.compute(project, settings, question, cancel, None).await;
        }
        let started = Instant::now();
        let key = Key::new(project, settings, &question);
        loop {
            let versions = Versions { clock: self.source.now(), profiles: self.source.profiles_version(), snapshot: &*self.source.snapshot(project)? };
            let told = match self.remembered.way(&key, &versions) {
                Way::Known(told) => told,
                Way::Compute => return self.compute(project, settings, question, cancel, Some(key)).await,
                Way::Wait(other) => match other.await {
                    // Who asked first took the question back; somebody still wants to know.
                    Ok(Err(error)) if error.code == AskErrorCode::Cancelled && !cancel.is_cancelled() => continue,
                    Err(_) => continue,
                    Ok(Err(error)) => return Err(error),
                    // It was begun before what this one has to tell of.
                    Ok(Ok(told)) if !told.read.holds(&versions) => continue,
                    Ok(Ok(told)) => told,
                },
            };
            return Ok(Reply { elapsed_ms: started.elapsed().as_secs_f64() * 1000.0, ..told.reply.clone() });
        }
    }
}

impl<S: Source> Engine<S> {
    /// Computes on the pool; with a key, for everybody who asks the same.
    async fn compute(&self, project: ProjectId, settings: &Settings, question: Question, cancel: Cancel, key: Option<Key>) -> Result<Reply, AskError> {
        let engine = self.clone();
        let settings = settings.clone();
        // The pool answers; the caller's runtime is never blocked.
        let (send, receive) = futures_channel::oneshot::channel();
        let pool = Arc::clone(&self.threads);
        pool.spawn(move || {
            let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| engine.tell(project, &settings, &question, cancel)));
            let failed = || Err(AskError::new(AskErrorCode::Unavailable, "the question met an error of ours; it is in the log"));
            let outcome = outcome.unwrap_or_else(|_| failed()).map(Arc::new);
            if let Some(key) = key {
                engine.remembered.settle(&key, &outcome, engine.source.now());
            }
            // Nobody waits any more when the caller went away.
            drop(send.send(outcome.map(Arc::unwrap_or_clone).map(|told| told.reply)));
        });
        receive.await.unwrap_or_else(|_| Err(AskError::new(AskErrorCode::Cancelled, "the question was dropped")))
    }
}
