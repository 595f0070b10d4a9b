// What a capability brings to the report screen: how a question starts, how it is edited, and how its answer is said,
// drawn and tabled. The screen around it (title, save, share, export, people) is the same for all.
import type { ComponentType, ReactNode, Ref } from "react";
import type { Cell, EventName, Project } from "@/api/types.ts";
import type { PictureHandle } from "@/chart/Picture.tsx";
import type { Formatter } from "@/format/format.ts";
import type { MessageKey, Messages } from "@/i18n/catalogue.ts";
import type { QuestionKind, QuestionOf } from "@/question/question.ts";
import type { Asked } from "./useAsk.ts";

export type Speech = Messages & { format: Formatter };
export type View = Record<string, unknown>;

export interface Telling {
  speech: Speech;
  project: Project;
}

export interface BuilderProps<K extends QuestionKind> {
  question: QuestionOf<K>;
  onChange: (question: QuestionOf<K>) => void;
}

/** What a number is made of that has people of its own. */
export interface CellPart {
  at: Cell;
  name: string;
}

export interface AnswerProps<K extends QuestionKind> {
  asked: Asked<K>;
  view: View;
  onView: (view: View) => void;
  /** Opens the people behind a cell; of a number that is made of others, those of its parts. */
  onOpen: (cell: Cell, title: string, parts?: CellPart[]) => void;
  /** Asks another question, which the answer suggests: the same from another start, for instance. */
  onAsk: (question: QuestionOf<K>) => void;
}

export interface ReportRoomParts<K extends QuestionKind> {
  kind: K;
  title: MessageKey;
  /** One sentence on what this report answers. */
  answers: MessageKey;
  start: (names: EventName[]) => QuestionOf<K>;
  /** Whether enough is chosen to ask. */
  ready: (question: QuestionOf<K>) => boolean;
  /** What is to be chosen next, while it is not. */
  next: MessageKey;
  Builder: ComponentType<BuilderProps<K>>;
  /** Range, comparison and interval, at the right of the question. */
  Scope: ComponentType<BuilderProps<K>>;
  sentence: (asked: Asked<K>, telling: Telling) => ReactNode;
  /** The name offered when the report is saved. */
  name: (question: QuestionOf<K>, speech: Speech) => string;
  Picture: ComponentType<AnswerProps<K> & { pictureRef: Ref<PictureHandle>; label: string }>;
  Table: ComponentType<AnswerProps<K>>;
  rows: (asked: Asked<K>, telling: Telling) => string[][];
  Example: ComponentType;
}

/** What a sentence says, without its emphasis: for the picture's description and the exported image. */
export function plainText(node: ReactNode): string {
  if (node === null || node === undefined || typeof node === "boolean") return "";
  if (typeof node === "string" || typeof node === "number") return String(node);
  if (Array.isArray(node)) return node.map(plainText).join("");
  if (typeof node === "object" && "props" in node) return plainText((node.props as { children?: ReactNode }).children);
  return "";
}

/** A sentence may begin with the name of an event as it was sent: it still begins with a capital. */
export function startingUpper(node: ReactNode): ReactNode {
  if (typeof node === "string") return capitalised(node);
  if (Array.isArray(node)) return node.map((part: ReactNode, index) => (index === 0 ? startingUpper(part) : part));
  return node;
}

export function capitalised(text: string): string {
  return text.charAt(0).toLocaleUpperCase() + text.slice(1);
}
