//! What a question asks beyond the usual, a sentence each: so that two answers that differ by an option can be told apart.

use sillage_behavior::question::{Attribute, CompareWith, CountBy, Criterion, Funnel, Kind, Order, Question, Retention, Trend, Window};

/// Sentences to put behind the definition.
pub(super) fn sentences(question: &Question, french: bool) -> Vec<String> {
    let mut said = match &question.kind {
        Kind::Trend(trend) => of_trend(trend, french),
        Kind::Funnel(funnel) => of_funnel(funnel, !question.scope.breakdown.is_empty(), french),
        Kind::Retention(retention) => of_retention(retention, french),
        _ => Vec::new(),
    };
    let mut first_times: Vec<String> = question.kind.selectors().iter().filter(|select| select.first_time).map(|select| select.label()).collect();
    first_times.dedup();
    for label in first_times {
        said.push(if french {
            format!("De « {label} » ne compte que la toute première fois.")
        } else {
            format!("Of \"{label}\" only the first time ever counts.")
        });
    }
    said
}

/// "7 days", "36 hours": in the largest unit that leaves nothing over.
pub(super) fn duration(ms: i64, french: bool) -> String {
    const UNITS: [(i64, &str, &str); 5] = [
        (86_400_000, "day", "jour"),
        (3_600_000, "hour", "heure"),
        (60_000, "minute", "minute"),
        (1_000, "second", "seconde"),
        (1, "millisecond", "milliseconde"),
    ];
    let (unit, english, in_french) = UNITS.into_iter().find(|(unit, ..)| ms % unit == 0).unwrap_or(UNITS[4]);
    let n = ms / unit;
    let plural = if (french && n >= 2) || (!french && n != 1) { "s" } else { "" };
    format!("{n} {}{plural}", if french { in_french } else { english })
}

pub(super) fn window(window: Window, french: bool) -> String {
    match (window, french) {
        (Window::Milliseconds(ms), false) => format!("within {} of the first step", duration(ms, false)),
        (Window::Milliseconds(ms), true) => format!("dans les {} après la première", duration(ms, true)),
        (Window::Sessions(1), false) => "within the session of the first step".to_owned(),
        (Window::Sessions(1), true) => "dans la session de la première".to_owned(),
        (Window::Sessions(n), false) => format!("within {n} sessions from the first step's on"),
        (Window::Sessions(n), true) => format!("en {n} sessions à partir de celle de la première"),
    }
}

fn periods_before(n: u32, french: bool) -> String {
    match (n, french) {
        (1, false) => "the period of the same length right before".to_owned(),
        (1, true) => "la période de même durée juste avant".to_owned(),
        (_, false) => format!("a period of the same length, {n} of them before"),
        (_, true) => format!("une période de même durée, {n} périodes plus tôt"),
    }
}

fn of_trend(trend: &Trend, french: bool) -> Vec<String> {
    let mut said = Vec::new();
    if let Some(n) = trend.rolling {
        said.push(if french {
            format!("Chaque valeur est la moyenne des {n} derniers intervalles.")
        } else {
            format!("Each value is the mean of the last {n} intervals.")
        });
    }
    if trend.cumulative {
        said.push(if french { "Les valeurs sont cumulées depuis le début." } else { "Values are added up from the beginning." }.to_owned());
    }
    if let Some(compare) = trend.compare {
        said.push(match (compare, french) {
            (CompareWith::Previous(n), false) => format!("Compared with {}.", periods_before(n, false)),
            (CompareWith::Previous(n), true) => format!("Comparé à {}.", periods_before(n, true)),
            (CompareWith::Back(..), false) => "Compared with the same range of an earlier date.".to_owned(),
            (CompareWith::Back(..), true) => "Comparé à la même période, à une date antérieure.".to_owned(),
            (CompareWith::From(date), false) => format!("Compared with the same length from {date} on."),
            (CompareWith::From(date), true) => format!("Comparé à une période de même longueur à partir du {date}."),
        });
    }
    if let Some(attribution) = &trend.attribution {
        let back = duration(attribution.lookback_ms, french);
        said.push(if french {
            format!("Les conversions sont attribuées aux points de contact qui les précèdent de {back} au plus.")
        } else {
            format!("Conversions are credited to the touchpoints before them, at most {back} earlier.")
        });
    }
    said
}

fn of_funnel(funnel: &Funnel, is_broken_down: bool, french: bool) -> Vec<String> {
    let mut said = Vec::new();
    if !funnel.hold.is_empty() {
        let held = funnel.hold.join(", ");
        said.push(if french { format!("Toutes les étapes ont la même valeur de {held}.") } else { format!("All steps have the same value of {held}.") });
    }
    for exclusion in &funnel.exclude {
        let (label, after, before) = (exclusion.select.label(), exclusion.after + 1, exclusion.before + 1);
        said.push(if french {
            format!("Une tentative s’arrête si « {label} » arrive entre les étapes {after} et {before}.")
        } else {
            format!("An attempt ends where \"{label}\" comes between steps {after} and {before}.")
        });
    }
    if !funnel.optional.is_empty() {
        let steps = funnel.optional.iter().map(|step| (step + 1).to_string()).collect::<Vec<_>>().join(", ");
        said.push(if french { format!("Étapes facultatives : {steps}.") } else { format!("Steps that may be left out: {steps}.") });
    }
    if funnel.ties_later && funnel.order != Order::Any {
        let text = if french {
            "Une étape doit être postérieure à la précédente, et non du même instant."
        } else {
            "A step must be later than the one before, not at the same instant."
        };
        said.push(text.to_owned());
    }
    if is_broken_down {
        said.push(match (funnel.attribute, french) {
            (Attribute::First, false) => "The segment is read at the first step that has a value.".to_owned(),
            (Attribute::First, true) => "Le segment est lu à la première étape qui a une valeur.".to_owned(),
            (Attribute::Last, false) => "The segment is read at the last step reached that has a value.".to_owned(),
            (Attribute::Last, true) => "Le segment est lu à la dernière étape atteinte qui a une valeur.".to_owned(),
            (Attribute::Step(step), false) => format!("The segment is read at step {}.", step + 1),
            (Attribute::Step(step), true) => format!("Le segment est lu à l’étape {}.", step + 1),
        });
    }
    if let Some(property) = &funnel.sum {
        said.push(if french {
            format!("Les sommes portent sur {property} des événements qui servent chaque étape.")
        } else {
            format!("Sums are of {property} over the events that serve each step.")
        });
    }
    said
}

/// How an attempt of a funnel is counted.
pub(super) fn counted(funnel: &Funnel, who: &str, french: bool) -> String {
    match (funnel.count, funnel.first_attempt_only, french) {
        (CountBy::Person, false, false) => format!("{who}, each once with the attempt that got furthest"),
        (CountBy::Person, false, true) => format!("{who} (une seule fois, avec la tentative allée le plus loin)"),
        (CountBy::Person, true, false) => format!("{who}, each once with the first attempt"),
        (CountBy::Person, true, true) => format!("{who} (une seule fois, avec la première tentative)"),
        (CountBy::Total, _, false) => "attempts".to_owned(),
        (CountBy::Total, _, true) => "tentatives".to_owned(),
        (CountBy::Session, ..) => "sessions".to_owned(),
    }
}

fn of_retention(retention: &Retention, french: bool) -> Vec<String> {
    let mut said = Vec::new();
    let criterion = match (retention.criterion, french) {
        (Criterion::On, _) => None,
        (Criterion::OnOrAfter, false) => Some("A cell counts who returned in its period or later."),
        (Criterion::OnOrAfter, true) => Some("Une cellule compte les retours dans sa période ou plus tard."),
        (Criterion::OnOrBefore, false) => Some("A cell counts who returned in its period or before."),
        (Criterion::OnOrBefore, true) => Some("Une cellule compte les retours dans sa période ou avant."),
        (Criterion::Streak, false) => Some("A cell counts who returned in its period and in every one before."),
        (Criterion::Streak, true) => Some("Une cellule compte les retours dans sa période et dans toutes celles d’avant."),
    };
    said.extend(criterion.map(str::to_owned));
    if retention.brackets.is_some() {
        said.push(if french { "Les périodes sont réunies en tranches." } else { "Periods are put together in brackets." }.to_owned());
    }
    if retention.return_count.is_some() {
        said.push(if french { "Un retour demande un nombre donné d’événements." } else { "A return needs a given number of events." }.to_owned());
    }
    if let Some((_, property)) = &retention.amount {
        said.push(if french {
            format!("Les cellules portent une valeur de {property}, et non des personnes.")
        } else {
            format!("Cells hold a figure of {property}, not people.")
        });
    }
    said.push(
        match (retention.weighted_average, french) {
            (false, false) => "The average pools complete cells.",
            (false, true) => "La moyenne porte sur l’ensemble des cellules complètes.",
            (true, false) => "The average is over complete cells, each weighted by how many people started.",
            (true, true) => "La moyenne est celle des cellules complètes, pondérées par le nombre d’entrées.",
        }
        .to_owned(),
    );
    said
}

#[cfg(test)]
mod tests {
    use super::duration;

    #[test]
    fn durations_are_said_in_the_largest_whole_unit() {
        assert_eq!(duration(7 * 86_400_000, false), "7 days");
        assert_eq!(duration(86_400_000, false), "1 day");
        assert_eq!(duration(36 * 3_600_000, true), "36 heures");
        assert_eq!(duration(90_000, false), "90 seconds");
        assert_eq!(duration(1, true), "1 milliseconde");
    }
}
