// What the bar says itself, in the languages that it knows; others read English. With the statements of the System Usability Scale (Brooke 1996, and a usual French wording).
import type { Text } from "../survey/definition.ts";

export interface Words {
  name: string;
  hello: string;
  recorded: string;
  free: string;
  agreeToTakePart: string;
  agreeToRecording: string;
  bothNeeded: string;
  policy: string;
  newTab: string;
  begin: string;
  decline: string;
  task: (at: number, of: number) => string;
  left: (n: number) => string;
  start: string;
  done: string;
  couldNot: string;
  leave: string;
  stay: string;
  leaveAsk: string;
  leaveText: string;
  hide: string;
  show: string;
  close: string;
  succeeded: string;
  over: string;
  overText: string;
  screened: string;
  screenedText: string;
  thanks: string;
  timeUp: string;
  noStorage: string;
  limit: (minutes: number) => string;
}

const EN: Words = {
  name: "User test",
  hello: "You are invited to a user test",
  recorded: "What you do on this site during the test is recorded: pages, clicks, scrolling and your answers. What you type into the site is hidden. Your camera and microphone are not used.",
  free: "It is the site that is tested, not you. You can stop at any time.",
  agreeToTakePart: "I am of age and take part of my own free will",
  agreeToRecording: "What I do during the test may be recorded and watched by the team of this site",
  bothNeeded: "Tick both to begin, or choose “No, thank you”",
  policy: "Privacy policy",
  newTab: "opens in a new tab",
  begin: "Begin",
  decline: "No, thank you",
  task: (at, of) => `Task ${at} of ${of}`,
  left: (n) => (n === 0 ? "the last one" : n === 1 ? "one more after this" : `${n} more after this`),
  start: "Start",
  done: "I’m done",
  couldNot: "I couldn’t do it",
  leave: "Leave the test",
  stay: "Go on with the test",
  leaveAsk: "Leave the test?",
  leaveText: "What you have done so far is kept. Nothing more is recorded.",
  hide: "Fold the task",
  show: "Unfold the task",
  close: "Close",
  succeeded: "Well done, this task is complete.",
  over: "This test takes nobody at the moment",
  overText: "It is paused or over. Thank you for wanting to take part.",
  screened: "Thank you for your answers",
  screenedText: "For this test we are looking for people in another situation. Nothing more is recorded.",
  thanks: "Thank you for taking part. Nothing more is recorded.",
  timeUp: "The time for this task is up. That is all right.",
  noStorage: "Your browser does not let this site remember the test from one page to the next, so it cannot begin.",
  limit: (minutes) => `You have ${minutes} ${minutes === 1 ? "minute" : "minutes"}.`,
};

const FR: Words = {
  name: "Test utilisateur",
  hello: "Vous êtes invité·e à un test utilisateur",
  recorded: "Ce que vous faites sur ce site pendant le test est enregistré : pages, clics, défilement et réponses. Ce que vous saisissez sur le site est masqué. Votre caméra et votre micro ne sont pas utilisés.",
  free: "C’est le site qui est testé, pas vous. Vous pouvez arrêter à tout moment.",
  agreeToTakePart: "Je suis majeur·e et je participe de mon plein gré",
  agreeToRecording: "Ce que je fais pendant le test peut être enregistré et regardé par l’équipe de ce site",
  bothNeeded: "Cochez les deux pour commencer, ou choisissez « Non merci »",
  policy: "Politique de confidentialité",
  newTab: "s’ouvre dans un nouvel onglet",
  begin: "Commencer",
  decline: "Non merci",
  task: (at, of) => `Tâche ${at} sur ${of}`,
  left: (n) => (n === 0 ? "la dernière" : n === 1 ? "encore une ensuite" : `encore ${n} ensuite`),
  start: "Démarrer",
  done: "J’ai terminé",
  couldNot: "Je n’y arrive pas",
  leave: "Quitter le test",
  stay: "Continuer le test",
  leaveAsk: "Quitter le test ?",
  leaveText: "Ce que vous avez fait jusqu’ici est conservé. Plus rien n’est enregistré.",
  hide: "Replier la tâche",
  show: "Déplier la tâche",
  close: "Fermer",
  succeeded: "Bravo, cette tâche est accomplie.",
  over: "Ce test n’accueille personne pour le moment",
  overText: "Il est en pause ou terminé. Merci d’avoir voulu participer.",
  screened: "Merci pour vos réponses",
  screenedText: "Pour ce test, nous cherchons des personnes dans une autre situation. Plus rien n’est enregistré.",
  thanks: "Merci d’avoir participé. Plus rien n’est enregistré.",
  timeUp: "Le temps prévu pour cette tâche est écoulé. Ce n’est pas grave.",
  noStorage: "Votre navigateur ne permet pas à ce site de se souvenir du test d’une page à l’autre : il ne peut pas commencer.",
  limit: (minutes) => `Vous avez ${minutes} ${minutes === 1 ? "minute" : "minutes"}.`,
};

export const wordsOf = (language: string): Words => (language.toLowerCase().startsWith("fr") ? FR : EN);

export const EASE: Text = { en: "Overall, how difficult or easy was this task?", fr: "Dans l’ensemble, cette tâche était-elle difficile ou facile ?" };
export const VERY_DIFFICULT: Text = { en: "Very difficult", fr: "Très difficile" };
export const VERY_EASY: Text = { en: "Very easy", fr: "Très facile" };
export const REASON: Text = { en: "What stopped you?", fr: "Qu’est-ce qui vous a arrêté·e ?" };
export const AGREE: Text = { en: "How much do you agree with these statements?", fr: "Êtes-vous d’accord avec ces affirmations ?" };
export const DISAGREE_FULLY: Text = { en: "Strongly disagree", fr: "Pas du tout d’accord" };
export const AGREE_FULLY: Text = { en: "Strongly agree", fr: "Tout à fait d’accord" };
export const SUS: Text[] = [
  { en: "I think that I would like to use this system frequently", fr: "Je pense que j’aimerais utiliser ce système fréquemment" },
  { en: "I found the system unnecessarily complex", fr: "J’ai trouvé ce système inutilement complexe" },
  { en: "I thought the system was easy to use", fr: "J’ai trouvé ce système facile à utiliser" },
  { en: "I think that I would need the support of a technical person to be able to use this system", fr: "Je pense que j’aurais besoin de l’aide d’un technicien pour utiliser ce système" },
  { en: "I found the various functions in this system were well integrated", fr: "J’ai trouvé que les fonctions de ce système étaient bien intégrées" },
  { en: "I thought there was too much inconsistency in this system", fr: "J’ai trouvé qu’il y avait trop d’incohérences dans ce système" },
  { en: "I would imagine that most people would learn to use this system very quickly", fr: "Je suppose que la plupart des gens apprendraient très vite à utiliser ce système" },
  { en: "I found the system very cumbersome to use", fr: "J’ai trouvé ce système très lourd à utiliser" },
  { en: "I felt very confident using the system", fr: "Je me suis senti très en confiance en utilisant ce système" },
  { en: "I needed to learn a lot of things before I could get going with this system", fr: "J’ai dû apprendre beaucoup de choses avant de pouvoir utiliser ce système" },
];
