// What the answer did, so that two reports that differ can be told apart.
import { Check, Clock3, Copy, TriangleAlert } from "lucide-react";
import { useSpeech } from "@/i18n/language.tsx";
import type { QuestionKind } from "@/question/question.ts";
import { actorCount } from "@/question/words.ts";
import { useProject } from "@/shell/session.tsx";
import { Button } from "@/ui/Button.tsx";
import { copyText } from "@/ui/browser.ts";
import { useToast } from "@/ui/Toast.tsx";
import type { Asked } from "./useAsk.ts";
import styles from "./ExplainPanel.module.css";

export function ExplainPanel<K extends QuestionKind>({ asked }: { asked: Asked<K> }) {
  const speech = useSpeech();
  const { t, format } = speech;
  const project = useProject();
  const toast = useToast();
  const { explain, elapsed_ms } = asked;
  const zone = explain.timezone || project.timezone;
  // The end is excluded: a range of whole days is told by its first and its last day.
  const rangeShown = ({ from, to }: { from: string; to: string }, timezone: string) => {
    const isMidnight = (instant: string) => format.clock(instant, timezone) === "00:00:00";
    if (isMidnight(from) && isMidnight(to)) return { from: format.date(from, timezone), to: format.date(Date.parse(to) - 1, timezone) };
    return { from: format.moment(from, timezone), to: format.moment(to, timezone) };
  };
  return (
    <details className={styles.explain}>
      <summary>
        <span className={styles.state}>
          {explain.complete ? <Check aria-hidden className={styles.good} /> : explain.incomplete_from ? <Clock3 aria-hidden /> : <TriangleAlert aria-hidden className={styles.warn} />}
          {explain.complete
            ? t("explain.complete")
            : explain.incomplete_from
              ? t("explain.incompleteFrom", { from: format.moment(explain.incomplete_from, zone) })
              : t("explain.incomplete")}
        </span>
        <span>{t("explain.read", { n: explain.events_read, shown: format.number(explain.events_read) })}</span>
        {explain.people !== null && explain.people !== undefined && <span>{actorCount(explain.people, asked.question.actor, speech)}</span>}
        <span>{format.duration(elapsed_ms / 1000)}</span>
        <span className={styles.more}>{t("explain.how")}</span>
      </summary>
      <div className={styles.body}>
        <p>{explain.definition}</p>
        <dl>
          <dt>{t("explain.range")}</dt>
          <dd>{explain.range ? t("explain.rangeValue", rangeShown(explain.range, zone)) : "–"}</dd>
          <dt>{t("settings.timezone")}</dt>
          <dd>{zone}</dd>
          <dt>{t("explain.duplicates")}</dt>
          <dd>{format.number(explain.duplicates_dropped)}</dd>
        </dl>
        <div>
          <Button
            size="small"
            icon={<Copy aria-hidden />}
            onClick={() => void copyText(JSON.stringify(asked.question, null, 2)).then((done) => done && toast(t("toast.copied")))}
          >
            {t("explain.copyQuestion")}
          </Button>
        </div>
      </div>
    </details>
  );
}
