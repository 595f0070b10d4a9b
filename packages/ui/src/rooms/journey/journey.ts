// Reading the paths of an answer: what nodes are called, the tree that starts at its anchor, and the flows from column to
// column that a Sankey draws.
import type { JourneyAnswer, JourneyNode, SegmentValue } from "@/api/types.ts";
import type { JourneyQuestion } from "@/question/question.ts";
import { eventName } from "@/question/words.ts";
import type { Speech } from "@/report/room.ts";
import type { Asked } from "@/report/useAsk.ts";

export type Paths = Pick<JourneyAnswer, "paths" | "tree" | "distinct_paths" | "nodes" | "loops">;

/** The paths of the segment that is shown, or of all. */
export function pathsShown(asked: Asked<"journey">, segment: unknown): { paths: Paths; breakdown: SegmentValue[] } {
  const chosen = typeof segment === "string" ? asked.answer.groups?.find((group) => JSON.stringify(group.breakdown) === segment) : undefined;
  return chosen ? { paths: chosen, breakdown: chosen.breakdown } : { paths: asked.answer, breakdown: [] };
}

const HOST = /^https?:\/\/([^/?#]+)/;

/** The host that all pages share; null where there are none, or several. */
export function siteOf(names: Iterable<string>): string | null {
  let site: string | null = null;
  for (const name of names) {
    const host = HOST.exec(name)?.[1];
    if (host === undefined) continue;
    if (site !== null && site !== host) return null;
    site = host;
  }
  return site;
}

/** All names of an answer: in the rings, in the paths, and among the pages below. */
export function* namesIn(...all: readonly Paths[]): Generator<string> {
  for (const { paths, tree, nodes = [] } of all) {
    yield* namesOf(tree);
    for (const path of paths) yield* path.nodes;
    for (const { node } of nodes) yield node;
  }
}

function* namesOf({ node, children }: JourneyNode): Generator<string> {
  if (node !== null) yield node;
  for (const child of children) yield* namesOf(child);
}

/** What a node is called: an event as people say it, a page by its path where all pages are of one site, else with its host. */
export function nodeNamer(site: string | null, speech: Speech): (name: string) => string {
  return (name) => {
    const host = HOST.exec(name)?.[0];
    if (host === undefined) return eventName(name, speech);
    return site === null ? fullName(name, speech) : name.slice(host.length) || "/";
  };
}

/** A page with its host, an event as people say it. */
export function fullName(name: string, speech: Speech): string {
  return HOST.test(name) ? name.replace(/^https?:\/\//, "") : eventName(name, speech);
}

/** Paths are listed in walking order; of a reverse journey, that is back in time. */
export function arrowOf(question: JourneyQuestion): string {
  return question.direction === "reverse" ? " ← " : " → ";
}

/** The pages of a path, in the order in which they were seen; events among them are left out. */
export function pagesOf(path: readonly string[], question: JourneyQuestion): string[] {
  const pages = path.filter((name) => /^(https?:\/)?\//.test(name));
  return question.direction === "reverse" ? pages.toReversed() : pages;
}

/** Where all paths begin with the same node (an anchor), that node is the centre rather than a ring of one. */
export function rooted(tree: JourneyNode): { centre: string | null; start: string[]; from: JourneyNode } {
  const [only] = tree.children;
  if (tree.children.length !== 1 || !only || only.node === null) return { centre: null, start: [], from: tree };
  return { centre: only.node, start: [only.node], from: only };
}

/** Names by how much they weigh in the whole picture, heaviest first: the order in which they get colours. */
export function namesByWeight(tree: JourneyNode): string[] {
  const weight = new Map<string, number>();
  const walk = (node: JourneyNode) => {
    for (const child of node.children) {
      if (child.node === null) continue;
      weight.set(child.node, (weight.get(child.node) ?? 0) + child.count);
      walk(child);
    }
  };
  walk(tree);
  return [...weight.entries()].toSorted((a, b) => b[1] - a[1]).map(([name]) => name);
}

export interface FlowNode {
  id: string;
  /** Null for all names of this column that are not shown. */
  name: string | null;
  /** From 0. */
  column: number;
  count: number;
  /** Paths that ended here. */
  exits: number;
}
export interface Flow {
  nodes: FlowNode[];
  links: { from: string; to: string; count: number }[];
}

/** The flows between the nodes of neighbouring columns. A column shows its heaviest names; the rest is one node. */
export function flowOf(paths: Paths["paths"], shownPerColumn: number): Flow {
  const columns: Map<string, number>[] = [];
  for (const path of paths) {
    path.nodes.forEach((name, column) => {
      const weights = (columns[column] ??= new Map<string, number>());
      weights.set(name, (weights.get(name) ?? 0) + path.count);
    });
  }
  const shown = columns.map((weights) => new Set([...weights.entries()].toSorted((a, b) => b[1] - a[1]).slice(0, shownPerColumn).map(([name]) => name)));
  const nodes = new Map<string, FlowNode>();
  const links = new Map<string, Flow["links"][number]>();
  for (const path of paths) {
    let before: FlowNode | null = null;
    path.nodes.forEach((name, column) => {
      const own = shown[column]?.has(name) ? name : null;
      const id = JSON.stringify([column, own]);
      const node = nodes.get(id) ?? { id, name: own, column, count: 0, exits: 0 };
      nodes.set(id, node);
      node.count += path.count;
      if (column === path.nodes.length - 1) node.exits += path.exits;
      if (before) {
        const key = `${before.id} ${id}`;
        const link = links.get(key) ?? { from: before.id, to: id, count: 0 };
        link.count += path.count;
        links.set(key, link);
      }
      before = node;
    });
  }
  return { nodes: [...nodes.values()].toSorted((a, b) => a.column - b.column || b.count - a.count), links: [...links.values()] };
}

/** Whether a path goes through the node of a flow. */
export function passes(path: string[], node: FlowNode, shownInColumn: ReadonlySet<string>): boolean {
  const there = path[node.column];
  if (there === undefined) return false;
  return node.name === null ? !shownInColumn.has(there) : there === node.name;
}
