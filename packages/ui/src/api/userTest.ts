// The shapes of user tests, and of what participants did.
import type { components } from "./schema.d.ts";
import type { Estimate, Measured, SurveyStatus } from "./survey.ts";

export type UserTest = Omit<components["schemas"]["UserTest"], "status"> & { status: SurveyStatus };
export type UserTestInList = Omit<components["schemas"]["UserTestInList"], "status"> & { status: SurveyStatus };
export type CheckedUserTest = components["schemas"]["CheckedUserTest"];
export type ParticipantNote = components["schemas"]["ParticipantNote"];
export type TaskRun = Omit<components["schemas"]["TestTaskRun"], "outcome"> & { outcome: Outcome | null };
export type Outcome = "success" | "failed" | "gave_up" | "timed_out";
export type ParticipantState = "completed" | "left" | "screened_out" | "under_way";

export interface TestAnswer {
  task: string | null;
  question: string;
  kind: string;
  score: number | null;
  choices: string[];
  text: string | null;
  skipped: boolean;
}

export type Participant = Omit<components["schemas"]["TestParticipant"], "tasks" | "answers" | "state"> & { tasks: Record<string, TaskRun>; answers: TestAnswer[]; state: ParticipantState };

export interface TimeOnTask {
  n: number;
  lower_quartile: number;
  median: number;
  upper_quartile: number;
  geometric_mean: Estimate | null;
}

export interface TaskResult {
  id: string;
  n: number;
  unfinished: number;
  succeeded: number;
  direct: number | null;
  indirect: number | null;
  failed: number;
  gave_up: number;
  timed_out: number;
  success_rate: Estimate | null;
  direct_rate: Estimate | null;
  indirect_rate: Estimate | null;
  failed_rate: Estimate | null;
  gave_up_rate: Estimate | null;
  timed_out_rate: Estimate | null;
  time: TimeOnTask | null;
  time_of_all: TimeOnTask | null;
  lostness: Estimate | null;
  n_lostness: number;
  clicks: number;
  misclicks: number;
  misclick_rate: number | null;
  ease: Measured;
  paths: { pages: string[]; n: number; succeeded: number; is_direct: boolean }[];
  other_paths: number;
}

export interface TestFigures {
  started: number;
  screened_out: number;
  completed: number;
  completion_rate: Estimate | null;
  tasks: TaskResult[];
  sus: Measured;
  benchmark: { average: number; top_tenth: number; is_above: boolean; is_below: boolean } | null;
}

export type UserTestResults = Omit<components["schemas"]["UserTestResults"], "results" | "participants"> & { results: TestFigures; participants: Participant[] };
