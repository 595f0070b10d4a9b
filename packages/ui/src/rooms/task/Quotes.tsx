// Words of people, each with the way to what they did.
import { Link } from "@tanstack/react-router";
import { Play } from "lucide-react";
import { useSpeech } from "@/i18n/language.tsx";
import { useProject } from "@/shell/session.tsx";
import styles from "./task.module.css";

interface Quote {
  text: string;
  /** Null where the answer names nobody. */
  person: string | null;
  session: string | null;
  time: string;
  score: number | null;
}

export function Quotes({ quotes, most }: { quotes: readonly Quote[]; most: number }) {
  const { t, format } = useSpeech();
  const project = useProject();
  const params = { project: String(project.id) };
  if (quotes.length === 0) return null;
  return (
    <ul className={styles.quotes}>
      {quotes.slice(0, most).map((quote) => (
        <li key={`${quote.person} ${quote.time}`}>
          <q dir="auto">{quote.text}</q>
          <small>
            {quote.score !== null && <b>{format.number(quote.score)}</b>}
            {format.ago(quote.time, Date.now())}
            {quote.session === null && quote.person !== null && (
              <Link to="/p/$project/people/$person" params={{ ...params, person: quote.person }}>
                {t("task.toPerson")}
              </Link>
            )}
            {quote.session !== null && (
              <Link to="/p/$project/recordings/$session" params={{ ...params, session: quote.session }} search={{ instant: quote.time }}>
                <Play aria-hidden />
                {t("survey.watch")}
              </Link>
            )}
          </small>
        </li>
      ))}
    </ul>
  );
}
