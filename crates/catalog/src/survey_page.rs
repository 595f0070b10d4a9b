//! Surveys with a page of their own: where it is, and what was answered there through links for one person.

use crate::{Catalog, CatalogError, survey::SurveyVersion};
use sillage_event::ProjectId;
use sqlx::{Row, sqlite::SqliteRow};

const MAX_SLUG_CHARS: usize = 80;

/// Where a survey's page is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SurveyPage {
    pub survey: String,
    pub project: ProjectId,
    /// The last part of its address.
    pub slug: String,
    pub is_open: bool,
}

#[derive(Clone, Debug)]
pub struct NewSurveyPage {
    pub slug: String,
    pub is_open: bool,
}

impl Catalog {
    /// Where the page of a survey is, if it was ever given one.
    pub async fn survey_page(&self, project: ProjectId, survey: &str) -> Result<Option<SurveyPage>, CatalogError> {
        let row = sqlx::query("select * from survey_pages where project_id = $1 and survey_id = $2")
            .bind(i64::from(project.0))
            .bind(survey)
            .fetch_optional(self.read())
            .await?;
        row.as_ref().map(read_page).transpose()
    }

    /// The survey at an address, in whatever project.
    pub async fn survey_page_at(&self, slug: &str) -> Result<Option<SurveyPage>, CatalogError> {
        let row = sqlx::query("select * from survey_pages where slug = $1").bind(slug.to_lowercase()).fetch_optional(self.read()).await?;
        row.as_ref().map(read_page).transpose()
    }

    /// Gives a survey a page, or another address, or takes the page away while keeping its address.
    pub async fn set_survey_page(&self, project: ProjectId, survey: &str, new: &NewSurveyPage) -> Result<SurveyPage, CatalogError> {
        self.survey(project, survey).await?;
        let slug = checked_slug(&new.slug)?;
        let mut transaction = self.write().await?;
        sqlx::query(
            "insert into survey_pages (survey_id, project_id, slug, is_open, updated_at) values ($1, $2, $3, $4, $5)
             on conflict (survey_id) do update set slug = excluded.slug, is_open = excluded.is_open, updated_at = excluded.updated_at",
        )
        .bind(survey)
        .bind(i64::from(project.0))
        .bind(&slug)
        .bind(i64::from(new.is_open))
        .bind(self.now_ms())
        .execute(&mut *transaction)
        .await
        .map_err(CatalogError::taken("address"))?;
        transaction.commit().await?;
        Ok(SurveyPage { survey: survey.to_owned(), project, slug, is_open: new.is_open })
    }

    /// One version of a survey as it was published.
    pub async fn survey_version(&self, project: ProjectId, survey: &str, version: u32) -> Result<SurveyVersion, CatalogError> {
        let found = self.survey_versions(project, survey).await?.into_iter().find(|one| one.version == version);
        found.ok_or(CatalogError::NotFound)
    }

    /// When a question was first answered in a response through a personal link; now, if it was not. The end is the empty question.
    pub async fn answered_at(&self, response: &str, question: &str) -> Result<i64, CatalogError> {
        let mut transaction = self.write().await?;
        sqlx::query("insert into survey_link_answers (response, question, at) values ($1, $2, $3) on conflict (response, question) do nothing")
            .bind(response)
            .bind(question)
            .bind(self.now_ms())
            .execute(&mut *transaction)
            .await?;
        let at = sqlx::query_scalar("select at from survey_link_answers where response = $1 and question = $2")
            .bind(response)
            .bind(question)
            .fetch_one(&mut *transaction)
            .await?;
        transaction.commit().await?;
        Ok(at)
    }

    /// Whether anything was answered in a response through a personal link, and whether its end was reached.
    pub async fn link_answers(&self, response: &str) -> Result<(bool, bool), CatalogError> {
        let questions: Vec<String> =
            sqlx::query_scalar("select question from survey_link_answers where response = $1").bind(response).fetch_all(self.read()).await?;
        Ok((!questions.is_empty(), questions.iter().any(String::is_empty)))
    }
}

/// Small letters, digits and hyphens, since people type it and read it aloud.
fn checked_slug(slug: &str) -> Result<String, CatalogError> {
    let slug = slug.trim().to_lowercase();
    let is_letter = |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '-';
    let is_fine = (3..=MAX_SLUG_CHARS).contains(&slug.len()) && slug.chars().all(is_letter) && !slug.starts_with('-') && !slug.ends_with('-');
    if is_fine {
        return Ok(slug);
    }
    Err(CatalogError::invalid("slug", format!("write 3 to {MAX_SLUG_CHARS} letters without accents, digits and hyphens, such as how-was-it")))
}

fn read_page(row: &SqliteRow) -> Result<SurveyPage, CatalogError> {
    let project: i64 = row.try_get("project_id")?;
    let damaged = |_| CatalogError::Damaged { what: "page of a survey", message: format!("{project} is no project") };
    Ok(SurveyPage {
        survey: row.try_get("survey_id")?,
        project: ProjectId(u32::try_from(project).map_err(damaged)?),
        slug: row.try_get("slug")?,
        is_open: row.try_get::<i64, _>("is_open")? != 0,
    })
}
