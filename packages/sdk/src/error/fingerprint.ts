// The same error, told again by another browser, with another id in its message, or from another line of a rebuilt script, is the same error.
import { hashOf } from "../browser.ts";
import { redactText } from "../masking/text.ts";

export interface Frame {
  function: string;
  file: string;
  line: number;
  column: number;
}

const CHROME_FRAME = /^\s*at (?:(.*?) )?\(?((?:https?|file|blob|webpack).*?):(\d+):(\d+)\)?$/;
const OTHER_FRAME = /^(.*?)@((?:https?|file|blob|webpack).*?):(\d+):(\d+)$/;
const MAX_FRAMES = 20;

/** The frames of a stack, the innermost first, without the queries of their addresses. */
export function framesOf(error: unknown): Frame[] {
  const stack = String((error as Error | undefined)?.stack ?? "").split("\n");
  return stack
    .map((line) => CHROME_FRAME.exec(line) ?? OTHER_FRAME.exec(line))
    .filter((found) => found !== null)
    .slice(0, MAX_FRAMES)
    .map(([, name, file = "", line, column]) => ({ function: name ?? "", file: fileOf(file), line: Number(line), column: Number(column) }));
}

/** The message as it may leave, without what differs from case to case: texts in quotes, numbers, addresses. */
export function normalMessage(message: string): string {
  return redactText(message)
    .replace(/https?:\/\/\S+/g, "<url>")
    .replace(/(["'`]).*?\1/g, "<text>")
    .replace(/\d+/g, "<n>")
    .replace(/•+/g, "<n>")
    .slice(0, 300);
}

/** By kind, message and the first three frames; lines and columns move with each build, and are left out, as are the hashes in file names. */
export function fingerprintOf(error: unknown, message: string): string {
  const place = framesOf(error)
    .slice(0, 3)
    .map((frame) => `${frame.function}@${frame.file.replace(/[-.][\w-]*\d[\w-]*(?=\.\w+$)/, "")}`);
  return hashOf([kindOf(error), normalMessage(message), ...place].join("\n"));
}

export function kindOf(error: unknown): string {
  return error instanceof Error || (error as Error | undefined)?.name ? String((error as Error).name) : typeof error;
}

function fileOf(address: string): string {
  return address.replace(/[?#].*$/, "").replace(/^\w+:\/\/[^/]*/, "");
}
