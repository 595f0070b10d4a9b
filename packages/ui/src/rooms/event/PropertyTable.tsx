import { useSpeech } from "@/i18n/language.tsx";
import { propertyName, valueName } from "@/question/words.ts";
import { useProject } from "@/shell/session.tsx";
import styles from "./event.module.css";

/** Who somebody is comes before everything else that is known of them. */
const NAMES_FIRST = ["$name", "$first_name", "$last_name", "$email", "$phone"];
const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d/;

/** Names and values of an event or a person; names first, the SDK's own last. */
export function PropertyTable({ properties, title, find }: { properties: Record<string, unknown>; title?: string; find?: string }) {
  const speech = useSpeech();
  const project = useProject();
  const shown = (value: unknown) => {
    if (typeof value !== "string" || value === "") return valueName(value, speech);
    return INSTANT.test(value) && !Number.isNaN(Date.parse(value)) ? speech.format.moment(value, project.timezone, true) : value;
  };
  const needle = (find ?? "").trim().toLowerCase();
  const entries = Object.entries(properties)
    .filter(([, value]) => value !== undefined)
    .filter(([name, value]) => needle === "" || `${name} ${String(value)}`.toLowerCase().includes(needle))
    .toSorted(([a], [b]) => rank(a) - rank(b) || a.localeCompare(b));
  if (entries.length === 0) return null;
  return (
    <div className={styles.properties}>
      {title && <h3>{title}</h3>}
      <dl>
        {entries.map(([name, value]) => (
          <div key={name}>
            <dt title={name}>{propertyName(name, speech)}</dt>
            <dd data-unset={value === null || undefined} title={typeof value === "string" ? value : undefined}>
              {shown(value)}
            </dd>
          </div>
        ))}
      </dl>
    </div>
  );
}

function rank(name: string): number {
  const place = NAMES_FIRST.indexOf(name);
  return place >= 0 ? place - NAMES_FIRST.length : Number(name.startsWith("$"));
}
