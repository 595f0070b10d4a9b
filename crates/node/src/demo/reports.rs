//! The reports that the demo saves, so that there is something to open at once.

use serde_json::{Value, json};

pub(super) struct Saved {
    pub(super) name: &'static str,
    pub(super) kind: &'static str,
    pub(super) question: Value,
}

/// The last one is listed first.
pub(super) fn of_courriel(french: bool) -> Vec<Saved> {
    let say = |en: &'static str, fr: &'static str| if french { fr } else { en };
    let last_90_days = json!({"last": 90, "unit": "day"});
    vec![
        Saved {
            name: say("Where people come from", "D'où viennent les visiteurs"),
            kind: "trend",
            question: json!({
                "kind": "trend", "series": [{"select": {"event": "$pageview", "where": {"property": "utm_source", "op": "set"}}, "measure": "unique"}],
                "interval": "week", "range": last_90_days, "breakdown": [{"property": "utm_source"}], "top": 6,
            }),
        },
        Saved {
            name: say("Active people, trailing seven days", "Personnes actives, sept jours glissants"),
            kind: "trend",
            question: json!({
                "kind": "trend", "series": [{"select": {"event": null}, "measure": {"active": 7}}, {"select": {"event": null}, "measure": "unique"}],
                "interval": "day", "range": last_90_days,
            }),
        },
        Saved {
            name: say("Campaigns sent each week, by plan", "Campagnes envoyées par semaine, par offre"),
            kind: "trend",
            question: json!({
                "kind": "trend", "series": [{"select": {"event": "Campaign sent"}, "measure": "total"}], "interval": "week", "range": last_90_days,
                "breakdown": [{"property": "plan"}],
            }),
        },
        Saved {
            name: say("Who comes back after signing up", "Qui revient après l'inscription"),
            kind: "retention",
            question: json!({
                "kind": "retention", "birth": {"event": "Signed up"}, "return": {"event": null}, "first_time": true, "unit": "week", "periods": 8,
                "range": last_90_days,
            }),
        },
        Saved {
            name: say("The release that broke the audience", "La version qui a cassé l'audience"),
            kind: "funnel",
            question: json!({
                "kind": "funnel", "steps": [{"event": "Campaign started"}, {"event": "Audience chosen"}], "window": {"n": 1, "unit": "day"},
                "range": last_90_days, "breakdown": [{"property": "$release"}], "attribute": "step:1",
            }),
        },
        Saved {
            name: say("Plan a campaign", "Planifier une campagne"),
            kind: "funnel",
            question: json!({
                "kind": "funnel",
                "steps": [
                    {"event": "Campaign started"}, {"event": "Audience chosen"}, {"event": "Template chosen"}, {"event": "Campaign scheduled"},
                    {"event": "Campaign sent"}
                ],
                "window": {"n": 7, "unit": "day"}, "range": last_90_days,
            }),
        },
    ]
}

pub(super) fn of_shop(french: bool) -> Vec<Saved> {
    let say = |en: &'static str, fr: &'static str| if french { fr } else { en };
    let half_year = json!({"from": "2024-01-01", "to": "2024-06-30"});
    vec![
        Saved {
            name: say("Buyers each week, by channel", "Acheteurs par semaine, par canal"),
            kind: "trend",
            question: json!({
                "kind": "trend", "series": [{"select": {"event": "purchase"}, "measure": "unique"}], "interval": "week", "range": half_year,
                "breakdown": [{"property": "acquisition_channel"}],
            }),
        },
        Saved {
            name: say("From product to purchase", "Du produit à l'achat"),
            kind: "funnel",
            question: json!({
                "kind": "funnel",
                "steps": [{"event": "product_view"}, {"event": "add_to_cart"}, {"event": "cart"}, {"event": "payment_details"}, {"event": "purchase"}],
                "window": {"n": 7, "unit": "day"}, "range": half_year,
            }),
        },
    ]
}

pub(super) fn of_music(french: bool) -> Vec<Saved> {
    let say = |en: &'static str, fr: &'static str| if french { fr } else { en };
    vec![
        Saved {
            name: say("Revenue each month", "Chiffre d'affaires par mois"),
            kind: "trend",
            question: json!({
                "kind": "trend", "series": [{"select": {"event": "Purchase"}, "measure": {"sum": "dollar_value"}}], "interval": "month",
                "range": {"from": "1997-01-01", "to": "1998-06-30"},
            }),
        },
        Saved {
            name: say("Customers who buy again", "Clients qui rachètent"),
            kind: "retention",
            question: json!({
                "kind": "retention", "birth": {"event": "Purchase"}, "return": {"event": "Purchase"}, "first_time": true, "unit": "month", "periods": 12,
                "range": {"from": "1997-01-01", "to": "1997-03-31"},
            }),
        },
    ]
}
