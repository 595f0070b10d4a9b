import { expect, it } from "vitest";
import { formatterOf } from "@/format/format.ts";
import { messagesOf } from "@/i18n/catalogue.ts";
import { personName } from "@/question/words.ts";
import { summary } from "./summary.ts";

const en = { ...messagesOf("en"), format: formatterOf("en") };
const fr = { ...messagesOf("fr"), format: formatterOf("fr") };

it("says an event's properties in a line as the reader writes them, a sign of friction by its name", () => {
  const properties = { $page: "/prix", $signal: "u_turn", montant: 277.5, essai: true, $os: "Linux", panier: { lignes: 2 } };
  expect(summary(properties, fr)).toBe("/prix · Demi-tour · montant\u202f: 277,5 · essai\u202f: oui");
  expect(summary(properties, en)).toBe("/prix · U-turn · montant: 277.5 · essai: yes");
});

it("calls who is known by a device alone anonymous, and everybody else by their id", () => {
  expect(personName("$device:dk1nc7masi7zwj2gy3pfus", fr)).toBe("Anonyme dk1nc7ma");
  expect(personName("$device:ip-5153fc462db232fe", en)).toBe("Anonymous 5153fc46");
  expect(personName("zoe@exemple.fr", fr)).toBe("zoe@exemple.fr");
});
