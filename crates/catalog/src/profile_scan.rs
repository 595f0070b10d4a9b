//! Reading many profiles one after the other, for who keeps a digest of them and must not hold them all.

use crate::{Catalog, CatalogError, Profile, ProfileKind, profile::read_profile};
use futures::TryStreamExt;
use sillage_event::ProjectId;

/// A page of all profiles of a project.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ProfilesPage {
    pub profiles: Vec<Profile>,
    /// What to give as `after` for the next page.
    pub next: Option<ProfileCursor>,
}

/// A place in the list of all profiles of a project.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProfileCursor {
    kind: String,
    id: String,
}

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

    /// The profiles of all kinds, groups first, a page at a time.
    pub async fn profiles_page(&self, project: ProjectId, after: Option<&ProfileCursor>, limit: u32) -> Result<ProfilesPage, CatalogError> {
        let (kind, id) = after.map_or(("", ""), |after| (after.kind.as_str(), after.id.as_str()));
        let sql = "select * from profiles where project_id = $1 and not deleted and (kind > $2 or (kind = $2 and id > $3)) order by kind, id limit $4";
        let rows = sqlx::query(sql).bind(i64::from(project.0)).bind(kind).bind(id).bind(i64::from(limit)).fetch_all(self.read()).await?;
        let profiles: Vec<Profile> = rows.iter().map(read_profile).collect::<Result<_, _>>()?;
        let is_full = profiles.len() as u64 >= u64::from(limit);
        let next = profiles.last().filter(|_| is_full).map(|last| ProfileCursor { kind: last.kind.stored(), id: last.id.clone() });
        Ok(ProfilesPage { profiles, next })
    }
}
