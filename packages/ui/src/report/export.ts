// A report as a file: its table as CSV, its picture as PNG with the title and the sentence above it.
import type { PictureHandle } from "@/chart/Picture.tsx";
import { PIXEL_RATIO } from "@/chart/Picture.tsx";
import { download } from "@/ui/browser.ts";

/** RFC 4180, in UTF-8 with a mark so that spreadsheets read accents. Numbers are raw, with a point. */
export function csvText(rows: string[][]): string {
  return rows.map((row) => row.map(csvCell).join(",")).join("\r\n") + "\r\n";
}

const LOOKS_LIKE_A_NUMBER = /^-?\d+(\.\d+)?(e[+-]?\d+)?$/i;

/** What makes a spreadsheet read a text as a formula, at its beginning; some forgive blanks before it and wide letters. */
const BEGINS_A_FORMULA = /^[\s\0]*[=+\-@\uff1d\uff0b\uff0d\uff20]|^[\t\r\n]/;
/** Where cells are told apart by semicolons or tabs, as spreadsheets in French do it, a text holds several. */
const FORMULA_BEHIND_A_SEPARATOR = /([;\t\r\n]\s*"?)(?=[=+\-@\uff1d\uff0b\uff0d\uff20])/g;

function csvCell(cell: string): string {
  // A text that a spreadsheet would run as a formula is kept a text.
  const first = BEGINS_A_FORMULA.test(cell) && !LOOKS_LIKE_A_NUMBER.test(cell) ? `'${cell}` : cell;
  const safe = first.replace(FORMULA_BEHIND_A_SEPARATOR, "$1'");
  return /[",;\t\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

export function saveCsv(name: string, rows: string[][]): void {
  saveCsvParts(name, [csvText(rows)]);
}

/** The same of a table too long to be one text. */
export function saveCsvParts(name: string, parts: string[]): void {
  download(`${fileName(name)}.csv`, new Blob(["\ufeff", ...parts], { type: "text/csv;charset=utf-8" }));
}

export function fileName(title: string): string {
  const plain = title.normalize("NFD").replace(/\p{Diacritic}/gu, "").toLowerCase().replace(/[^a-z0-9]+/g, "-").replace(/^-|-$/g, "");
  return plain === "" ? "sillage" : plain.slice(0, 80);
}

interface Sheet {
  title: string;
  sentence: string;
  foot: string;
  ground: string;
  ink: string;
  quiet: string;
}

export async function savePng(picture: PictureHandle, sheet: Sheet): Promise<void> {
  const drawn = await picture.toPng(sheet.ground);
  if (!drawn) return;
  const image = new Image();
  image.src = drawn.url;
  await image.decode();
  const margin = 24;
  const width = drawn.width + 2 * margin;
  const canvas = document.createElement("canvas");
  const context = canvas.getContext("2d");
  if (!context) return;
  context.font = SENTENCE_FONT;
  const lines = wrapped(context, sheet.sentence, drawn.width);
  const head = margin + 28 + lines.length * 20 + 16;
  const height = head + drawn.height + 40;
  canvas.width = width * PIXEL_RATIO;
  canvas.height = height * PIXEL_RATIO;
  context.scale(PIXEL_RATIO, PIXEL_RATIO);
  context.fillStyle = sheet.ground;
  context.fillRect(0, 0, width, height);
  context.fillStyle = sheet.ink;
  context.font = `600 18px ${FAMILY}`;
  context.fillText(sheet.title, margin, margin + 16, drawn.width);
  context.font = SENTENCE_FONT;
  lines.forEach((line, index) => context.fillText(line, margin, margin + 44 + index * 20));
  context.drawImage(image, margin, head, drawn.width, drawn.height);
  context.fillStyle = sheet.quiet;
  context.font = `400 11px ${FAMILY}`;
  context.fillText(sheet.foot, margin, height - 16, drawn.width);
  const blob = await new Promise<Blob | null>((done) => canvas.toBlob(done, "image/png"));
  if (blob) download(`${fileName(sheet.title)}.png`, blob);
}

const FAMILY = '"Inter Variable", system-ui, sans-serif';
const SENTENCE_FONT = `400 14px ${FAMILY}`;

function wrapped(context: CanvasRenderingContext2D, text: string, width: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    const longer = line === "" ? word : `${line} ${word}`;
    if (line !== "" && context.measureText(longer).width > width) {
      lines.push(line);
      line = word;
    } else {
      line = longer;
    }
  }
  if (line !== "") lines.push(line);
  return lines;
}
