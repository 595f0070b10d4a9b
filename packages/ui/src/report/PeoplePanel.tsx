// The people behind a number. One component, opened by every cell of every answer.
import { useMutation, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Download } from "lucide-react";
import { api } from "@/api/client.ts";
import type { Cell } from "@/api/types.ts";
import { useSpeech } from "@/i18n/language.tsx";
import type { Question } from "@/question/question.ts";
import { tellError } from "@/shell/errors.ts";
import { useProject } from "@/shell/session.tsx";
import { moveWithArrows } from "@/ui/arrowKeys.ts";
import { Button } from "@/ui/Button.tsx";
import { SidePanel } from "@/ui/Panel.tsx";
import { Failure, SkeletonRows } from "@/ui/State.tsx";
import { saveCsv } from "./export.ts";
import styles from "./PeoplePanel.module.css";

const SHOWN_PEOPLE = 200;
/** The export holds everybody, up to what a spreadsheet opens without pain. */
const EXPORTED_PEOPLE = 100_000;

export function PeoplePanel({ question, cell, title, onClose }: { question: Question; cell: Cell; title: string; onClose: () => void }) {
  const speech = useSpeech();
  const { t, format } = speech;
  const project = useProject();
  const { data, error, isPending } = useQuery({
    queryKey: ["behind", project.id, question, cell],
    queryFn: ({ signal }) => api.peopleBehind(project.id, question, cell, SHOWN_PEOPLE, signal),
    staleTime: 60_000,
    retry: false,
  });
  const answer = data?.answer;
  const save = useMutation({
    mutationFn: () => api.peopleBehind(project.id, question, cell, EXPORTED_PEOPLE),
    onSuccess: (all) => saveCsv(title, [[t("people.id"), t("people.times")], ...all.answer.people.map((person) => [person.id, (person.times ?? []).filter(Boolean).join(" ")])]),
  });
  return (
    <SidePanel
      title={title}
      closeLabel={t("action.close")}
      onClose={onClose}
      footer={
        answer && answer.people.length > 0 ? (
          <Button icon={<Download aria-hidden />} busy={save.isPending} onClick={() => save.mutate()}>
            {t("action.exportCsv")}
          </Button>
        ) : undefined
      }
    >
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
            <strong>{t("panel.count", { n: answer.count, shown: format.number(answer.count) })}</strong>
            {answer.count > answer.people.length && answer.people.length > 0 && <span>{t("panel.firstShown", { n: answer.people.length })}</span>}
          </p>
          <ul className={styles.list} onKeyDown={moveWithArrows}>
            {answer.people.map((person, index) => {
              const times = (person.times ?? []).filter((time): time is string => time !== null);
              return (
                <li key={`${person.id} ${index}`}>
                  <Link to="/p/$project/people/$person" params={{ project: String(project.id), person: person.id }} data-row>
                    <span className={styles.id}>{person.id}</span>
                    {times.length > 0 && (
                      <span className={styles.when}>
                        {format.moment(times[0] as string, project.timezone)}
                        {times.length > 1 && ` → +${format.duration((Date.parse(times.at(-1) as string) - Date.parse(times[0] as string)) / 1000)}`}
                      </span>
                    )}
                  </Link>
                </li>
              );
            })}
          </ul>
          {answer.count === 0 && <p className={styles.none}>{t("panel.nobody")}</p>}
        </>
      )}
    </SidePanel>
  );
}
