import { expect, it } from "vitest";
import type { JourneyNode, JourneyNodeSeen } from "@/api/types.ts";
import { rareNodes, rarePaths } from "./rare.ts";

const node = (name: string | null, count: number, conversions: number, children: JourneyNode[] = []): JourneyNode => ({ node: name, count, exits: 0, conversions, with_friction: 1, children });

it("lists where few branch off from what many take, and what that means for the goal", () => {
  const tree = node(null, 1000, 200, [node("a", 900, 180, [node("b", 40, 16, [node("c", 20, 0)]), node("d", 4, 4)]), node(null, 60, 0)]);
  expect(rarePaths(tree)).toEqual([
    { path: ["a", "b"], count: 40, share: 0.04, exits: 0, lift: 2, friction: 1 / 40 },
    { path: ["a", "d"], count: 4, share: 0.004, exits: 0, lift: null, friction: 1 / 4 },
  ]);
});

it("lists pages that few saw", () => {
  const seen = (name: string, sessions: number, conversions: number): JourneyNodeSeen => ({ node: name, views: sessions, sessions, entries: 0, exits: 0, bounces: 0, exit_rate: 0, exit_rate_interval: null, session_exit_rate: 0, session_exit_rate_interval: null, conversions });
  expect(rareNodes([seen("a", 500, 100), seen("b", 20, 2), seen("c", 30, 9)], node(null, 1000, 200))).toEqual([
    { node: "c", sessions: 30, share: 0.03, lift: 1.5 },
    { node: "b", sessions: 20, share: 0.02, lift: 0.5 },
  ]);
});
