// The player from the keyboard. Nothing happens while somebody types, or while a dialog is open.
import { useEffect, useRef } from "react";
import type { Entry } from "../manifest.ts";
import { SPEEDS } from "../replay/speeds.ts";
import type { Stage } from "../replay/stage.ts";

export const JUMP_MS = 10_000;
/** Before what one jumps to, so that one sees it begin. */
export const BEFORE_MS = 1500;

interface Doing {
  go: (t: number) => void;
  toggleFullScreen: () => void;
  onNext?: () => void;
  onPrevious?: () => void;
  onNote?: () => void;
}

export function usePlayerKeys(stage: Stage | null, entries: Entry[], doing: Doing): void {
  const latest = useRef(doing);
  latest.current = doing;
  useEffect(() => {
    if (!stage) return;
    const onKey = (event: KeyboardEvent) => {
      const target = event.target as HTMLElement;
      if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || target.closest("input, textarea, select, dialog, [contenteditable], [role=listbox], [role=dialog]")) return;
      // A button that has the focus is pressed by the space bar.
      if (event.key === " " && target.closest("button, a, summary")) return;
      const done = act(event.key, stage, entries, latest.current);
      if (done) event.preventDefault();
    };
    addEventListener("keydown", onKey);
    return () => removeEventListener("keydown", onKey);
  }, [stage, entries]);
}

function act(key: string, stage: Stage, entries: Entry[], { go, toggleFullScreen, onNext, onPrevious, onNote }: Doing): boolean {
  const { t, speed } = stage.state;
  switch (key) {
    case " ":
      stage.toggle();
      return true;
    case "ArrowLeft":
      go(Math.max(0, t - JUMP_MS));
      return true;
    case "ArrowRight":
      go(Math.min(stage.duration, t + JUMP_MS));
      return true;
    case "]":
    case "[": {
      const found = nextSignal(entries, t, key === "]" ? 1 : -1);
      if (found) go(Math.max(0, found.t - BEFORE_MS));
      return true;
    }
    case ">":
    case "<": {
      const at = SPEEDS.findIndex((one) => one === speed);
      const next = SPEEDS[at + (key === ">" ? 1 : -1)];
      if (next !== undefined) stage.setSpeed(next);
      return true;
    }
    case "f":
      toggleFullScreen();
      return true;
    case "n":
      onNote?.();
      return onNote !== undefined;
    case "j":
      onNext?.();
      return onNext !== undefined;
    case "k":
      onPrevious?.();
      return onPrevious !== undefined;
    default:
      return false;
  }
}

/** The next or previous sign of friction or fault; one jumps to a little before it, which must not be found again. */
export function nextSignal(entries: Entry[], t: number, direction: 1 | -1): Entry | undefined {
  const signals = entries.filter(({ kind }) => kind === "signal" || kind === "error");
  return direction === 1 ? signals.find((one) => one.t > t + BEFORE_MS + 200) : signals.findLast((one) => one.t < t + BEFORE_MS - 400);
}
