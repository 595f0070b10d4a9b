/** How fast a recording may play. */
export const SPEEDS = [0.5, 1, 2, 4, 8, 16] as const;
