// The text that carries a question in a URL: JSON said in characters that a query string leaves alone, so that a shared
// link stays short and can be read: `(kind:trend,series:!((measure:total,select:(event:Purchase))))`.
// Objects are `(k:v,…)`, lists `!(v,…)`, `!t !f !n` the constants; a word needs quotes `'…'` (with `!` before `!` or `'`)
// only when it could be mistaken. `read(write(x))` is `x` for every JSON value.

const PLAIN_WORD = /^[^\s'!:(),*@$&#%+?=\-\d"\\<>^`{|}[\]][^\s'!:(),&#%+?="\\<>^`{|}[\]]*$/u;
const NUMBER = /^-?\d+(\.\d+)?(e[+-]?\d+)?$/i;

export function write(value: unknown): string {
  if (value === null || value === undefined) return "!n";
  if (value === true) return "!t";
  if (value === false) return "!f";
  if (typeof value === "number") return Number.isFinite(value) ? String(value).replace("e+", "e") : "!n";
  if (typeof value === "string") return word(value);
  if (Array.isArray(value)) return `!(${value.map(write).join(",")})`;
  const entries = Object.entries(value as Record<string, unknown>).filter(([, item]) => item !== undefined);
  return `(${entries.map(([key, item]) => `${word(key)}:${write(item)}`).join(",")})`;
}

/** The value, or undefined where the text is not ours (a link cut short by a mail program). */
export function read(text: string): unknown {
  const reader = { text, at: 0 };
  try {
    const value = readValue(reader);
    return reader.at === text.length ? value : undefined;
  } catch {
    return undefined;
  }
}

interface Reader {
  text: string;
  at: number;
}

class NotOurs extends Error {}

function word(text: string): string {
  return PLAIN_WORD.test(text) ? text : `'${text.replace(/[!']/g, "!$&")}'`;
}

function readValue(reader: Reader): unknown {
  const first = reader.text[reader.at];
  if (first === "(") return readObject(reader);
  if (first === "'") return readQuoted(reader);
  if (first === "!") {
    reader.at += 2;
    switch (reader.text[reader.at - 1]) {
      case "t":
        return true;
      case "f":
        return false;
      case "n":
        return null;
      case "(":
        return readList(reader);
      default:
        throw new NotOurs();
    }
  }
  const bare = readBare(reader);
  return NUMBER.test(bare) ? Number(bare) : bare;
}

function readObject(reader: Reader): Record<string, unknown> {
  reader.at += 1;
  const entries: [string, unknown][] = [];
  if (reader.text[reader.at] === ")") {
    reader.at += 1;
    return {};
  }
  for (;;) {
    const key = reader.text[reader.at] === "'" ? readQuoted(reader) : readBare(reader);
    expect(reader, ":");
    entries.push([key, readValue(reader)]);
    if (reader.text[reader.at] === ",") {
      reader.at += 1;
      continue;
    }
    expect(reader, ")");
    return Object.fromEntries(entries);
  }
}

function readList(reader: Reader): unknown[] {
  const items: unknown[] = [];
  if (reader.text[reader.at] === ")") {
    reader.at += 1;
    return items;
  }
  for (;;) {
    items.push(readValue(reader));
    if (reader.text[reader.at] === ",") {
      reader.at += 1;
      continue;
    }
    expect(reader, ")");
    return items;
  }
}

function readQuoted(reader: Reader): string {
  reader.at += 1;
  let out = "";
  for (;;) {
    const character = reader.text[reader.at];
    if (character === undefined) throw new NotOurs();
    reader.at += 1;
    if (character === "'") return out;
    if (character === "!") {
      out += reader.text[reader.at] ?? "";
      reader.at += 1;
    } else {
      out += character;
    }
  }
}

function readBare(reader: Reader): string {
  const start = reader.at;
  while (reader.at < reader.text.length && !"':(),!".includes(reader.text[reader.at] ?? "")) reader.at += 1;
  if (start === reader.at) throw new NotOurs();
  return reader.text.slice(start, reader.at);
}

function expect(reader: Reader, character: string): void {
  if (reader.text[reader.at] !== character) throw new NotOurs();
  reader.at += 1;
}

/** A query string of plain words and, under these names, values written as above. */
const VALUE_NAMES = new Set(["q", "v", "at", "parts"]);

export function readSearch(search: string): Record<string, unknown> {
  const out: Record<string, unknown> = {};
  for (const [name, text] of new URLSearchParams(search)) {
    const value = VALUE_NAMES.has(name) ? read(text) : text;
    if (value !== undefined) out[name] = value;
  }
  return out;
}

export function writeSearch(search: Record<string, unknown>): string {
  const parts = Object.entries(search)
    .filter(([, value]) => value !== undefined && value !== null && value !== "")
    .map(([name, value]) => `${encodeURIComponent(name)}=${lightlyEncoded(VALUE_NAMES.has(name) ? write(value) : String(value))}`);
  return parts.length === 0 ? "" : `?${parts.join("&")}`;
}

/** Percent-encoding that leaves what a query string may hold: commas, colons, parentheses, `$`, `@`, `/`. */
function lightlyEncoded(text: string): string {
  return encodeURIComponent(text).replace(/%(2C|3A|24|40|2F)/g, (escaped) => decodeURIComponent(escaped)).replaceAll("%20", "+");
}
