import { useSyncExternalStore } from "react";
import type { Stage, StageState } from "./stage.ts";

const nothing = () => () => {};

/** Something read from the stage, which may change with every frame: what is read should change seldom. */
export function useStage<T extends string | number | boolean | null>(stage: Stage | null, read: (state: StageState) => T, before: T): T {
  const snapshot = () => (stage ? read(stage.state) : before);
  return useSyncExternalStore(stage ? stage.subscribe : nothing, snapshot);
}
