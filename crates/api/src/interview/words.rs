//! The words that guests read, on the page and in letters, in both languages.

use sillage_behavior::interview::{Local, local};

pub(super) struct Words {
    pub(super) code: &'static str,
    pub(super) other_language: &'static str,
    pub(super) minutes: &'static str,
    pub(super) with_host: &'static str,
    pub(super) incentive: &'static str,
    pub(super) your_name: &'static str,
    pub(super) your_email: &'static str,
    pub(super) questions: &'static str,
    pub(super) consent: &'static str,
    pub(super) observers: &'static str,
    pub(super) no_observers: &'static str,
    pub(super) agree_talk: &'static str,
    pub(super) agree_record: &'static str,
    pub(super) agree_quote: &'static str,
    pub(super) may_withdraw: &'static str,
    pub(super) go_on: &'static str,
    pub(super) pick: &'static str,
    pub(super) pick_new: &'static str,
    pub(super) zone: &'static str,
    pub(super) show: &'static str,
    pub(super) no_times: &'static str,
    pub(super) later: &'static str,
    pub(super) earliest: &'static str,
    pub(super) booked: &'static str,
    pub(super) add_to_calendar: &'static str,
    pub(super) join_later: &'static str,
    pub(super) reschedule: &'static str,
    pub(super) keep: &'static str,
    pub(super) cancel: &'static str,
    pub(super) cancelled: &'static str,
    pub(super) cancelled_text: &'static str,
    pub(super) pick_again: &'static str,
    pub(super) taken: &'static str,
    pub(super) wrong_time: &'static str,
    pub(super) screened_out: &'static str,
    pub(super) screened_out_text: &'static str,
    pub(super) waiting: &'static str,
    pub(super) waiting_text: &'static str,
    pub(super) closed: &'static str,
    pub(super) closed_text: &'static str,
    pub(super) over: &'static str,
    pub(super) over_text: &'static str,
    pub(super) wrong_link: &'static str,
    pub(super) wrong_link_text: &'static str,
    pub(super) known_address: &'static str,
    pub(super) answer_all: &'static str,
    pub(super) must_agree: &'static str,
    pub(super) write_to: &'static str,
    pub(super) keep_link: &'static str,
    pub(super) your_link: &'static str,
}

static ENGLISH: Words = Words {
    code: "en",
    other_language: "Français",
    minutes: "minutes",
    with_host: "with",
    incentive: "As a thank-you",
    your_name: "Your name",
    your_email: "Your e-mail address",
    questions: "A few questions first",
    consent: "What you agree to",
    observers: "These people may listen, without being seen:",
    no_observers: "Nobody but your host listens.",
    agree_talk: "I agree to take part in this talk.",
    agree_record: "The talk may be recorded (you can also say no, and talk all the same).",
    agree_quote: "What I say may be quoted without my name (you can also say no).",
    may_withdraw: "You can take this back at any time, without a reason: write to your host, and everything about you is deleted.",
    go_on: "Go on",
    pick: "Pick a time",
    pick_new: "Pick another time",
    zone: "Times in",
    show: "Show",
    no_times: "No time is free right now. Come back later, or write to your host.",
    later: "Later days",
    earliest: "First days",
    booked: "It is booked",
    add_to_calendar: "Add to my calendar (.ics)",
    join_later: "You join here:",
    reschedule: "Pick another time",
    keep: "Keep this time",
    cancel: "Cancel the talk",
    cancelled: "The talk is cancelled",
    cancelled_text: "Your time is free for somebody else. Thank you for telling us.",
    pick_again: "Pick a new time",
    taken: "Somebody just took this time. Here are the others.",
    wrong_time: "This time can no longer be picked. Here are the others.",
    screened_out: "Thank you",
    screened_out_text: "This time we look for people in other situations. Your answers help all the same.",
    waiting: "Thank you: we look at your answers",
    waiting_text: "If they fit, you can pick a time here. Keep this link.",
    closed: "No places right now",
    closed_text: "This study takes nobody in at the moment. Come back later, or write to your host.",
    over: "This link was used",
    over_text: "This talk is over. Thank you!",
    wrong_link: "This link opens nothing",
    wrong_link_text: "It is incomplete, or what it opened was deleted. Copy the whole link from your invitation.",
    known_address: "This address takes part already: use the personal link that you were given, or write to your host.",
    answer_all: "Answer every question, please.",
    must_agree: "To take part you have to agree to the talk.",
    write_to: "Write to",
    keep_link: "Keep this page's address: with it you change or cancel the talk.",
    your_link: "Pick your time, change it or cancel it here:",
};

static FRENCH: Words = Words {
    code: "fr",
    other_language: "English",
    minutes: "minutes",
    with_host: "avec",
    incentive: "Pour vous remercier",
    your_name: "Votre nom",
    your_email: "Votre adresse e-mail",
    questions: "Quelques questions d’abord",
    consent: "Ce que vous acceptez",
    observers: "Ces personnes peuvent écouter, sans être vues :",
    no_observers: "Personne d’autre que votre hôte n’écoute.",
    agree_talk: "J’accepte de participer à cet entretien.",
    agree_record: "L’entretien peut être enregistré (vous pouvez aussi refuser, et participer quand même).",
    agree_quote: "Ce que je dis peut être cité sans mon nom (vous pouvez aussi refuser).",
    may_withdraw: "Vous pouvez revenir sur votre accord à tout moment, sans raison : écrivez à votre hôte, et tout ce qui vous concerne est supprimé.",
    go_on: "Continuer",
    pick: "Choisissez un moment",
    pick_new: "Choisissez un autre moment",
    zone: "Heures de",
    show: "Afficher",
    no_times: "Aucun moment n’est libre pour l’instant. Revenez plus tard, ou écrivez à votre hôte.",
    later: "Jours suivants",
    earliest: "Premiers jours",
    booked: "C’est réservé",
    add_to_calendar: "Ajouter à mon agenda (.ics)",
    join_later: "Vous le rejoindrez ici :",
    reschedule: "Choisir un autre moment",
    keep: "Garder ce moment",
    cancel: "Annuler l’entretien",
    cancelled: "L’entretien est annulé",
    cancelled_text: "Votre créneau est libre pour quelqu’un d’autre. Merci de nous avoir prévenus.",
    pick_again: "Choisir un nouveau moment",
    taken: "Quelqu’un vient de prendre ce moment. Voici les autres.",
    wrong_time: "Ce moment ne peut plus être choisi. Voici les autres.",
    screened_out: "Merci",
    screened_out_text: "Cette fois, nous cherchons des personnes dans d’autres situations. Vos réponses nous aident quand même.",
    waiting: "Merci : nous regardons vos réponses",
    waiting_text: "Si elles conviennent, vous pourrez choisir un moment ici. Gardez ce lien.",
    closed: "Pas de place pour l’instant",
    closed_text: "Cette étude n’accueille personne en ce moment. Revenez plus tard, ou écrivez à votre hôte.",
    over: "Ce lien a servi",
    over_text: "Cet entretien a eu lieu. Merci !",
    wrong_link: "Ce lien n’ouvre rien",
    wrong_link_text: "Il est incomplet, ou ce qu’il ouvrait a été supprimé. Copiez le lien entier de votre invitation.",
    known_address: "Cette adresse participe déjà : utilisez le lien personnel que vous avez reçu, ou écrivez à votre hôte.",
    answer_all: "Répondez à toutes les questions, s’il vous plaît.",
    must_agree: "Pour participer, il faut accepter l’entretien.",
    write_to: "Écrire à",
    keep_link: "Gardez l’adresse de cette page : elle sert à changer ou à annuler l’entretien.",
    your_link: "Choisissez votre moment, changez-le ou annulez-le ici :",
};

pub(super) fn words(is_french: bool) -> &'static Words {
    if is_french { &FRENCH } else { &ENGLISH }
}

const DAYS: [[&str; 7]; 2] =
    [["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"], ["lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"]];
const MONTHS: [[&str; 12]; 2] = [
    ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"],
    ["janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre", "décembre"],
];

/// `Wednesday 2 December 2026`, `mercredi 2 décembre 2026`
pub(super) fn day_words(at: Local, is_french: bool) -> String {
    let language = usize::from(is_french);
    let weekday = DAYS[language][usize::from(at.weekday.clamp(1, 7)) - 1];
    let month = MONTHS[language][usize::from(at.month.clamp(1, 12)) - 1];
    let day = if is_french && at.day == 1 { "1er".to_owned() } else { at.day.to_string() };
    format!("{weekday} {day} {month} {}", at.year)
}

/// `14:30`, `14 h 30`
pub(super) fn time_words(at: Local, is_french: bool) -> String {
    if is_french { format!("{:02}\u{a0}h\u{a0}{:02}", at.hour, at.minute) } else { format!("{:02}:{:02}", at.hour, at.minute) }
}

/// `Wednesday 2 December 2026, 14:30 (Europe/Paris)`
pub(super) fn moment_words(ms: i64, zone: &str, is_french: bool) -> String {
    let at = local(ms, zone);
    format!("{}, {} ({})", day_words(at, is_french), time_words(at, is_french), zone_words(zone))
}

/// `America/New_York` without its underscore.
pub(super) fn zone_words(zone: &str) -> String {
    zone.replace('_', " ")
}
