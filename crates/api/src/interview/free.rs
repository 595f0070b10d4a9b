//! When guests can talk: the kernel's answer on what the catalog says is taken.

use crate::{Api, error::ApiError};
use sillage_behavior::interview::{
    Span, Study,
    busy::{self, Busy, BusyError, Looked},
    slot::{self, Taken},
};
use sillage_catalog::{BookedTalk, InterviewStudy};

const DAY_MS: i64 = 86_400_000;

/// Reads a calendar file over the time that can be booked, away from the threads that serve connections.
pub(super) async fn read_busy(api: &Api, definition: &Study, file: String) -> Result<Result<Busy, BusyError>, ApiError> {
    let (now, zone) = (api.clock.now_ms(), definition.zone());
    let to_ms = now + (i64::from(definition.horizon_days) + 2) * DAY_MS;
    let read = tokio::task::spawn_blocking(move || busy::read(&file, &Looked { from_ms: now - DAY_MS, to_ms, zone: &zone }));
    read.await.map_err(|stopped| ApiError::internal(&stopped))
}

/// What the host's calendar says. A file that can no longer be read says nothing, and the study's screen says why.
pub(super) async fn busy_spans(api: &Api, study: &InterviewStudy, definition: &Study) -> Result<Vec<Span>, ApiError> {
    match api.catalog.interview_busy(&study.id).await? {
        Some(file) => Ok(read_busy(api, definition, file).await?.map(|read| read.busy).unwrap_or_default()),
        None => Ok(Vec::new()),
    }
}

/// When a talk can begin, for somebody whose own talk does not count.
pub(super) async fn starts(api: &Api, study: &InterviewStudy, definition: &Study, participant: &str) -> Result<Vec<i64>, ApiError> {
    let busy = busy_spans(api, study, definition).await?;
    let booked = spans(&api.catalog.talks_of_interview_host(&study.id, participant).await?);
    Ok(slot::free_starts(definition, api.clock.now_ms(), Taken { booked: &booked, busy: &busy }))
}

pub(super) fn spans(talks: &[BookedTalk]) -> Vec<Span> {
    talks.iter().map(|talk| Span { start_ms: talk.starts_at, end_ms: talk.ends_at }).collect()
}
