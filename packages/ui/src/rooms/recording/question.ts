// The question that a list of recordings asks, as the contract writes it.
import * as v from "valibot";
import type { Cell } from "@/api/types.ts";
import type { Filter, Question, Range, Selector } from "@/question/question.ts";

export const SORTS = ["newest", "oldest", "most_rage", "score", "errors", "longest", "shortest", "active", "clicks"] as const;
export type RecordingSort = (typeof SORTS)[number];

export interface RecordingCondition {
  field: string;
  op: string;
  value?: unknown;
}

export interface RecordingsQuestion {
  kind: "recordings";
  range: Range;
  filter?: Filter;
  /** Events that happened in this order within the session. */
  sequence?: Selector[];
  where?: RecordingCondition[];
  /** The recordings behind a number: of this question, in this cell. */
  of?: Question;
  at?: Cell;
  sort?: RecordingSort;
  limit?: number;
  before?: string;
}

const schema = v.looseObject({
  kind: v.literal("recordings"),
  range: v.looseObject({}),
  sequence: v.optional(v.array(v.looseObject({}))),
  where: v.optional(v.array(v.looseObject({ field: v.string(), op: v.string() }))),
  sort: v.optional(v.picklist(SORTS)),
});

export const STARTING_QUESTION: RecordingsQuestion = { kind: "recordings", range: { last: 30, unit: "day" }, sort: "newest" };

export function readRecordingsQuestion(raw: unknown): RecordingsQuestion | null {
  const read = v.safeParse(schema, raw);
  return read.success ? (read.output as unknown as RecordingsQuestion) : null;
}

/** Whether anything but the range narrows the list. */
export function isNarrowed({ filter, sequence, where, of }: RecordingsQuestion): boolean {
  return filter !== undefined || (sequence?.length ?? 0) > 0 || (where?.length ?? 0) > 0 || of !== undefined;
}

/** The recordings of the people of a cohort. */
export function ofCohort(cohort: string): RecordingsQuestion {
  return { ...STARTING_QUESTION, filter: { cohort } };
}

/** The recordings of one person, of the last year. */
export function ofPerson(person: string): RecordingsQuestion {
  return { kind: "recordings", range: { last: 12, unit: "month" }, where: [{ field: "person", op: "is", value: person }], sort: "newest" };
}
