import { parse, TYPE, type MessageFormatElement } from "@formatjs/icu-messageformat-parser";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { messagesOf, preferredLanguage, type MessageKey } from "./catalogue.ts";
import en from "./en.json" with { type: "json" };
import fr from "./fr.json" with { type: "json" };

const keys = Object.keys(en) as MessageKey[];

/** The names of the values that a message takes, and of its tags. */
function argumentsOf(elements: MessageFormatElement[], into = new Set<string>()): Set<string> {
  for (const element of elements) {
    if (element.type === TYPE.argument || element.type === TYPE.number) into.add(element.value);
    if (element.type === TYPE.select || element.type === TYPE.plural) {
      into.add(element.value);
      for (const option of Object.values(element.options)) argumentsOf(option.value, into);
    }
    if (element.type === TYPE.tag) {
      into.add(`<${element.value}>`);
      argumentsOf(element.children, into);
    }
  }
  return into;
}

describe("the two catalogues", () => {
  it("have the same keys", () => {
    expect(Object.keys(fr).toSorted()).toEqual(Object.keys(en).toSorted());
  });

  it("are valid and take the same values", () => {
    for (const key of keys) {
      const english = argumentsOf(parse(en[key]));
      const french = argumentsOf(parse(fr[key]));
      // A plural may be needed in one language only.
      for (const name of french) expect(english, key).toContain(name);
      for (const name of english) if (name !== "n") expect(french, key).toContain(name);
    }
  });

  it("use typographic apostrophes, which ICU does not read as quotes", () => {
    for (const key of keys) {
      expect(en[key], key).not.toContain("'");
      expect(fr[key], key).not.toContain("'");
    }
  });

  it("put a thin space before high punctuation in French", () => {
    for (const key of keys) {
      expect(fr[key], key).not.toMatch(/ [:;!?»%]/);
      expect(fr[key], key).not.toMatch(/« /);
    }
  });

  it("have a word for every reason for which the server refuses a record, and for no other", () => {
    const pages = readFileSync(join(import.meta.dirname, "../../../../crates/wire/src/lib.rs"), "utf8");
    const listed = pages.slice(pages.indexOf("# Codes of refused records"), pages.indexOf("# JSON"));
    const codes = [...listed.matchAll(/`([a-z_0-9]+)`/g)].map((match) => match[1]);
    expect(codes.length).toBeGreaterThan(30);
    expect(keys.filter((key) => key.startsWith("reason.")).map((key) => key.slice("reason.".length))).toEqual(codes.toSorted());
  });

  it("hold no message that no screen uses", () => {
    const sources = sourceFiles(join(import.meta.dirname, "..")).map((path) => readFileSync(path, "utf8"));
    const text = sources.join("\n");
    const patterns = [...text.matchAll(/`([a-zA-Z.]+\.)\$\{/g)].map((match) => match[1] as string);
    // Screens that several kinds of things share name theirs: <Definitions words="lookup" /> says `${words}.create`.
    const kinds = [...text.matchAll(/words="(\w+)"/g)].map((match) => match[1] as string);
    const shared = new Set([...text.matchAll(/`\$\{words\}\.(\w+)`/g)].flatMap((match) => kinds.map((kind) => `${kind}.${match[1]}`)));
    const quoted = new Set([...text.matchAll(/"([\w.]+)"/g)].map((match) => match[1] as string));
    const unused = keys.filter((key) => !quoted.has(key) && !text.includes(`"${key}"`) && !shared.has(key) && !patterns.some((start) => key.startsWith(start)));
    // The sentences of the error codes and the answers of each room are looked up by name.
    expect(unused.filter((key) => !key.endsWith(".answers"))).toEqual([]);
  });
});

function sourceFiles(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return sourceFiles(path);
    return /\.tsx?$/.test(entry.name) && !entry.name.endsWith(".test.ts") ? [path] : [];
  });
}

describe("messages", () => {
  it("have the plural of the language", () => {
    const count = (language: "en" | "fr", n: number) => messagesOf(language).t("count.events", { n, shown: String(n) });
    expect(count("en", 0)).toBe("0 events");
    expect(count("en", 1)).toBe("1 event");
    expect(count("fr", 0)).toBe("0 événement");
    expect(count("fr", 2)).toBe("2 événements");
  });

  it("keep the emphasis of a sentence in its place", () => {
    const parts = messagesOf("fr").rich("trend.sentence.total", { b: (inside: unknown[]) => ({ bold: inside.join("") }), name: "Achat", n: 3, total: "3", range: "aujourd’hui" });
    expect(parts).toEqual(["Achat a eu lieu ", { bold: "3 fois" }, " aujourd’hui."]);
  });

  it("choose the first language that we speak", () => {
    expect(preferredLanguage(["de-DE", "fr-CA", "en"])).toBe("fr");
    expect(preferredLanguage(["de"])).toBe("en");
  });
});
