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
import { exportPeople } from "./exportPeople.ts";
import { deviceId, PersonRow, PlainRow } from "./PeopleRows.tsx";
import type { CellPart } from "./room.ts";
import { SaveCohort } from "./SaveCohort.tsx";
import styles from "./PeoplePanel.module.css";

const RecordingsTab = lazy(() => import("@/rooms/recording/RecordingsTab.tsx").then(({ RecordingsTab: tab }) => ({ default: tab })));

const SHOWN_PEOPLE = 200;

interface PeoplePanelProps {
  question: Question;
  cell: Cell;
  title: string;
  /** What the number is made of, where it has no people of its own: one of them is the open cell. */
  parts?: CellPart[];
  onPart?: (cell: Cell) => void;
  onClose: () => void;
}

export function PeoplePanel({ question, cell, title, parts = [], onPart, onClose }: PeoplePanelProps) {
  const speech = useSpeech();
  const { t, format } = speech;
  const project = useProject();
  const [tab, setTab] = useState<"people" | "recordings">("people");
  const { data, error, isPending } = useQuery({
    queryKey: ["behind", project.id, question, cell],
    queryFn: ({ signal }) => api.peopleBehind(project.id, question, cell, { limit: SHOWN_PEOPLE }, signal),
    staleTime: 60_000,
    retry: false,
  });
  const answer = data?.answer;
  const { actor } = actorWords(question.actor);
  const [written, setWritten] = useState<string | null>(null);
  const part = parts.find((one) => JSON.stringify(one.at) === JSON.stringify(cell));
  const named = part ? `${title} · ${part.name}` : title;
  const save = useMutation({
    mutationFn: () =>
      exportPeople({
        project: project.id,
        question,
        cell,
        title: named,
        ofPersons: actor === "person",
        words: { id: t("people.id"), name: t("property.name"), email: t("property.email"), times: t("people.times") },
        onProgress: (done, count) => setWritten(format.percent(done / count, 0)),
      }),
    onSettled: () => setWritten(null),
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
            {actor === "person" && <SaveCohort question={question} cell={cell} offered={named} />}
            <Button icon={<Download aria-hidden />} busy={save.isPending} onClick={() => save.mutate()}>
              {written === null ? t("panel.export") : t("panel.exporting", { share: written })}
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
      {parts.length > 0 && onPart && (
        <div className={styles.parts}>
          <p>{t("panel.formula", { n: parts.length })}</p>
          {parts.length > 1 && (
            <ul>
              {parts.map((one) => (
                <li key={one.name}>
                  <button type="button" aria-pressed={one === part} onClick={() => onPart(one.at)}>
                    {one.name}
                  </button>
                </li>
              ))}
            </ul>
          )}
        </div>
      )}
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
                {answer.counted !== undefined && answer.counted > answer.count && <span>{t("panel.counted", { n: answer.counted, shown: format.number(answer.counted) })}</span>}
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
