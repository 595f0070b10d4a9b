// What a participant's way says, measured against the one that was expected. The same as `crates/behavior/src/user_test/walk.rs`; the vectors in `contract/user_test` hold
// both to it.
import type { PageRule } from "../survey/definition.ts";
import { fitsPage } from "../survey/eligibility.ts";

/** A page that was visited: its name, and its address. */
export interface Visit {
  page: string;
  address: string;
}

export interface Walk {
  direct: boolean;
  lostness: number;
}

export function walkOf(path: PageRule[], visits: Visit[]): Walk | null {
  const [first, start] = [path[0], visits[0]];
  if (!first || !start) return null;
  const isFit = (rule: PageRule | undefined, visit: Visit): boolean => !!rule && fitsPage([rule], visit.address);
  const before = isFit(first, start) ? 0 : 1;
  const own = visits.slice(before);
  const direct = own.length === path.length && own.every((visit, i) => isFit(path[i], visit));
  const different = new Set(visits.map((visit) => visit.page)).size;
  const fewest = Math.min(path.length + before, different);
  return { direct, lostness: Math.hypot(different / visits.length - 1, fewest / different - 1) };
}
