//! What people's profiles were: the changes that changed something, kept in the order in which they came.
//!
//! What must stay true: a change stands here in the same transaction as in the profile; a deleted profile keeps no history.

use crate::{Catalog, CatalogError, database::next_number};
use futures::TryStreamExt;
use sillage_event::{PersonId, ProfileChange, ProfileOp, ProjectId, Properties};
use sqlx::{Row, Sqlite, Transaction, sqlite::SqliteRow};
use std::collections::HashMap;

const COUNTER: &str = "profile history";
/// Written with every change, so that it says nothing that the others do not.
const LAST_SEEN: &str = "$last_seen";

/// One change of a person's profile.
#[derive(Clone, Debug, PartialEq)]
pub struct PastChange {
    pub position: i64,
    /// The hash of the identity that the profile was written for, before links.
    pub hash: PersonId,
    /// Milliseconds UTC.
    pub at: i64,
    pub op: ProfileOp,
}

impl Catalog {
    /// Calls with the changes of a project's people behind a position, in the order in which they came. From 0: all.
    pub async fn each_past_change(&self, project: ProjectId, after: i64, mut each: impl FnMut(PastChange) + Send) -> Result<(), CatalogError> {
        let sql = "select position, hash, at, op from profile_changes where project_id = $1 and position > $2 order by position";
        let mut rows = sqlx::query(sql).bind(i64::from(project.0)).bind(after).fetch(self.read());
        while let Some(row) = rows.try_next().await? {
            each(read_change(&row)?);
        }
        Ok(())
    }
}

impl Catalog {
    /// The changes of some people's profiles, by the id as it was sent, in the order in which they came.
    pub async fn past_changes_of(&self, project: ProjectId, ids: &[&str]) -> Result<HashMap<String, Vec<PastChange>>, CatalogError> {
        let list = serde_json::to_string(ids).map_err(damaged)?;
        let sql = "select id, position, hash, at, op from profile_changes where project_id = $1 and id in (select value from json_each($2)) order by position";
        let mut rows = sqlx::query(sql).bind(i64::from(project.0)).bind(list).fetch(self.read());
        let mut found: HashMap<String, Vec<PastChange>> = HashMap::new();
        while let Some(row) = rows.try_next().await? {
            found.entry(row.try_get("id")?).or_default().push(read_change(&row)?);
        }
        Ok(found)
    }
}

fn read_change(row: &SqliteRow) -> Result<PastChange, CatalogError> {
    Ok(PastChange {
        position: row.try_get("position")?,
        hash: PersonId(row.try_get::<i64, _>("hash")?.cast_unsigned()),
        at: row.try_get("at")?,
        op: serde_json::from_str(row.try_get("op")?).map_err(damaged)?,
    })
}

fn damaged(error: serde_json::Error) -> CatalogError {
    CatalogError::Damaged { what: "profile change", message: error.to_string() }
}

/// What of a change is worth keeping; `before` is the profile as it was, `updated_at` its latest change.
pub(crate) fn worth_keeping(change: &ProfileChange, before: Option<&Properties>, updated_at: i64) -> Option<ProfileOp> {
    let is_late = change.at < updated_at;
    let now = |name: &str| before.and_then(|before| before.get(name));
    let changed = |values: &Properties, changes: &dyn Fn(&str, &serde_json::Value) -> bool| -> Option<Properties> {
        let kept: Properties = values
            .iter()
            .filter(|(name, value)| *name != LAST_SEEN && (is_late || changes(name, value)))
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect();
        (!kept.is_empty()).then_some(kept)
    };
    match &change.op {
        ProfileOp::Set(values) => changed(values, &|name, value| now(name) != Some(value)).map(ProfileOp::Set),
        ProfileOp::SetOnce(values) => changed(values, &|name, _| now(name).is_none_or(serde_json::Value::is_null)).map(ProfileOp::SetOnce),
        other => Some(other.clone()),
    }
}

/// Writes changes behind all others. A deletion takes the history of its profile with it.
pub(crate) async fn append(
    transaction: &mut Transaction<'static, Sqlite>,
    changes: Vec<(ProjectId, String, PersonId, i64, ProfileOp)>,
) -> Result<(), CatalogError> {
    for (project, id, hash, at, op) in changes {
        if op == ProfileOp::Delete {
            sqlx::query("delete from profile_changes where project_id = $1 and id = $2")
                .bind(i64::from(project.0))
                .bind(&id)
                .execute(&mut **transaction)
                .await?;
        }
        let position = next_number(transaction, COUNTER).await?;
        let op = serde_json::to_string(&op).map_err(damaged)?;
        sqlx::query("insert into profile_changes (position, project_id, id, hash, at, op) values ($1, $2, $3, $4, $5, $6)")
            .bind(position)
            .bind(i64::from(project.0))
            .bind(id)
            .bind(hash.0.cast_signed())
            .bind(at)
            .bind(op)
            .execute(&mut **transaction)
            .await?;
    }
    Ok(())
}
