use crate::{Catalog, CatalogError};
use serde_json::Value;
use sillage_event::ProjectId;
use sqlx::{Row, sqlite::SqliteRow};

const MAX_CONDITIONS_BYTES: usize = 64 * 1024;
/// A list of a million people, with room for long ids.
const MAX_LIST_BYTES: usize = 128 << 20;

/// People under a name: by conditions, found anew each time, or by a list.
#[derive(Clone, Debug, PartialEq)]
pub struct Cohort {
    pub id: String,
    /// No two of a project have the same.
    pub name: String,
    pub description: String,
    /// `None` where a list of cohorts leaves out who is listed.
    pub definition: Option<Value>,
    /// How many people are listed; `None` when it is made of conditions.
    pub listed: Option<u64>,
    pub created_by: String,
    pub created_at: i64,
    pub updated_at: i64,
}

#[derive(Clone, Debug)]
pub struct NewCohort {
    pub name: String,
    pub description: String,
    pub definition: Value,
}

impl NewCohort {
    /// A list says so by being one: `["u1"]` or `{"people": ["u1"]}`.
    fn listed(&self) -> Option<i64> {
        let list = self.definition.as_array().or_else(|| self.definition.get("people")?.as_array())?;
        i64::try_from(list.len()).ok()
    }
}

impl Catalog {
    /// The project's cohorts by name, without the people of lists.
    pub async fn cohorts(&self, project: ProjectId) -> Result<Vec<Cohort>, CatalogError> {
        let rows = sqlx::query(
            "select id, name, description, case when listed is null then definition end as definition, listed, created_by, created_at, updated_at
             from cohorts where project_id = $1 order by name, id",
        )
        .bind(i64::from(project.0))
        .fetch_all(self.read())
        .await?;
        rows.iter().map(read_cohort).collect()
    }

    pub async fn cohort(&self, project: ProjectId, id: &str) -> Result<Cohort, CatalogError> {
        let row =
            sqlx::query("select * from cohorts where project_id = $1 and id = $2").bind(i64::from(project.0)).bind(id).fetch_optional(self.read()).await?;
        read_cohort(&row.ok_or(CatalogError::NotFound)?)
    }

    /// The cohort that a question calls by its id, or else by its name.
    pub async fn cohort_called(&self, project: ProjectId, id_or_name: &str) -> Result<Option<Cohort>, CatalogError> {
        let row = sqlx::query("select * from cohorts where project_id = $1 and (id = $2 or name = $2) order by case when id = $2 then 0 else 1 end limit 1")
            .bind(i64::from(project.0))
            .bind(id_or_name)
            .fetch_optional(self.read())
            .await?;
        row.as_ref().map(read_cohort).transpose()
    }

    pub async fn create_cohort(&self, project: ProjectId, new: &NewCohort, created_by: &str) -> Result<Cohort, CatalogError> {
        check(new)?;
        let id = uuid::Uuid::now_v7().to_string();
        let mut transaction = self.write().await?;
        sqlx::query(
            "insert into cohorts (id, project_id, name, description, definition, listed, created_by, created_at, updated_at)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $8)",
        )
        .bind(&id)
        .bind(i64::from(project.0))
        .bind(new.name.trim())
        .bind(&new.description)
        .bind(new.definition.to_string())
        .bind(new.listed())
        .bind(created_by)
        .bind(self.now_ms())
        .execute(&mut *transaction)
        .await
        .map_err(CatalogError::taken("name"))?;
        transaction.commit().await?;
        self.cohort(project, &id).await
    }

    pub async fn update_cohort(&self, project: ProjectId, id: &str, new: &NewCohort) -> Result<Cohort, CatalogError> {
        check(new)?;
        let mut transaction = self.write().await?;
        let changed =
            sqlx::query("update cohorts set name = $3, description = $4, definition = $5, listed = $6, updated_at = $7 where project_id = $1 and id = $2")
                .bind(i64::from(project.0))
                .bind(id)
                .bind(new.name.trim())
                .bind(&new.description)
                .bind(new.definition.to_string())
                .bind(new.listed())
                .bind(self.now_ms())
                .execute(&mut *transaction)
                .await
                .map_err(CatalogError::taken("name"))?;
        transaction.commit().await?;
        if changed.rows_affected() == 0 {
            return Err(CatalogError::NotFound);
        }
        self.cohort(project, id).await
    }

    pub async fn delete_cohort(&self, project: ProjectId, id: &str) -> Result<(), CatalogError> {
        let mut transaction = self.write().await?;
        let gone = sqlx::query("delete from cohorts where project_id = $1 and id = $2").bind(i64::from(project.0)).bind(id).execute(&mut *transaction).await?;
        transaction.commit().await?;
        if gone.rows_affected() == 0 { Err(CatalogError::NotFound) } else { Ok(()) }
    }
}

fn check(new: &NewCohort) -> Result<(), CatalogError> {
    let name = new.name.trim();
    if name.is_empty() || name.chars().count() > 200 || name.chars().any(char::is_control) {
        return Err(CatalogError::invalid("name", "give the cohort a name of 1 to 200 characters"));
    }
    if new.description.chars().count() > 2000 {
        return Err(CatalogError::invalid("description", "takes at most 2000 characters"));
    }
    let most = if new.listed().is_some() { MAX_LIST_BYTES } else { MAX_CONDITIONS_BYTES };
    if new.definition.to_string().len() > most {
        return Err(CatalogError::invalid("definition", format!("takes at most {most} bytes")));
    }
    Ok(())
}

fn read_cohort(row: &SqliteRow) -> Result<Cohort, CatalogError> {
    let definition: Option<String> = row.try_get("definition")?;
    let definition = definition.map(|text| serde_json::from_str(&text)).transpose();
    let listed: Option<i64> = row.try_get("listed")?;
    Ok(Cohort {
        id: row.try_get("id")?,
        name: row.try_get("name")?,
        description: row.try_get("description")?,
        definition: definition.map_err(|error| CatalogError::Damaged { what: "cohort", message: error.to_string() })?,
        listed: listed.and_then(|n| u64::try_from(n).ok()),
        created_by: row.try_get("created_by")?,
        created_at: row.try_get("created_at")?,
        updated_at: row.try_get("updated_at")?,
    })
}
