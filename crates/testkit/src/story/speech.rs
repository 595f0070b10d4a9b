//! What people of the story say in surveys: a matter, said in one of several ways, and often something before or after it.

use rand::Rng;
use rand_chacha::ChaCha8Rng;

/// What somebody speaks of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Matter {
    Easy,
    Templates,
    Support,
    Results,
    Reports,
    Calendar,
    Price,
    Slow,
    Audience,
    GreyButton,
    Steps,
    LostDraft,
    Lost,
    Over,
}

/// One answer in words, in French or English.
pub(crate) fn say(rng: &mut ChaCha8Rng, language: &str, matter: Matter) -> String {
    let french = language == "fr";
    let ways = if french { french_of(matter) } else { english_of(matter) };
    let mut said = ways[rng.random_range(0..ways.len())].to_owned();
    let more = match (french, matter.is_praise()) {
        (true, true) => ["Merci à l'équipe !", "Continuez comme ça.", "Je le recommande autour de moi.", "On l'utilise chaque semaine."],
        (true, false) => ["C'est dommage.", "Cela m'a découragé.", "J'ai fini par demander à un collègue.", "C'est pourtant essentiel."],
        (false, true) => ["Thanks to the team!", "Keep it up.", "I recommend it to friends.", "We use it every week."],
        (false, false) => ["That is a pity.", "It put me off.", "I ended up asking a colleague.", "And I need it."],
    };
    if rng.random_bool(0.3) {
        said = format!("{said} {}", more[rng.random_range(0..more.len())]);
    }
    match rng.random_range(0..12) {
        // Some write without care.
        0 => said.to_lowercase(),
        1 => said.trim_end_matches('.').to_owned(),
        _ => said,
    }
}

impl Matter {
    fn is_praise(self) -> bool {
        matches!(self, Self::Easy | Self::Templates | Self::Support | Self::Results)
    }
}

fn french_of(matter: Matter) -> &'static [&'static str] {
    match matter {
        Matter::Easy => &[
            "Je planifie ma campagne en deux minutes.",
            "Très simple à prendre en main.",
            "Enfin un outil facile, même pour quelqu'un qui n'est pas du métier.",
            "Tout est clair, on sait toujours quoi faire ensuite.",
            "Simple et intuitif.",
        ],
        Matter::Templates => &[
            "Les modèles sont superbes.",
            "De beaux modèles, il n'y a qu'à changer le texte.",
            "Grâce aux modèles ma newsletter a l'air professionnelle.",
            "Les modèles d'e-mail sont nombreux et jolis.",
        ],
        Matter::Support => &[
            "Le support répond vite et bien.",
            "Une équipe d'assistance au top, réponse en dix minutes.",
            "Quand j'ai eu un souci, le support a été adorable.",
            "Support très réactif.",
        ],
        Matter::Results => &[
            "Nous vendons davantage depuis que nous envoyons la newsletter.",
            "Excellent taux d'ouverture, nos clients lisent enfin nos messages.",
            "Ça marche : plus de commandes après chaque envoi.",
        ],
        Matter::Reports => &[
            "Bien, mais les statistiques pourraient être plus claires.",
            "Les rapports manquent de détail.",
            "J'aimerais des statistiques par segment.",
            "Le rapport d'une campagne est difficile à lire.",
        ],
        Matter::Calendar => &[
            "Il manque un calendrier des envois.",
            "Un calendrier pour voir les campagnes planifiées serait utile.",
            "Je voudrais voir tous mes envois dans un calendrier.",
        ],
        Matter::Price => &[
            "Bon produit, un peu cher.",
            "Trop cher pour une petite association.",
            "Le prix a augmenté, ce n'est plus dans notre budget.",
            "Le tarif est élevé pour ce que nous envoyons.",
        ],
        Matter::Slow => &[
            "L'éditeur est lent.",
            "Chaque étape met longtemps à s'afficher.",
            "C'est lent, surtout le choix du modèle.",
            "Ça rame, j'attends à chaque page.",
            "Trop de temps de chargement.",
        ],
        Matter::Audience => &[
            "Impossible de comprendre comment choisir l'audience.",
            "L'écran d'audience est incompréhensible.",
            "Je n'ai pas trouvé comment passer après le choix de l'audience.",
            "Sur mon téléphone, le bouton Suivant de l'audience n'apparaît pas.",
            "Le choix des destinataires est trop compliqué.",
            "Je ne sais jamais quelle audience choisir.",
        ],
        Matter::GreyButton => &[
            "Le bouton Envoyer reste gris sans explication.",
            "Impossible de cliquer sur le bouton d'envoi, il est grisé.",
            "Le bouton ne réagit pas, j'ai cliqué dix fois.",
            "Rien ne dit pourquoi le bouton Envoyer est désactivé.",
        ],
        Matter::Steps => &["Trop d'étapes pour un simple envoi.", "Il faut passer par cinq écrans pour envoyer un e-mail.", "Beaucoup trop d'étapes."],
        Matter::LostDraft => {
            &["J'ai perdu mon brouillon deux fois.", "Mon brouillon a disparu après une erreur.", "Erreur à l'enregistrement, tout était à refaire."]
        }
        Matter::Lost => &[
            "Je ne savais pas par où commencer, j'ai cherché dans tous les menus.",
            "On se perd dans les menus.",
            "J'ai dû ouvrir les contacts pour comprendre où aller.",
        ],
        Matter::Over => &["Notre projet est terminé.", "Nous arrêtons notre activité.", "Plus besoin pour le moment, je reviendrai peut-être."],
    }
}

fn english_of(matter: Matter) -> &'static [&'static str] {
    match matter {
        Matter::Easy => &[
            "Planning a campaign takes me two minutes.",
            "Very easy to learn.",
            "Simple at last, even for somebody who is no marketer.",
            "Everything is clear, you always know what to do next.",
            "Simple and intuitive.",
        ],
        Matter::Templates => &[
            "The templates are lovely.",
            "Great looking templates, I only change the words.",
            "With the templates my newsletter looks professional.",
            "Lots of beautiful templates.",
        ],
        Matter::Support => {
            &["Support is quick and kind.", "The support team answered in ten minutes.", "When I was stuck, support was wonderful.", "Very responsive support."]
        }
        Matter::Results => &[
            "We sell more since we send the newsletter.",
            "Excellent open rates, our customers read us at last.",
            "It works: more orders after every campaign.",
        ],
        Matter::Reports => &[
            "Good, but the reports could be clearer.",
            "Reports lack detail.",
            "I would like statistics by segment.",
            "The report of a campaign is hard to read.",
        ],
        Matter::Calendar => &[
            "A calendar of what is scheduled is missing.",
            "A calendar with all my campaigns would be useful.",
            "I would love to see my sendings in a calendar.",
        ],
        Matter::Price => &[
            "Good product, a little expensive.",
            "Too expensive for a small charity.",
            "The price went up, it no longer fits our budget.",
            "It costs a lot for what we send.",
        ],
        Matter::Slow => &[
            "The editor is slow.",
            "Every step takes long to load.",
            "It is slow, above all choosing a template.",
            "So laggy, I wait on every page.",
            "Too much loading time.",
        ],
        Matter::Audience => &[
            "I could not work out how to choose an audience.",
            "The audience screen makes no sense.",
            "I found no way on after choosing the audience.",
            "On my phone the Next button of the audience does not show.",
            "Choosing who gets it is too complicated.",
            "I never know which audience to choose.",
        ],
        Matter::GreyButton => &[
            "The send button stays grey and does not say why.",
            "I cannot click the send button, it is greyed out.",
            "The button does not react, I clicked ten times.",
            "Nothing says why the send button is disabled.",
        ],
        Matter::Steps => &["Too many steps for one e-mail.", "Five screens to send one e-mail.", "Way too many steps."],
        Matter::LostDraft => &["I lost my draft twice.", "My draft vanished after an error.", "An error while saving, I had to do it all again."],
        Matter::Lost => {
            &["I did not know where to begin, I looked in every menu.", "You get lost in the menus.", "I had to open the contacts to find out where to go."]
        }
        Matter::Over => &["Our project is over.", "We are closing down.", "No need for now, I may come back."],
    }
}
