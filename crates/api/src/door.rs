//! The parts behind the doors, as objects: one place turns the traits with their own futures into boxed ones, so that no handler is generic.

use futures::future::{BoxFuture, FutureExt};
use serde::Serialize;
use sillage_behavior::{Ask, AskError, Cancel, Question, Reply, Settings};
use sillage_event::{Append, AppendError, Appended, Batch, ProjectId};
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

/// One thing that must be well for the server to do its work.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct HealthCheck {
    pub name: String,
    pub ok: bool,
    /// What is wrong and what to do, in a sentence; empty when all is well.
    pub message: String,
}
