// The survey as a person meets it: the real widget, the one that the tag loads, in a page drawn around it.
import { useQuery } from "@tanstack/react-query";
import { Monitor, RotateCcw, Smartphone } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { api } from "@/api/client.ts";
import { useSpeech } from "@/i18n/language.tsx";
import { IconButton } from "@/ui/Button.tsx";
import { Segmented } from "@/ui/Field.tsx";
import { Note } from "@/ui/State.tsx";
import type { Definition, SurveyQuestion } from "./definition.ts";
import styles from "./survey.module.css";

interface Widget {
  open(options: object): () => void;
  nextOf(survey: Definition, at: number, given: object): string;
}

export function Preview({ definition, language, at }: { definition: Definition; language: string; at: string | null }) {
  const { t } = useSpeech();
  const [form, setForm] = useState<"desktop" | "phone">("desktop");
  const [round, setRound] = useState(0);
  const place = useRef<HTMLDivElement>(null);
  const inPage = useRef<HTMLDivElement>(null);
  const status = useQuery({ queryKey: ["status"], queryFn: api.status, staleTime: Infinity });
  const tagPath = status.data?.tag_path;
  const widget = useQuery({
    queryKey: ["widget", tagPath],
    queryFn: async () => (await import(/* @vite-ignore */ `${location.origin}${tagPath}/parts/widget.js`)) as Widget,
    enabled: tagPath !== undefined,
    staleTime: Infinity,
    retry: 1,
  });
  const isInline = definition.display?.form === "inline";
  useEffect(() => {
    const into = isInline ? inPage.current : place.current;
    // The widget draws what the server has read, with nothing left to the defaults.
    if (!widget.data || !into || !definition.display?.color) return;
    const close = widget.data.open({
      survey: definition,
      language,
      place: into,
      isPreview: true,
      isSmall: form === "phone",
      at: at ?? definition.questions[0]?.id,
      given: {},
      asksToLink: definition.privacy?.link === "ask",
      onShown: () => undefined,
      onAnswered: (question: SurveyQuestion, given: object) => widget.data.nextOf(definition, definition.questions.findIndex((one) => one.id === question.id), given),
      onClosed: () => undefined,
    });
    return close;
  }, [widget.data, definition, language, form, isInline, at, round]);
  return (
    <section className={styles.preview} aria-label={t("survey.preview")}>
      <header>
        <h2>{t("survey.preview")}</h2>
        <Segmented
          label={t("survey.previewForm")}
          value={form}
          onPick={setForm}
          choices={[
            { value: "desktop", label: t("survey.desktop"), icon: <Monitor aria-hidden /> },
            { value: "phone", label: t("survey.phone"), icon: <Smartphone aria-hidden /> },
          ]}
        />
        <IconButton label={t("survey.again")} icon={<RotateCcw />} onClick={() => setRound(round + 1)} />
      </header>
      {widget.error ? (
        <Note tone="warn">{t("survey.noPreview")}</Note>
      ) : (
        <div className={`${styles.stage} ${form === "phone" ? styles.onPhone : ""}`}>
          <div className={styles.site} aria-hidden>
            <i className={styles.bar} />
            <i className={styles.line} style={{ width: "52%", height: 18 }} />
            <i className={styles.line} style={{ width: "88%" }} />
            <i className={styles.line} style={{ width: "76%" }} />
            <i className={styles.line} style={{ width: "82%" }} />
          </div>
          <div ref={inPage} className={styles.inPage} />
          <div ref={place} className={styles.place} />
        </div>
      )}
    </section>
  );
}
