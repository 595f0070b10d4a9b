// What of the tree of paths is drawn as rings: arcs too thin to be seen are gathered, and names are cut to what an arc has room for.
import type { JourneyNode } from "@/api/types.ts";

/** A node of the tree as it is drawn. */
export interface DrawnNode extends Omit<JourneyNode, "children"> {
  children: DrawnNode[];
  /** Of what is gathered: the names that are drawn beside it, so that the rest can be told. */
  besides?: string[];
  /** Of what is gathered here: the heaviest names, with their counts. The server's own rest has none. */
  gathered?: { name: string; count: number }[];
}

/** Children with fewer than `leastOf(ring)` become one node, with what `top` left over already; a single one keeps its name unless it is thinner still. What came after them is not drawn. */
export function gather(node: JourneyNode, leastOf: (ring: number) => number, ring = 0): DrawnNode {
  const rest = node.children.find((child) => child.node === null);
  const named = node.children.filter((child) => child.node !== null);
  const thin = named.filter((child) => child.count < leastOf(ring));
  const few = thin.length > 1 || rest !== undefined ? thin : thin.filter((child) => child.count < leastOf(ring) / 2);
  const kept = named.filter((child) => !few.includes(child));
  const children: DrawnNode[] = kept.map((child) => gather(child, leastOf, ring + 1));
  const parts = rest ? [...few, rest] : few;
  if (parts.length > 0) {
    const sum = (count: (part: JourneyNode) => number | undefined) => parts.reduce((all, part) => all + (count(part) ?? 0), 0);
    children.push({
      node: null,
      other: few.length + (rest?.other ?? 0),
      count: sum((part) => part.count),
      exits: sum((part) => part.exits),
      ...(parts.some((part) => part.conversions !== undefined) ? { conversions: sum((part) => part.conversions) } : {}),
      ...(parts.some((part) => part.with_friction !== undefined) ? { with_friction: sum((part) => part.with_friction) } : {}),
      children: [],
      besides: kept.map((child) => child.node as string),
      gathered: few.map((child) => ({ name: child.node as string, count: child.count })).toSorted((a, b) => b.count - a.count),
    });
  }
  return { ...node, children };
}

/** Letters after which a name says nothing. */
const LEAST_END = 3;

/** The name if it has room; of a page, as much of its end as has, after a slash; nothing where that is nothing. A name that is cut in front tells pages apart, one that is cut behind does not. */
export function shortened(name: string, fits: (text: string) => boolean): string {
  if (fits(name)) return name;
  if (!/^\S*\/\S*$/.test(name)) return "";
  for (let slash = name.indexOf("/", 1); slash !== -1; slash = name.indexOf("/", slash + 1)) {
    const end = name.slice(slash);
    if (end.length > LEAST_END && fits(`…${end}`)) return `…${end}`;
  }
  return "";
}
