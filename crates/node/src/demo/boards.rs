//! What Courriel follows: its metrics, the tree that shows what hangs on what, the board that the team looks at, alerts, and what happened.

use anyhow::{Context as _, Result};
use serde_json::{Value, json};
use sillage_catalog::{AnnotationKind, Catalog, Definition, DefinitionKind, NewAnnotation, NewDefinition};
use sillage_event::ProjectId;
use sillage_testkit::story::{MENDED_IN, mended_ms};

const DAY_MS: i64 = 86_400_000;

/// What the board shows beside the metrics: saved reports, in the order in which the demo saves them.
pub(super) async fn of_courriel(catalog: &Catalog, project: ProjectId, by: &str, french: bool, reports: &[String], end_ms: i64) -> Result<()> {
    const MADE: &str = "demo_boards";
    if catalog.setting(MADE).await?.is_some() {
        return Ok(());
    }
    let say = |en: &'static str, fr: &'static str| if french { fr } else { en };
    let (product, growth) = (say("Product", "Produit"), say("Growth", "Croissance"));
    let task = catalog.tasks(project).await?.into_iter().next().context("the demo has a task")?;

    let people = |event: &str| json!({"kind": "trend", "series": [{"select": {"event": event}, "measure": "unique"}], "interval": "week"});
    let anybody = json!({"kind": "trend", "series": [{"select": {"event": null}, "measure": "unique"}], "interval": "week"});
    let within_a_week =
        |from: &str, to: &str| json!({"kind": "funnel", "steps": [{"event": from}, {"event": to}], "window": {"n": 7, "unit": "day"}, "interval": "week"});
    let senders = json!({
        "description": say("People who send at least one campaign in a week: what Courriel is for.", "Personnes qui envoient au moins une campagne dans la semaine\u{202f}: ce pour quoi Courriel existe."),
        "owner": say("Management", "Direction"), "verified": true, "question": people("Campaign sent"), "target": {"value": 120},
    });
    let active = json!({"owner": growth, "verified": true, "question": anybody});
    let sent = json!({
        "description": say("Of those who start a campaign, who send one within seven days.", "Parmi ceux qui commencent une campagne, ceux qui en envoient une sous sept jours."),
        "owner": product, "verified": true, "format": "percent", "question": within_a_week("Campaign started", "Campaign sent"), "target": {"value": 0.75},
    });
    let signed_up = json!({"owner": growth, "question": people("Signed up")});
    let activated = json!({
        "description": say("Of those who sign up, who send a first campaign within seven days.", "Parmi les inscrits, ceux qui envoient une première campagne sous sept jours."),
        "owner": growth, "format": "percent", "question": within_a_week("Signed up", "Campaign sent"), "target": {"value": 0.4},
    });
    let back = json!({
        "owner": product, "format": "percent", "figure": "period_1",
        "question": {"kind": "retention", "birth": {"event": "Signed up"}, "return": {"event": null}, "first_time": true, "unit": "week", "periods": 4},
    });
    let friction = json!({
        "description": say("Sessions whose frustration score is 60 or more.", "Sessions dont le score de frustration est de 60 ou plus."),
        "owner": product, "format": "percent", "better": "down", "figure": "share_sessions_high", "question": {"kind": "friction", "interval": "week"}, "target": {"value": 0.02},
    });
    let planned = json!({
        "description": say("Attempts at a campaign that go as planned.", "Tentatives de campagne qui se passent comme prévu."),
        "owner": product, "format": "percent", "figure": "as_planned", "question": {"kind": "task", "task": task.definition, "interval": "week"},
    });
    let keep = async |kind: DefinitionKind, name: &str, definition: Value| -> Result<Definition> {
        Ok(catalog.create_definition(project, kind, &NewDefinition { name: name.to_owned(), definition }, by).await?)
    };
    let metric = async |name: &'static str, definition: Value| -> Result<String> { Ok(keep(DefinitionKind::Metric, name, whole(definition)).await?.id) };
    let senders = metric(say("People who send, each week", "Personnes qui envoient, par semaine"), senders).await?;
    let active = metric(say("Weekly active people", "Personnes actives par semaine"), active).await?;
    let sent = metric(say("Started campaigns that are sent", "Campagnes commencées puis envoyées"), sent).await?;
    let signed_up = metric(say("New sign-ups", "Nouvelles inscriptions"), signed_up).await?;
    let activated = metric(say("Activated within a week", "Activés sous une semaine"), activated).await?;
    let back = metric(say("Back in the week after", "Revenus la semaine suivante"), back).await?;
    let friction = metric(say("Sessions with high friction", "Sessions à forte friction"), friction).await?;
    let planned = metric(say("Campaigns that go as planned", "Campagnes faites comme prévu"), planned).await?;

    let bet = if french {
        format!("Pari\u{202f}: le bouton Suivant revient sur téléphone depuis la version {MENDED_IN}.")
    } else {
        format!("Bet: the way on shows on phones again since release {MENDED_IN}.")
    };
    let node = |id: &str, parent: Option<&str>, metric: &str| json!({"id": id, "parent": parent, "metric": metric});
    let tree = json!({"description": "", "nodes": [
        node("senders", None, &senders), node("active", Some("senders"), &active), node("signed-up", Some("active"), &signed_up), node("activated", Some("signed-up"), &activated),
        node("back", Some("active"), &back), node("sent", Some("senders"), &sent), node("friction", Some("sent"), &friction), node("planned", Some("sent"), &planned),
        {"id": "bet", "parent": "friction", "text": bet},
    ]});
    keep(DefinitionKind::MetricTree, say("What sending hangs on", "De quoi dépendent les envois"), without_nulls(tree)).await?;

    let tile = |id: &str, width: u32, height: u32, shows: Value| json!({"id": id, "width": width, "height": height, "shows": shows});
    let number = |id: &str, metric: &str| tile(id, 3, 3, json!({"kind": "metric", "metric": metric}));
    let report = |id: &str, place: usize| reports.get(place).map(|report| tile(id, 6, 6, json!({"kind": "report", "report": report})));
    let words = say(
        "## Is Courriel doing its job?\nPeople come to **send campaigns**. The four numbers say how many do and how easily; below stands where it goes wrong.",
        "## Courriel fait-il son travail\u{202f}?\nOn vient ici pour **envoyer des campagnes**. Les quatre chiffres disent combien y parviennent et avec quelle facilité ; dessous, là où cela coince.",
    );
    let mut tiles = vec![
        tile("words", 12, 2, json!({"kind": "text", "text": words})),
        number("senders", &senders),
        number("sent", &sent),
        number("activated", &activated),
        number("friction", &friction),
    ];
    tiles.extend([report("campaigns", 2), report("funnel", 5)].into_iter().flatten());
    tiles.push(tile("task", 6, 6, json!({"kind": "task", "task": task.id})));
    tiles.extend([report("retention", 3), report("sources", 0), report("release", 4)].into_iter().flatten());
    let board = json!({"description": "", "tiles": tiles});
    keep(DefinitionKind::Board, say("Courriel at a glance", "Courriel en un coup d’œil"), board).await?;

    let daily = json!({
        "description": say("Campaigns that are sent, each day.", "Campagnes envoyées, chaque jour."), "owner": product,
        "question": {"kind": "trend", "series": [{"select": {"event": "Campaign sent"}, "measure": "total"}], "interval": "day"},
    });
    let daily = metric(say("Campaigns sent, each day", "Campagnes envoyées, par jour"), daily).await?;
    let alert = async |name: &str, metric: &str, when: Value| -> Result<()> {
        let definition =
            json!({"metric": metric, "when": when, "least": 0, "again": false, "over": false, "mail": [], "language": say("en", "fr"), "off": false});
        let made = keep(DefinitionKind::Alert, name, definition).await?;
        Ok(catalog.watch_alert(project, &made.id, true).await?)
    };
    alert(say("Sending is unusual", "Envois inhabituels"), &daily, json!({"kind": "unusual", "sensitivity": "medium"})).await?;
    alert(say("Sending got easier", "Envoyer est devenu plus facile"), &sent, json!({"kind": "rises", "by": 0.03, "unit": "share", "against": "before"}))
        .await?;
    alert(say("Fewer people send", "Moins de personnes envoient"), &senders, json!({"kind": "falls", "by": 0.1, "unit": "share", "against": "before"})).await?;
    let happened = [
        (end_ms - 40 * DAY_MS, AnnotationKind::Note, say("Webinar on newsletters", "Webinaire sur les lettres")),
        (mended_ms(end_ms), AnnotationKind::Release, MENDED_IN),
    ];
    for (at, kind, text) in happened {
        catalog.create_annotation(project, &NewAnnotation { at, kind, text: text.to_owned() }, by).await?;
    }
    Ok(catalog.set_setting(MADE, "1").await?)
}

/// With what a metric has when nothing is said.
fn whole(mut definition: Value) -> Value {
    for (name, usual) in [("description", json!("")), ("verified", json!(false)), ("format", json!("number")), ("better", json!("up"))] {
        if definition.get(name).is_none() {
            definition[name] = usual;
        }
    }
    definition
}

fn without_nulls(value: Value) -> Value {
    match value {
        Value::Object(map) => map.into_iter().filter(|(_, value)| !value.is_null()).map(|(name, value)| (name, without_nulls(value))).collect(),
        Value::Array(list) => list.into_iter().map(without_nulls).collect(),
        other => other,
    }
}
