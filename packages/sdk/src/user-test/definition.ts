// A user test as the server publishes it (`contract/user_test.schema.json`): what it leaves to the defaults is filled in.
import type { Condition, PageRule, Text } from "../survey/definition.ts";

export interface UserTest {
  languages: string[];
  url?: string;
  intro: Text;
  guidelines?: Text;
  policy?: string;
  screener: { id: string; text: Text; choices: { id: string; text: Text; passes: boolean }[] }[];
  tasks: Task[];
  after: { sus: boolean; question?: Text };
  end: { title: Text; text?: Text };
}

export interface Task {
  id: string;
  title: Text;
  scenario: Text;
  url?: string;
  success: Success;
  time_limit_s?: number;
  path?: PageRule[];
  answer?: Text;
  ease: boolean;
  question?: Text;
}

export type Success =
  | { on: "page"; page: PageRule }
  | { on: "event"; event: string; where?: Condition[] }
  | { on: "click"; selector: string }
  | { on: "done"; check?: { text: Text; choices: { id: string; text: Text; is_right: boolean }[] } };

export type Outcome = "success" | "failed" | "gave_up" | "timed_out";
