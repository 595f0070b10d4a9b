// What is behind a number: the people, and their recordings. One component, opened by every cell of every answer.
import { useMutation, useQuery } from "@tanstack/react-query";
import { Download } from "lucide-react";
import { lazy, Suspense, useState } from "react";
import { api } from "@/api/client.ts";
import type { Cell } from "@/api/types.ts";
import { useSpeech } from "@/i18n/language.tsx";
import type { Question } from "@/question/question.ts";
import { actorCount, actorWords } from "@/question/words.ts";
import { tellError } from "@/shell/errors.ts";
import { useProject } from "@/shell/session.tsx";
import { moveWithArrows } from "@/ui/arrowKeys.ts";
import { Button } from "@/ui/Button.tsx";
import { SidePanel } from "@/ui/Panel.tsx";
import { Failure, SkeletonRows } from "@/ui/State.tsx";
import { saveCsv } from "./export.ts";
import { namesOf } from "./peopleNames.ts";
import { deviceId, PersonRow, PlainRow } from "./PeopleRows.tsx";
import { SaveCohort } from "./SaveCohort.tsx";
import styles from "./PeoplePanel.module.css";

const RecordingsTab = lazy(() => import("@/rooms/recording/RecordingsTab.tsx").then(({ RecordingsTab: tab }) => ({ default: tab })));

const SHOWN_PEOPLE = 200;
/** The export holds everybody, up to what a spreadsheet opens without pain. */
const EXPORTED_PEOPLE = 100_000;

export function PeoplePanel({ question, cell, title, onClose }: { question: Question; cell: Cell; title: string; onClose: () => void }) {
  const speech = useSpeech();
  const { t } = speech;
  const project = useProject();
  const [tab, setTab] = useState<"people" | "recordings">("people");
  const { data, error, isPending } = useQuery({
    queryKey: ["behind", project.id, question, cell],
    queryFn: ({ signal }) => api.peopleBehind(project.id, question, cell, SHOWN_PEOPLE, signal),
    staleTime: 60_000,
    retry: false,
  });
  const answer = data?.answer;
  const { actor } = actorWords(question.actor);
  const save = useMutation({
    mutationFn: async () => {
      const { people } = (await api.peopleBehind(project.id, question, cell, EXPORTED_PEOPLE)).answer;
      return { people, names: actor === "person" ? await namesOf(project.id, people.map((person) => person.id)) : null };
    },
    onSuccess: ({ people, names }) => {
      const head = [t("people.id"), ...(names ? [t("property.name"), t("property.email")] : []), t("people.times")];
      const rows = people.map((person) => {
        const named = names?.get(person.id);
        return [person.id, ...(names ? [named?.name ?? "", named?.email ?? ""] : []), (person.times ?? []).filter(Boolean).join(" ")];
      });
      saveCsv(title, [head, ...rows]);
    },
  });
  return (
    <SidePanel
      title={title}
      closeLabel={t("action.close")}
      onClose={onClose}
      footer={
        tab === "people" && answer && answer.people.length > 0 ? (
          <>
            {/* A cohort is of people: devices and groups cannot be kept as one. */}
            {actor === "person" && <SaveCohort question={question} cell={cell} offered={title} />}
            <Button icon={<Download aria-hidden />} busy={save.isPending} onClick={() => save.mutate()}>
              {t("panel.export")}
            </Button>
          </>
        ) : undefined
      }
    >
      <div className={styles.tabs} role="tablist" aria-label={title}>
        {(["people", "recordings"] as const).map((one) => (
          <button key={one} type="button" role="tab" aria-selected={tab === one} onClick={() => setTab(one)}>
            {one === "people" ? t("room.people") : t("room.recording")}
          </button>
        ))}
      </div>
      {tab === "recordings" ? (
        <Suspense fallback={null}>
          <RecordingsTab question={question} cell={cell} />
        </Suspense>
      ) : (
        <>
          {isPending && !error && (
            <div className={styles.waiting}>
              <SkeletonRows rows={10} />
            </div>
          )}
          {save.error && (
            <div className={styles.waiting}>
              <Failure {...tellError(save.error, speech)} />
            </div>
          )}
          {error && (
            <div className={styles.waiting}>
              <Failure {...tellError(error, speech)} />
            </div>
          )}
          {answer && (
            <>
              <p className={styles.count}>
                <strong>{answer.count === 0 ? t("panel.none") : actorCount(answer.count, question.actor, speech)}</strong>
                {answer.count > answer.people.length && answer.people.length > 0 && <span>{t("panel.firstShown", { n: answer.people.length })}</span>}
              </p>
              <ul className={styles.list} onKeyDown={moveWithArrows}>
                {answer.people.map((person, index) => {
                  const key = `${person.id} ${index}`;
                  if (actor === "person") return <PersonRow key={key} person={person} />;
                  return <PlainRow key={key} person={person} link={actor === "device" ? deviceId(person.id) : null} />;
                })}
              </ul>
              {answer.count === 0 && <p className={styles.none}>{t("panel.nobody")}</p>}
            </>
          )}
        </>
      )}
    </SidePanel>
  );
}
