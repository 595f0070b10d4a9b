// The mark: three waves that fade, the trace a ship leaves.
export function Mark({ size = 20 }: { size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 24 24" fill="none" stroke="var(--accent)" strokeWidth="2.4" strokeLinecap="round" aria-hidden>
      <path d="M3 17c4 0 5-3 9-3s5 3 9 3" />
      <path d="M5 11.5c3 0 4-2.5 7-2.5s4 2.5 7 2.5" opacity=".7" />
      <path d="M8 6.5c1.5 0 2.5-1.5 4-1.5s2.5 1.5 4 1.5" opacity=".45" />
    </svg>
  );
}
