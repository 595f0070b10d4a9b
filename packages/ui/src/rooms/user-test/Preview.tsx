// The test as a participant meets it: the real bar, the one that the tag loads, in a page drawn around it.
import { useQuery } from "@tanstack/react-query";
import { Monitor, Smartphone } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { api } from "@/api/client.ts";
import { useSpeech } from "@/i18n/language.tsx";
import surveys from "@/rooms/survey/survey.module.css";
import { InlineSelect, Segmented } from "@/ui/Field.tsx";
import { Note } from "@/ui/State.tsx";
import type { TestDefinition } from "./definition.ts";

type View = "welcome" | "task" | "running" | "end";

interface TestPart {
  preview(options: object): () => void;
}

export function Preview({ definition, language, task }: { definition: TestDefinition; language: string; task: number | null }) {
  const { t } = useSpeech();
  const [form, setForm] = useState<"desktop" | "phone">("desktop");
  const [picked, setView] = useState<View>("welcome");
  const place = useRef<HTMLDivElement>(null);
  const status = useQuery({ queryKey: ["status"], queryFn: api.status, staleTime: Infinity });
  const tagPath = status.data?.tag_path;
  const part = useQuery({
    queryKey: ["testPart", tagPath],
    queryFn: async () => (await import(/* @vite-ignore */ `${location.origin}${tagPath}/parts/test.js`)) as TestPart,
    enabled: tagPath !== undefined,
    staleTime: Infinity,
    retry: 1,
  });
  // Who writes a task sees the task.
  useEffect(() => setView(task === null ? "welcome" : "task"), [task]);
  useEffect(() => {
    if (!part.data || !place.current || !definition.tasks?.length) return;
    return part.data.preview({ test: definition, language, place: place.current, isSmall: form === "phone", view: picked, task: Math.min(task ?? 0, definition.tasks.length - 1) });
  }, [part.data, definition, language, form, picked, task]);
  return (
    <section className={surveys.preview} aria-label={t("survey.preview")}>
      <header>
        <h2>{t("survey.preview")}</h2>
        <InlineSelect
          label={t("userTest.previewView")}
          value={picked}
          onPick={setView}
          choices={[
            { value: "welcome", label: t("userTest.view.welcome") },
            { value: "task", label: t("userTest.view.task") },
            { value: "running", label: t("userTest.view.running") },
            { value: "end", label: t("userTest.view.end") },
          ]}
        />
        <Segmented
          label={t("survey.previewForm")}
          value={form}
          onPick={setForm}
          choices={[
            { value: "desktop", label: t("survey.desktop"), icon: <Monitor aria-hidden /> },
            { value: "phone", label: t("survey.phone"), icon: <Smartphone aria-hidden /> },
          ]}
        />
      </header>
      {part.error ? (
        <Note tone="warn">{t("survey.noPreview")}</Note>
      ) : (
        <div className={`${surveys.stage} ${form === "phone" ? surveys.onPhone : ""}`}>
          <div className={surveys.site} aria-hidden>
            <i className={surveys.bar} />
            <i className={surveys.line} style={{ width: "52%", height: 18 }} />
            <i className={surveys.line} style={{ width: "88%" }} />
            <i className={surveys.line} style={{ width: "76%" }} />
            <i className={surveys.line} style={{ width: "82%" }} />
          </div>
          <div ref={place} className={surveys.place} />
        </div>
      )}
    </section>
  );
}
