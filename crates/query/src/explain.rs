//! What was done to get an answer, in words: so that two reports that differ can be told apart.

mod cohort_words;
mod option_words;
mod unknown_names;

use crate::scan::Context;
use serde_json::Value;
use sillage_behavior::{
    Explain, ExplainRange, Question, Reply,
    question::{FirstTime, Kind, Order, Scope},
};
use sillage_event::Actor;

pub(crate) fn reply(context: &Context<'_>, question: &Question, scope: &Scope, answer: Value) -> Reply {
    let mut notes = context.take_notes();
    let french = context.french;
    notes.extend(unknown_names::notes(context, question));
    for damaged in &context.snapshot.damaged {
        notes.push(if french {
            format!("données illisibles, absentes de la réponse : {damaged}")
        } else {
            format!("damaged data, left out of the answer: {damaged}")
        });
    }
    let ranged = scope.range.is_some();
    let over = !ranged || context.is_over(context.range.1);
    let complete = over && context.snapshot.damaged.is_empty();
    let explain = Explain {
        definition: std::iter::once(definition(question, french)).chain(option_words::sentences(question, french)).collect::<Vec<_>>().join(" "),
        events_read: context.events_read(),
        people: context.people(),
        duplicates_dropped: context.snapshot.duplicates_dropped,
        complete,
        incomplete_from: (!over).then(|| context.zone.format(current_interval(context, question))),
        notes,
        timezone: context.zone.name.clone(),
        range: ranged.then(|| ExplainRange { from: context.zone.format(context.range.0), to: context.zone.format(context.range.1) }),
    };
    Reply { kind: question.kind.name(), answer, explain, elapsed_ms: 0.0, complete }
}

/// The start of the interval that is still running.
fn current_interval(context: &Context<'_>, question: &Question) -> i64 {
    let unit = match &question.kind {
        Kind::Trend(trend) => Some(trend.interval),
        Kind::Funnel(funnel) => funnel.interval,
        Kind::Retention(retention) => Some(retention.unit),
        Kind::Frequency(frequency) => frequency.period,
        Kind::Lifecycle(lifecycle) => Some(lifecycle.interval),
        Kind::Friction(friction) => Some(friction.interval),
        Kind::Vital(vital) => Some(vital.interval),
        Kind::Task(task) => Some(task.interval),
        Kind::Error(error) => Some(error.interval),
        _ => None,
    };
    let now = context.now.max(context.range.0);
    let Some(unit) = unit else {
        context.clock_moves();
        return now;
    };
    let start = context.zone.floor(now, unit);
    context.clock_until(context.zone.step(start, unit, 1));
    start
}

fn definition(question: &Question, french: bool) -> String {
    let who = |scope: &Scope| match (&scope.actor, french) {
        (Actor::Person, false) => "people".to_owned(),
        (Actor::Person, true) => "personnes".to_owned(),
        (Actor::Device, false) => "devices".to_owned(),
        (Actor::Device, true) => "appareils".to_owned(),
        (Actor::Group(kind), false) => format!("groups of type {kind}"),
        (Actor::Group(kind), true) => format!("groupes de type {kind}"),
    };
    let who = who(&question.scope);
    match (&question.kind, french) {
        (Kind::Trend(_), false) => format!("Events of each series by interval. Unique counts each of the {who} once; the total is computed on the whole range, not summed. Duplicates count once."),
        (Kind::Trend(_), true) => format!("Événements de chaque série par intervalle. « Uniques » compte les {who} une seule fois ; le total est calculé sur toute la période, sans addition. Les doublons comptent une fois."),
        (Kind::Funnel(funnel), false) => {
            let order = match funnel.order {
                Order::Ordered => "in order, with anything in between",
                Order::Strict => "one directly after the other",
                Order::Any => "in any order",
            };
            let (window, counted) = (option_words::window(funnel.window, french), option_words::counted(funnel, &who, french));
            format!("Steps {order}, {window}; the first falls in the range. Counts {counted}.")
        }
        (Kind::Funnel(funnel), true) => {
            let order = match funnel.order {
                Order::Ordered => "dans l’ordre, quoi qu’il se passe entre elles",
                Order::Strict => "l’une immédiatement après l’autre",
                Order::Any => "dans un ordre quelconque",
            };
            let (window, counted) = (option_words::window(funnel.window, french), option_words::counted(funnel, &who, french));
            format!("Étapes {order}, {window} ; la première a lieu dans la période. Compte : {counted}.")
        }
        (Kind::Retention(retention), false) => {
            let births = match retention.first_time {
                FirstTime::No if question.scope.actor == Actor::Person => "who did the birth event in its interval, so that one may be in several",
                FirstTime::No => "that did the birth event in its interval, so that one may be in several",
                FirstTime::Ever => "whose first birth event ever falls in its interval",
                FirstTime::InRange => "whose first birth event of the range falls in its interval",
            };
            let periods = if retention.rolling { "counted from each birth" } else { "calendar units after the birth's" };
            format!("A cohort is made of the {who} {births}. A return is a return event after the birth. Periods are {periods}.")
        }
        (Kind::Retention(retention), true) => {
            let births = match retention.first_time {
                FirstTime::No => "ayant fait l’événement d’entrée dans son intervalle : on peut être dans plusieurs",
                FirstTime::Ever => "dont le tout premier événement d’entrée tombe dans son intervalle",
                FirstTime::InRange => "dont le premier événement d’entrée de la période tombe dans son intervalle",
            };
            let periods = if retention.rolling { "comptées depuis chaque entrée" } else { "des unités du calendrier après celle de l’entrée" };
            format!("Une cohorte réunit les {who} {births}. Un retour est un événement de retour postérieur à l’entrée. Les périodes sont {periods}.")
        }
        (Kind::Frequency(_), false) => format!("Number of {who} by the count of distinct units of a period in which they were active."),
        (Kind::Frequency(_), true) => format!("Nombre de {who} selon le nombre d’unités distinctes de la période où elles ont été actives."),
        (Kind::Lifecycle(_), false) => "New: first time ever. Returning: also active the interval before. Resurrected: active earlier, not the interval before. Dormant: active the interval before, not this one.".into(),
        (Kind::Lifecycle(_), true) => "Nouveaux : première fois. Fidèles : actifs aussi à l’intervalle précédent. Revenus : actifs plus tôt, pas à l’intervalle précédent. Inactifs : actifs à l’intervalle précédent, pas à celui-ci.".into(),
        (Kind::Journey(journey), false) => format!("Paths of {}, exact over all of them.", if journey.over_person { who } else { "sessions".into() }),
        (Kind::Journey(journey), true) => format!("Parcours des {}, exacts sur l’ensemble.", if journey.over_person { who } else { "sessions".into() }),
        (Kind::Sessions(_), false) => "A session is the client's own where one was sent; else it ends after the timeout without activity, or after 24 hours. Midnight does not cut it.".into(),
        (Kind::Sessions(_), true) => "Une session est celle du client si elle est transmise ; sinon elle se termine après le délai d’inactivité ou au bout de 24 heures. Minuit ne la coupe pas.".into(),
        (Kind::Cohort(cohort), french) => cohort_words::sentence(&cohort.definition, french),
        (Kind::Impact(impact), false) => format!("Adopters do the launch event for the first time ever in the range; non-adopters do not do it at all. Rates are by {who} there and day, {0} days before and after each adopter's first day (for non-adopters the first adopter's), that day left out. Expected is what adopters would have done had they changed as non-adopters did; the effect is the difference of mean changes, with Welch's standard error.", impact.days),
        (Kind::Impact(impact), true) => format!("Les adoptants font l’événement de lancement pour la première fois dans la période ; les autres ne le font pas du tout. Les taux sont par {who} présentes et par jour, {0} jours avant et après le premier jour de chaque adoptant (pour les autres, celui du premier adoptant), ce jour exclu. L’attendu est ce que les adoptants auraient fait s’ils avaient évolué comme les autres ; l’effet est la différence des évolutions moyennes, avec l’erreur type de Welch.", impact.days),
        (Kind::Driver(driver), false) => format!("What {who} did from their first event of the population until they reached the goal, or until the end. Lift compares with everybody; phi, chi-square and q (Benjamini-Hochberg) say how sure the association is; a group with fewer than {} is not tested. It is no proof of a cause.", driver.fewest),
        (Kind::Driver(driver), true) => format!("Ce que les {who} ont fait depuis leur premier événement jusqu’à l’objectif, ou jusqu’à la fin. Le lift compare à l’ensemble ; phi, khi-deux et q (Benjamini-Hochberg) disent la solidité de l’association ; un groupe de moins de {} n’est pas testé. Ce n’est pas la preuve d’une cause.", driver.fewest),
        (Kind::Feature(feature), false) => format!("Adoption is the share of all active {who} who used the feature in the range; a period is a calendar unit after that of the first use. Power users are those active on the most days, at most {} % of all.", feature.power_share * 100.0),
        (Kind::Feature(feature), true) => format!("L’adoption est la part des {who} actives qui ont utilisé la fonction dans la période ; une période est une unité du calendrier après celle du premier usage. Les utilisateurs intensifs sont ceux actifs le plus de jours, au plus {} % de l’ensemble.", feature.power_share * 100.0),
        (Kind::Friction(_), false) => "A page view has points for each signal of friction, weight times number up to a cap; its score is 100 (1 - e^(-points/10)), a session's 100 (1 - e^(-points/15)) of the points of its page views. High is 60 and more. Page views are told apart by $page_view_id; those of visitors who did not consent count as page views, not as people or sessions.".into(),
        (Kind::Friction(_), true) => "Chaque signal de friction donne des points à la page vue, son poids multiplié par son nombre, dans la limite d’un plafond ; le score d’une page vue est 100 (1 - e^(-points/10)), celui d’une session 100 (1 - e^(-points/15)) sur les points de ses pages vues. Un score est élevé à partir de 60. Les pages vues sont distinguées par $page_view_id ; celles des visiteurs sans consentement comptent comme pages vues, ni comme personnes ni comme sessions.".into(),
        (Kind::Heatmap(_), false) => "Page views of the page, told apart by $page_view_id, each with all its parts. An element is exposed when its middle line was in view for 150 ms; attractiveness is page views exposed and clicked among those exposed; recurrence is clicks by page view with a click; conversion per click counts people who reached the goal in the same session after their click.".into(),
        (Kind::Heatmap(_), true) => "Pages vues de la page, distinguées par $page_view_id, chacune avec toutes ses parties. Un élément est exposé lorsque sa ligne médiane a été visible 150 ms ; l’attractivité est la part des pages vues exposées où il a été cliqué ; la récurrence est le nombre de clics par page vue avec clic ; la conversion par clic compte les personnes qui ont atteint l’objectif dans la même session après leur clic.".into(),
        (Kind::Vital(_), false) => "Each page view has each web vital once, as it was told last. p75 is the value that three quarters of page views do not exceed; good is up to the first threshold, poor beyond the second.".into(),
        (Kind::Vital(_), true) => "Chaque page vue a une valeur de chaque web vital, la dernière transmise. Le p75 est la valeur que trois quarts des pages vues ne dépassent pas ; bon jusqu’au premier seuil, mauvais au-delà du second.".into(),
        (Kind::Error(_), false) => "Errors that nothing caught, grouped by fingerprint, and requests that failed, grouped by method, address and status. Of visitors who consented.".into(),
        (Kind::Error(_), true) => "Erreurs que rien n’a interceptées, regroupées par empreinte, et requêtes en échec, regroupées par méthode, adresse et statut. Parmi les visiteurs qui ont consenti.".into(),
        (Kind::Task(_) | Kind::Attempts(_), false) => "An attempt goes from a start to the first completion or abandonment, or to the end of its window; a new start begins another only after half an hour without anything. Failed: not completed. Slow: completed in more active time than the rule allows. Off path: completed with an unexpected start, more detours than tolerated, steps out of order or left out. As planned: all others, so that the classes add up. Friction: a score of 30 and more, 100 (1 - e^(-points/15)) of the signals in the attempt. Attempts that may still be completed are told apart.".into(),
        (Kind::Task(_) | Kind::Attempts(_), true) => "Une tentative va d’un départ au premier aboutissement ou abandon, ou à la fin de sa fenêtre ; un nouveau départ n’en ouvre une autre qu’après une demi-heure sans activité. Échouée : non aboutie. Lente : aboutie en plus de temps actif que la règle ne l’admet. Autre chemin : aboutie avec un départ inattendu, plus de détours que toléré, des étapes dans le désordre ou omises. Comme prévu : toutes les autres, si bien que les classes s’additionnent. Friction : un score de 30 ou plus, 100 (1 - e^(-points/15)) sur les signaux de la tentative. Les tentatives qui peuvent encore aboutir sont comptées à part.".into(),
        (Kind::Timeline(timeline), false) if timeline.person.is_none() => "The events of these names, latest first, whoever did them.".into(),
        (Kind::Timeline(timeline), true) if timeline.person.is_none() => "Les événements de ces noms, du plus récent au plus ancien, quelle que soit la personne.".into(),
        (Kind::Timeline(_), false) => "Everything that counts for this person, latest first.".into(),
        (Kind::Timeline(_), true) => "Tout ce qui compte pour cette personne, du plus récent au plus ancien.".into(),
        (Kind::Recordings(_), false) => "Recordings that begin in the range and pass every condition. With a filter, an event of the session passes it; with a sequence, the session did its steps in order. A person's ids are joined as of now.".into(),
        (Kind::Recordings(_), true) => "Enregistrements qui commencent dans la période et remplissent toutes les conditions. Avec un filtre, un événement de la session le passe ; avec une séquence, la session en a fait les étapes dans l’ordre. Les identifiants d’une personne sont réunis tels que connus maintenant.".into(),
        (Kind::People(_), false) => "The people behind one cell of the answer.".into(),
        (Kind::People(_), true) => "Les personnes derrière une cellule de la réponse.".into(),
    }
}
