// Inviting people: addresses as they are pasted, or somebody whom another screen shows.
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { UserPlus } from "lucide-react";
import { useState } from "react";
import { api } from "@/api/client.ts";
import type { Invited, InviteSource, NewPerson, Study } from "@/api/interview.ts";
import type { PersonDetail } from "@/api/types.ts";
import { useSpeech } from "@/i18n/language.tsx";
import { tellError } from "@/shell/errors.ts";
import { useProject } from "@/shell/session.tsx";
import { Button } from "@/ui/Button.tsx";
import { SelectField } from "@/ui/Field.tsx";
import { Dialog } from "@/ui/Panel.tsx";
import { Failure, Note, SkeletonRows } from "@/ui/State.tsx";
import { TextArea } from "./StudyEditor.tsx";
import { pastedPeople } from "./words.ts";
import styles from "./interview.module.css";

/** So many people of a cohort are looked at. */
const MOST_OF_COHORT = 200;
const AT_ONCE = 8;

/** Those of a cohort who have an address, as lines to paste, each with whom it is of. */
function useCohortAddresses() {
  const project = useProject();
  return useMutation({
    mutationFn: async (cohort: string) => {
      const { answer } = await api.cohortPeople(project.id, { cohort }, MOST_OF_COHORT);
      const ids = answer.people.map((one) => one.id).filter((id) => !id.startsWith("$device:"));
      const people: PersonDetail[] = [];
      for (let at = 0; at < ids.length; at += AT_ONCE) people.push(...(await Promise.all(ids.slice(at, at + AT_ONCE).map((id) => api.person(project.id, id)))));
      return { of: answer.count, reached: people.flatMap((person) => (person.email ? [{ email: person.email, name: person.name ?? "", id: person.id }] : [])) };
    },
  });
}

function useInvite(study: string, source: InviteSource) {
  const project = useProject();
  const client = useQueryClient();
  return useMutation({
    mutationFn: (people: NewPerson[]) => api.inviteToStudy(project.id, study, { people, source }),
    onSuccess: () => Promise.all([client.invalidateQueries({ queryKey: ["participants", project.id, study] }), client.invalidateQueries({ queryKey: ["studies", project.id] })]),
  });
}

function Outcome({ invited, study }: { invited: Invited; study: string }) {
  const { t, format } = useSpeech();
  const project = useProject();
  return (
    <>
      {invited.invited.length > 0 && <Note tone="good">{invited.sends_mail ? t("interview.lettersGo", { n: invited.invited.length }) : t("interview.lettersCopy", { n: invited.invited.length })}</Note>}
      {invited.invited.length > 0 && !invited.sends_mail && (
        <ul className={styles.plain}>
          {invited.invited.map((one) => (
            <li key={one.id}>
              <Link to="/p/$project/interviews/$study/$participant" params={{ project: String(project.id), study, participant: one.id }}>
                {one.email}
              </Link>
            </li>
          ))}
        </ul>
      )}
      {invited.known.length > 0 && <Note>{t("interview.known", { list: format.list(invited.known) })}</Note>}
      {invited.refused.length > 0 && <Note tone="warn">{t("interview.refused", { list: format.list(invited.refused.map((one) => one.email)) })}</Note>}
    </>
  );
}

export function PasteDialog({ study, onClose }: { study: Study; onClose: () => void }) {
  const speech = useSpeech();
  const { t } = speech;
  const [text, setText] = useState("");
  const [language, setLanguage] = useState<string>(speech.language);
  const project = useProject();
  const cohorts = useQuery({ queryKey: ["cohorts", project.id], queryFn: () => api.cohorts(project.id) });
  const [cohort, setCohort] = useState("");
  const addresses = useCohortAddresses();
  const invite = useInvite(study.id, addresses.data ? "cohort" : "pasted");
  const people = pastedPeople(text);
  const personOf = new Map((addresses.data?.reached ?? []).map((one) => [one.email.toLowerCase(), one.id]));
  const take = async (name: string): Promise<void> => {
    setCohort(name);
    if (name === "") return;
    const { reached } = await addresses.mutateAsync(name);
    setText(reached.map((one) => (one.name ? `${one.name.replaceAll(/[<>,;"]/g, " ")} <${one.email}>` : one.email)).join("\n"));
  };
  return (
    <Dialog
      title={t("interview.invite")}
      closeLabel={t("action.close")}
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>{invite.data ? t("action.close") : t("action.cancel")}</Button>
          {!invite.data && (
            <Button look="primary" disabled={people.length === 0} busy={invite.isPending} onClick={() => invite.mutate(people.map((one) => ({ ...one, language, person: personOf.get(one.email.toLowerCase()) ?? null })))}>
              {t("interview.inviteN", { n: people.length })}
            </Button>
          )}
        </>
      }
    >
      <div className={styles.fields}>
        {invite.data ? (
          <Outcome invited={invite.data} study={study.id} />
        ) : (
          <>
            <TextArea label={t("interview.addresses")} hint={t("interview.addressesHint")} value={text} onChange={setText} rows={6} />
            {(cohorts.data?.cohorts.length ?? 0) > 0 && (
              <SelectField
                label={t("interview.fromCohort")}
                hint={t("interview.fromCohortHint", { n: MOST_OF_COHORT })}
                value={cohort}
                disabled={addresses.isPending}
                onPick={(name) => void take(name)}
                choices={[{ value: "", label: t("interview.noCohort") }, ...(cohorts.data?.cohorts ?? []).map((one) => ({ value: one.name, label: one.name }))]}
              />
            )}
            {addresses.data && <Note>{t("interview.cohortReached", { reached: addresses.data.reached.length, of: addresses.data.of })}</Note>}
            {addresses.error && <Failure {...tellError(addresses.error, speech)} />}
            <LetterLanguage value={language} onPick={setLanguage} />
          </>
        )}
        {invite.error && <Failure {...tellError(invite.error, speech)} />}
      </div>
    </Dialog>
  );
}

function LetterLanguage({ value, onPick }: { value: string; onPick: (language: string) => void }) {
  const { t } = useSpeech();
  return (
    <SelectField
      label={t("interview.letterLanguage")}
      value={value}
      onPick={onPick}
      choices={[
        { value: "en", label: "English" },
        { value: "fr", label: "Français" },
      ]}
    />
  );
}

/** A button beside somebody whose address is known: it asks to which study. */
export function InviteButton({ person, source }: { person: NewPerson; source: InviteSource }) {
  const { t } = useSpeech();
  const project = useProject();
  const [isAsking, setAsking] = useState(false);
  if (project.role === "viewer") return null;
  return (
    <>
      <Button size="small" icon={<UserPlus aria-hidden />} onClick={() => setAsking(true)}>
        {t("interview.inviteOne")}
      </Button>
      {isAsking && <PickStudy person={person} source={source} onClose={() => setAsking(false)} />}
    </>
  );
}

function PickStudy({ person, source, onClose }: { person: NewPerson; source: InviteSource; onClose: () => void }) {
  const speech = useSpeech();
  const { t } = speech;
  const project = useProject();
  const list = useQuery({ queryKey: ["studies", project.id], queryFn: () => api.studies(project.id) });
  const studies = (list.data?.studies ?? []).filter((study) => study.status !== "closed");
  const [picked, setPicked] = useState("");
  const [language, setLanguage] = useState<string>(speech.language);
  const study = picked || (studies[0]?.id ?? "");
  const invite = useInvite(study, source);
  return (
    <Dialog
      title={t("interview.inviteWho", { email: person.email })}
      closeLabel={t("action.close")}
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>{invite.data ? t("action.close") : t("action.cancel")}</Button>
          {!invite.data && studies.length > 0 && (
            <Button look="primary" busy={invite.isPending} onClick={() => invite.mutate([{ ...person, language }])}>
              {t("interview.inviteN", { n: 1 })}
            </Button>
          )}
        </>
      }
    >
      <div className={styles.fields}>
        {list.isPending && <SkeletonRows rows={2} />}
        {list.error && <Failure {...tellError(list.error, speech)} />}
        {list.data && studies.length === 0 && (
          <p>
            {t("interview.noStudyYet")}{" "}
            <Link to="/p/$project/interviews/$study" params={{ project: String(project.id), study: "new" }} search={{}}>
              {t("interview.create")}
            </Link>
          </p>
        )}
        {studies.length > 0 && !invite.data && (
          <>
            <SelectField label={t("interview.toWhich")} value={study} onPick={setPicked} choices={studies.map((one) => ({ value: one.id, label: one.title }))} />
            <LetterLanguage value={language} onPick={setLanguage} />
          </>
        )}
        {invite.data && <Outcome invited={invite.data} study={study} />}
        {invite.error && <Failure {...tellError(invite.error, speech)} />}
      </div>
    </Dialog>
  );
}
