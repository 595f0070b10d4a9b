// The question bank: what teams want to know, by the words in which they say so, and the questions that find it out. Searched by `draft.ts`, in the browser.
import type { Kind, SurveyQuestion, SurveyText, Trigger } from "./definition.ts";

export interface BankQuestion extends Omit<SurveyQuestion, "id"> {
  /** `{thing}` in its words stands for what the goal is about. */
  text: SurveyText;
}

export interface Topic {
  id: string;
  name: SurveyText;
  /** How the words begin by which a goal names it, without accents; `=` before one that has to be whole. */
  words: { en: string; fr: string };
  /** What stands for `{thing}` where the goal names none. */
  thing: SurveyText;
  /** The one that measures, and those that explain; the first ones matter most. */
  measure: BankQuestion;
  details: BankQuestion[];
  triggers: Trigger[];
}

const T = (en: string, fr: string): SurveyText => ({ en, fr: fr.replace(/ ([?!:;»])/g, "\u202f$1").replace(/« /g, "«\u202f") });
const ask = (kind: Kind, en: string, fr: string, more: Partial<BankQuestion> = {}): BankQuestion => ({ kind, text: T(en, fr), ...more });
const open = (en: string, fr: string): BankQuestion => ask("long", en, fr, { placeholder: T("In your own words", "Avec vos mots") });
const pick = (kind: "single" | "multi", en: string, fr: string, ...pairs: [string, string, string][]): BankQuestion => ask(kind, en, fr, { other: true, choices: pairs.map(([id, inEnglish, inFrench]) => ({ id, text: T(inEnglish, inFrench) })) });
const ends = (low: [string, string], high: [string, string]): Partial<BankQuestion> => ({ low: T(...low), high: T(...high) });

const EASE = ends(["Very difficult", "Très difficile"], ["Very easy", "Très facile"]);
const SATISFIED = ends(["Very dissatisfied", "Pas du tout satisfait"], ["Very satisfied", "Très satisfait"]);
const AGREE = ends(["Strongly disagree", "Pas du tout d’accord"], ["Strongly agree", "Tout à fait d’accord"]);
const HERE = T("this page", "cette page");
const PRODUCT = T("our product", "notre produit");
const load: Trigger[] = [{ on: "load" }];
const after = (seconds: number): Trigger[] => [{ on: "time", seconds }];

export const BANK: Topic[] = [
  {
    id: "ease",
    name: T("Ease of a task", "Facilité d’une tâche"),
    words: { en: "ease easy easi difficult hard effort task complet usab confus clear simpl step form friction struggl stuck", fr: "facil difficil effort tache termin utilisab confus clair simpl etape formulair friction bloque perdu complique galer" },
    thing: T("this task", "cette tâche"),
    measure: ask("ces", "How easy was it to complete {thing}?", "Était-il facile de mener à bien {thing} ?", { points: 7, required: true, ...EASE }),
    details: [open("What made it difficult, or easy?", "Qu’est-ce qui l’a rendu difficile, ou facile ?"), open("What were you looking for that you did not find?", "Que cherchiez-vous que vous n’avez pas trouvé ?"), ask("thumbs", "Did you manage to do what you came for?", "Avez-vous pu faire ce que vous vouliez ?")],
    triggers: [{ on: "call" }],
  },
  {
    id: "leaving",
    name: T("Why people leave a page", "Pourquoi on quitte une page"),
    words: { en: "leav exit abandon bounc drop quit giv away giving cart", fr: "quitt part sort abandon rebond lach panier fuit renonc" },
    thing: HERE,
    measure: pick("single", "What stopped you on {thing} today?", "Qu’est-ce qui vous a arrêté sur {thing} aujourd’hui ?", ["unclear", "Something was not clear", "Quelque chose n’était pas clair"], ["broken", "Something did not work", "Quelque chose ne marchait pas"], ["price", "The price", "Le prix"], ["missing", "I did not find what I was looking for", "Je n’ai pas trouvé ce que je cherchais"], ["later", "I am only looking for now", "Je regarde seulement pour l’instant"]),
    details: [open("What is missing here?", "Que manque-t-il ici ?"), open("What would have made you go on?", "Qu’est-ce qui vous aurait fait continuer ?")],
    triggers: [{ on: "exit" }],
  },
  {
    id: "churn",
    name: T("Why customers cancel", "Pourquoi des clients résilient"),
    words: { en: "churn cancel unsubscri leaving stopp lost downgrad retain retention renew win-back former", fr: "resili desabonn annul depart perdu attrition churn fidelis renouvel retention ancien reconqu" },
    thing: PRODUCT,
    measure: pick("single", "Why are you leaving {thing}?", "Pourquoi quittez-vous {thing} ?", ["price", "Too expensive", "Trop cher"], ["complicated", "Too complicated", "Trop compliqué"], ["missing", "Something is missing", "Il manque une fonction"], ["other_tool", "I use something else", "J’utilise autre chose"], ["over", "I no longer need it", "Je n’en ai plus besoin"]),
    details: [ask("csat", "How satisfied were you, all in all?", "Dans l’ensemble, étiez-vous satisfait ?", SATISFIED), open("What should we have done better?", "Qu’aurions-nous dû mieux faire ?"), open("What would bring you back?", "Qu’est-ce qui vous ferait revenir ?")],
    triggers: [{ on: "call" }],
  },
  {
    id: "recommend",
    name: T("Loyalty (NPS)", "Fidélité (NPS)"),
    words: { en: "=nps recommend promot loyal advoca detract word-of-mouth referr", fr: "=nps recommand promot fidel loyal ambassad detract bouche" },
    thing: PRODUCT,
    measure: ask("nps", "How likely are you to recommend {thing} to a friend or colleague?", "Recommanderiez-vous {thing} à un proche ou à un collègue ?", { required: true, ...ends(["Not at all likely", "Certainement pas"], ["Extremely likely", "Très certainement"]) }),
    details: [open("What is the main reason for your score?", "Quelle est la raison principale de votre note ?"), open("What would make it a 10?", "Que faudrait-il pour mériter un 10 ?")],
    triggers: after(20),
  },
  {
    id: "satisfaction",
    name: T("Satisfaction", "Satisfaction"),
    words: { en: "satisf happy happi unhapp like dislike csat opinion feel experience quality", fr: "satisf content heureux mecontent aime avis opinion ressent experience qualite csat pense" },
    thing: PRODUCT,
    measure: ask("csat", "How satisfied are you with {thing}?", "Êtes-vous satisfait de {thing} ?", { required: true, ...SATISFIED }),
    details: [open("What is the main reason for your answer?", "Quelle est la raison principale de votre réponse ?"), open("What one thing should we improve first?", "Quelle chose devrions-nous améliorer en premier ?")],
    triggers: after(20),
  },
  {
    id: "price",
    name: T("Prices and plans", "Prix et offres"),
    words: { en: "pric pay cost expens plan budget cheap subscript willing money trial convert conversion upgrade", fr: "prix tarif payer pai cout cher offre budget abonnement argent essai convert conversion formule" },
    thing: T("our prices", "nos prix"),
    measure: pick("single", "What keeps you from choosing a plan today?", "Qu’est-ce qui vous empêche de choisir une offre aujourd’hui ?", ["high", "It is too expensive", "C’est trop cher"], ["unclear", "I do not see what each plan holds", "Je ne vois pas ce que contient chaque offre"], ["not_sure", "I do not know yet whether I need it", "Je ne sais pas encore si j’en ai besoin"], ["compare", "I am comparing with others", "Je compare avec d’autres"], ["decide", "Somebody else decides", "Quelqu’un d’autre décide"]),
    details: [ask("rating", "How clear is {thing}?", "{thing} : est-ce clair ?", { points: 5, ...ends(["Not at all", "Pas du tout"], ["Completely", "Tout à fait"]) }), open("What question about prices have we not answered?", "À quelle question sur les prix n’avons-nous pas répondu ?")],
    triggers: after(30),
  },
  {
    id: "onboarding",
    name: T("First steps", "Premiers pas"),
    words: { en: "onboard start begin first activat setup set-up new learn tutorial welcome", fr: "accueil demarr debut premier activ installa nouveau apprend tutoriel bienvenue onboarding prise" },
    thing: PRODUCT,
    measure: ask("ces", "How easy was it to get started with {thing}?", "Était-il facile de démarrer avec {thing} ?", { points: 7, required: true, ...EASE }),
    details: [pick("single", "What did you come to do?", "Qu’êtes-vous venu faire ?", ["try", "Try it out", "Essayer"], ["solve", "Solve a precise problem", "Résoudre un problème précis"], ["replace", "Replace another tool", "Remplacer un autre outil"], ["asked", "Somebody asked me to", "On me l’a demandé"]), open("What slowed you down?", "Qu’est-ce qui vous a ralenti ?")],
    triggers: after(60),
  },
  {
    id: "signup",
    name: T("Signing up", "Inscription"),
    words: { en: "sign signup regist account create lead form", fr: "inscri compte enregistr creer creation prospect" },
    thing: T("signing up", "l’inscription"),
    measure: pick("single", "What keeps you from signing up?", "Qu’est-ce qui vous retient de vous inscrire ?", ["data", "I do not want to give my data", "Je ne veux pas donner mes données"], ["long", "The form is too long", "Le formulaire est trop long"], ["price", "I do not know what it costs", "Je ne sais pas ce que cela coûte"], ["value", "I do not see yet what I gain", "Je ne vois pas encore ce que j’y gagne"]),
    details: [open("What would you like to know before you sign up?", "Qu’aimeriez-vous savoir avant de vous inscrire ?"), pick("single", "How did you hear about us?", "Comment nous avez-vous connus ?", ["search", "Search engine", "Moteur de recherche"], ["friend", "A friend or colleague", "Un proche ou un collègue"], ["social", "Social networks", "Réseaux sociaux"], ["press", "An article", "Un article"])],
    triggers: [{ on: "exit" }],
  },
  {
    id: "checkout",
    name: T("Buying", "Achat"),
    words: { en: "checkout buy purchas order payment basket shop deliver shipping", fr: "achat achet command paiement panier boutique livraison caisse expedition" },
    thing: T("your order", "votre commande"),
    measure: ask("csat", "How satisfied are you with the way {thing} went?", "Êtes-vous satisfait du déroulement de {thing} ?", { required: true, ...SATISFIED }),
    details: [open("What nearly kept you from buying?", "Qu’est-ce qui a failli vous faire renoncer ?"), pick("single", "Why did you choose us?", "Pourquoi nous avez-vous choisis ?", ["price", "Price", "Prix"], ["quality", "Quality", "Qualité"], ["known", "I know you already", "Je vous connais déjà"], ["advice", "Somebody advised it", "On me l’a conseillé"])],
    triggers: load,
  },
  {
    id: "feature",
    name: T("A feature", "Une fonction"),
    words: { en: "featur function tool use using useful usage adopt capabil editor report dashboard", fr: "fonction outil utile utilit usage adopt editeur rapport tableau" },
    thing: T("this feature", "cette fonction"),
    measure: ask("csat", "How satisfied are you with {thing}?", "Êtes-vous satisfait de {thing} ?", { required: true, ...SATISFIED }),
    details: [open("What do you use {thing} for?", "À quoi vous sert {thing} ?"), open("What is {thing} lacking?", "Que manque-t-il à {thing} ?"), ask("rating", "How disappointed would you be without {thing}?", "Seriez-vous déçu sans {thing} ?", { points: 5, ...ends(["Not at all", "Pas du tout"], ["Very", "Très"]) })],
    triggers: after(20),
  },
  {
    id: "missing",
    name: T("What is missing", "Ce qui manque"),
    words: { en: "miss need wish want request idea roadmap priorit build next improv better", fr: "manque besoin souhait voudr demande idee feuille priorit construi prochain amelior mieux attente" },
    thing: PRODUCT,
    measure: open("What could you not do with {thing} that you wanted to do?", "Que n’avez-vous pas pu faire avec {thing} que vous vouliez faire ?"),
    details: [ask("rating", "How much would that matter to you?", "Quelle importance cela aurait-il pour vous ?", { points: 5, ...ends(["A little", "Un peu"], ["A great deal", "Énormément"]) }), open("How do you do it today?", "Comment le faites-vous aujourd’hui ?")],
    triggers: after(30),
  },
  {
    id: "fit",
    name: T("Product-market fit", "Adéquation au marché"),
    words: { en: "product-market market-fit fit must-have disappoint value benefit indispensable", fr: "adequation marche indispensable decu valeur benefice incontournable" },
    thing: PRODUCT,
    measure: pick("single", "How would you feel if you could no longer use {thing}?", "Que ressentiriez-vous si vous ne pouviez plus utiliser {thing} ?", ["very", "Very disappointed", "Très déçu"], ["somewhat", "Somewhat disappointed", "Un peu déçu"], ["not", "Not disappointed", "Pas déçu"]),
    details: [open("What is the main benefit you get?", "Quel est le principal bénéfice pour vous ?"), open("Who would benefit most from it?", "À qui serait-ce le plus utile ?"), open("How could we make it better for you?", "Comment l’améliorer pour vous ?")],
    triggers: after(30),
  },
  {
    id: "search",
    name: T("Finding things", "Trouver"),
    words: { en: "search find found look result navigat menu filter", fr: "recherch trouv cherch resultat navig menu filtre" },
    thing: HERE,
    measure: ask("thumbs", "Did you find what you were looking for?", "Avez-vous trouvé ce que vous cherchiez ?", { required: true }),
    details: [open("What were you looking for?", "Que cherchiez-vous ?"), open("Where did you expect to find it?", "Où pensiez-vous le trouver ?")],
    triggers: [{ on: "scroll", percent: 60 }],
  },
  {
    id: "help",
    name: T("Help and documentation", "Aide et documentation"),
    words: { en: "doc help article guide faq knowledge tutorial answer", fr: "=doc document aide article guide faq mode tutoriel reponse" },
    thing: T("this article", "cet article"),
    measure: ask("thumbs", "Did {thing} answer your question?", "{thing} a-t-il répondu à votre question ?", { required: true }),
    details: [open("What is still unclear?", "Qu’est-ce qui reste flou ?"), open("What did you do instead?", "Qu’avez-vous fait à la place ?")],
    triggers: [{ on: "scroll", percent: 60 }],
  },
  {
    id: "support",
    name: T("Support", "Assistance"),
    words: { en: "support agent ticket contact service helpdesk chat request solved", fr: "support assistance agent ticket contact service conseiller sav resolu" },
    thing: T("our support", "notre assistance"),
    measure: ask("csat", "How satisfied are you with the help you got from {thing}?", "Êtes-vous satisfait de l’aide reçue de {thing} ?", { required: true, ...SATISFIED }),
    details: [ask("thumbs", "Is your problem solved?", "Votre problème est-il résolu ?"), open("What could we have done better?", "Qu’aurions-nous pu mieux faire ?")],
    triggers: [{ on: "call" }],
  },
  {
    id: "speed",
    name: T("Speed and faults", "Rapidité et pannes"),
    words: { en: "slow speed fast bug error crash broken fault load performance problem technical wait", fr: "lent rapid vitesse bug erreur plant casse panne charg performance probleme technique attend" },
    thing: HERE,
    measure: ask("rating", "How fast does {thing} feel?", "{thing} vous semble-t-elle rapide ?", { points: 5, required: true, ...ends(["Very slow", "Très lente"], ["Very fast", "Très rapide"]) }),
    details: [open("What did not work?", "Qu’est-ce qui n’a pas marché ?"), open("What were you doing when it happened?", "Que faisiez-vous à ce moment-là ?")],
    triggers: [{ on: "friction", signal: "rage_click" }],
  },
  {
    id: "content",
    name: T("Content", "Contenu"),
    words: { en: "content newsletter article blog read editorial topic mail video", fr: "contenu newsletter article blog lire lecture redaction sujet infolettre video" },
    thing: T("this content", "ce contenu"),
    measure: ask("rating", "How useful was {thing} to you?", "{thing} vous a-t-il été utile ?", { points: 5, required: true, ...ends(["Not at all", "Pas du tout"], ["Very", "Très"]) }),
    details: [open("What would you like to read more about?", "Sur quoi aimeriez-vous en lire davantage ?"), pick("single", "How long was it?", "La longueur était…", ["short", "Too short", "Trop court"], ["right", "Just right", "Bien"], ["long", "Too long", "Trop long"])],
    triggers: [{ on: "scroll", percent: 80 }],
  },
  {
    id: "design",
    name: T("Look and redesign", "Apparence et refonte"),
    words: { en: "design redesign look visual interface layout style brand homepage home version", fr: "design refonte apparence visuel interface mise graphique marque accueil version esthetique" },
    thing: T("the new look", "la nouvelle apparence"),
    measure: ask("csat", "What do you think of {thing}?", "Que pensez-vous de {thing} ?", { required: true, ...SATISFIED }),
    details: [open("What do you miss from before?", "Qu’est-ce qui vous manque par rapport à avant ?"), open("Which three words describe it?", "Quels trois mots la décrivent ?")],
    triggers: after(20),
  },
  {
    id: "usability",
    name: T("Usability, as a standard measures it", "Utilisabilité, selon une échelle établie"),
    words: { en: "=sus umux usability standard benchmark scale ux ergonom", fr: "=sus umux utilisabilite standard reference echelle ux ergonom" },
    thing: PRODUCT,
    measure: ask("umux_lite", "How much do you agree?", "Êtes-vous d’accord ?", { required: true, ...AGREE, items: [{ id: "u1", text: T("Its capabilities meet my requirements", "Ses fonctions répondent à mes besoins") }, { id: "u2", text: T("It is easy to use", "Il est facile à utiliser") }] }),
    details: [open("What is hardest to use?", "Qu’est-ce qui est le plus difficile à utiliser ?")],
    triggers: after(60),
  },
  {
    id: "who",
    name: T("Who they are", "Qui ils sont"),
    words: { en: "who persona role profile job segment audience company size sector industry", fr: "qui persona role profil metier segment public entreprise taille secteur" },
    thing: PRODUCT,
    measure: pick("single", "What is your role?", "Quelle est votre fonction ?", ["lead", "I lead a team", "Je dirige une équipe"], ["marketing", "Marketing or communication", "Marketing ou communication"], ["product", "Product or design", "Produit ou design"], ["tech", "Engineering", "Technique"], ["sales", "Sales or support", "Vente ou assistance"]),
    details: [pick("single", "How many people work in your company?", "Combien de personnes travaillent dans votre entreprise ?", ["1", "Only me", "Moi seul"], ["10", "2 to 10", "2 à 10"], ["50", "11 to 50", "11 à 50"], ["250", "51 to 250", "51 à 250"], ["more", "More", "Davantage"]), open("What do you want to achieve with {thing}?", "Que voulez-vous accomplir avec {thing} ?")],
    triggers: after(30),
  },
  {
    id: "heard",
    name: T("How they found you", "Comment ils vous ont trouvés"),
    words: { en: "hear heard discover channel acquisition attribution source marketing campaign advert", fr: "connu decouvert canal acquisition attribution source marketing publicite campagne entendu" },
    thing: PRODUCT,
    measure: pick("single", "How did you hear about {thing}?", "Comment avez-vous connu {thing} ?", ["search", "Search engine", "Moteur de recherche"], ["friend", "A friend or colleague", "Un proche ou un collègue"], ["social", "Social networks", "Réseaux sociaux"], ["press", "An article or a podcast", "Un article ou un podcast"], ["ad", "An advertisement", "Une publicité"]),
    details: [open("What convinced you to try it?", "Qu’est-ce qui vous a convaincu d’essayer ?"), open("What other solutions did you look at?", "Quelles autres solutions avez-vous regardées ?")],
    triggers: load,
  },
  {
    id: "rivals",
    name: T("Compared with others", "Face aux autres"),
    words: { en: "compet rival alternativ compare switch other", fr: "concurren rival alternativ compar autre" },
    thing: PRODUCT,
    measure: open("What did you use before {thing}, and why did you change?", "Qu’utilisiez-vous avant {thing}, et pourquoi avoir changé ?"),
    details: [pick("multi", "What do others do better?", "Que font mieux les autres ?", ["price", "Price", "Prix"], ["features", "Functions", "Fonctions"], ["ease", "Ease", "Facilité"], ["support", "Support", "Assistance"], ["none", "Nothing", "Rien"]), open("What would make you switch again?", "Qu’est-ce qui vous ferait encore changer ?")],
    triggers: after(60),
  },
  {
    id: "trust",
    name: T("Trust and privacy", "Confiance et vie privée"),
    words: { en: "trust privacy secur safe data confiden reassur", fr: "confian privee secur sur donnees rassur" },
    thing: PRODUCT,
    measure: ask("rating", "How much do you trust {thing}?", "Faites-vous confiance à {thing} ?", { points: 5, required: true, ...ends(["Not at all", "Pas du tout"], ["Completely", "Entièrement"]) }),
    details: [open("What would reassure you?", "Qu’est-ce qui vous rassurerait ?")],
    triggers: after(30),
  },
  {
    id: "team",
    name: T("Your own team", "Votre équipe"),
    words: { en: "employ staff team workplace colleague enps internal", fr: "employ salari equipe travail collegue collaborat interne =enps" },
    thing: T("this company", "cette entreprise"),
    measure: ask("nps", "How likely are you to recommend {thing} as a place to work?", "Recommanderiez-vous {thing} comme lieu de travail ?", { required: true, ...ends(["Not at all likely", "Certainement pas"], ["Extremely likely", "Très certainement"]) }),
    details: [open("What is the main reason for your score?", "Quelle est la raison principale de votre note ?")],
    triggers: load,
  },
];

/** Where no topic fits: questions that serve any goal. */
export const ANY: Topic = {
  id: "any",
  name: T("In general", "En général"),
  words: { en: "", fr: "" },
  thing: PRODUCT,
  measure: ask("csat", "How satisfied are you with {thing}?", "Êtes-vous satisfait de {thing} ?", { required: true, ...SATISFIED }),
  details: [open("What is the main reason for your answer?", "Quelle est la raison principale de votre réponse ?"), open("What should we know that we did not ask?", "Que devrions-nous savoir que nous n’avons pas demandé ?")],
  triggers: after(20),
};

export const INTERVIEW = { words: "interview talk call meet discuss entretien interview parler appel echang rencontr", question: ask("email", "May we talk with you for twenty minutes? Leave your e-mail address.", "Pouvons-nous en parler vingt minutes avec vous ? Laissez votre adresse e-mail.") };
