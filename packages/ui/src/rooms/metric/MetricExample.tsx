// What a tree of metrics looks like, with numbers of nobody.
import styles from "./metric.module.css";

export function MetricExample() {
  return (
    <svg className={styles.example} viewBox="0 0 240 96" aria-hidden>
      <path d="M80 48H104V18H128M104 48H128M104 48V78H128" />
      <rect x="8" y="34" width="72" height="28" rx="5" data-top />
      {[4, 34, 64].map((y) => (
        <rect key={y} x="128" y={y} width="72" height="28" rx="5" />
      ))}
      {[18, 48, 78].map((y, at) => (
        <polyline key={y} points={`138,${y + 6} 152,${y + 1 - at} 166,${y + 3} 190,${y - 6 + at * 3}`} />
      ))}
    </svg>
  );
}
