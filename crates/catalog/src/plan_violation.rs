use crate::{Catalog, CatalogError};
use sillage_event::ProjectId;
use sqlx::{Row, sqlite::SqliteRow};

const DAY_MS: i64 = 86_400_000;
/// For so many days violations are kept.
const KEPT_DAYS: i64 = 90;
/// Different ones of one project and day; what comes on top is counted without its names.
const MOST_OF_A_DAY: i64 = 5_000;

/// How often something arrived that was not as planned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlanViolation {
    /// Days since 1970, UTC.
    pub day: i64,
    /// Empty: too many different ones to tell apart.
    pub event: String,
    /// Empty where the event itself is meant.
    pub property: String,
    pub rule: String,
    pub sdk: String,
    pub sdk_version: String,
    pub level: String,
    pub count: u64,
    /// The last value, short and masked.
    pub sample: String,
    pub seen_type: String,
    pub first_seen: i64,
    pub last_seen: i64,
}

/// Which violations.
#[derive(Clone, Debug, Default)]
pub struct ViolationsQuery {
    /// Days since 1970, UTC; this one and later ones.
    pub since_day: i64,
    pub event: Option<String>,
    pub rule: Option<String>,
    pub limit: u32,
}

impl Catalog {
    /// Adds what was found on one day to what was counted before.
    pub async fn add_plan_violations(&self, project: ProjectId, found: &[PlanViolation]) -> Result<(), CatalogError> {
        let Some(first) = found.first() else { return Ok(()) };
        let mut transaction = self.write().await?;
        let today = self.now_ms().div_euclid(DAY_MS);
        let mut n_rows: i64 = sqlx::query_scalar("select count(*) from plan_violations where project_id = $1 and day = $2")
            .bind(i64::from(project.0))
            .bind(first.day)
            .fetch_one(&mut *transaction)
            .await?;
        for one in found {
            let known: Option<i64> = sqlx::query_scalar(
                "select 1 from plan_violations where project_id = $1 and day = $2 and event = $3 and property = $4 and rule = $5 and sdk = $6 and sdk_version = $7",
            )
            .bind(i64::from(project.0))
            .bind(one.day)
            .bind(&one.event)
            .bind(&one.property)
            .bind(&one.rule)
            .bind(&one.sdk)
            .bind(&one.sdk_version)
            .fetch_optional(&mut *transaction)
            .await?;
            let is_full = known.is_none() && n_rows >= MOST_OF_A_DAY;
            let name = |text: &String| if is_full { String::new() } else { text.clone() };
            sqlx::query(
                "insert into plan_violations (project_id, day, event, property, rule, sdk, sdk_version, level, count, sample, seen_type, first_seen, last_seen)
                 values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
                 on conflict do update set count = count + excluded.count, level = excluded.level, sample = excluded.sample,
                 seen_type = excluded.seen_type, first_seen = min(first_seen, excluded.first_seen), last_seen = max(last_seen, excluded.last_seen)",
            )
            .bind(i64::from(project.0))
            .bind(one.day)
            .bind(name(&one.event))
            .bind(name(&one.property))
            .bind(&one.rule)
            .bind(name(&one.sdk))
            .bind(name(&one.sdk_version))
            .bind(&one.level)
            .bind(i64::try_from(one.count).unwrap_or(i64::MAX))
            .bind(&one.sample)
            .bind(&one.seen_type)
            .bind(one.first_seen)
            .bind(one.last_seen)
            .execute(&mut *transaction)
            .await?;
            n_rows += i64::from(known.is_none());
        }
        sqlx::query("delete from plan_violations where project_id = $1 and day < $2")
            .bind(i64::from(project.0))
            .bind(today - KEPT_DAYS)
            .execute(&mut *transaction)
            .await?;
        Ok(transaction.commit().await?)
    }

    /// Days together, the most frequent first; `day` is that of the last.
    pub async fn plan_violations(&self, project: ProjectId, query: &ViolationsQuery) -> Result<Vec<PlanViolation>, CatalogError> {
        let rows = sqlx::query(
            "select max(day) as day, event, property, rule, sdk, sdk_version, level, sum(count) as count, sample, seen_type, min(first_seen) as first_seen,
             max(last_seen) as last_seen from plan_violations
             where project_id = $1 and day >= $2 and ($3 is null or event = $3) and ($4 is null or rule = $4)
             group by event, property, rule, sdk, sdk_version order by sum(count) desc, event, property, rule limit $5",
        )
        .bind(i64::from(project.0))
        .bind(query.since_day)
        .bind(&query.event)
        .bind(&query.rule)
        .bind(i64::from(query.limit))
        .fetch_all(self.read())
        .await?;
        rows.iter().map(read_violation).collect()
    }

    /// How many a day, the first day first: (day, rule, count).
    pub async fn plan_violations_by_day(&self, project: ProjectId, since_day: i64, event: Option<&str>) -> Result<Vec<(i64, String, u64)>, CatalogError> {
        let rows = sqlx::query(
            "select day, rule, sum(count) as count from plan_violations where project_id = $1 and day >= $2 and ($3 is null or event = $3) group by day, rule order by day, rule",
        )
        .bind(i64::from(project.0))
        .bind(since_day)
        .bind(event)
        .fetch_all(self.read())
        .await?;
        rows.iter().map(|row| Ok((row.try_get("day")?, row.try_get("rule")?, read_count(row)?))).collect()
    }
}

fn read_violation(row: &SqliteRow) -> Result<PlanViolation, CatalogError> {
    Ok(PlanViolation {
        day: row.try_get("day")?,
        event: row.try_get("event")?,
        property: row.try_get("property")?,
        rule: row.try_get("rule")?,
        sdk: row.try_get("sdk")?,
        sdk_version: row.try_get("sdk_version")?,
        level: row.try_get("level")?,
        count: read_count(row)?,
        sample: row.try_get("sample")?,
        seen_type: row.try_get("seen_type")?,
        first_seen: row.try_get("first_seen")?,
        last_seen: row.try_get("last_seen")?,
    })
}

fn read_count(row: &SqliteRow) -> Result<u64, CatalogError> {
    Ok(u64::try_from(row.try_get::<i64, _>("count")?).unwrap_or_default())
}
