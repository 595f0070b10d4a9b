//! What the page says itself, in the languages that it knows; others read English.

use sillage_behavior::survey::{Question, Wrong};

pub(super) struct Words {
    pub(super) next: &'static str,
    pub(super) send: &'static str,
    pub(super) skip: &'static str,
    required: &'static str,
    pub(super) other: &'static str,
    pub(super) your_words: &'static str,
    pub(super) email: &'static str,
    bad_email: &'static str,
    pub(super) yes: &'static str,
    pub(super) no: &'static str,
    pub(super) link: &'static str,
    pub(super) linked: &'static str,
    pub(super) policy: &'static str,
    pub(super) new_tab: &'static str,
    pub(super) choose_place: &'static str,
    places: &'static str,
    unknown_answer: &'static str,
    pub(super) too_fast: &'static str,
    pub(super) not_kept: &'static str,
    pub(super) leave_empty: &'static str,
    pub(super) closed: [(&'static str, &'static str); 11],
    is_french: bool,
}

static EN: Words = Words {
    next: "Next",
    send: "Send",
    skip: "Skip",
    required: "Please answer this question.",
    other: "Other",
    your_words: "In your own words",
    email: "name@example.com",
    bad_email: "This does not look like an e-mail address.",
    yes: "Yes",
    no: "No",
    link: "You may link my answer to my account, to understand it better",
    linked: "This link is yours: your answer is linked to your account.",
    policy: "Privacy policy",
    new_tab: "opens in a new tab",
    choose_place: "Place",
    places: "Give each of them a place of its own: 1 for the first, 2 for the second, and so on.",
    unknown_answer: "This is not among the answers. Please choose again.",
    too_fast: "That was too fast for us. Please send it again.",
    not_kept: "Your answer could not be kept just now. It is still here: please send it again in a moment.",
    leave_empty: "Leave this empty",
    closed: [
        ("There is no survey here", "The address may be incomplete, or the survey was taken away."),
        ("This survey is resting", "No answers are taken at the moment. Please come back later."),
        ("This survey is over", "Thank you for coming by. No more answers are taken."),
        ("This survey has not begun", "Please come back later."),
        ("This survey has all the answers it needs", "Thank you for coming by."),
        ("You have answered already", "Thank you! This link takes one answer, and yours is kept."),
        ("This link is incomplete", "Please open it again from the message that it came in, whole."),
        ("This link is too old", "It was good for a while only. Please ask whoever sent it for another one."),
        ("A moment, please", "Many answers came from where you are. Please try again in a minute; what you typed is a step back."),
        ("That was too much", "An answer takes up to 5,000 letters. Please go a step back and shorten it."),
        ("Something went wrong on our side", "Please try again in a moment; what you typed is a step back."),
    ],
    is_french: false,
};

static FR: Words = Words {
    next: "Suivant",
    send: "Envoyer",
    skip: "Passer",
    required: "Merci de répondre à cette question.",
    other: "Autre",
    your_words: "Avec vos mots",
    email: "nom@exemple.fr",
    bad_email: "Cela ne ressemble pas à une adresse e-mail.",
    yes: "Oui",
    no: "Non",
    link: "Vous pouvez relier ma réponse à mon compte, pour mieux la comprendre",
    linked: "Ce lien est le vôtre : votre réponse est reliée à votre compte.",
    policy: "Politique de confidentialité",
    new_tab: "s’ouvre dans un nouvel onglet",
    choose_place: "Place",
    places: "Donnez à chacun sa propre place : 1 au premier, 2 au deuxième, et ainsi de suite.",
    unknown_answer: "Cela ne fait pas partie des réponses. Merci de choisir à nouveau.",
    too_fast: "C’était trop rapide pour nous. Merci d’envoyer à nouveau.",
    not_kept: "Votre réponse n’a pas pu être enregistrée. Elle est toujours là : merci de l’envoyer à nouveau dans un instant.",
    leave_empty: "Laissez ce champ vide",
    closed: [
        ("Il n’y a pas de sondage ici", "L’adresse est peut-être incomplète, ou le sondage a été retiré."),
        ("Ce sondage est en pause", "Aucune réponse n’est prise pour le moment. Merci de revenir plus tard."),
        ("Ce sondage est terminé", "Merci de votre visite. Les réponses ne sont plus prises."),
        ("Ce sondage n’a pas commencé", "Merci de revenir plus tard."),
        ("Ce sondage a toutes les réponses qu’il lui faut", "Merci de votre visite."),
        ("Vous avez déjà répondu", "Merci ! Ce lien vaut pour une réponse, et la vôtre est enregistrée."),
        ("Ce lien est incomplet", "Merci de l’ouvrir à nouveau, en entier, depuis le message qui le contenait."),
        ("Ce lien est trop ancien", "Il n’était valable qu’un temps. Demandez-en un autre à la personne qui l’a envoyé."),
        ("Un instant, s’il vous plaît", "Beaucoup de réponses sont venues de chez vous. Réessayez dans une minute ; votre texte est une page en arrière."),
        ("C’était trop long", "Une réponse compte 5 000 lettres au plus. Revenez une page en arrière et raccourcissez-la."),
        ("Quelque chose s’est mal passé chez nous", "Merci de réessayer dans un instant ; votre texte est une page en arrière."),
    ],
    is_french: true,
};

impl Words {
    pub(super) fn of(languages: &[String]) -> &'static Self {
        let is = |language: &String, name: &str| language.to_lowercase().split('-').next() == Some(name);
        match languages.iter().find(|language| is(language, "fr") || is(language, "en")) {
            Some(language) if is(language, "fr") => &FR,
            _ => &EN,
        }
    }

    pub(super) fn language(&self) -> &'static str {
        if self.is_french { "fr" } else { "en" }
    }

    pub(super) fn at_most(&self, n: usize) -> String {
        if self.is_french { format!("{n} choix au maximum") } else { format!("Choose up to {n}") }
    }

    pub(super) fn score_of(&self, score: i64, most: i64) -> String {
        if self.is_french { format!("{score} sur {most}") } else { format!("{score} of {most}") }
    }

    pub(super) fn step(&self, at: usize, of: usize) -> String {
        if self.is_french { format!("Question {at} sur {of}") } else { format!("Question {at} of {of}") }
    }

    pub(super) fn of_wrong(&self, wrong: Wrong, question: &Question) -> String {
        match wrong {
            Wrong::Missing => self.required.to_owned(),
            Wrong::NoEmail => self.bad_email.to_owned(),
            Wrong::TooMany => format!("{}.", self.at_most(question.most.map_or(1, |most| most as usize))),
            Wrong::TooLong(most) if self.is_french => format!("C’est trop long : {most} lettres au plus. Votre texte est coupé là ci-dessous."),
            Wrong::TooLong(most) => format!("This is too long: {most} letters at most. Your text is cut there below."),
            Wrong::Places => self.places.to_owned(),
            Wrong::Unknown => self.unknown_answer.to_owned(),
        }
    }
}
