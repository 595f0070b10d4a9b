//! The fields of a heatmap question.

use super::{
    limit,
    selector::{read_filter, read_selector},
};
use crate::{
    filter::{Filter, Of, Test},
    heatmap::DEVICES,
    question::{
        DidOnPage, Heatmap, HeatmapCell, HeatmapPlace, Zone,
        fields::{Fields, Read, missing, not_allowed, number, texts, wrong_type},
    },
};
use serde_json::Value;

const MOST_ZONES: usize = 50;
const MOST_SELECTORS_OF_ZONE: usize = 200;

pub(super) fn read_heatmap(fields: &mut Fields<'_>) -> Read<Heatmap> {
    let (page_path, pages_path) = (fields.at("page"), fields.at("pages"));
    let page = fields.text("page")?.map(str::to_owned);
    let pages = match (page, fields.get("pages")) {
        (Some(_), Some(_)) => return Err(not_allowed(&pages_path, "name one page by `page`, or several by a filter in `pages`, not both")),
        (Some(page), None) => Filter::Property { property: "$page".to_owned(), of: Of::Event, test: Test::Is(vec![page]) },
        (None, Some(filter)) => read_filter(filter, &pages_path, 0)?,
        (None, None) => return Err(missing(&page_path, "the name of a page, or a filter in `pages`")),
    };
    let mut leaves = Vec::new();
    pages.leaves(&mut leaves);
    if leaves.iter().any(|leaf| matches!(leaf, Filter::Did { .. })) {
        return Err(not_allowed(&pages_path, "says which pages; what people did goes into `filter`"));
    }
    let device = fields.choice("device", &DEVICES)?;
    let goal_path = fields.at("goal");
    let goal = fields.get("goal").map(|value| read_selector(value, &goal_path, 0)).transpose()?;
    if goal.as_ref().is_some_and(|goal| goal.first_time) {
        return Err(not_allowed(&format!("{goal_path}.first_time"), "a session reaches a goal as often as it does; leave it out"));
    }
    let zones = read_zones(fields)?;
    let limit = limit(fields, 200, 2000)?;
    Ok(Heatmap { pages, device, goal, zones, limit })
}

fn read_zones(fields: &mut Fields<'_>) -> Read<Vec<Zone>> {
    let path = fields.at("zones");
    let Some(list) = fields.list("zones")? else { return Ok(Vec::new()) };
    if list.len() > MOST_ZONES {
        return Err(not_allowed(&path, format!("takes at most {MOST_ZONES} zones")));
    }
    let mut zones: Vec<Zone> = Vec::with_capacity(list.len());
    for (i, value) in list.iter().enumerate() {
        let mut zone = Fields::new(value, &format!("{path}[{i}]"))?;
        let (name_path, selector_path) = (zone.at("name"), zone.at("selector"));
        let name = zone.text("name")?.ok_or_else(|| missing(&name_path, "what the zone is called"))?.to_owned();
        if zones.iter().any(|other| other.name == name) {
            return Err(not_allowed(&name_path, format!("\"{name}\" is the name of another zone, too")));
        }
        let selectors = match zone.get("selector") {
            Some(Value::String(selector)) => vec![selector.clone()],
            Some(list @ Value::Array(_)) => texts(list, &selector_path)?,
            Some(other) => return Err(wrong_type(&selector_path, "a selector or a list of them", other)),
            None => return Err(missing(&selector_path, "a selector of the element list, or a list of them")),
        };
        if selectors.is_empty() || selectors.len() > MOST_SELECTORS_OF_ZONE || selectors.iter().any(String::is_empty) {
            return Err(not_allowed(&selector_path, format!("takes 1 to {MOST_SELECTORS_OF_ZONE} selectors")));
        }
        zone.done()?;
        zones.push(Zone { name, selectors });
    }
    Ok(zones)
}

pub(super) fn read_heatmap_cell(fields: &mut Fields<'_>, heatmap: &Heatmap) -> Read<HeatmapCell> {
    let (selector_path, zone_path, did_path, depth_path) = (fields.at("selector"), fields.at("zone"), fields.at("did"), fields.at("depth"));
    let place = match (fields.text("selector")?, fields.text("zone")?) {
        (Some(_), Some(_)) => return Err(not_allowed(&zone_path, "name an element or a zone, not both")),
        (Some(selector), None) => HeatmapPlace::Element(selector.to_owned()),
        (None, Some(name)) => match heatmap.zones.iter().position(|zone| zone.name == name) {
            Some(zone) => HeatmapPlace::Zone(zone),
            None => return Err(not_allowed(&zone_path, format!("\"{name}\" is not a zone of the question"))),
        },
        (None, None) => HeatmapPlace::Page,
    };
    let did = fields
        .choice(
            "did",
            &[
                ("viewed", DidOnPage::Viewed),
                ("exposed", DidOnPage::Exposed),
                ("clicked", DidOnPage::Clicked),
                ("hovered", DidOnPage::Hovered),
                ("rage", DidOnPage::Rage),
                ("dead", DidOnPage::Dead),
                ("converted", DidOnPage::Converted),
            ],
        )?
        .unwrap_or(DidOnPage::Viewed);
    if matches!(place, HeatmapPlace::Page) && did != DidOnPage::Viewed {
        return Err(missing(&selector_path, "the element, or the zone, to which it was done"));
    }
    if did == DidOnPage::Converted && heatmap.goal.is_none() {
        return Err(not_allowed(&did_path, "the question has no goal to reach"));
    }
    let depth = match fields.get("depth") {
        None => None,
        Some(value) => {
            let share = number(value, &depth_path)?;
            if !(0.0..=1.0).contains(&share) {
                return Err(not_allowed(&depth_path, "must be a share of the page between 0 and 1"));
            }
            Some((share * 1000.0).round() as u32)
        }
    };
    Ok(HeatmapCell { place, did, depth })
}
