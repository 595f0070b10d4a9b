//! The task that matters most to Courriel, with the surveys that ask about it and the fault that a release mended.

use anyhow::Result;
use serde_json::{Value, json};
use sillage_catalog::{Catalog, NewTask};
use sillage_event::{ProjectId, time::to_rfc3339};
use sillage_testkit::story::{MENDED_IN, Surveys, mended_ms};

/// Made once; what somebody made of it since stays.
pub(super) async fn of_courriel(catalog: &Catalog, project: ProjectId, by: &str, french: bool, surveys: &Surveys, end_ms: i64) -> Result<()> {
    const MADE: &str = "demo_task";
    if catalog.setting(MADE).await?.is_some() {
        return Ok(());
    }
    let say = |en: &'static str, fr: &'static str| if french { fr } else { en };
    let step = |page: &str, label: &str| json!({"id": page, "label": label, "page": format!("/app/{page}")});
    let definition: Value = json!({
        "start": [{"event": "Campaign started"}],
        "completion": [{"event": "Campaign sent"}],
        "steps": [
            step("audience", "Audience"), step("template", say("Template", "Modèle")), step("editor", say("Editor", "Éditeur")),
            step("schedule", say("Schedule", "Programmation")), step("campaign-sent", say("Sent", "Envoyée")),
        ],
        "surveys": {"ease": surveys.ease.id, "nps": surveys.nps.id, "csat": surveys.csat.id, "churn": surveys.churn.id},
        "churned": {"event": "Plan cancelled"},
        "fixes": [{
            "page": "/app/audience", "selector": "[data-px-id=\"audience-next\"]", "signal": "dead_click_on_control", "state": "fixed", "at": to_rfc3339(mended_ms(end_ms)),
            "release": MENDED_IN, "label": say("The way on shows again on phones", "Le bouton Suivant revient sur téléphone"),
        }],
    });
    let new =
        NewTask { name: say("Plan an e-mail campaign", "Planifier une campagne e-mail").to_owned(), owner: say("Product", "Produit").to_owned(), definition };
    catalog.create_task(project, &new, by).await?;
    Ok(catalog.set_setting(MADE, "1").await?)
}
