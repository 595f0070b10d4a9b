// What the tag says in the console, in sentences. Loaded when there is something to say, so that pages on which all is well do not carry it.
import type { Word } from "../browser.ts";
import { DEFAULTS, type Options } from "../settings.ts";

const SENTENCES: Record<Word, (detail: string) => string> = {
  key: () => "init: key is missing; give the project's write key, which begins with wk_ (Sillage, Settings). Nothing is sent",
  host: (detail) => `init: host ${detail} is no address; give the one of Sillage, such as https://sillage.example.org. Nothing is sent`,
  twice: () => "init was called before; the first call holds",
  "data-options": () => "data-options is not JSON and is left out; write it as {\"autocapture\": false}, with double quotes",
  call: (detail) => `${detail} is not a call of the tag; it may be mistyped`,
  selector: (detail) => `masking: ${detail} is not a selector that this browser reads; it is left out, and what it should hide is treated by the other marks and the level`,
  track: () => "track: the first argument must be the name of the event, a text that is not empty",
  identify: (detail) => `identify: ${detail || "an empty text"} names nobody in particular; give the person's own id, at most 200 characters`,
  group: () => "group: the first argument must be the type of the group, such as company",
  early: (detail) => `${detail} does nothing before init`,
  refused: (detail) => `${detail} does nothing: the person opted out`,
  unconsented: (detail) => `${detail} does nothing: there is no consent for analytics; see consent()`,
  unprofiled: (detail) => `${detail} does nothing: there is no consent for profiles, or the browser asks for privacy (GPC, or Do Not Track where respectDnt is on)`,
  unknownKey: (detail) => `the server does not know the key ${detail}…; take the write key of the project's settings. Nothing more is sent from this page`,
  records: (detail) => `the server refused records (${detail}); its screen Live events says which and why`,
  unloaded: (detail) => `the part ${detail} could not be loaded; the rest goes on without it. Its file must stand in parts/ beside the script, and the page's policy must allow it`,
  recordingRefused: (detail) => `recordings are not taken: the server answered ${detail}. Nothing more is recorded on this page`,
  survey: (detail) => `the survey ${detail}`,
  noSurvey: (detail) => `survey: no survey that runs is called ${detail}, or it has no trigger "call"; see Surveys in Sillage`,
  noTest: (detail) => `user test: no test that takes people now has the code ${detail} with this key; see User tests in Sillage`,
  fault: (detail) => `a fault of the tag, kept away from the page: ${detail}`,
};

export function speak(word: Word, detail: string): void {
  console.warn(`[sillage] ${SENTENCES[word]?.(detail) ?? `${word} ${detail}`}`);
}

/** Names the options that are not known or not of their kind. Their standard values are used; the others hold. */
export function checkOptions(options: Options): string[] {
  const wrong: string[] = [];
  for (const [name, value] of Object.entries(options)) {
    const standard = (DEFAULTS as Record<string, unknown>)[name];
    const mayBeSwitch = name === "autocapture" || name === "friction" || name === "recording";
    // Parts are switched off by false, whatever they are on.
    if (name === "key" || name === "host" || value === undefined || value === false) continue;
    if (standard === undefined) wrong.push(`${name} is not an option; it may be mistyped`);
    else if (mayBeSwitch ? !/boolean|object/.test(typeof value) : typeof value !== typeof standard || value === null) {
      wrong.push(`${name} must be ${mayBeSwitch ? "false or an object" : `a ${typeof standard}`}; ${JSON.stringify(standard)} is used`);
    }
    else if (typeof value === "number" && !(value > 0)) wrong.push(`${name} must be above 0; ${String(standard)} is used`);
  }
  wrong.forEach((sentence) => console.warn(`[sillage] init: ${sentence}`));
  return wrong;
}
