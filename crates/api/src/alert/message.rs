//! What an alert says: a sentence in the language of whoever reads it, as a mail, as JSON, or as a message of a chat.

use super::{AlertCondition, AlertDefinition, MoveAgainst, MoveUnit, WebhookFormat, judge::Told, why::WhySegment};
use crate::{
    Api,
    definition::About,
    metric::words::{figure, number, percent},
    time::{day_words, time_words, zone_words},
};
use serde_json::{Value, json};
use sillage_behavior::{interview::local, metric::instant};
use sillage_catalog::{NewMail, NewPost, Project};
use std::fmt::Write;

const MAX_NAME_CHARS: usize = 120;

pub(super) struct Message<'a> {
    pub(super) api: &'a Api,
    pub(super) project: &'a Project,
    pub(super) about: &'a About,
    pub(super) alert: &'a AlertDefinition,
    /// `fired`, `over` or `test`
    pub(super) kind: &'static str,
    pub(super) told: &'a Told,
}

impl Message<'_> {
    pub(super) fn mails(&self, not_before: Option<i64>) -> Vec<NewMail> {
        let mail = |to: &String| NewMail {
            project: Some(self.project.id),
            kind: "alert",
            about: Some(self.about.id.clone()),
            to: to.clone(),
            subject: self.subject(),
            text: self.letter(),
            not_before,
            ..NewMail::default()
        };
        self.alert.mail.iter().map(mail).collect()
    }

    pub(super) fn posts(&self, secret: &str, not_before: Option<i64>) -> Vec<NewPost> {
        let post = |webhook: &super::AlertWebhook| NewPost {
            kind: "alert",
            about: self.about.id.clone(),
            url: webhook.url.clone(),
            secret: secret.to_owned(),
            body: match webhook.format {
                WebhookFormat::Json => self.json(),
                WebhookFormat::Slack => self.chat(),
            }
            .to_string(),
            not_before,
        };
        self.alert.webhook.iter().map(post).collect()
    }

    fn is_french(&self) -> bool {
        self.alert.language.as_deref() == Some("fr")
    }

    fn url(&self) -> Option<String> {
        let url = self.api.options.public_url.as_ref()?;
        Some(format!("{}/p/{}/alerts/{}", url.trim_end_matches('/'), self.project.id, self.about.id))
    }

    fn written(&self, value: f64) -> String {
        figure(value, self.told.format, self.told.currency.as_deref(), self.is_french())
    }

    /// `Weekly senders: 1,204, below 1,500`
    fn subject(&self) -> String {
        let is_french = self.is_french();
        let name: String = self.told.name.chars().take(MAX_NAME_CHARS).collect();
        let colon = if is_french { "\u{a0}:" } else { ":" };
        let value = self.told.value.map_or_else(|| "–".to_owned(), |value| self.written(value));
        match (self.kind, is_french) {
            ("test", false) => format!("Test: {name}{colon} {value}"),
            ("test", true) => format!("Essai\u{a0}: {name}{colon} {value}"),
            ("over", false) => format!("{name}: {value}, back to normal"),
            ("over", true) => format!("{name}\u{a0}: {value}, retour à la normale"),
            _ => format!("{name}{colon} {value}, {}", self.compared()),
        }
    }

    /// What it is compared with: `below 1,500`, `38% less than the day before`, `outside the usual 40 to 60`.
    fn compared(&self) -> String {
        let (told, is_french) = (self.told, self.is_french());
        let reference = told.reference.map(|value| self.written(value)).unwrap_or_default();
        match told.when {
            AlertCondition::Above { .. } if is_french => format!("au-dessus de {reference}"),
            AlertCondition::Above { .. } => format!("above {reference}"),
            AlertCondition::Below { .. } if is_french => format!("sous {reference}"),
            AlertCondition::Below { .. } => format!("below {reference}"),
            AlertCondition::Rises { unit, against, .. } | AlertCondition::Falls { unit, against, .. } => {
                let (value, before) = (told.value.unwrap_or(0.0), told.reference.unwrap_or(0.0));
                let moved = value - before;
                let by = match unit {
                    MoveUnit::Share if before != 0.0 => percent((moved / before).abs(), is_french),
                    _ => self.written(moved.abs()),
                };
                let than = self.than(against);
                match (is_french, moved < 0.0) {
                    (false, true) => format!("{by} less than {than} ({reference})"),
                    (false, false) => format!("{by} more than {than} ({reference})"),
                    (true, true) => format!("{by} de moins que {than} ({reference})"),
                    (true, false) => format!("{by} de plus que {than} ({reference})"),
                }
            }
            AlertCondition::Unusual { .. } => {
                let bound = |bound: Option<f64>| bound.map_or_else(|| "–".to_owned(), |bound| self.written(bound));
                let (low, high) = (bound(told.low), bound(told.high));
                if is_french { format!("hors de l’habituel ({low} à {high})") } else { format!("outside the usual {low} to {high}") }
            }
        }
    }

    fn than(&self, against: MoveAgainst) -> &'static str {
        let is_french = self.is_french();
        match (against, self.told.unit.as_str()) {
            (MoveAgainst::LastWeek, "hour") if is_french => "la même heure une semaine plus tôt",
            (MoveAgainst::LastWeek, "hour") => "the same hour a week earlier",
            (MoveAgainst::LastWeek, _) if is_french => "le même jour une semaine plus tôt",
            (MoveAgainst::LastWeek, _) => "the same day a week earlier",
            (MoveAgainst::Before, "hour") if is_french => "l’heure précédente",
            (MoveAgainst::Before, "day") if is_french => "la veille",
            (MoveAgainst::Before, "week") if is_french => "la semaine précédente",
            (MoveAgainst::Before, "month") if is_french => "le mois précédent",
            (MoveAgainst::Before, _) if is_french => "la période précédente",
            (MoveAgainst::Before, "hour") => "the hour before",
            (MoveAgainst::Before, "day") => "the day before",
            (MoveAgainst::Before, "week") => "the week before",
            (MoveAgainst::Before, "month") => "the month before",
            (MoveAgainst::Before, _) => "the period before",
        }
    }

    /// `on Tuesday 1 December 2026, 14:00 (Europe/Paris)`
    fn when(&self) -> String {
        let (told, is_french) = (self.told, self.is_french());
        let Some(start) = told.start.as_deref().and_then(instant) else { return String::new() };
        let at = local(start, &self.project.timezone);
        let day = day_words(at, is_french);
        match (told.unit.as_str(), is_french) {
            ("hour", false) => format!("{day}, from {} ({})", time_words(at, false), zone_words(&self.project.timezone)),
            ("hour", true) => format!("{day}, à partir de {} ({})", time_words(at, true), zone_words(&self.project.timezone)),
            ("day", _) => day,
            (unit, false) => format!("the {unit} from {day}"),
            ("week", true) => format!("la semaine du {day}"),
            ("month", true) => format!("le mois du {day}"),
            (_, true) => format!("la période du {day}"),
        }
    }

    fn explained(&self) -> Vec<String> {
        self.told.why.iter().flat_map(|why| &why.segments).map(|segment| self.segment(segment)).collect()
    }

    /// `$browser Safari: 300 → 60, 84% of the move`
    fn segment(&self, segment: &WhySegment) -> String {
        let is_french = self.is_french();
        let value = match &segment.value {
            Value::Null if is_french => "(non défini)".to_owned(),
            Value::Null => "(not set)".to_owned(),
            Value::String(text) => text.chars().take(MAX_NAME_CHARS).collect(),
            other => other.to_string(),
        };
        let figure = |value: Option<f64>| value.map_or_else(|| "–".to_owned(), |value| self.written(value));
        let (before, now, share) = (figure(segment.before), figure(segment.now), percent(segment.contribution, is_french));
        let property = segment.property.trim_start_matches('$');
        if is_french {
            format!("{property} {value}\u{a0}: {before} → {now}, {share} de l’écart")
        } else {
            format!("{property} {value}: {before} → {now}, {share} of the move")
        }
    }

    fn letter(&self) -> String {
        let is_french = self.is_french();
        let mut text = format!("{}\n{}\n", self.subject(), self.when());
        if let Some(n) = self.told.n {
            let n = number(n as f64, is_french);
            let _ = writeln!(text, "{}", if is_french { format!("Sur {n}.") } else { format!("Of {n}.") });
        }
        let explained = self.explained();
        if !explained.is_empty() {
            let _ = writeln!(text, "\n{}", if is_french { "Ce qui l’explique le plus\u{a0}:" } else { "What explains it most:" });
            for line in explained {
                let _ = writeln!(text, "  - {line}");
            }
        } else if self.told.why.as_ref().is_some_and(|why| !why.other_way) {
            let said =
                if is_french { "Aucun segment ne s’écarte des autres\u{a0}: tous ont bougé de même." } else { "No segment stands out: all moved alike." };
            let _ = writeln!(text, "\n{said}");
        }
        if let Some(url) = self.url() {
            let _ = writeln!(text, "\n{url}");
        }
        let name = &self.about.name;
        let _ = if is_french {
            writeln!(text, "\nVous recevez ce message parce que votre adresse figure dans l’alerte «\u{202f}{name}\u{202f}».")
        } else {
            writeln!(text, "\nYou get this because your address stands in the alert “{name}”.")
        };
        text
    }

    fn json(&self) -> Value {
        json!({
            "type": format!("alert.{}", self.kind),
            "project": {"id": self.project.id, "name": self.project.name},
            "alert": {"id": self.about.id, "name": self.about.name},
            "sentence": self.subject(),
            "told": self.told,
            "url": self.url(),
        })
    }

    /// As incoming webhooks of Slack take it; of `&`, `<` and `>` their entities.
    fn chat(&self) -> Value {
        let escaped = |text: &str| text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
        let mut text = format!("*{}*\n{}", escaped(&self.subject()).replace('*', "∗"), escaped(&self.when()));
        for line in self.explained() {
            let _ = write!(text, "\n• {}", escaped(&line));
        }
        if let Some(url) = self.url() {
            let _ = write!(text, "\n<{url}>");
        }
        json!({ "text": text })
    }
}
