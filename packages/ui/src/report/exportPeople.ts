// Everybody behind a number as a file: page after page, however many they are, with names where persons have them.
import { api } from "@/api/client.ts";
import type { Cell, PeopleAnswer } from "@/api/types.ts";
import type { Question } from "@/question/question.ts";
import { csvText, saveCsvParts } from "./export.ts";

const PAGE = 50_000;
const NAMES = ["$name", "name"];
const EMAILS = ["$email", "email"];
const HALVES = ["$first_name", "$last_name"];

type Behind = PeopleAnswer["people"][number];

interface Export {
  project: number;
  question: Question;
  cell: Cell;
  title: string;
  /** Names and addresses are told of persons only. */
  ofPersons: boolean;
  words: { id: string; name: string; email: string; times: string };
  /** Told after each page but the last. */
  onProgress: (done: number, count: number) => void;
}

export async function exportPeople({ project, question, cell, title, ofPersons, words, onProgress }: Export): Promise<void> {
  const properties = ofPersons ? [...NAMES, ...EMAILS, ...HALVES] : undefined;
  const parts = [csvText([[words.id, ...(ofPersons ? [words.name, words.email] : []), words.times]])];
  let done = 0;
  for (let after: string | null = null; ; ) {
    const { count, people, next } = (await api.peopleBehind(project, question, cell, { limit: PAGE, after, properties })).answer as PeopleAnswer;
    parts.push(csvText(people.map((person) => rowOf(person, ofPersons))));
    done += people.length;
    if (!next) break;
    onProgress(done, count);
    after = next;
  }
  saveCsvParts(title, parts);
}

function rowOf(person: Behind, ofPersons: boolean): string[] {
  const own = person.properties ?? {};
  const names = ofPersons ? [textOf(own, NAMES) || HALVES.map((half) => textOf(own, [half])).filter(Boolean).join(" "), textOf(own, EMAILS)] : [];
  return [person.id, ...names, (person.times ?? []).filter(Boolean).join(" ")];
}

function textOf(properties: Record<string, unknown>, names: string[]): string {
  for (const name of names) {
    const value = properties[name];
    if (typeof value === "string" && value.trim() !== "") return value.trim();
  }
  return "";
}
