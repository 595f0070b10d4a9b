//! An answer as a form sends it: reading it, and what its event says of it. The same words and numbers as the tag tells (`packages/sdk/src/survey/part.ts`).
//!
//! What must stay true: nothing is taken that the question does not offer; what is wrong is said by a code, and nothing of the answer is lost by it.

use super::{Answer, Kind, OTHER, Question, sus, umux_lite};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

const MOST_OTHER_CHARS: usize = 500;
const MOST_EMAIL_CHARS: usize = 254;

/// What somebody answered to one question.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Given {
    pub score: Option<f64>,
    pub choices: Option<Vec<String>>,
    pub text: Option<String>,
    /// Scores of rows, by item.
    pub items: BTreeMap<String, u8>,
    pub is_skipped: bool,
    pub is_consent: bool,
}

/// Why an answer cannot be taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wrong {
    /// The question wants an answer.
    Missing,
    NoEmail,
    TooMany,
    /// More letters than this.
    TooLong(usize),
    /// A ranking gives each choice a place of its own.
    Places,
    /// Not among what is offered.
    Unknown,
}

impl Question {
    /// How many letters an open answer takes.
    #[must_use]
    pub fn most_chars(&self) -> usize {
        match self.kind {
            Kind::Long => 5000,
            Kind::Email => MOST_EMAIL_CHARS,
            _ => MOST_OTHER_CHARS,
        }
    }

    /// Reads the fields of a form: `answer` (several times for several choices), `own` for words beside a choice, `row.<item>` for rows, `place.<choice>` for a ranking.
    pub fn read(&self, fields: &[(String, String)]) -> Result<Given, Wrong> {
        let one = |name: &str| values(fields, name).into_iter().map(str::trim).find(|value| !value.is_empty());
        let nothing = || if self.required { Err(Wrong::Missing) } else { Ok(Given { is_skipped: true, ..Given::default() }) };
        match self.kind {
            Kind::Statement => Ok(Given::default()),
            Kind::Consent => {
                if one("answer").is_some() {
                    Ok(Given { is_consent: true, ..Given::default() })
                } else {
                    nothing()
                }
            }
            Kind::Short | Kind::Long | Kind::Email => {
                let Some(text) = one("answer") else { return nothing() };
                if text.chars().count() > self.most_chars() {
                    return Err(Wrong::TooLong(self.most_chars()));
                }
                if self.kind == Kind::Email && !looks_like_email(text) {
                    return Err(Wrong::NoEmail);
                }
                Ok(Given { text: Some(text.to_owned()), ..Given::default() })
            }
            Kind::Single | Kind::Multi | Kind::Picture => {
                let ids = self.choice_ids();
                let mut chosen: Vec<String> = Vec::new();
                for id in values(fields, "answer").into_iter().filter(|id| !id.is_empty()) {
                    if !ids.iter().any(|one| one == id) {
                        return Err(Wrong::Unknown);
                    }
                    if !chosen.iter().any(|one| one == id) {
                        chosen.push(id.to_owned());
                    }
                }
                if chosen.is_empty() {
                    return nothing();
                }
                let most = if self.kind == Kind::Multi { self.most.map_or(usize::MAX, |most| most as usize) } else { 1 };
                if chosen.len() > most {
                    return Err(Wrong::TooMany);
                }
                let text = chosen.iter().any(|id| id == OTHER).then(|| one("own")).flatten();
                if text.is_some_and(|text| text.chars().count() > MOST_OTHER_CHARS) {
                    return Err(Wrong::TooLong(MOST_OTHER_CHARS));
                }
                // In the order in which they are offered, whatever a form makes of it.
                chosen.sort_by_key(|id| ids.iter().position(|one| one == id));
                Ok(Given { choices: Some(chosen), text: text.map(str::to_owned), ..Given::default() })
            }
            Kind::Ranking => {
                let mut places: Vec<(usize, String)> = Vec::new();
                for id in self.choice_ids() {
                    let Some(place) = one(&format!("place.{id}")) else { continue };
                    places.push((place.parse().map_err(|_| Wrong::Unknown)?, id));
                }
                if places.is_empty() {
                    return nothing();
                }
                places.sort();
                if places.len() != self.choices.len() || places.iter().enumerate().any(|(i, (place, _))| *place != i + 1) {
                    return Err(Wrong::Places);
                }
                Ok(Given { choices: Some(places.into_iter().map(|(_, id)| id).collect()), ..Given::default() })
            }
            Kind::Matrix | Kind::Sus | Kind::UmuxLite => {
                let mut items = BTreeMap::new();
                for item in &self.items {
                    if let Some(score) = one(&format!("row.{}", item.id)) {
                        items.insert(item.id.clone(), self.score_of(score)?);
                    }
                }
                if items.is_empty() || (self.required && items.len() < self.items.len()) {
                    return nothing();
                }
                let score = self.block_score(&items);
                Ok(Given { items, score, ..Given::default() })
            }
            Kind::Nps | Kind::Csat | Kind::Ces | Kind::Rating | Kind::Seq | Kind::Thumbs => match one("answer") {
                Some(score) => Ok(Given { score: Some(f64::from(self.score_of(score)?)), ..Given::default() }),
                None => nothing(),
            },
        }
    }

    fn score_of(&self, text: &str) -> Result<u8, Wrong> {
        let score: u8 = text.parse().map_err(|_| Wrong::Unknown)?;
        match self.scale() {
            Some((low, high)) if (low..=high).contains(&i64::from(score)) => Ok(score),
            _ => Err(Wrong::Unknown),
        }
    }

    /// The score of all rows together, where there is one.
    fn block_score(&self, items: &BTreeMap<String, u8>) -> Option<f64> {
        let answers: Vec<Option<u8>> = self.items.iter().map(|item| items.get(&item.id).copied()).collect();
        match self.kind {
            Kind::Sus => sus(&answers),
            Kind::UmuxLite => match answers.as_slice() {
                [Some(useful), Some(easy)] => umux_lite(*useful, *easy),
                _ => None,
            },
            _ => None,
        }
    }
}

impl Given {
    /// As far as the way on depends on it.
    #[must_use]
    pub fn answer(&self) -> Answer {
        match self {
            Self { is_skipped: true, .. } => Answer::Skipped,
            Self { score: Some(score), .. } => Answer::Score(*score),
            Self { choices: Some(choices), .. } => Answer::Choice(choices.clone()),
            _ => Answer::Given,
        }
    }

    /// What its event says: a number, ids, and words that anybody can read, of choices in the survey's first language.
    #[must_use]
    pub fn properties(&self, question: &Question, language: &str) -> Map<String, Value> {
        let mut properties = Map::new();
        if self.is_skipped {
            properties.insert("$skipped".to_owned(), true.into());
            return properties;
        }
        if let Some(score) = self.score {
            properties.insert("$score".to_owned(), number(score));
        }
        if let Some(choices) = &self.choices {
            properties.insert("$choice".to_owned(), choices.join(",").into());
            let label = |id: &String| match question.choices.iter().find(|choice| choice.id == *id) {
                Some(choice) => choice.text.get(language).unwrap_or(id).clone(),
                None => self.text.clone().unwrap_or_else(|| id.clone()),
            };
            properties.insert("$answer".to_owned(), json!(choices.iter().map(label).collect::<Vec<_>>()));
        } else if let Some(text) = &self.text {
            properties.insert("$answer".to_owned(), json!(text));
        } else if self.is_consent {
            properties.insert("$answer".to_owned(), true.into());
        }
        properties
    }

    /// Scores of rows as their events say them.
    pub fn rows(&self) -> impl Iterator<Item = (&str, Value)> {
        self.items.iter().map(|(item, score)| (item.as_str(), json!(score)))
    }
}

/// What a form says under a name, in order.
fn values<'a>(fields: &'a [(String, String)], name: &str) -> Vec<&'a str> {
    fields.iter().filter(|(one, _)| one == name).map(|(_, value)| value.as_str()).collect()
}

/// A whole number as one.
fn number(score: f64) -> Value {
    if score.fract() == 0.0 { json!(score as i64) } else { json!(score) }
}

/// As the widget looks at it: whether mail arrives there nobody knows.
fn looks_like_email(text: &str) -> bool {
    let Some((name, host)) = text.split_once('@') else { return false };
    let Some((domain, top)) = host.rsplit_once('.') else { return false };
    !name.is_empty() && !domain.is_empty() && !top.is_empty() && !host.contains('@') && !text.chars().any(char::is_whitespace)
}
