//! A cohort's definition as a sentence.

use super::option_words::duration;
use sillage_behavior::{
    calendar::Unit,
    cohort::{Definition, Did, DidMeasure, Sequence},
    filter::Test,
    question::{Aggregate, Compare, CompareOp, RangeSpec, Selector},
};
use sillage_event::{number_text, time};

pub(super) fn sentence(definition: &Definition, french: bool) -> String {
    let said = phrase(definition, french, true);
    if french { format!("Personnes qui {said}. L’appartenance est celle de maintenant.") } else { format!("People who {said}. Membership is as of now.") }
}

fn phrase(definition: &Definition, french: bool, outermost: bool) -> String {
    let say = |en: &str, fr: &str| if french { fr.to_owned() } else { en.to_owned() };
    let joined = |parts: &[Definition], word: String| {
        let said = parts.iter().map(|part| phrase(part, french, parts.len() == 1 && outermost)).collect::<Vec<_>>().join(&word);
        if outermost || parts.len() < 2 { said } else { format!("({said})") }
    };
    match definition {
        Definition::All(parts) if parts.is_empty() => say("are known", "sont connues"),
        Definition::Any(parts) if parts.is_empty() => say("do not exist", "n’existent pas"),
        Definition::All(parts) => joined(parts, say(" and ", " et ")),
        Definition::Any(parts) => joined(parts, say(" or ", " ou ")),
        Definition::Not(part) => format!("{}{}", say("not: ", "non : "), phrase(part, french, false)),
        Definition::Did(did) => did_phrase(did, french),
        Definition::Sequence(sequence) => sequence_phrase(sequence, french),
        Definition::Property { property, test } => format!("{} {property} {}", say("have", "ont"), test_words(test, french)),
        Definition::Cohort { name, inside: true } => format!("{} \"{}\"", say("are in the cohort", "font partie de la cohorte"), name.name),
        Definition::Cohort { name, inside: false } => format!("{} \"{}\"", say("are not in the cohort", "ne font pas partie de la cohorte"), name.name),
        Definition::People(ids) if french => format!("figurent dans une liste de {}", ids.len()),
        Definition::People(ids) => format!("are in a list of {}", ids.len()),
        Definition::Behind(people) if french => format!("sont derrière une cellule d’une réponse de type {}", people.of.kind.name()),
        Definition::Behind(people) => format!("are behind one cell of a {} answer", people.of.kind.name()),
    }
}

fn event_words(select: &Selector, french: bool) -> String {
    let name = match (select.events.is_empty() && select.alternatives.is_empty() && select.label.is_none(), french) {
        (true, false) => "any event".to_owned(),
        (true, true) => "un événement quelconque".to_owned(),
        (false, _) => format!("\"{}\"", select.label()),
    };
    let filtered = match (select.filter.is_some(), french) {
        (false, _) => "",
        (true, false) => " with its condition",
        (true, true) => " avec sa condition",
    };
    let first = match (select.first_time, french) {
        (false, _) => "",
        (true, false) => " for the first time ever",
        (true, true) => " pour la première fois",
    };
    format!("{name}{filtered}{first}")
}

fn did_phrase(did: &Did, french: bool) -> String {
    let event = event_words(&did.select, french);
    let Compare { op, value } = did.holds;
    let amount = format!("{} {}", op_words(op, french), number_text(value));
    let said = match (&did.measure, op, french) {
        (DidMeasure::Total, CompareOp::Gte, false) if value == 1.0 => format!("did {event}"),
        (DidMeasure::Total, CompareOp::Gte, true) if value == 1.0 => format!("ont fait {event}"),
        (DidMeasure::Total, CompareOp::Eq, false) if value == 0.0 => format!("did not do {event}"),
        (DidMeasure::Total, CompareOp::Eq, true) if value == 0.0 => format!("n’ont pas fait {event}"),
        (DidMeasure::Total, _, false) => format!("did {event} {amount} times"),
        (DidMeasure::Total, _, true) => format!("ont fait {event} {amount} fois"),
        (DidMeasure::Days, _, false) => format!("did {event} on {amount} days"),
        (DidMeasure::Days, _, true) => format!("ont fait {event} lors de {amount} jours"),
        (DidMeasure::Property(aggregate, property), _, false) => {
            format!("have a {} of {property} over {event} that is {amount}", aggregate_words(*aggregate, false))
        }
        (DidMeasure::Property(aggregate, property), _, true) => {
            format!("ont pour {event} une valeur « {} » de {property} qui est {amount}", aggregate_words(*aggregate, true))
        }
    };
    format!("{said}{}", within_words(did.within.as_ref(), french))
}

fn sequence_phrase(sequence: &Sequence, french: bool) -> String {
    let steps = sequence.steps.iter().map(|step| event_words(step, french)).collect::<Vec<_>>().join(if french { ", puis " } else { ", then " });
    let window = match (sequence.window_ms, french) {
        (None, _) => String::new(),
        (Some(ms), false) => format!(" within {} hours", number_text(ms as f64 / 3_600_000.0)),
        (Some(ms), true) => format!(" en {} heures au plus", number_text(ms as f64 / 3_600_000.0)),
    };
    format!("{} {steps}{window}{}", if french { "ont fait" } else { "did" }, within_words(sequence.within.as_ref(), french))
}

fn within_words(within: Option<&RangeSpec>, french: bool) -> String {
    if let Some(day) = within.and_then(RangeSpec::open_from) {
        return if french { format!(" depuis le {day}") } else { format!(" since {day}") };
    }
    match (within, french) {
        (None, _) => String::new(),
        (Some(RangeSpec::Last { n, unit, .. }), false) => format!(" in the last {n} {}", unit_words(*unit, false)),
        (Some(RangeSpec::Last { n, unit, .. }), true) => format!(" dans les derniers {n} {}", unit_words(*unit, true)),
        (Some(RangeSpec::Since { from }), false) => format!(" since {from}"),
        (Some(RangeSpec::Since { from }), true) => format!(" depuis le {from}"),
        (Some(RangeSpec::ToDate { unit }), false) => format!(" since the current {} began", unit_words(*unit, false).trim_end_matches('s')),
        (Some(RangeSpec::ToDate { unit }), true) => format!(" dans l’unité en cours ({})", unit_words(*unit, true)),
        (Some(RangeSpec::Days { from, to }), false) => format!(" from {from} to {to}"),
        (Some(RangeSpec::Days { from, to }), true) => format!(" du {from} au {to}"),
        (Some(RangeSpec::Instants { from, to }), false) => format!(" from {} to {}", time::to_rfc3339(*from), time::to_rfc3339(*to)),
        (Some(RangeSpec::Instants { from, to }), true) => format!(" du {} au {}", time::to_rfc3339(*from), time::to_rfc3339(*to)),
    }
}

fn unit_words(unit: Unit, french: bool) -> &'static str {
    let (en, fr) = match unit {
        Unit::Minute => ("minutes", "minutes"),
        Unit::Hour => ("hours", "heures"),
        Unit::Day => ("days", "jours"),
        Unit::Week => ("weeks", "semaines"),
        Unit::Month => ("months", "mois"),
        Unit::Quarter => ("quarters", "trimestres"),
        Unit::Year => ("years", "ans"),
    };
    if french { fr } else { en }
}

fn op_words(op: CompareOp, french: bool) -> &'static str {
    let (en, fr) = match op {
        CompareOp::Eq => ("exactly", "exactement"),
        CompareOp::Ne => ("other than", "différent de"),
        CompareOp::Gt => ("more than", "plus de"),
        CompareOp::Gte => ("at least", "au moins"),
        CompareOp::Lt => ("fewer than", "moins de"),
        CompareOp::Lte => ("at most", "au plus"),
    };
    if french { fr } else { en }
}

fn aggregate_words(aggregate: Aggregate, french: bool) -> String {
    let (en, fr) = match aggregate {
        Aggregate::Sum => ("sum", "somme"),
        Aggregate::Average => ("average", "moyenne"),
        Aggregate::Median => ("median", "médiane"),
        Aggregate::Min => ("minimum", "minimum"),
        Aggregate::Max => ("maximum", "maximum"),
        Aggregate::Distinct => ("number of distinct values", "nombre de valeurs distinctes"),
        Aggregate::Percentile(p) => return format!("percentile {}", number_text(p)),
    };
    if french { fr.to_owned() } else { en.to_owned() }
}

fn test_words(test: &Test, french: bool) -> String {
    let list = |texts: &[String]| texts.iter().map(|text| format!("\"{text}\"")).collect::<Vec<_>>().join(if french { " ou " } else { " or " });
    let (en, fr, value) = match test {
        Test::Is(texts) | Test::AnyOfList(texts) => ("equal to", "égal à", list(texts)),
        Test::IsNot(texts) => ("other than", "différent de", list(texts)),
        Test::Contains(texts) => ("containing", "contenant", list(texts)),
        Test::NotContains(texts) => ("not containing", "ne contenant pas", list(texts)),
        Test::StartsWith(text) => ("beginning with", "commençant par", format!("\"{text}\"")),
        Test::EndsWith(text) => ("ending with", "finissant par", format!("\"{text}\"")),
        Test::Matches(pattern) => ("matching", "conforme à", pattern.to_string()),
        Test::Gt(than) => ("above", "supérieur à", number_text(*than)),
        Test::Gte(than) => ("of at least", "d’au moins", number_text(*than)),
        Test::Lt(than) => ("below", "inférieur à", number_text(*than)),
        Test::Lte(than) => ("of at most", "d’au plus", number_text(*than)),
        Test::Between(low, high) => ("between", "entre", format!("{} {} {}", number_text(*low), if french { "et" } else { "and" }, number_text(*high))),
        Test::Set => ("set", "renseigné", String::new()),
        Test::NotSet => ("not set", "non renseigné", String::new()),
        Test::Before(than) => ("before", "avant", time::to_rfc3339(*than)),
        Test::After(than) => ("after", "après", time::to_rfc3339(*than)),
        Test::InLast { ms, .. } => ("no older than", "datant d’au plus", duration(*ms, french)),
        Test::Every(test) => return format!("{} {}", if french { "dont chaque élément est" } else { "with every element" }, test_words(test, french)),
        Test::AllOfList(texts) => ("with all elements among", "dont tous les éléments sont parmi", list(texts)),
    };
    format!("{} {value}", if french { fr } else { en }).trim_end().to_owned()
}
