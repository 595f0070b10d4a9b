import { useSpeech } from "@/i18n/language.tsx";
import { propertyName, valueName } from "@/question/words.ts";
import styles from "./event.module.css";

/** Names and values of an event or a person; the SDK's own last. */
export function PropertyTable({ properties, title, find }: { properties: Record<string, unknown>; title?: string; find?: string }) {
  const speech = useSpeech();
  const needle = (find ?? "").trim().toLowerCase();
  const entries = Object.entries(properties)
    .filter(([, value]) => value !== undefined)
    .filter(([name, value]) => needle === "" || `${name} ${String(value)}`.toLowerCase().includes(needle))
    .toSorted(([a], [b]) => Number(a.startsWith("$")) - Number(b.startsWith("$")) || a.localeCompare(b));
  if (entries.length === 0) return null;
  return (
    <div className={styles.properties}>
      {title && <h3>{title}</h3>}
      <dl>
        {entries.map(([name, value]) => (
          <div key={name}>
            <dt title={name}>{propertyName(name, speech)}</dt>
            <dd data-unset={value === null || undefined}>{typeof value === "string" && value !== "" ? value : valueName(value, speech)}</dd>
          </div>
        ))}
      </dl>
    </div>
  );
}
