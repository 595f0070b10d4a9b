// What an alert looks like before there is one: a line in its band, and the moment at which it leaves it.
import styles from "./alert.module.css";

export function AlertExample() {
  return (
    <svg className={styles.example} viewBox="0 0 320 120" aria-hidden>
      <path data-band d="M0 38 L40 30 L80 44 L120 32 L160 40 L200 30 L240 42 L280 32 L320 40 L320 74 L280 66 L240 76 L200 64 L160 74 L120 66 L80 78 L40 64 L0 72 Z" />
      <polyline points="0,54 40,46 80,60 120,50 160,58 200,48 240,58 280,96" />
      <circle cx="280" cy="96" r="6" />
    </svg>
  );
}
