// The gallery: surveys that teams ask most, in English and French, ready to publish. Their words belong to the survey and not to the interface, so they stand here.
import { SUS, UMUX, type Definition, type SurveyQuestion, type SurveyText, type Trigger } from "./definition.ts";

export type Use = "satisfaction" | "task" | "product" | "leaving" | "research";

export interface Template {
  id: string;
  use: Use;
  name: SurveyText;
  /** When it serves. */
  about: SurveyText;
  definition: Definition;
}

/** English and French; French punctuation gets its thin spaces. */
const T = (en: string, fr: string): SurveyText => ({ en, fr: fr.replace(/ ([?!:;»])/g, "\u202f$1").replace(/« /g, "«\u202f") });

const THANKS = { id: "thanks", title: T("Thank you!", "Merci !"), text: T("Your answer helps us decide what to improve next.", "Votre réponse nous aide à choisir ce que nous améliorons.") };
const AGREE = { low: T("Strongly disagree", "Pas du tout d’accord"), high: T("Strongly agree", "Tout à fait d’accord") };

type Loose = Omit<SurveyQuestion, "id" | "kind"> & { kind: SurveyQuestion["kind"] };
const ask = (id: string, kind: SurveyQuestion["kind"], text: SurveyText, more: Omit<Loose, "kind" | "text"> = {}): SurveyQuestion => ({ id, kind, text, ...more });
const choices = (...pairs: [string, string, string][]): SurveyQuestion["choices"] => pairs.map(([id, en, fr]) => ({ id, text: T(en, fr) }));
const why = (id = "why", en = "What is the main reason for your answer?", fr = "Quelle est la raison principale de votre réponse ?"): SurveyQuestion => ask(id, "long", T(en, fr), { placeholder: T("In your own words", "Avec vos mots") });
const email = ask("email", "email", T("May we contact you? Leave your e-mail address.", "Pouvons-nous vous contacter ? Laissez votre adresse e-mail."));

function survey(questions: SurveyQuestion[], triggers: Trigger[], more: Partial<Definition> = {}): Definition {
  return { languages: ["en", "fr"], questions, ends: [THANKS], triggers, ...more };
}

const load: Trigger[] = [{ on: "load" }];
const after = (seconds: number): Trigger[] => [{ on: "time", seconds }];

const NPS = ask("score", "nps", T("How likely are you to recommend us to a friend or colleague?", "Recommanderiez-vous notre produit à un proche ou à un collègue ?"), {
  required: true,
  low: T("Not at all likely", "Certainement pas"),
  high: T("Extremely likely", "Très certainement"),
});

export const TEMPLATES: Template[] = [
  {
    id: "nps",
    use: "satisfaction",
    name: T("Net promoter score", "Net Promoter Score"),
    about: T("Whether people would recommend you, and why, asked anew every 90 days.", "Si l’on vous recommanderait, et pourquoi ; redemandé tous les 90 jours."),
    definition: survey(
      [
        { ...NPS, next: [{ when: { score: [0, 6] }, to: "missing" }, { when: { score: [7, 8] }, to: "better" }, { when: { score: [9, 10] }, to: "love" }] },
        { ...why("missing", "What disappointed you most?", "Qu’est-ce qui vous a le plus déçu ?"), then: "thanks" },
        { ...why("better", "What would make it a 9 or a 10?", "Que faudrait-il pour mériter un 9 ou un 10 ?"), then: "thanks" },
        why("love", "What do you value most?", "Qu’appréciez-vous le plus ?"),
      ],
      after(20),
      { frequency: { renew_after_days: 90 } },
    ),
  },
  {
    id: "csat",
    use: "satisfaction",
    name: T("Satisfaction (CSAT)", "Satisfaction (CSAT)"),
    about: T("How satisfied people are, with a question for those who are not.", "Le niveau de satisfaction, avec une question pour les insatisfaits."),
    definition: survey(
      [
        ask("score", "csat", T("Overall, how satisfied are you with our product?", "Dans l’ensemble, êtes-vous satisfait de notre produit ?"), { required: true, look: "smileys", low: T("Very dissatisfied", "Très insatisfait"), high: T("Very satisfied", "Très satisfait"), next: [{ when: { score: [1, 3] }, to: "why" }], then: "thanks" }),
        why("why", "What should we improve first?", "Que devrions-nous améliorer en premier ?"),
      ],
      after(30),
      { frequency: { renew_after_days: 60 } },
    ),
  },
  {
    id: "csat-support",
    use: "satisfaction",
    name: T("Support contact", "Contact avec l’assistance"),
    about: T("After a conversation with support: was the person helped?", "Après un échange avec l’assistance : la personne a-t-elle été aidée ?"),
    definition: survey(
      [
        ask("score", "csat", T("How satisfied are you with the help you received?", "Êtes-vous satisfait de l’aide que vous avez reçue ?"), { required: true, look: "stars" }),
        ask("solved", "thumbs", T("Is your problem solved?", "Votre problème est-il résolu ?"), { next: [{ when: { score: [1, 1] }, to: "thanks" }] }),
        why("why", "What is still missing?", "Que manque-t-il encore ?"),
      ],
      [{ on: "event", event: "Support conversation closed" }],
    ),
  },
  {
    id: "ces",
    use: "task",
    name: T("Customer effort (CES)", "Effort client (CES)"),
    about: T("How easy it was, from 1 to 7, right after something was done.", "La facilité, de 1 à 7, juste après une action."),
    definition: survey(
      [ask("score", "ces", T("The product made it easy for me to do what I wanted", "Le produit m’a permis de faire facilement ce que je voulais"), { required: true, ...AGREE, next: [{ when: { score: [1, 4] }, to: "why" }], then: "thanks" }), why("why", "What made it difficult?", "Qu’est-ce qui a compliqué les choses ?")],
      [{ on: "event", event: "Order completed" }],
      { frequency: { renew_after_days: 30 } },
    ),
  },
  {
    id: "task-ease",
    use: "task",
    name: T("Ease of a task", "Facilité d’une tâche"),
    about: T("On the page that ends a task: how easy it was, and the main reason.", "Sur la page qui termine une tâche : était-ce facile, et pour quelle raison."),
    definition: survey(
      [ask("score", "ces", T("How easy was it to finish this task?", "A-t-il été facile de terminer cette tâche ?"), { points: 5, required: true, low: T("Very difficult", "Très difficile"), high: T("Very easy", "Très facile") }), why()],
      load,
      { delay_s: 2 },
    ),
  },
  {
    id: "seq",
    use: "task",
    name: T("Single ease question (SEQ)", "Question de facilité (SEQ)"),
    about: T("The standard question after a task, comparable with published scores.", "La question standard après une tâche, comparable aux scores publiés."),
    definition: survey([ask("score", "seq", T("Overall, how difficult or easy was this task?", "Globalement, cette tâche a-t-elle été difficile ou facile ?"), { required: true, low: T("Very difficult", "Très difficile"), high: T("Very easy", "Très facile") })], load, { delay_s: 2 }),
  },
  {
    id: "accomplished",
    use: "task",
    name: T("Did you manage?", "Avez-vous réussi ?"),
    about: T("Whether people did what they came for, and what stopped the others.", "Si les gens ont fait ce qu’ils venaient faire, et ce qui a arrêté les autres."),
    definition: survey(
      [
        ask("done", "single", T("Did you manage to do what you came for?", "Avez-vous réussi à faire ce que vous veniez faire ?"), { required: true, choices: choices(["yes", "Yes", "Oui"], ["partly", "In part", "En partie"], ["no", "No", "Non"]), next: [{ when: { choice: ["yes"] }, to: "thanks" }] }),
        ask("goal", "short", T("What did you want to do?", "Que vouliez-vous faire ?")),
        why("why", "What stopped you?", "Qu’est-ce qui vous a arrêté ?"),
      ],
      [{ on: "exit" }],
    ),
  },
  {
    id: "page-feedback",
    use: "task",
    name: T("Found what you need?", "Avez-vous trouvé ?"),
    about: T("On any page: yes or no, why not, and an address for a conversation.", "Sur toute page : oui ou non, pourquoi, et une adresse pour en parler."),
    definition: survey([ask("found", "thumbs", T("Did you find what you need on this page?", "Avez-vous trouvé ce qu’il vous faut sur cette page ?"), { next: [{ when: { score: [1, 1] }, to: "thanks" }] }), why("why", "What were you looking for?", "Que cherchiez-vous ?"), email], [{ on: "scroll", percent: 60 }]),
  },
  {
    id: "rage",
    use: "task",
    name: T("After a rage click", "Après un clic de rage"),
    about: T("Right when somebody clicks in anger: what did not work?", "Au moment où quelqu’un s’énerve : qu’est-ce qui n’a pas marché ?"),
    definition: survey([why("why", "Something seems not to work. What did you expect?", "Quelque chose semble bloquer. Qu’attendiez-vous ?"), email], [{ on: "friction", signal: "rage_click" }], { frequency: { quiet_days: 1 } }),
  },
  {
    id: "search",
    use: "task",
    name: T("Quality of search", "Qualité de la recherche"),
    about: T("After a search: were the results any good?", "Après une recherche : les résultats étaient-ils bons ?"),
    definition: survey([ask("score", "rating", T("How relevant were the results of your search?", "Les résultats de votre recherche étaient-ils pertinents ?"), { look: "stars", required: true, next: [{ when: { score: [4, 5] }, to: "thanks" }] }), ask("looked", "short", T("What did you look for?", "Que cherchiez-vous ?"))], [{ on: "event", event: "Search" }], { delay_s: 10 }),
  },
  {
    id: "onboarding",
    use: "product",
    name: T("First steps", "Premiers pas"),
    about: T("In the first session: how it began, and what was confusing.", "Pendant la première session : comment cela a commencé, et ce qui était confus."),
    definition: survey(
      [
        ask("score", "ces", T("How easy was it to get started?", "A-t-il été facile de démarrer ?"), { points: 5, required: true, low: T("Very difficult", "Très difficile"), high: T("Very easy", "Très facile"), next: [{ when: { score: [4, 5] }, to: "goal" }] }),
        ask("hard", "multi", T("What was difficult?", "Qu’est-ce qui était difficile ?"), { other: true, choices: choices(["start", "Knowing where to begin", "Savoir par où commencer"], ["words", "The words that are used", "Les mots employés"], ["data", "Bringing in my data", "Importer mes données"], ["setup", "The settings", "Les réglages"]) }),
        ask("goal", "short", T("What do you want to achieve with the product?", "Que voulez-vous accomplir avec le produit ?")),
      ],
      after(120),
      { audience: { visitors: "new" } },
    ),
  },
  {
    id: "pmf",
    use: "product",
    name: T("Product-market fit", "Adéquation produit-marché"),
    about: T("How disappointed people would be without you: 40 % “very” is the usual mark.", "La déception si vous disparaissiez : 40 % de « très » est le repère habituel."),
    definition: survey(
      [
        ask("miss", "single", T("How would you feel if you could no longer use our product?", "Que ressentiriez-vous si vous ne pouviez plus utiliser notre produit ?"), { required: true, choices: choices(["very", "Very disappointed", "Très déçu"], ["somewhat", "Somewhat disappointed", "Un peu déçu"], ["not", "Not disappointed", "Pas déçu"]) }),
        ask("who", "short", T("Who would benefit most from it?", "À qui serait-il le plus utile ?")),
        ask("benefit", "long", T("What is the main benefit for you?", "Quel est le principal bénéfice pour vous ?")),
        ask("improve", "long", T("How can we improve it for you?", "Comment l’améliorer pour vous ?")),
      ],
      after(30),
      { audience: { visitors: "returning" } },
    ),
  },
  {
    id: "feature",
    use: "product",
    name: T("Satisfaction with a feature", "Satisfaction d’une fonction"),
    about: T("After a feature was used: is it good, and what is missing?", "Après l’usage d’une fonction : est-elle bonne, et que manque-t-il ?"),
    definition: survey([ask("score", "rating", T("How useful is this feature to you?", "Cette fonction vous est-elle utile ?"), { look: "stars", required: true }), why("why", "What would make it more useful?", "Qu’est-ce qui la rendrait plus utile ?")], [{ on: "event", event: "Feature used" }], { delay_s: 5 }),
  },
  {
    id: "feature-request",
    use: "product",
    name: T("Feature request", "Demande de fonction"),
    about: T("A button that is always there, for ideas.", "Un bouton toujours présent, pour les idées."),
    definition: survey(
      [
        ask("idea", "long", T("What would you like to be able to do?", "Qu’aimeriez-vous pouvoir faire ?"), { required: true }),
        ask("weight", "single", T("How important is it to you?", "Est-ce important pour vous ?"), { choices: choices(["must", "I cannot work without it", "Je ne peux pas travailler sans"], ["should", "It would save me time", "Cela me ferait gagner du temps"], ["nice", "It would be nice", "Ce serait agréable"]) }),
        email,
      ],
      [],
      { display: { form: "button", label: T("An idea?", "Une idée ?") } },
    ),
  },
  {
    id: "missing-feature",
    use: "product",
    name: T("What is missing most", "Ce qui manque le plus"),
    about: T("Puts candidates in order of importance.", "Classe des candidats par importance."),
    definition: survey([ask("order", "ranking", T("Put these in order of importance for you", "Classez ces sujets par importance pour vous"), { shuffle: true, choices: choices(["speed", "Speed", "La rapidité"], ["reports", "Reports", "Les rapports"], ["integrations", "Integrations", "Les intégrations"], ["mobile", "Use on a phone", "L’usage sur téléphone"]) }), why("why", "What else is missing?", "Que manque-t-il d’autre ?")], after(45)),
  },
  {
    id: "content",
    use: "product",
    name: T("Was this content helpful?", "Ce contenu vous a-t-il aidé ?"),
    about: T("At the end of an article or a page of help, in the page itself.", "À la fin d’un article ou d’une page d’aide, dans la page même."),
    definition: survey([ask("helpful", "thumbs", T("Was this page helpful?", "Cette page vous a-t-elle aidé ?"), { next: [{ when: { score: [1, 1] }, to: "thanks" }] }), why("why", "What is missing or unclear?", "Que manque-t-il, ou qu’est-ce qui n’est pas clair ?")], load, { display: { form: "inline", selector: "#feedback" } }),
  },
  {
    id: "feedback",
    use: "product",
    name: T("Feedback box", "Boîte à avis"),
    about: T("A button for whatever people want to say.", "Un bouton pour tout ce que l’on veut vous dire."),
    definition: survey([ask("mood", "rating", T("How is your experience?", "Comment se passe votre expérience ?"), { look: "smileys" }), ask("words", "long", T("Tell us more", "Dites-nous-en plus"), { required: true }), email], [], { display: { form: "button", label: T("Feedback", "Votre avis") } }),
  },
  {
    id: "bug",
    use: "product",
    name: T("Report a problem", "Signaler un problème"),
    about: T("Shown when an error met somebody, with the recording beside.", "Affiché quand une erreur survient, avec l’enregistrement à côté."),
    definition: survey([ask("what", "long", T("Something went wrong. What were you doing?", "Un problème est survenu. Que faisiez-vous ?"), { required: true }), ask("bad", "single", T("How much does it hinder you?", "À quel point cela vous gêne-t-il ?"), { choices: choices(["blocked", "I cannot go on", "Je suis bloqué"], ["slowed", "It slows me down", "Cela me ralentit"], ["small", "A little", "Un peu"]) }), email], [{ on: "friction", signal: "error_click" }], { frequency: { quiet_days: 1 } }),
  },
  {
    id: "purchase",
    use: "product",
    name: T("Purchase intent", "Intention d’achat"),
    about: T("During a trial: whether people mean to buy, and what is missing for it.", "Pendant un essai : si l’on compte acheter, et ce qui manque pour cela."),
    definition: survey([ask("score", "rating", T("How likely are you to subscribe at the end of the trial?", "Pensez-vous vous abonner à la fin de l’essai ?"), { required: true, low: T("Not at all", "Pas du tout"), high: T("Certainly", "Certainement"), next: [{ when: { score: [4, 5] }, to: "thanks" }] }), why("why", "What is missing for you to decide?", "Que vous manque-t-il pour vous décider ?")], [{ on: "event", event: "Trial day 7" }]),
  },
  {
    id: "integration",
    use: "product",
    name: T("Setting up an integration", "Mise en place d’une intégration"),
    about: T("After somebody connected another tool: how hard was it?", "Après la connexion d’un autre outil : était-ce difficile ?"),
    definition: survey([ask("score", "ces", T("It was easy to connect this tool", "Il a été facile de connecter cet outil"), { required: true, ...AGREE, next: [{ when: { score: [5, 7] }, to: "next" }] }), why("why", "What made it hard?", "Qu’est-ce qui a été difficile ?"), ask("next", "short", T("Which tool should we connect next?", "Quel outil devrions-nous connecter ensuite ?"))], [{ on: "event", event: "Integration connected" }]),
  },
  {
    id: "newsletter",
    use: "product",
    name: T("Content of the newsletter", "Contenu de la newsletter"),
    about: T("What readers want more of, and less of.", "Ce dont les lecteurs veulent plus, ou moins."),
    definition: survey([ask("score", "rating", T("How useful was this issue to you?", "Ce numéro vous a-t-il été utile ?"), { look: "stars", required: true }), ask("more", "multi", T("What would you like more of?", "De quoi voudriez-vous davantage ?"), { other: true, choices: choices(["how", "How-to guides", "Des guides pratiques"], ["cases", "Stories of customers", "Des histoires de clients"], ["news", "News of the product", "Des nouvelles du produit"]) })], load, { pages: [{ op: "contains", value: "/newsletter" }] }),
  },
  {
    id: "exit",
    use: "leaving",
    name: T("Exit intent", "Intention de sortie"),
    about: T("When somebody is about to leave a page: why, and what is missing.", "Quand quelqu’un va quitter une page : pourquoi, et ce qui manque."),
    definition: survey(
      [
        ask("reason", "single", T("Before you go: what is stopping you today?", "Avant de partir : qu’est-ce qui vous arrête aujourd’hui ?"), { other: true, shuffle: true, choices: choices(["look", "I am only looking", "Je regarde seulement"], ["info", "I miss information", "Il me manque des informations"], ["price", "The price", "Le prix"], ["trust", "I am not sure about you yet", "Je ne vous connais pas encore"], ["broken", "Something does not work", "Quelque chose ne fonctionne pas"]), next: [{ when: { choice: ["look"] }, to: "thanks" }] }),
        why("why", "What would have helped you?", "Qu’est-ce qui vous aurait aidé ?"),
      ],
      [{ on: "exit" }],
    ),
  },
  {
    id: "pricing",
    use: "leaving",
    name: T("Doubt about the price", "Hésitation sur le prix"),
    about: T("On the pricing page: is it clear, is it fair, what is in doubt?", "Sur la page des tarifs : est-ce clair, est-ce juste, d’où vient le doute ?"),
    definition: survey(
      [ask("clear", "ces", T("Our prices are easy to understand", "Nos tarifs sont faciles à comprendre"), { points: 5, ...AGREE }), ask("doubt", "multi", T("What makes you hesitate?", "Qu’est-ce qui vous fait hésiter ?"), { other: true, choices: choices(["high", "It is too expensive", "C’est trop cher"], ["plan", "I do not know which plan I need", "Je ne sais pas quelle offre choisir"], ["value", "I do not see the value yet", "Je n’en vois pas encore la valeur"], ["terms", "The terms", "Les conditions"]) })],
      [{ on: "time", seconds: 40 }, { on: "exit" }],
      { pages: [{ op: "contains", value: "/pricing" }] },
    ),
  },
  {
    id: "signup",
    use: "leaving",
    name: T("Barrier to sign-up", "Frein à l’inscription"),
    about: T("Where people hesitate to make an account.", "Là où l’on hésite à créer un compte."),
    definition: survey([ask("barrier", "single", T("What keeps you from making an account?", "Qu’est-ce qui vous retient de créer un compte ?"), { other: true, choices: choices(["later", "I will do it later", "Je le ferai plus tard"], ["form", "Too much to fill in", "Trop de champs à remplir"], ["privacy", "My data", "Mes données"], ["need", "I do not see why I need one", "Je n’en vois pas l’utilité"]) })], [{ on: "exit" }], { pages: [{ op: "contains", value: "/sign" }] }),
  },
  {
    id: "churn",
    use: "leaving",
    name: T("Cancellation (churn)", "Résiliation (attrition)"),
    about: T("Why somebody leaves, how it was, and what would bring them back.", "Pourquoi on vous quitte, comment c’était, et ce qui ferait revenir."),
    definition: survey(
      [
        ask("reason", "multi", T("Why are you leaving us?", "Pourquoi nous quittez-vous ?"), { required: true, other: true, shuffle: true, most: 3, choices: choices(["price", "It is too expensive", "C’est trop cher"], ["missing", "A feature is missing", "Il manque une fonction"], ["hard", "It is too difficult to use", "C’est trop difficile à utiliser"], ["bugs", "Too many problems", "Trop de problèmes"], ["other_tool", "I chose another product", "J’ai choisi un autre produit"], ["no_need", "I do not need it any more", "Je n’en ai plus besoin"]) }),
        ask("score", "rating", T("How was your experience all in all?", "Comment était votre expérience dans l’ensemble ?"), { look: "stars" }),
        why("back", "What would bring you back?", "Qu’est-ce qui vous ferait revenir ?"),
      ],
      load,
      { pages: [{ op: "contains", value: "/cancel" }], frequency: { quiet_days: 0 } },
    ),
  },
  {
    id: "downgrade",
    use: "leaving",
    name: T("Downgrade", "Passage à une offre inférieure"),
    about: T("Why somebody takes a smaller plan.", "Pourquoi on choisit une offre plus petite."),
    definition: survey([ask("reason", "single", T("Why do you take a smaller plan?", "Pourquoi choisissez-vous une offre plus petite ?"), { other: true, required: true, choices: choices(["price", "To spend less", "Pour dépenser moins"], ["use", "I use too little of it", "Je l’utilise trop peu"], ["team", "My team became smaller", "Mon équipe s’est réduite"]) }), why("why", "What did you miss in your plan?", "Que manquait-il à votre offre ?")], [{ on: "event", event: "Plan downgraded" }]),
  },
  {
    id: "attribution",
    use: "research",
    name: T("How did you hear of us?", "Comment nous avez-vous connus ?"),
    about: T("What campaigns do not tell, in the first session.", "Ce que les campagnes ne disent pas, dès la première session."),
    definition: survey([ask("source", "single", T("How did you hear of us?", "Comment nous avez-vous connus ?"), { other: true, choices: choices(["search", "A search engine", "Un moteur de recherche"], ["friend", "A friend or colleague", "Un proche ou un collègue"], ["social", "Social networks", "Les réseaux sociaux"], ["article", "An article or a podcast", "Un article ou un podcast"], ["ad", "An advertisement", "Une publicité"]) })], after(30), { audience: { visitors: "new" }, frequency: { show: "once" } }),
  },
  {
    id: "role",
    use: "research",
    name: T("Role of the person", "Rôle de la personne"),
    about: T("Who your people are: their work and the size of their team.", "Qui sont les gens : leur métier et la taille de leur équipe."),
    definition: survey(
      [
        ask("role", "single", T("Which describes your work best?", "Qu’est-ce qui décrit le mieux votre travail ?"), { other: true, choices: choices(["marketing", "Marketing", "Marketing"], ["product", "Product", "Produit"], ["design", "Design", "Design"], ["engineering", "Engineering", "Développement"], ["management", "Management", "Direction"]) }),
        ask("team", "single", T("How large is your team?", "Quelle est la taille de votre équipe ?"), { choices: choices(["one", "Only me", "Moi seulement"], ["few", "2 to 10", "2 à 10"], ["many", "11 to 50", "11 à 50"], ["more", "More than 50", "Plus de 50"]) }),
      ],
      after(60),
      { frequency: { show: "once" } },
    ),
  },
  {
    id: "interview",
    use: "research",
    name: T("Invitation to an interview", "Invitation à un entretien"),
    about: T("Finds people who would talk with you for half an hour.", "Trouve des personnes prêtes à parler une demi-heure avec vous."),
    definition: survey(
      [
        ask("willing", "single", T("Would you talk with our team for 30 minutes?", "Accepteriez-vous d’échanger 30 minutes avec notre équipe ?"), { required: true, choices: choices(["yes", "Yes, gladly", "Oui, volontiers"], ["no", "Not now", "Pas maintenant"]), next: [{ when: { choice: ["no"] }, to: "thanks" }] }),
        { ...email, required: true },
        ask("ok", "consent", T("We will use your address only to arrange this conversation.", "Votre adresse ne servira qu’à organiser cet échange."), { required: true, placeholder: T("I agree", "J’accepte") }),
      ],
      after(60),
      { audience: { visitors: "returning" }, privacy: { link: "ask" } },
    ),
  },
  {
    id: "sus",
    use: "research",
    name: T("System Usability Scale (SUS)", "Échelle d’utilisabilité (SUS)"),
    about: T("Ten statements, one score from 0 to 100; 68 is average.", "Dix affirmations, un score de 0 à 100 ; la moyenne est de 68."),
    definition: survey([ask("sus", "sus", T("How much do you agree with these statements?", "Êtes-vous d’accord avec ces affirmations ?"), { required: true, ...AGREE, items: SUS.map((text, i) => ({ id: `s${i + 1}`, text })) })], after(60), { display: { form: "modal" }, frequency: { renew_after_days: 180 } }),
  },
  {
    id: "umux",
    use: "research",
    name: T("UMUX-Lite", "UMUX-Lite"),
    about: T("Two statements that stand for a SUS, where ten are too many.", "Deux affirmations qui valent un SUS, quand dix sont de trop."),
    definition: survey([ask("umux", "umux_lite", T("How much do you agree?", "Êtes-vous d’accord ?"), { required: true, ...AGREE, items: UMUX.map((text, i) => ({ id: `u${i + 1}`, text })) })], after(60), { frequency: { renew_after_days: 90 } }),
  },
];

/** What one begins with who takes no template. */
export const BLANK: Definition = survey([ask("q1", "long", T("What would you like to tell us?", "Que souhaitez-vous nous dire ?"))], after(10));
