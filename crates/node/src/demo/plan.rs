//! The tracking plan of Courriel: in force before the story is told, so that what the story sends otherwise is listed, with a draft that somebody is writing.
//!
//! What must stay true: no event of the story is refused or kept apart, so that its figures are those of a project without a plan.

use anyhow::{Context, Result, anyhow};
use serde_json::{Value, json};
use sillage_catalog::Catalog;
use sillage_event::{ProjectId, time::to_rfc3339};
use sillage_plan::Plan;

pub(super) const INVOICE: &str = "Invoice paid";
/// The billing of this version writes amounts as texts: such invoices wait in quarantine.
const BILLING: &str = "3.2.0";
const MOST_LATE_INVOICES: usize = 6;
const HOUR_MS: i64 = 3_600_000;

/// Made once; what somebody made of it since stays.
pub(super) async fn of_courriel(catalog: &Catalog, project: ProjectId, by: &str, french: bool) -> Result<()> {
    const MADE: &str = "demo_plan";
    if catalog.setting(MADE).await?.is_some() {
        return Ok(());
    }
    if catalog.published_plan(project).await?.is_none() {
        let draft = catalog.keep_plan_draft(project, &in_force(french)?, None, by).await?;
        catalog.publish_plan(project, draft.revision, say(french, "What we agreed on in the kick-off", "Ce que nous avons décidé au lancement"), by).await?;
    }
    catalog.keep_plan_draft(project, &drafted(french)?, None, by).await?;
    Ok(catalog.set_setting(MADE, "1").await?)
}

/// The last invoices of a story once more, as the new billing sends them.
pub(super) fn late_invoices(invoices: &[Value], end_ms: i64) -> Vec<Value> {
    let again = invoices.iter().rev().take(MOST_LATE_INVOICES).zip(1_i64..).map(|(invoice, rank)| {
        let mut again = invoice.clone();
        again["insert_id"] = format!("courriel-billing-{rank}").into();
        again["time"] = to_rfc3339(end_ms - rank * HOUR_MS).into();
        let amount = format!("{},00 €", again["properties"]["amount"]);
        let told = [("amount", amount.as_str()), ("$lib", "billing"), ("$lib_version", BILLING)];
        told.into_iter().for_each(|(name, value)| again["properties"][name] = value.into());
        again
    });
    again.collect()
}

fn say(french: bool, en: &'static str, fr: &'static str) -> &'static str {
    if french { fr } else { en }
}

fn in_force(french: bool) -> Result<Value> {
    let say = |en, fr| say(french, en, fr);
    let (product, growth, finance) = ("product@courriel.example", "growth@courriel.example", "finance@courriel.example");
    let event = |description: &str, owner: &str, objective: &str, properties: Value| json!({"description": description, "owner": owner, "objective": objective, "properties": properties});
    let mut document = json!({
        "plan": 1, "name": "Courriel",
        "naming": {"events": "sentence_case", "properties": "snake_case"},
        "objectives": {
            "activation": {"description": say("Companies send a first campaign within a week", "Les entreprises envoient une première campagne dans la semaine"), "owner": growth},
            "revenue": {"description": say("Companies stay and pay", "Les entreprises restent et paient"), "owner": finance},
        },
        "properties": {
            "country": {"type": "string", "pattern": "^[A-Z]{2}$", "description": say("Where the person is", "Où se trouve la personne")},
            "language": {"type": "string", "values": ["en", "fr", "de", "es"]},
            "plan": {"type": "string", "values": ["free", "pro", "team"], "description": say("What the company pays for", "Ce que l’entreprise paie")},
            "utm_campaign": {"type": "string"}, "utm_medium": {"type": "string"}, "utm_source": {"type": "string"},
        },
        "events": {
            "Signed up": event(say("A person opened an account", "Une personne a ouvert un compte"), growth, "activation",
                json!({"method": {"type": "string", "required": true, "values": ["google", "email"]}, "company_size": {"type": "integer", "min": 1}})),
            "Contacts imported": event(say("Addresses came in from a file or a tool", "Des adresses sont arrivées d’un fichier ou d’un outil"), growth, "activation",
                json!({"source": {"type": "string", "required": true, "values": ["csv", "crm"]}, "contacts": {"type": "integer", "required": true, "min": 1, "max": 5_000}})),
            "Campaign started": event(say("A campaign was begun", "Une campagne a été commencée"), product, "activation",
                json!({"kind": {"type": "string", "values": ["newsletter", "promotion"]}})),
            "Audience chosen": event(say("A campaign has its readers", "Une campagne a ses lecteurs"), product, "activation",
                json!({"segment": {"type": "string"}, "contacts": {"type": "integer", "required": true}})),
            "Template chosen": event(say("A campaign has its look", "Une campagne a son apparence"), product, "activation", json!({"template": {"type": "string", "required": true}})),
            "E-mail edited": event(say("The content was changed", "Le contenu a été modifié"), product, "activation", json!({"blocks": {"type": "integer", "min": 1}})),
            "Campaign scheduled": event(say("A campaign has its time", "Une campagne a son heure"), product, "activation", json!({"when": {"type": "string", "values": ["now", "later"]}})),
            "Campaign sent": event(say("A campaign left for its readers", "Une campagne est partie vers ses lecteurs"), product, "activation", json!({
                "recipients": {"type": "integer", "required": true, "min": 1}, "template": {"type": "string", "required": true}, "when": {"type": "string", "values": ["now", "later"]},
            })),
            "Report viewed": event(say("Somebody looked at what a campaign brought", "Quelqu’un a regardé ce qu’une campagne a apporté"), product, "",
                json!({"report": {"type": "string", "pattern": "^[a-z_]+$"}})),
            "Automation created": event(say("Mails leave by themselves from now on", "Des e-mails partent désormais seuls"), product, "revenue",
                json!({"trigger": {"type": "string", "pattern": "^[a-z_]+$"}})),
            "Plan upgraded": event(say("A company pays for more", "Une entreprise paie davantage"), finance, "revenue",
                json!({"to": {"same_as": "plan", "required": true}, "amount": {"type": "number", "required": true, "min": 0}, "currency": {"type": "string", "values": ["EUR"]}})),
            INVOICE: event(say("A month was paid for", "Un mois a été payé"), finance, "revenue",
                json!({"amount": {"type": "number", "required": true, "min": 0}, "currency": {"type": "string", "values": ["EUR"]}})),
            "Plan cancelled": event(say("A company stops paying", "Une entreprise cesse de payer"), finance, "revenue", json!({"reason": {"type": "string"}})),
            "Logged in": event(say("A person signed in", "Une personne s’est connectée"), "", "", json!({})),
        },
    });
    document["events"]["Campaign sent"]["trigger"] = say("The server has handed over the last mail", "Le serveur a remis le dernier e-mail").into();
    document["events"]["Automation created"]["on_violation"] = "warn".into();
    document["events"][INVOICE]["on_violation"] = "quarantine".into();
    document["events"]["Logged in"]["status"] = "deprecated".into();
    checked(&document)
}

/// What is being written: an event that arrives already, and a source that was forgotten.
fn drafted(french: bool) -> Result<Value> {
    let mut document = in_force(french)?;
    document["events"]["Contacts imported"]["properties"]["source"]["values"] = json!(["csv", "crm", "form"]);
    document["events"]["Help opened"] = json!({
        "description": say(french, "Somebody looked for help where they were", "Quelqu’un a cherché de l’aide là où il était"),
        "owner": "product@courriel.example", "properties": {"topic": {"type": "string", "required": true}},
    });
    checked(&document)
}

/// As the catalog keeps it: without empty texts.
fn checked(document: &Value) -> Result<Value> {
    let plan: Plan = sillage_plan::from_json(document).context("the tracking plan of the demonstration")?;
    sillage_plan::Compiled::new(&plan).map_err(|problem| anyhow!("the tracking plan of the demonstration: {}: {}", problem.field, problem.message))?;
    Ok(Value::from(&plan))
}

#[cfg(test)]
mod tests;
