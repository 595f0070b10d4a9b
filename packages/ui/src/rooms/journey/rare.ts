// Ways that few take: the thin arcs of the rings, and pages that few see; with what they mean for the goal.
import type { JourneyNode, JourneyNodeSeen } from "@/api/types.ts";

/** Fewer than this share is rare. */
export const RARE_SHARE = 0.05;
/** With fewer sessions a lift would be chance. */
export const FEWEST_FOR_LIFT = 10;

export interface RarePath {
  path: string[];
  count: number;
  share: number;
  exits: number;
  /** How much likelier they reach the goal than everybody; null without a goal, or with too few. */
  lift: number | null;
  /** Share of them that met friction; null where it was not asked for. */
  friction: number | null;
}

/** Where a path that many take branches off into one that few do; the most taken of them first. */
export function rarePaths(tree: JourneyNode): RarePath[] {
  const found: RarePath[] = [];
  const walk = (node: JourneyNode, path: string[]) => {
    for (const child of node.children) {
      if (child.node === null) continue;
      const here = [...path, child.node];
      const share = tree.count === 0 ? 0 : child.count / tree.count;
      if (share >= RARE_SHARE) walk(child, here);
      else found.push({ path: here, count: child.count, share, exits: child.exits, lift: liftOf(child.conversions, child.count, tree.conversions, tree.count), friction: child.with_friction === undefined ? null : child.with_friction / child.count });
    }
  };
  walk(tree, []);
  return found.toSorted((a, b) => b.count - a.count);
}

export interface RareNode {
  node: string;
  sessions: number;
  share: number;
  lift: number | null;
}

/** Pages that few sessions saw, the most seen first. */
export function rareNodes(nodes: JourneyNodeSeen[], all: JourneyNode): RareNode[] {
  return nodes
    .filter(({ sessions }) => all.count > 0 && sessions / all.count < RARE_SHARE)
    .map(({ node, sessions, conversions }) => ({ node, sessions, share: sessions / all.count, lift: liftOf(conversions, sessions, all.conversions, all.count) }))
    .toSorted((a, b) => b.sessions - a.sessions);
}

function liftOf(reached: number | undefined, of: number, reachedByAll: number | undefined, all: number): number | null {
  if (reached === undefined || !reachedByAll || of < FEWEST_FOR_LIFT) return null;
  return (reached * all) / (of * reachedByAll);
}
