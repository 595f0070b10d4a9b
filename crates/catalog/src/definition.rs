//! What a team writes down and changes, version by version: metrics, boards, trees of metrics, alerts. What is in one is read by whoever asks for it.

use crate::{Catalog, CatalogError};
use serde_json::Value;
use sillage_event::ProjectId;
use sqlx::{Row, sqlite::SqliteRow};

const MAX_DEFINITION_BYTES: usize = 256 * 1024;
/// Of one definition; the earliest go when there are more.
const MOST_VERSIONS: i64 = 200;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum DefinitionKind {
    Metric,
    Board,
    MetricTree,
    Alert,
}

impl DefinitionKind {
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Metric => "metric",
            Self::Board => "board",
            Self::MetricTree => "metric_tree",
            Self::Alert => "alert",
        }
    }

    fn most(self) -> i64 {
        match self {
            Self::Metric | Self::Alert => 500,
            Self::Board | Self::MetricTree => 200,
        }
    }

    fn of(text: &str) -> Option<Self> {
        [Self::Metric, Self::Board, Self::MetricTree, Self::Alert].into_iter().find(|kind| kind.as_str() == text)
    }
}

#[derive(Clone, Debug, PartialEq)]
pub struct Definition {
    pub id: String,
    pub kind: DefinitionKind,
    pub name: String,
    /// From 1; every change is another.
    pub version: u32,
    pub definition: Value,
    pub created_by: String,
    pub created_at: i64,
    pub updated_by: String,
    pub updated_at: i64,
}

#[derive(Clone, Debug, PartialEq)]
pub struct NewDefinition {
    pub name: String,
    pub definition: Value,
}

/// What it was once.
#[derive(Clone, Debug, PartialEq)]
pub struct DefinitionVersion {
    pub version: u32,
    pub name: String,
    pub definition: Value,
    pub created_by: String,
    pub created_at: i64,
}

impl Catalog {
    /// Those of a kind, by name.
    pub async fn definitions(&self, project: ProjectId, kind: DefinitionKind) -> Result<Vec<Definition>, CatalogError> {
        let rows = sqlx::query("select * from definitions where project_id = $1 and kind = $2 order by name, id")
            .bind(i64::from(project.0))
            .bind(kind.as_str())
            .fetch_all(self.read())
            .await?;
        rows.iter().map(read_definition).collect()
    }

    pub async fn definition(&self, project: ProjectId, kind: DefinitionKind, id: &str) -> Result<Definition, CatalogError> {
        let row = sqlx::query("select * from definitions where project_id = $1 and kind = $2 and id = $3")
            .bind(i64::from(project.0))
            .bind(kind.as_str())
            .bind(id)
            .fetch_optional(self.read())
            .await?;
        read_definition(&row.ok_or(CatalogError::NotFound)?)
    }

    pub async fn create_definition(&self, project: ProjectId, kind: DefinitionKind, new: &NewDefinition, by: &str) -> Result<Definition, CatalogError> {
        let definition = checked(new)?;
        let id = uuid::Uuid::now_v7().to_string();
        let mut transaction = self.write().await?;
        let count: i64 = sqlx::query_scalar("select count(*) from definitions where project_id = $1 and kind = $2")
            .bind(i64::from(project.0))
            .bind(kind.as_str())
            .fetch_one(&mut *transaction)
            .await?;
        if count >= kind.most() {
            return Err(CatalogError::invalid("name", format!("a project takes at most {} of these; delete one that is no longer looked at", kind.most())));
        }
        sqlx::query(
            "insert into definitions (id, project_id, kind, name, version, definition, created_by, created_at, updated_by, updated_at)
             values ($1, $2, $3, $4, 1, $5, $6, $7, $6, $7)",
        )
        .bind(&id)
        .bind(i64::from(project.0))
        .bind(kind.as_str())
        .bind(new.name.trim())
        .bind(&definition)
        .bind(by)
        .bind(self.now_ms())
        .execute(&mut *transaction)
        .await?;
        self.add_definition_version(&mut transaction, &id, 1, new.name.trim(), &definition, by).await?;
        transaction.commit().await?;
        self.definition(project, kind, &id).await
    }

    /// Changes one that is still of the version that whoever changes it has seen.
    pub async fn change_definition(
        &self,
        project: ProjectId,
        kind: DefinitionKind,
        id: &str,
        seen: Option<u32>,
        new: &NewDefinition,
        by: &str,
    ) -> Result<Definition, CatalogError> {
        let definition = checked(new)?;
        let mut transaction = self.write().await?;
        let version: i64 = sqlx::query_scalar("select version from definitions where project_id = $1 and kind = $2 and id = $3")
            .bind(i64::from(project.0))
            .bind(kind.as_str())
            .bind(id)
            .fetch_optional(&mut *transaction)
            .await?
            .ok_or(CatalogError::NotFound)?;
        if seen.is_some_and(|seen| i64::from(seen) != version) {
            return Err(CatalogError::Changed { what: kind.as_str() });
        }
        let version = version + 1;
        self.add_definition_version(&mut transaction, id, version, new.name.trim(), &definition, by).await?;
        sqlx::query("update definitions set name = $2, version = $3, definition = $4, updated_by = $5, updated_at = $6 where id = $1")
            .bind(id)
            .bind(new.name.trim())
            .bind(version)
            .bind(&definition)
            .bind(by)
            .bind(self.now_ms())
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await?;
        self.definition(project, kind, id).await
    }

    pub async fn delete_definition(&self, project: ProjectId, kind: DefinitionKind, id: &str) -> Result<(), CatalogError> {
        let mut transaction = self.write().await?;
        let ours = "(select id from definitions where project_id = $1 and kind = $2 and id = $3)";
        let mut gone = 0;
        // The links to it go with it, and it goes last.
        for statement in [
            "delete from share_links where project_id = $1 and kind = $2 and object_id = $3".to_owned(),
            format!("delete from definition_versions where definition_id in {ours}"),
            format!("delete from definitions where id in {ours}"),
        ] {
            let done = sqlx::query(sqlx::AssertSqlSafe(statement)).bind(i64::from(project.0)).bind(kind.as_str()).bind(id).execute(&mut *transaction).await?;
            gone = done.rows_affected();
        }
        transaction.commit().await?;
        if gone == 0 { Err(CatalogError::NotFound) } else { Ok(()) }
    }

    /// What it was, the latest first.
    pub async fn definition_versions(&self, project: ProjectId, kind: DefinitionKind, id: &str) -> Result<Vec<DefinitionVersion>, CatalogError> {
        let rows = sqlx::query(
            "select v.* from definition_versions v join definitions d on d.id = v.definition_id
             where d.project_id = $1 and d.kind = $2 and d.id = $3 order by v.version desc",
        )
        .bind(i64::from(project.0))
        .bind(kind.as_str())
        .bind(id)
        .fetch_all(self.read())
        .await?;
        let read = |row: &SqliteRow| {
            Ok(DefinitionVersion {
                version: version_of(row)?,
                name: row.try_get("name")?,
                definition: json_of(row)?,
                created_by: row.try_get("created_by")?,
                created_at: row.try_get("created_at")?,
            })
        };
        rows.iter().map(read).collect()
    }

    async fn add_definition_version(
        &self,
        transaction: &mut sqlx::Transaction<'_, sqlx::Sqlite>,
        id: &str,
        version: i64,
        name: &str,
        definition: &str,
        by: &str,
    ) -> Result<(), CatalogError> {
        sqlx::query("insert into definition_versions (definition_id, version, name, definition, created_by, created_at) values ($1, $2, $3, $4, $5, $6)")
            .bind(id)
            .bind(version)
            .bind(name)
            .bind(definition)
            .bind(by)
            .bind(self.now_ms())
            .execute(&mut **transaction)
            .await?;
        sqlx::query("delete from definition_versions where definition_id = $1 and version <= $2")
            .bind(id)
            .bind(version - MOST_VERSIONS)
            .execute(&mut **transaction)
            .await?;
        Ok(())
    }
}

fn checked(new: &NewDefinition) -> Result<String, CatalogError> {
    let name = new.name.trim();
    if name.is_empty() || name.chars().count() > 200 || name.chars().any(char::is_control) {
        return Err(CatalogError::invalid("name", "give a name of 1 to 200 characters, on one line"));
    }
    let definition = new.definition.to_string();
    if definition.len() > MAX_DEFINITION_BYTES {
        return Err(CatalogError::invalid("definition", format!("takes at most {MAX_DEFINITION_BYTES} bytes")));
    }
    Ok(definition)
}

fn read_definition(row: &SqliteRow) -> Result<Definition, CatalogError> {
    let kind: &str = row.try_get("kind")?;
    Ok(Definition {
        id: row.try_get("id")?,
        kind: DefinitionKind::of(kind).ok_or_else(|| CatalogError::Damaged { what: "definition", message: format!("of kind {kind}") })?,
        name: row.try_get("name")?,
        version: version_of(row)?,
        definition: json_of(row)?,
        created_by: row.try_get("created_by")?,
        created_at: row.try_get("created_at")?,
        updated_by: row.try_get("updated_by")?,
        updated_at: row.try_get("updated_at")?,
    })
}

fn version_of(row: &SqliteRow) -> Result<u32, CatalogError> {
    let version: i64 = row.try_get("version")?;
    Ok(u32::try_from(version).unwrap_or(u32::MAX))
}

fn json_of(row: &SqliteRow) -> Result<Value, CatalogError> {
    serde_json::from_str(row.try_get("definition")?).map_err(|error| CatalogError::Damaged { what: "definition", message: error.to_string() })
}
