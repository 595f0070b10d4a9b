use crate::{Catalog, CatalogError};
use serde_json::Value;
use sillage_event::ProjectId;
use sqlx::{Row, sqlite::SqliteRow};

const MAX_WEIGHTS_BYTES: usize = 16 * 1024;

/// What friction is worth in a project, as of one change.
#[derive(Clone, Debug, PartialEq)]
pub struct FrictionWeights {
    /// Counts changes from 1.
    pub version: u32,
    /// By factor; what is not named keeps what holds without.
    pub weights: Value,
    pub created_by: String,
    pub created_at: i64,
}

impl Catalog {
    /// The latest weights; `None` while the defaults hold.
    pub async fn friction_weights(&self, project: ProjectId) -> Result<Option<FrictionWeights>, CatalogError> {
        Ok(self.friction_weights_history(project, 1).await?.pop())
    }

    /// The latest versions, newest first.
    pub async fn friction_weights_history(&self, project: ProjectId, limit: u32) -> Result<Vec<FrictionWeights>, CatalogError> {
        let rows = sqlx::query("select * from friction_weights where project_id = $1 order by version desc limit $2")
            .bind(i64::from(project.0))
            .bind(i64::from(limit))
            .fetch_all(self.read())
            .await?;
        rows.iter().map(read_friction_weights).collect()
    }

    /// A new version.
    pub async fn change_friction_weights(&self, project: ProjectId, weights: &Value, created_by: &str) -> Result<FrictionWeights, CatalogError> {
        let text = weights.to_string();
        if text.len() > MAX_WEIGHTS_BYTES {
            return Err(CatalogError::invalid("weights", format!("takes at most {MAX_WEIGHTS_BYTES} bytes")));
        }
        let mut transaction = self.write().await?;
        let row = sqlx::query(
            "insert into friction_weights (project_id, version, weights, created_by, created_at)
             select $1, coalesce(max(version), 0) + 1, $2, $3, $4 from friction_weights where project_id = $1 returning *",
        )
        .bind(i64::from(project.0))
        .bind(text)
        .bind(created_by)
        .bind(self.now_ms())
        .fetch_one(&mut *transaction)
        .await?;
        let changed = read_friction_weights(&row)?;
        transaction.commit().await?;
        Ok(changed)
    }
}

fn read_friction_weights(row: &SqliteRow) -> Result<FrictionWeights, CatalogError> {
    let weights = serde_json::from_str(row.try_get("weights")?);
    let version: i64 = row.try_get("version")?;
    Ok(FrictionWeights {
        version: u32::try_from(version).unwrap_or(u32::MAX),
        weights: weights.map_err(|error| CatalogError::Damaged { what: "friction weights", message: error.to_string() })?,
        created_by: row.try_get("created_by")?,
        created_at: row.try_get("created_at")?,
    })
}
