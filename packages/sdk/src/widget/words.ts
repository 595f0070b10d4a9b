// What the widget says itself, in the languages that it knows; others read English.
export interface Words {
  next: string;
  send: string;
  skip: string;
  close: string;
  required: string;
  other: string;
  yourWords: string;
  email: string;
  badEmail: string;
  atMost: (n: number) => string;
  step: (at: number, of: number) => string;
  up: (what: string) => string;
  down: (what: string) => string;
  of: (score: number, most: number) => string;
  yes: string;
  no: string;
  link: string;
  policy: string;
  newTab: string;
}

const EN: Words = {
  next: "Next",
  send: "Send",
  skip: "Skip",
  close: "Close",
  required: "Please answer this question",
  other: "Other",
  yourWords: "In your own words",
  email: "name@example.com",
  badEmail: "This does not look like an e-mail address",
  atMost: (n) => `Choose up to ${n}`,
  step: (at, of) => `Question ${at} of ${of}`,
  up: (what) => `Move “${what}” up`,
  down: (what) => `Move “${what}” down`,
  of: (score, most) => `${score} of ${most}`,
  yes: "Yes",
  no: "No",
  link: "You may link my answer to my visit, to understand it better",
  policy: "Privacy policy",
  newTab: "opens in a new tab",
};

const FR: Words = {
  next: "Suivant",
  send: "Envoyer",
  skip: "Passer",
  close: "Fermer",
  required: "Merci de répondre à cette question",
  other: "Autre",
  yourWords: "Avec vos mots",
  email: "nom@exemple.fr",
  badEmail: "Cela ne ressemble pas à une adresse e-mail",
  atMost: (n) => `${n} choix au maximum`,
  step: (at, of) => `Question ${at} sur ${of}`,
  up: (what) => `Monter « ${what} »`,
  down: (what) => `Descendre « ${what} »`,
  of: (score, most) => `${score} sur ${most}`,
  yes: "Oui",
  no: "Non",
  link: "Vous pouvez relier ma réponse à ma visite, pour mieux la comprendre",
  policy: "Politique de confidentialité",
  newTab: "s’ouvre dans un nouvel onglet",
};

export const wordsOf = (language: string): Words => (language.toLowerCase().startsWith("fr") ? FR : EN);
