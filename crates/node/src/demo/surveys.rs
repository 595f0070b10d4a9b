//! The surveys of Courriel: what its people are asked, made before the story is told so that what they answer names them.

use anyhow::{Context, Result};
use serde_json::{Value, json};
use sillage_behavior::survey::Survey;
use sillage_catalog::{Catalog, NewSurvey, SurveyStatus};
use sillage_event::ProjectId;
use sillage_testkit::story::{self, Surveys};

/// Made once; an import that was interrupted goes on with those that it began with.
pub(super) async fn of_courriel(catalog: &Catalog, project: ProjectId, by: &str, french: bool) -> Result<Surveys> {
    let say = |en: &'static str, fr: &'static str| if french { fr } else { en };
    // The last one is listed first.
    let churn = made(catalog, project, by, "churn", say("Why people leave", "Pourquoi on nous quitte"), churn()).await?;
    let csat = made(catalog, project, by, "csat", say("How satisfied are you?", "Êtes-vous satisfait ?"), csat()).await?;
    let ease = made(catalog, project, by, "ease", say("Sending a campaign: how easy?", "Envoyer une campagne : facile ?"), ease()).await?;
    let nps = made(catalog, project, by, "nps", say("Would you recommend us?", "Nous recommanderiez-vous ?"), nps()).await?;
    Ok(Surveys { nps, ease, csat, churn })
}

async fn made(catalog: &Catalog, project: ProjectId, by: &str, key: &str, name: &str, definition: Value) -> Result<story::Survey> {
    let setting = format!("demo_survey_{key}");
    if let Some(id) = catalog.setting(&setting).await? {
        return Ok(story::Survey { id, name: name.to_owned() });
    }
    let definition = Survey::from_json(&definition, "definition").with_context(|| format!("the survey {key} of the demonstration"))?;
    let new = NewSurvey { name: name.to_owned(), definition: serde_json::to_value(&definition)? };
    let survey = catalog.create_survey(project, &new, by).await?;
    catalog.publish_survey(project, &survey.id, by).await?;
    // Nobody is asked by an invented company; what was answered stays.
    catalog.stop_survey(project, &survey.id, SurveyStatus::Paused).await?;
    catalog.set_setting(&setting, &survey.id).await?;
    Ok(story::Survey { id: survey.id, name: survey.name })
}

fn text(en: &str, fr: &str) -> Value {
    json!({"en": en, "fr": fr})
}

fn thanks() -> Value {
    json!([{"id": "thanks", "title": text("Thank you", "Merci"), "text": text("We read every answer.", "Nous lisons chaque réponse.")}])
}

fn nps() -> Value {
    json!({
        "languages": ["en", "fr"],
        "questions": [
            {"id": "score", "kind": "nps", "required": true, "text": text("How likely are you to recommend Courriel to a colleague?", "Recommanderiez-vous Courriel à un collègue ?"),
             "low": text("Not at all", "Pas du tout"), "high": text("Certainly", "Certainement")},
            {"id": "why", "kind": "long", "text": text("What is the main reason for your score?", "Quelle est la raison principale de votre note ?")},
        ],
        "ends": thanks(), "triggers": [{"on": "time", "seconds": 20}], "frequency": {"renew_after_days": 90},
    })
}

fn ease() -> Value {
    json!({
        "languages": ["en", "fr"],
        "questions": [
            {"id": "score", "kind": "ces", "points": 5, "required": true, "text": text("How easy was it to send this campaign?", "Était-il facile d'envoyer cette campagne ?"),
             "low": text("Very difficult", "Très difficile"), "high": text("Very easy", "Très facile")},
            {"id": "why", "kind": "long", "text": text("What made it so?", "Qu'est-ce qui l'explique ?")},
        ],
        "ends": thanks(), "triggers": [{"on": "event", "event": "Campaign sent"}],
    })
}

fn csat() -> Value {
    json!({
        "languages": ["en", "fr"],
        "questions": [
            {"id": "score", "kind": "csat", "points": 5, "required": true, "text": text("How satisfied are you with how it went?", "Êtes-vous satisfait de la façon dont cela s'est passé ?"),
             "low": text("Not at all", "Pas du tout"), "high": text("Very", "Très")},
            {"id": "why", "kind": "long", "text": text("What would make it better?", "Qu'est-ce qui l'améliorerait ?")},
        ],
        "ends": thanks(), "triggers": [{"on": "time", "seconds": 30}],
    })
}

fn churn() -> Value {
    json!({
        "languages": ["en", "fr"],
        "questions": [
            {"id": "reason", "kind": "single", "required": true, "text": text("Why are you leaving?", "Pourquoi nous quittez-vous ?"), "choices": [
                {"id": "price", "text": text("Too expensive", "Trop cher")}, {"id": "complicated", "text": text("Too complicated", "Trop compliqué")},
                {"id": "missing", "text": text("Something is missing", "Il manque une fonction")}, {"id": "other_tool", "text": text("I use another tool", "J'utilise un autre outil")},
                {"id": "over", "text": text("I no longer need it", "Je n'en ai plus besoin")}]},
            {"id": "rating", "kind": "rating", "points": 5, "text": text("How was Courriel, all in all?", "Comment était Courriel, dans l'ensemble ?"),
             "low": text("Bad", "Mauvais"), "high": text("Excellent", "Excellent")},
            {"id": "words", "kind": "long", "text": text("What should we have done better?", "Qu'aurions-nous dû mieux faire ?")},
        ],
        "ends": thanks(), "triggers": [{"on": "call"}],
    })
}
