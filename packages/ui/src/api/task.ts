// The shapes of tasks, of their scorecards and attempts.
import type { TaskDefinition } from "@/rooms/task/definition.ts";
import type { components } from "./schema.d.ts";
import type { Cell } from "./types.ts";

type Schema = components["schemas"];

/** A task that is kept. */
export interface Task {
  id: string;
  name: string;
  owner: string;
  version: number;
  definition: TaskDefinition;
  created_by: string;
  created_at: string;
  updated_at: string;
}
export interface NewTask {
  name: string;
  owner: string;
  definition: TaskDefinition;
}
export interface CheckedTask {
  steps: { id: string; label: string }[];
  warnings: string[];
}

export type TaskLine = Schema["TaskLine"];
export type TaskShare = Schema["TaskShare"];
export type TaskSaid = Schema["TaskSaid"];
export type TaskClass = Schema["TaskClass"]["class"];
export type TaskCards = Schema["TaskCards"];
export type TaskCardName = keyof TaskCards;
export type TaskFinding = Schema["TaskFinding"];
export type TaskInterval = Schema["TaskInterval"];
export type TaskQuote = Schema["TaskQuote"];
export type TaskTest = Schema["TaskTest"];
export type TaskStepFigures = Schema["TaskStepFigures"];
export type TaskVoice = Schema["TaskVoice"];
export type TaskAnswer = Schema["TaskAnswer"];
export type Attempt = Schema["Attempt"];
export type AttemptsAnswer = Schema["AttemptsAnswer"];

/** What a card opens: the contract leaves the cell open. */
export const watchOf = (card: Schema["TaskCard"]): { at: Cell; sort: string; recorded: number } => card.watch as { at: Cell; sort: string; recorded: number };
