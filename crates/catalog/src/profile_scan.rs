//! Reading many profiles one after the other, for who keeps a digest of them and must not hold them all.

use crate::{Catalog, CatalogError, Profile, ProfileKind, profile::read_profile};
use futures::TryStreamExt;
use sillage_event::ProjectId;

impl Catalog {
    /// Calls `each` with the profiles of one kind (or of all) that changed after `counter`, deleted ones among them. From 0: all.
    pub async fn each_profile(
        &self,
        project: ProjectId,
        kind: Option<&ProfileKind>,
        counter: i64,
        mut each: impl FnMut(Profile) + Send,
    ) -> Result<(), CatalogError> {
        let sql = "select * from profiles where project_id = $1 and change > $2 and ($3 is null or kind = $3)";
        let query = sqlx::query(sql).bind(i64::from(project.0)).bind(counter).bind(kind.map(ProfileKind::stored));
        let mut rows = query.fetch(self.read());
        while let Some(row) = rows.try_next().await? {
            each(read_profile(&row)?);
        }
        Ok(())
    }
}
