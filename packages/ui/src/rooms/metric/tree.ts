// A tree of metrics as it is drawn: nodes below nodes, in their order.
import type { MetricNode } from "@/api/board.ts";

export interface Branch {
  node: MetricNode;
  below: Branch[];
}

export function branches(nodes: MetricNode[]): Branch[] {
  const below = (parent: string | undefined): Branch[] => nodes.filter((node) => (node.parent ?? undefined) === parent).map((node) => ({ node, below: below(node.id) }));
  return below(undefined);
}

/** A node and everything below it. */
export function within(nodes: MetricNode[], id: string): Set<string> {
  const found = new Set([id]);
  // Each round finds what hangs on what was found; a tree is no deeper than it has nodes.
  for (let before = 0; before < found.size; ) {
    before = found.size;
    for (const node of nodes) if (node.parent && found.has(node.parent)) found.add(node.id);
  }
  return found;
}

export function withoutBranch(nodes: MetricNode[], id: string): MetricNode[] {
  const gone = within(nodes, id);
  return nodes.filter((node) => !gone.has(node.id));
}

/** Where a node may hang: nowhere below itself. */
export function placesFor(nodes: MetricNode[], id: string): MetricNode[] {
  const own = within(nodes, id);
  return nodes.filter((node) => !own.has(node.id));
}

export function hung(nodes: MetricNode[], id: string, parent: string | null): MetricNode[] {
  return nodes.map((node) => (node.id === id ? { ...node, parent: parent ?? undefined } : node));
}

/** Among those that hang on the same one, a node by one place earlier or later. */
export function shifted(nodes: MetricNode[], id: string, by: -1 | 1): MetricNode[] {
  const at = nodes.findIndex((node) => node.id === id);
  const parent = nodes[at]?.parent ?? undefined;
  const beside = nodes.flatMap((node, place) => ((node.parent ?? undefined) === parent ? [place] : []));
  const other = beside[beside.indexOf(at) + by];
  const [one, two] = [nodes[at], other === undefined ? undefined : nodes[other]];
  if (!one || !two) return nodes;
  return nodes.map((node, place) => (place === at ? two : place === other ? one : node));
}
