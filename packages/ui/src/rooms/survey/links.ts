// Lists of people as somebody pastes them, and the file that goes back.

const MOST = 10_000;

/** The first column of a list or of a CSV file, without empty lines, a heading that says what it is, and repetitions. */
export function idsOf(text: string): string[] {
  const ids = text
    .replace(/^\ufeff/, "")
    .split(/\r?\n/)
    .map((line) => firstCell(line).trim())
    .filter((id) => id !== "");
  const isHeading = /^(id|user|user_id|device|device_id|distinct_id|person|email|e-mail)$/i.test(ids[0] ?? "");
  return [...new Set(isHeading ? ids.slice(1) : ids)].slice(0, MOST);
}

function firstCell(line: string): string {
  const quoted = /^\s*"((?:[^"]|"")*)"/.exec(line);
  return quoted ? (quoted[1] as string).replaceAll('""', '"') : (line.split(/[,;\t]/)[0] ?? "");
}

/** A line of a CSV file. What a spreadsheet would run as a formula begins with an apostrophe. */
export function csvLine(cells: string[]): string {
  const safe = cells.map((cell) => (/^[=+\-@\t\r]/.test(cell) ? `'${cell}` : cell));
  return `${safe.map((cell) => (/[",;\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell)).join(",")}\r\n`;
}
