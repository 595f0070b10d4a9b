//! The parts behind the doors, as objects: one place turns the traits with their own futures into boxed ones, so that no handler is generic.

use futures::future::{BoxFuture, FutureExt};
use serde::Serialize;
use sillage_behavior::{Ask, AskError, Cancel, Question, Reply, Settings};
use sillage_event::{
    Append, AppendError, Appended, Batch, ProjectId,
    recording::{Found, KeepError, Kept, Piece, PieceName, ReadError, Recordings},
};
use utoipa::ToSchema;

pub(crate) trait AppendDoor: Send + Sync {
    fn append(&self, project: ProjectId, batch: Batch) -> BoxFuture<'_, Result<Appended, AppendError>>;
}

impl<A: Append> AppendDoor for A {
    fn append(&self, project: ProjectId, batch: Batch) -> BoxFuture<'_, Result<Appended, AppendError>> {
        Append::append(self, project, batch).boxed()
    }
}

pub(crate) trait AskDoor: Send + Sync {
    fn ask<'a>(&'a self, project: ProjectId, settings: &'a Settings, question: Question, cancel: Cancel) -> BoxFuture<'a, Result<Reply, AskError>>;
}

impl<A: Ask> AskDoor for A {
    fn ask<'a>(&'a self, project: ProjectId, settings: &'a Settings, question: Question, cancel: Cancel) -> BoxFuture<'a, Result<Reply, AskError>> {
        Ask::ask(self, project, settings, question, cancel).boxed()
    }
}

pub(crate) trait RecordingDoor: Send + Sync {
    fn has(&self, project: ProjectId, name: &PieceName) -> Result<bool, KeepError>;
    fn keep(&self, project: ProjectId, piece: Piece) -> BoxFuture<'_, Result<Kept, KeepError>>;
    fn find(&self, project: ProjectId, session: &str) -> Result<Option<Found>, ReadError>;
    fn segment(&self, project: ProjectId, session: &str, n: u32) -> Result<Option<Vec<u8>>, ReadError>;
    fn delete(&self, project: ProjectId, sessions: &[String]) -> Result<Vec<String>, ReadError>;
    fn keep_days(&self, project: ProjectId, days: u32) -> Result<(), ReadError>;
}

impl<R: Recordings> RecordingDoor for R {
    fn has(&self, project: ProjectId, name: &PieceName) -> Result<bool, KeepError> {
        Recordings::has(self, project, name)
    }

    fn keep(&self, project: ProjectId, piece: Piece) -> BoxFuture<'_, Result<Kept, KeepError>> {
        Recordings::keep(self, project, piece).boxed()
    }

    fn find(&self, project: ProjectId, session: &str) -> Result<Option<Found>, ReadError> {
        Recordings::find(self, project, session)
    }

    fn segment(&self, project: ProjectId, session: &str, n: u32) -> Result<Option<Vec<u8>>, ReadError> {
        Recordings::segment(self, project, session, n)
    }

    fn delete(&self, project: ProjectId, sessions: &[String]) -> Result<Vec<String>, ReadError> {
        Recordings::delete(self, project, sessions)
    }

    fn keep_days(&self, project: ProjectId, days: u32) -> Result<(), ReadError> {
        Recordings::keep_days(self, project, days)
    }
}

/// One thing that must be well for the server to do all of its work.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct HealthCheck {
    pub name: String,
    pub ok: bool,
    /// Whether nothing goes on without it: while such a check is not well, no request should be sent here.
    pub vital: bool,
    /// What is wrong and what to do, in a sentence; empty when all is well.
    pub message: String,
}
