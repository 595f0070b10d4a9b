// The way that was taken beside the way that is meant. The same as `crates/behavior/src/task/align.rs`: of all ways to lay the steps beside the items, in order, the one with the
// most mandatory steps, of those the one with the most items that are steps at all, of those the one that does each as early as it can.

/** A mandatory step is worth more than all items together. */
const MANDATORY = 1 << 16;

export interface Path {
  nSteps: number;
  /** Sets of steps, one bit each. */
  mandatory: number;
  repeatable: number;
}

export interface Way {
  /** Mandatory steps that were done in order. */
  done: number;
  detours: number;
  isInOrder: boolean;
}

/** Of each item the steps that it could be, one bit each. */
export function align(items: number[], { nSteps, mandatory, repeatable }: Path): Way {
  const width = nSteps + 1;
  const table = Array.from({ length: (items.length + 1) * width }, () => 0);
  const worth = (step: number): number => ((mandatory >> step) & 1 ? MANDATORY + 1 : 1);
  const after = (at: number, behind: number): number => table[(at + 1) * width + behind] as number;
  const isAgain = (behind: number, steps: number): boolean => behind > 0 && (repeatable & steps & (1 << (behind - 1))) !== 0;
  const stepsFrom = (steps: number, behind: number): number[] => {
    const found: number[] = [];
    for (let step = behind; step < nSteps; step += 1) if ((steps >> step) & 1) found.push(step);
    return found;
  };
  for (let at = items.length - 1; at >= 0; at -= 1) {
    const steps = items[at] as number;
    for (let behind = 0; behind < width; behind += 1) {
      const ways = stepsFrom(steps, behind).map((step) => worth(step) + after(at, step + 1));
      if (isAgain(behind, steps)) ways.push(1 + after(at, behind));
      table[at * width + behind] = Math.max(after(at, behind), ...ways);
    }
  }
  const way: Way = { done: 0, detours: 0, isInOrder: true };
  let behind = 0;
  let seen = 0;
  items.forEach((steps, at) => {
    const best = table[at * width + behind] as number;
    const step = stepsFrom(steps, behind).find((one) => worth(one) + after(at, one + 1) === best);
    if (step !== undefined) {
      behind = step + 1;
      seen |= 1 << step;
      way.done += (mandatory >> step) & 1;
    } else if (!(isAgain(behind, steps) && 1 + after(at, behind) === best)) {
      way.detours += 1;
      // Before its turn, if nothing that it could be was done before.
      way.isInOrder &&= !(steps & mandatory) || (steps & seen) !== 0;
    }
  });
  return way;
}
