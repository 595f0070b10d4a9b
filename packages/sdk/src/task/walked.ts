// A task as the server tells it to pages (`crates/behavior/src/task/outcome.rs`): what is needed to know when an attempt is over, and what it came to.

export type Outcome = "completed" | "slow" | "off_path" | "failed";

export interface WalkedTask {
  id: string;
  start: Rule[];
  completion: Rule[];
  abandon?: Rule[];
  steps?: { rules: Rule[]; optional?: boolean; repeatable?: boolean }[];
  /** Without, the session. */
  window_ms?: number;
  /** A start after so long in which nothing happened begins anew. */
  idle_ms: number;
  /** More active time than this is slow; without, nothing is. */
  slow_from_ms?: number;
  tolerance: number;
  /** The property that names pages. */
  page: string;
  where?: Condition;
  /** By the property that names a group. */
  groups?: Record<string, GroupRule[]>;
}

/** Any of these events, or any at all, that passes. */
export interface Rule {
  events?: string[];
  where?: Condition;
}

export type Condition = { all: Condition[] } | { any: Condition[] } | { not: Condition } | { event: string[] } | { property: string; op: string; value: unknown };

/** The first that an address meets says its group. */
export interface GroupRule {
  group: string;
  /** Whether the path is looked at, or the whole address. */
  path: boolean;
  op: string;
  value: string;
}

/** An event that happened in the page. */
export interface Told {
  name: string;
  properties: Record<string, unknown>;
}
