// One cohort: its conditions, how many people they find right now and the first of them, and where it is kept.
import { keepPreviousData, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { Activity, ArrowLeft, Save, Video } from "lucide-react";
import { useState } from "react";
import { api } from "@/api/client.ts";
import type { Cohort } from "@/api/types.ts";
import { useSpeech } from "@/i18n/language.tsx";
import { askable, type Definition } from "@/question/definition.ts";
import { actorCount } from "@/question/words.ts";
import { PersonRow } from "@/report/PeopleRows.tsx";
import panel from "@/report/PeoplePanel.module.css";
import { tellError } from "@/shell/errors.ts";
import { useProject } from "@/shell/session.tsx";
import { Button } from "@/ui/Button.tsx";
import { Check, TextField } from "@/ui/Field.tsx";
import { Card, useDocumentTitle } from "@/ui/Page.tsx";
import { Failure, Note, SkeletonRows } from "@/ui/State.tsx";
import { useToast } from "@/ui/Toast.tsx";
import { ofCohort } from "../recording/question.ts";
import { DefinitionEditor } from "./DefinitionEditor.tsx";
import { definitionName } from "./definitionWords.ts";
import styles from "./cohort.module.css";

const SHOWN_PEOPLE = 50;
const EMPTY: Definition = { all: [] };

export function CohortRoom() {
  const speech = useSpeech();
  const project = useProject();
  const { cohort: id } = useParams({ from: "/signed-in/p/$project/cohorts/$cohort" });
  const saved = useQuery({ queryKey: ["cohort", project.id, id], queryFn: () => api.cohort(project.id, id), enabled: id !== "new", retry: false });
  if (id !== "new" && saved.isPending) return <SkeletonRows rows={8} />;
  if (saved.error) return <Failure {...tellError(saved.error, speech)} />;
  return <CohortForm key={id} saved={saved.data ?? null} />;
}

function CohortForm({ saved }: { saved: Cohort | null }) {
  const speech = useSpeech();
  const { t } = speech;
  const project = useProject();
  const client = useQueryClient();
  const navigate = useNavigate();
  const toast = useToast();
  const search = useSearch({ from: "/signed-in/p/$project/cohorts/$cohort" });
  // What is being built lives in the address, like a question.
  const definition = (search.q as Definition | undefined) ?? saved?.definition ?? EMPTY;
  const [name, setName] = useState(saved?.name ?? "");
  const [description, setDescription] = useState(saved?.description ?? "");
  const [frozen, setFrozen] = useState(false);
  const asked = askable(definition);
  useDocumentTitle(saved?.name ?? t("cohort.new"));
  const params = { project: String(project.id) };
  const save = useMutation({
    mutationFn: () => {
      const body = { name: name.trim(), description: description.trim(), definition: asked ?? EMPTY, ...(frozen ? { frozen } : {}) };
      return saved ? api.changeCohort(project.id, saved.id, body) : api.createCohort(project.id, body);
    },
    onSuccess: async (cohort) => {
      await client.invalidateQueries({ queryKey: ["cohorts", project.id] });
      await client.invalidateQueries({ queryKey: ["cohort", project.id, cohort.id] });
      toast(t("toast.saved"));
      void navigate({ to: "/p/$project/cohorts/$cohort", params: { ...params, cohort: cohort.id }, search: {} });
    },
  });
  const mayChange = project.role !== "viewer";
  return (
    <div className={styles.room}>
      <Link to="/p/$project/cohorts" params={params} className={styles.back}>
        <ArrowLeft aria-hidden />
        {t("room.cohort")}
      </Link>
      <header className={styles.head}>
        <h1>{saved?.name ?? t("cohort.new")}</h1>
        {saved && (
          <div className={styles.ways}>
            <Button icon={<Video aria-hidden />} onClick={() => void navigate({ to: "/p/$project/recordings", params, search: { q: ofCohort(saved.name) } })}>
              {t("room.recording")}
            </Button>
            <Button
              icon={<Activity aria-hidden />}
              onClick={() =>
                void navigate({
                  to: "/p/$project/trends",
                  params,
                  search: { q: { kind: "trend", series: [{ select: { event: null }, measure: "unique" }], range: { last: 30, unit: "day" }, interval: "day", filter: { cohort: saved.name } } },
                })
              }
            >
              {t("cohort.asTrend")}
            </Button>
          </div>
        )}
      </header>
      <p className={styles.sentence}>{asked ? t("cohort.sentence", { definition: definitionName(asked, speech) }) : t("cohort.answers")}</p>
      <div className={styles.sides}>
        <div className={styles.main}>
          <Card title={t("cohort.conditions")}>
            <DefinitionEditor definition={definition} onChange={(next) => void navigate({ to: ".", search: { q: next }, replace: true, resetScroll: false })} />
          </Card>
          {mayChange && (
            <Card title={t("action.save")}>
              <form
                className={styles.form}
                onSubmit={(event) => {
                  event.preventDefault();
                  if (name.trim() !== "" && asked) save.mutate();
                }}
              >
                <TextField label={t("cohort.column.name")} value={name} required maxLength={200} onChange={(event) => setName(event.target.value)} />
                <TextField label={t("cohort.description")} value={description} maxLength={2000} onChange={(event) => setDescription(event.target.value)} />
                <Check label={t("cohort.freeze")} checked={frozen} onChange={setFrozen} />
                <div>
                  <Button look="primary" type="submit" icon={<Save aria-hidden />} busy={save.isPending} disabled={name.trim() === "" || asked === null}>
                    {t("action.save")}
                  </Button>
                </div>
                {save.error && <Failure {...tellError(save.error, speech)} />}
              </form>
            </Card>
          )}
        </div>
        <Card title={t("cohort.now")} flush>
          <Found definition={asked} />
        </Card>
      </div>
    </div>
  );
}

/** Who belongs to it now; counted anew at each change. */
function Found({ definition }: { definition: Definition | null }) {
  const speech = useSpeech();
  const { t } = speech;
  const project = useProject();
  const { data, error, isFetching } = useQuery({
    queryKey: ["cohortPeople", project.id, definition],
    queryFn: ({ signal }) => api.cohortPeople(project.id, definition ?? EMPTY, SHOWN_PEOPLE, signal),
    enabled: definition !== null,
    placeholderData: keepPreviousData,
    retry: false,
  });
  if (definition === null) return <p className={styles.pad}>{t("cohort.addFirst")}</p>;
  if (error) {
    return (
      <div className={styles.pad}>
        <Failure {...tellError(error, speech)} />
      </div>
    );
  }
  if (!data) {
    return (
      <div className={styles.pad}>
        <SkeletonRows rows={8} />
      </div>
    );
  }
  const { answer, explain } = data;
  return (
    <div aria-busy={isFetching} data-busy={isFetching || undefined} className={styles.found}>
      <p className={panel.count}>
        <strong>{answer.count === 0 ? t("panel.none") : actorCount(answer.count, undefined, speech)}</strong>
        {answer.count > answer.people.length && <span>{t("panel.firstShown", { n: answer.people.length })}</span>}
      </p>
      {explain.notes.map((note) => (
        <div key={note} className={styles.pad}>
          <Note tone="warn">{note}</Note>
        </div>
      ))}
      <ul className={panel.list}>
        {answer.people.map((person) => (
          <PersonRow key={person.id} person={person} />
        ))}
      </ul>
    </div>
  );
}
