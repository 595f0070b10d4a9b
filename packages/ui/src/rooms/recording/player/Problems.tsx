// What a viewer should know about a recording before trusting it: what the server found, and what playing it showed.
import { ChevronDown, TriangleAlert } from "lucide-react";
import { useState } from "react";
import type { Manifest } from "@/api/recording.ts";
import type { Messages } from "@/i18n/catalogue.ts";
import { useSpeech } from "@/i18n/language.tsx";
import type { Stage } from "../replay/stage.ts";
import { useStage } from "../replay/useStage.ts";
import styles from "./Problems.module.css";

const KNOWN = ["no_snapshot", "interaction_only", "missing_pieces", "unread_styles", "neutralised", "dropped_events", "cut_short", "damaged"] as const;
const COUNTED = ["missing_pieces", "unread_styles", "neutralised", "dropped_events"] as const;

interface Told {
  code: string;
  what: string;
  mend: string | null;
  detail: string | null;
}

export function Problems({ manifest, stage }: { manifest: Manifest; stage: Stage | null }) {
  const speech = useSpeech();
  const { t } = speech;
  const [open, setOpen] = useState(false);
  const missing = useStage(stage, (state) => state.missingStyles.join("\n"), "");
  const malformed = useStage(stage, (state) => (state.trouble.malformed ?? 0) + (state.trouble.no_page ?? 0), 0);
  const tooLarge = useStage(stage, (state) => state.trouble.too_large ?? 0, 0);
  const codes = new Set(manifest.problems.map(({ code }) => code));
  const told: Told[] = [...codes].map((code) => {
    const list = manifest.problems.filter((one) => one.code === code);
    return tellProblem(code, speech, { message: list[0]?.message, nPages: list.length, n: list.reduce((sum, { n }) => sum + (n ?? 0), 0) });
  });
  if (missing !== "" && !codes.has("unread_styles")) told.push({ ...tellProblem("unread_styles", speech), detail: missing });
  if (malformed > 0 && !codes.has("dropped_events")) told.push(tellProblem("dropped_events", speech));
  if (tooLarge > 0) told.push({ code: "too_large", what: t("player.problem.too_large"), mend: null, detail: null });
  const [first] = told;
  if (!first) return null;
  return (
    <section className={styles.problems} aria-label={t("player.problems")}>
      <button type="button" aria-expanded={open} onClick={() => setOpen(!open)}>
        <TriangleAlert aria-hidden />
        <span>{first.what}</span>
        {told.length > 1 && <small>{t("player.problems.more", { n: told.length - 1 })}</small>}
        <ChevronDown aria-hidden data-open={open || undefined} />
      </button>
      {open && (
        <ul>
          {told.map(({ code, what, mend, detail }) => (
            <li key={code}>
              <strong>{what}</strong>
              {mend && <p>{mend}</p>}
              {detail && <pre>{detail}</pre>}
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

interface Counted {
  message?: string;
  /** Page loads that it concerns. */
  nPages?: number;
  n?: number;
}

function tellProblem(code: string, { t }: Messages, { message, nPages = 1, n = 0 }: Counted = {}): Told {
  const known = KNOWN.find((one) => one === code);
  // What the server found that this version has no words for is said in the server's.
  if (!known) return { code, what: message || code, mend: null, detail: null };
  const counted = COUNTED.find((one) => one === known);
  return { code, what: t(`player.problem.${known}`, { n: nPages }), mend: t(`player.problem.${known}.mend`), detail: counted && n > 0 ? t(`player.problem.${counted}.n`, { n }) : null };
}
