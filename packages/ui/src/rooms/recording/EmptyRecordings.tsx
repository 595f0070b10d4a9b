// No recording yet: what one would see, and how the recorder is turned on, for the purpose and the pages one has a reason for.
import { Copy, ShieldCheck } from "lucide-react";
import { useState } from "react";
import { useSpeech } from "@/i18n/language.tsx";
import { useProject } from "@/shell/session.tsx";
import { Button } from "@/ui/Button.tsx";
import { copyText } from "@/ui/browser.ts";
import { Segmented } from "@/ui/Field.tsx";
import { Empty } from "@/ui/State.tsx";
import { useToast } from "@/ui/Toast.tsx";
import styles from "./EmptyRecordings.module.css";

type Start = "trigger" | "sample";

export function EmptyRecordings() {
  const { t } = useSpeech();
  const project = useProject();
  const toast = useToast();
  const [start, setStart] = useState<Start>("trigger");
  const code = snippet(location.origin, project.write_key, start);
  return (
    <div className={styles.empty}>
      <Empty title={t("recordings.empty.title")} text={t("recordings.empty.text")} picture={<PlayerExample />} />
      <ol className={styles.steps}>
        <li>
          <h3>{t("recordings.empty.tag")}</h3>
          <p>{t("recordings.empty.tagText")}</p>
          <Segmented<Start>
            label={t("recordings.empty.which")}
            value={start}
            onPick={setStart}
            choices={[
              { value: "trigger", label: t("recordings.empty.trigger") },
              { value: "sample", label: t("recordings.empty.sample") },
            ]}
          />
          <div className={styles.code}>
            <pre tabIndex={0}>{code}</pre>
            <Button size="small" icon={<Copy aria-hidden />} onClick={() => void copyText(code).then((done) => toast(done ? t("toast.copied") : t("toast.notCopied")))}>
              {t("action.copy")}
            </Button>
          </div>
        </li>
        <li>
          <h3>{t("recordings.empty.consent")}</h3>
          <p>{t("recordings.empty.consentText")}</p>
          <div className={styles.code}>
            <pre tabIndex={0}>{CONSENT}</pre>
          </div>
        </li>
        <li>
          <h3>
            <ShieldCheck aria-hidden />
            {t("recordings.empty.privacy")}
          </h3>
          <p>{t("recordings.empty.privacyText")}</p>
        </li>
      </ol>
    </div>
  );
}

const CONSENT = `sillage.consent({ analytics: true, replay: true }, { version: "2026-11", mechanism: "banner" });`;

function snippet(origin: string, key: string, start: Start): string {
  const recording =
    start === "trigger"
      ? `{
      "pages": ["^/checkout", "^/campaigns"], "sample": 0,
      "triggers": { "signals": ["rage_click"], "errors": true, "events": ["Gave up"] }
    }`
      : `{ "pages": ["^/campaigns"], "sample": 0.1, "minimumSeconds": 5 }`;
  return `<script async src="${origin}/s/sillage.js"
  data-key="${key}" data-host="${origin}"
  data-options='{
    "masking": { "level": "strict", "unmask": ["nav"] },
    "recording": ${recording}
  }'></script>`;
}

/** A recording as one sees it, drawn. */
function PlayerExample() {
  const { t } = useSpeech();
  return (
    <figure className={styles.example}>
      <svg viewBox="0 0 320 150" role="img" aria-label={t("empty.exampleLabel")}>
        <rect className={styles.page} x="40" y="6" width="240" height="96" rx="4" />
        <path className={styles.text} d="M56 24H140M56 40H250M56 50H232M56 60H244" />
        <rect className={styles.button} x="56" y="74" width="60" height="16" rx="3" />
        <path className={styles.pointer} d="M92 84l0 14 4-4 3 7 3-1.4-3-6.6 5.6 0z" />
        <path className={styles.lane} d="M40 116H280M40 130H280M40 144H280" />
        <path className={styles.clicks} d="M62 112V120M84 112V120M88 112V120M92 112V120M150 112V120M210 112V120M246 112V120" />
        <path className={styles.signal} d="M88 126l4 4-4 4-4-4zM212 126l4 4-4 4-4-4z" />
        <circle className={styles.error} cx="214" cy="144" r="3.4" />
        <path className={styles.head} d="M150 108V148" />
      </svg>
      <figcaption>{t("empty.exampleLabel")}</figcaption>
    </figure>
  );
}
