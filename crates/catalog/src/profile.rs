//! Profiles of people and of groups: the latest properties, made from the feed of changes.
//!
//! A profile is kept under the id as it was sent; which ids are one person is known to the store. Every changed row
//! carries the project's change counter, so that who holds a copy (the engine) fetches only what changed.

use crate::{
    Catalog, CatalogError,
    profile_history::{self, worth_keeping},
    profile_limit::{self, LeftOut, MAX_PROFILE_BYTES, MAX_PROFILE_PROPERTIES, TooMuch},
    project::insert_group_type,
};
use sillage_event::{Identity, PersonId, ProfileChange, ProfileOp, ProjectId, Properties, Subject};
use sqlx::{Row, Sqlite, Transaction, sqlite::SqliteRow};
use std::collections::BTreeMap;

const MAX_SEARCH_BYTES: usize = 200;
const FEED: &str = "profile feed";

/// Whose profile.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ProfileKind {
    Person,
    /// A group of this type.
    Group(String),
}

impl ProfileKind {
    pub(crate) fn stored(&self) -> String {
        match self {
            Self::Person => "person".into(),
            Self::Group(name) => format!("group:{name}"),
        }
    }

    fn parse(stored: &str) -> Self {
        match stored.strip_prefix("group:") {
            Some(name) => Self::Group(name.into()),
            None => Self::Person,
        }
    }
}

#[derive(Clone, Debug, PartialEq)]
pub struct Profile {
    pub kind: ProfileKind,
    /// The id as it was sent (a device carries its prefix), or the key of the group.
    pub id: String,
    /// Of a person: the hash of the identity as it was sent, before links. Of a group: the key's hash as if it were a user's.
    pub hash: PersonId,
    pub properties: Properties,
    /// Milliseconds UTC of the first and of the latest change.
    pub first_seen: i64,
    pub updated_at: i64,
    /// Only seen in [`Catalog::each_profile`]: the profile is gone.
    pub deleted: bool,
}

/// What [`Catalog::apply_profiles`] did.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Applied {
    pub changes: u32,
    /// Changes that a profile has no room for.
    pub left_out: Vec<LeftOut>,
    /// The sequence had been applied before, so nothing was done.
    pub already: bool,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct PeoplePage {
    pub people: Vec<Profile>,
    /// How many the search finds on all pages.
    pub total: u64,
    /// What to give as `before` for the next page.
    pub next: Option<String>,
}

/// The key of a profile: project, kind as stored, id.
type Key = (ProjectId, String, String);

impl Catalog {
    /// Applies changes in order, once: the sequence up to which the feed was applied is stored in the same transaction.
    /// A sequence that was applied already does nothing.
    pub async fn apply_profiles(&self, sequence: u64, changes: &[(ProjectId, ProfileChange)]) -> Result<Applied, CatalogError> {
        let Some(prepared) = self.prepare_profiles(sequence, changes).await? else { return Ok(Applied { already: true, ..Applied::default() }) };
        prepared.commit().await
    }

    /// As [`Self::apply_profiles`], up to the moment before it counts: whoever has to keep what was left out does so before [`PreparedProfiles::commit`].
    /// `None` when the sequence was applied already. The catalog takes no other change until the result is committed or dropped.
    pub async fn prepare_profiles(&self, sequence: u64, changes: &[(ProjectId, ProfileChange)]) -> Result<Option<PreparedProfiles>, CatalogError> {
        let sequence = i64::try_from(sequence).map_err(|error| CatalogError::Damaged { what: "feed sequence", message: error.to_string() })?;
        let mut transaction = self.write().await?;
        let done: Option<i64> = sqlx::query_scalar("select value from counters where name = $1").bind(FEED).fetch_optional(&mut *transaction).await?;
        if done.is_some_and(|done| sequence <= done) {
            return Ok(None);
        }

        let Folded { applied, touched, past } = fold(&mut transaction, changes).await?;
        profile_history::append(&mut transaction, past).await?;

        let mut counters: BTreeMap<ProjectId, i64> = BTreeMap::new();
        for ((project, kind, id), slot) in touched.iter().filter(|(_, slot)| slot.changed) {
            let counter = match counters.get(project) {
                Some(counter) => *counter,
                None => {
                    let counter = crate::database::next_number(&mut transaction, &change_counter(*project)).await?;
                    counters.insert(*project, counter);
                    counter
                }
            };
            slot.store(&mut transaction, *project, kind, id, counter).await?;
            if let ProfileKind::Group(name) = ProfileKind::parse(kind) {
                insert_group_type(&mut transaction, *project, &name).await?;
            }
        }
        sqlx::query("insert into counters (name, value) values ($1, $2) on conflict (name) do update set value = excluded.value")
            .bind(FEED)
            .bind(sequence)
            .execute(&mut *transaction)
            .await?;
        Ok(Some(PreparedProfiles { transaction, applied }))
    }

    /// The first of the changes that the profiles of a project have no room for as they are. Nothing is changed.
    pub async fn would_leave_out(&self, project: ProjectId, changes: &[ProfileChange]) -> Result<Option<LeftOut>, CatalogError> {
        let changes: Vec<(ProjectId, ProfileChange)> = changes.iter().map(|change| (project, change.clone())).collect();
        let mut transaction = self.write().await?;
        let folded = fold(&mut transaction, &changes).await?;
        transaction.rollback().await?;
        Ok(folded.applied.left_out.into_iter().next())
    }

    /// The sequence of the feed up to which changes are applied; 0 before the first.
    pub async fn profiles_applied(&self) -> Result<u64, CatalogError> {
        let done: Option<i64> = sqlx::query_scalar("select value from counters where name = $1").bind(FEED).fetch_optional(self.read()).await?;
        Ok(done.and_then(|done| u64::try_from(done).ok()).unwrap_or(0))
    }

    /// A number that grows whenever a profile of the project changes.
    pub async fn profile_counter(&self, project: ProjectId) -> Result<i64, CatalogError> {
        let counter: Option<i64> =
            sqlx::query_scalar("select value from counters where name = $1").bind(change_counter(project)).fetch_optional(self.read()).await?;
        Ok(counter.unwrap_or(0))
    }

    /// One profile, by its id as it was sent.
    pub async fn profile(&self, project: ProjectId, kind: &ProfileKind, id: &str) -> Result<Option<Profile>, CatalogError> {
        let row = sqlx::query("select * from profiles where project_id = $1 and kind = $2 and id = $3 and not deleted")
            .bind(i64::from(project.0))
            .bind(kind.stored())
            .bind(id)
            .fetch_optional(self.read())
            .await?;
        row.as_ref().map(read_profile).transpose()
    }

    /// People whose id, name or e-mail address holds the text, the latest changed first.
    pub async fn search_people(&self, project: ProjectId, search: &str, limit: u32, before: Option<&str>) -> Result<PeoplePage, CatalogError> {
        let pattern = like_pattern(search);
        let (before_time, before_id) = match before {
            Some(cursor) => parse_cursor(cursor)?,
            None => (i64::MAX, String::new()),
        };
        let limit = i64::from(limit.clamp(1, 1000));
        let rows = sqlx::query(
            "select * from profiles where project_id = $1 and kind = 'person' and not deleted and search_text like $2 escape '\\' \
             and (updated_at < $3 or (updated_at = $3 and id > $4)) order by updated_at desc, id limit $5",
        )
        .bind(i64::from(project.0))
        .bind(&pattern)
        .bind(before_time)
        .bind(before_id)
        .bind(limit)
        .fetch_all(self.read())
        .await?;
        let total: i64 =
            sqlx::query_scalar("select count(*) from profiles where project_id = $1 and kind = 'person' and not deleted and search_text like $2 escape '\\'")
                .bind(i64::from(project.0))
                .bind(&pattern)
                .fetch_one(self.read())
                .await?;
        let people: Vec<Profile> = rows.iter().map(read_profile).collect::<Result<_, _>>()?;
        let full = i64::try_from(people.len()).is_ok_and(|found| found == limit);
        let next = people.last().filter(|_| full).map(|last| format!("{}:{}", last.updated_at, last.id));
        Ok(PeoplePage { people, total: u64::try_from(total).unwrap_or(0), next })
    }
}

/// Changes that are applied and do not count yet.
#[derive(Debug)]
pub struct PreparedProfiles {
    transaction: Transaction<'static, Sqlite>,
    applied: Applied,
}

impl PreparedProfiles {
    #[must_use]
    pub fn left_out(&self) -> &[LeftOut] {
        &self.applied.left_out
    }

    pub async fn commit(self) -> Result<Applied, CatalogError> {
        self.transaction.commit().await?;
        Ok(self.applied)
    }
}

/// Changes applied to profiles in memory.
struct Folded {
    applied: Applied,
    touched: BTreeMap<Key, Slot>,
    past: Vec<(ProjectId, String, PersonId, i64, ProfileOp)>,
}

async fn fold(transaction: &mut Transaction<'static, Sqlite>, changes: &[(ProjectId, ProfileChange)]) -> Result<Folded, CatalogError> {
    let mut folded = Folded { applied: Applied::default(), touched: BTreeMap::new(), past: Vec::new() };
    for (position, (project, change)) in changes.iter().enumerate() {
        let (kind, id, hash) = subject_key(&change.subject);
        let key = (*project, kind, id);
        if !folded.touched.contains_key(&key) {
            let slot = Slot::load(transaction, &key, hash).await?;
            folded.touched.insert(key.clone(), slot);
        }
        let Some(slot) = folded.touched.get_mut(&key) else { continue };
        let kept = if matches!(change.subject, Subject::Person(_)) { worth_keeping(change, slot.properties.as_ref(), slot.updated_at) } else { None };
        if let Err(too_much) = slot.apply(change) {
            folded.applied.left_out.push(LeftOut::new(position, change, too_much));
            continue;
        }
        folded.applied.changes += 1;
        folded.past.extend(kept.map(|op| (*project, key.2, hash, change.at, op)));
    }
    Ok(folded)
}

/// A profile while changes are applied to it.
struct Slot {
    hash: PersonId,
    properties: Option<Properties>,
    first_seen: Option<i64>,
    updated_at: i64,
    /// At least the size of the properties as JSON; measured again only when it reaches the limit.
    bytes_at_most: usize,
    changed: bool,
}

impl Slot {
    async fn load(transaction: &mut Transaction<'static, Sqlite>, key: &Key, hash: PersonId) -> Result<Self, CatalogError> {
        let (project, kind, id) = key;
        let row = sqlx::query("select * from profiles where project_id = $1 and kind = $2 and id = $3 and not deleted")
            .bind(i64::from(project.0))
            .bind(kind)
            .bind(id)
            .fetch_optional(&mut **transaction)
            .await?;
        let absent = Self { hash, properties: None, first_seen: None, updated_at: i64::MIN, bytes_at_most: 0, changed: false };
        let Some(row) = row else { return Ok(absent) };
        let bytes_at_most = row.try_get::<&str, _>("properties")?.len();
        let profile = read_profile(&row)?;
        Ok(Self { properties: Some(profile.properties), first_seen: Some(profile.first_seen), updated_at: profile.updated_at, bytes_at_most, ..absent })
    }

    /// Leaves the profile as it is when the change does not fit.
    fn apply(&mut self, change: &ProfileChange) -> Result<(), TooMuch> {
        let bytes_after = self.bytes_at_most + added_bytes(&change.op);
        let n_after = self.properties.as_ref().map_or(0, |now| profile_limit::n_after(now, &change.op));
        let next = if bytes_after <= MAX_PROFILE_BYTES && n_after <= MAX_PROFILE_PROPERTIES {
            self.bytes_at_most = bytes_after;
            change.op.apply(self.properties.take())
        } else {
            let next = change.op.apply(self.properties.clone());
            let bytes = next.as_ref().map_or(0, json_bytes);
            if bytes > MAX_PROFILE_BYTES {
                return Err(TooMuch::Bytes(bytes));
            }
            let n_before = self.properties.as_ref().map_or(0, Properties::len);
            if let Some(n) = next.as_ref().map(Properties::len).filter(|n| *n > MAX_PROFILE_PROPERTIES.max(n_before)) {
                return Err(TooMuch::Properties(n));
            }
            self.bytes_at_most = bytes;
            next
        };
        // A profile that comes back after it was deleted is a new one.
        self.changed |= next.is_some() || self.first_seen.is_some();
        self.first_seen = next.is_some().then(|| self.first_seen.map_or(change.at, |first| first.min(change.at)));
        self.updated_at = self.updated_at.max(change.at);
        self.properties = next;
        Ok(())
    }

    async fn store(&self, transaction: &mut Transaction<'static, Sqlite>, project: ProjectId, kind: &str, id: &str, counter: i64) -> Result<(), CatalogError> {
        let empty = Properties::new();
        let properties = self.properties.as_ref().unwrap_or(&empty);
        sqlx::query(
            "insert into profiles (project_id, kind, id, hash, properties, search_text, first_seen, updated_at, deleted, change) \
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) on conflict (project_id, kind, id) do update set \
             properties = excluded.properties, search_text = excluded.search_text, first_seen = excluded.first_seen, \
             updated_at = excluded.updated_at, deleted = excluded.deleted, change = excluded.change",
        )
        .bind(i64::from(project.0))
        .bind(kind)
        .bind(id)
        .bind(self.hash.0.cast_signed())
        .bind(serde_json::to_string(properties).map_err(damaged)?)
        .bind(search_text(id, properties))
        .bind(self.first_seen.unwrap_or(self.updated_at))
        .bind(self.updated_at)
        .bind(self.properties.is_none())
        .bind(counter)
        .execute(&mut **transaction)
        .await?;
        Ok(())
    }
}

fn subject_key(subject: &Subject) -> (String, String, PersonId) {
    match subject {
        Subject::Person(identity) => (ProfileKind::Person.stored(), identity.to_string(), identity.hash()),
        Subject::Group { r#type, key } => (ProfileKind::Group(r#type.clone()).stored(), key.clone(), Identity::User(key.clone()).hash()),
    }
}

fn change_counter(project: ProjectId) -> String {
    format!("profile changes {project}")
}

/// What a search looks through: one lower-case line, so that names in any alphabet are found in any case.
fn search_text(id: &str, properties: &Properties) -> String {
    let mut text = id.to_lowercase();
    let part = |name: &str| properties.get(name).and_then(|value| value.as_str()).map(str::to_lowercase);
    // The first and the last name stand together, so that both are found as one.
    let whole_name = [part("$first_name"), part("$last_name")].into_iter().flatten().collect::<Vec<_>>().join(" ");
    let parts = ["$name", "name", "$email", "email"].into_iter().filter_map(part);
    for line in parts.chain(Some(whole_name).filter(|name| !name.is_empty())) {
        text.push('\n');
        text.push_str(&line);
    }
    text
}

/// The text, with nothing in it that the pattern language would read as its own.
fn like_pattern(search: &str) -> String {
    let mut end = search.len().min(MAX_SEARCH_BYTES);
    while !search.is_char_boundary(end) {
        end -= 1;
    }
    let literal = search[..end].trim().to_lowercase().replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
    format!("%{literal}%")
}

fn parse_cursor(cursor: &str) -> Result<(i64, String), CatalogError> {
    let (time, id) = cursor.split_once(':').ok_or_else(|| CatalogError::invalid("before", "give the `next` of a page"))?;
    let time = time.parse().map_err(|_| CatalogError::invalid("before", "give the `next` of a page"))?;
    Ok((time, id.to_owned()))
}

/// By how much at most an operation makes a profile longer.
fn added_bytes(op: &ProfileOp) -> usize {
    /// A number that is added to, a list that is begun: brackets, digits and a comma.
    const AROUND_A_VALUE: usize = 32;
    match op {
        ProfileOp::Set(values) | ProfileOp::SetOnce(values) | ProfileOp::Add(values) | ProfileOp::Append(values) | ProfileOp::Union(values) => {
            json_bytes(values) + values.len() * AROUND_A_VALUE
        }
        ProfileOp::Remove(_) | ProfileOp::Unset(_) | ProfileOp::Delete => 0,
    }
}

fn json_bytes(properties: &Properties) -> usize {
    serde_json::to_string(properties).map_or(usize::MAX, |text| text.len())
}

pub(crate) fn read_profile(row: &SqliteRow) -> Result<Profile, CatalogError> {
    Ok(Profile {
        kind: ProfileKind::parse(row.try_get("kind")?),
        id: row.try_get("id")?,
        hash: read_hash(row)?,
        properties: read_properties(row)?,
        first_seen: row.try_get("first_seen")?,
        updated_at: row.try_get("updated_at")?,
        deleted: row.try_get("deleted")?,
    })
}

fn read_hash(row: &SqliteRow) -> Result<PersonId, CatalogError> {
    Ok(PersonId(row.try_get::<i64, _>("hash")?.cast_unsigned()))
}

fn read_properties(row: &SqliteRow) -> Result<Properties, CatalogError> {
    serde_json::from_str(row.try_get("properties")?).map_err(damaged)
}

fn damaged(error: serde_json::Error) -> CatalogError {
    CatalogError::Damaged { what: "profile", message: error.to_string() }
}
