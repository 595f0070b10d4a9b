// A filter as the tree that its chips draw: groups of conditions, of which a lone one needs no group.
import { isGroup, membersOf, type Filter } from "./question.ts";

/** A lone condition is a group of one; what is sent is again the lone condition. */
export function asGroup(filter: Filter | undefined): { group: "all" | "any"; members: Filter[] } {
  if (filter === undefined) return { group: "all", members: [] };
  if (isGroup(filter)) return "all" in filter ? { group: "all", members: filter.all } : { group: "any", members: filter.any };
  return { group: "all", members: [filter] };
}

export function fromGroup(kind: "all" | "any", members: Filter[]): Filter | undefined {
  if (members.length === 0) return undefined;
  const [only] = members;
  if (members.length === 1 && only && !isGroup(only)) return only;
  return kind === "all" ? { all: members } : { any: members };
}

/** Without groups that hold nothing yet: what may be asked. */
export function pruned(filter: Filter | undefined): Filter | undefined {
  if (filter === undefined) return undefined;
  if ("did" in filter) return { ...filter, did: { ...filter.did, where: pruned(filter.did.where) } };
  if (!isGroup(filter)) return filter;
  const kept = membersOf(filter).map(pruned).filter((member) => member !== undefined);
  return fromGroup("all" in filter ? "all" : "any", kept);
}
