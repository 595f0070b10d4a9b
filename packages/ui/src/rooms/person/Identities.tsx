// The identities that count for a person, why, and the ledger of every link, merge and split. A merge can be undone by a split.
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { Merge, Smartphone, Split, UserRound } from "lucide-react";
import { useState } from "react";
import { api } from "@/api/client.ts";
import type { LedgerEntry, PersonDetail, PersonIdentity } from "@/api/types.ts";
import { useSpeech } from "@/i18n/language.tsx";
import { tellError } from "@/shell/errors.ts";
import { RemoveDialog } from "@/shell/RemoveDialog.tsx";
import { useProject } from "@/shell/session.tsx";
import { Button, IconButton } from "@/ui/Button.tsx";
import { Card } from "@/ui/Page.tsx";
import { Dialog } from "@/ui/Panel.tsx";
import { OptionList } from "@/ui/OptionList.tsx";
import { Failure } from "@/ui/State.tsx";
import { useSettled } from "@/ui/useSettled.ts";
import { useToast } from "@/ui/Toast.tsx";
import styles from "./person.module.css";

export function Identities({ person }: { person: PersonDetail }) {
  const speech = useSpeech();
  const { t, format } = speech;
  const project = useProject();
    const client = useQueryClient();
  const toast = useToast();
  const navigate = useNavigate();
  const [merging, setMerging] = useState(false);
  const [splitting, setSplitting] = useState<PersonIdentity | null>(null);
  const ledger = useQuery({ queryKey: ["ledger", project.id, person.id], queryFn: ({ signal }) => api.ledger(project.id, person.id, signal), retry: false });
  const refresh = async () => {
    await Promise.all(["person", "ledger", "timeline", "people"].map((key) => client.invalidateQueries({ queryKey: [key, project.id] })));
  };
  const merge = useMutation({
    mutationFn: (from: string) => api.merge(project.id, person.id, from),
    onSuccess: async () => {
      setMerging(false);
      toast(t("toast.merged"));
      await refresh();
    },
  });
  const split = useMutation({
    mutationFn: (identity: PersonIdentity) => api.split(project.id, person.id, identity.id),
    onSuccess: async (_, identity) => {
      setSplitting(null);
      toast(t("toast.split"));
      await refresh();
      if (identity.id === person.id) void navigate({ to: "/p/$project/people", params: { project: String(project.id) }, search: { find: undefined } });
    },
  });
  const entries: LedgerEntry[] = ledger.data?.ledger ?? [];
  const mayChange = project.role !== "viewer";
  return (
    <Card
      title={t("identity.title")}
      aside={
        mayChange && (
          <Button size="small" icon={<Merge aria-hidden />} onClick={() => setMerging(true)}>
            {t("identity.merge")}
          </Button>
        )
      }
    >
      <ul className={styles.identities}>
        {person.identities.map((identity) => (
          <li key={identity.id}>
            {identity.kind === "device" ? <Smartphone aria-hidden /> : <UserRound aria-hidden />}
            <div>
              <code>{identity.id}</code>
              <small>
                {identity.linked_at
                  ? t(identity.by === "operator" ? "identity.byOperator" : "identity.byEvent", { kind: identity.kind, date: format.moment(identity.linked_at, project.timezone) })
                  : t("identity.own", { kind: identity.kind })}
              </small>
            </div>
            {mayChange && identity.linked_at && person.identities.length > 1 && <IconButton label={t("identity.splitNamed", { id: identity.id })} icon={<Split />} onClick={() => setSplitting(identity)} />}
          </li>
        ))}
      </ul>
      {entries.length > 0 && (
        <details className={styles.ledger}>
          <summary>{t("identity.ledger", { n: entries.length })}</summary>
          <ol>
            {entries.map((entry, index) => (
              <li key={index}>
                <time dateTime={entry.at}>{format.moment(entry.at, project.timezone)}</time>
                <span>{t("identity.ledgerLine", { action: entry.action, from: entry.from, to: entry.to ?? person.id, by: entry.by })}</span>
              </li>
            ))}
          </ol>
        </details>
      )}
      {merging && (
        <Dialog title={t("identity.mergeTitle", { id: person.id })} closeLabel={t("action.close")} onClose={() => setMerging(false)}>
          <p>{t("identity.mergeText")}</p>
          <PersonSearch besides={person.id} onPick={(from) => merge.mutate(from)} />
          {merge.error && <Failure {...tellError(merge.error, speech)} />}
        </Dialog>
      )}
      {splitting && (
        <RemoveDialog title={t("identity.splitNamed", { id: splitting.id })} action={t("identity.split")} remove={{ ...split, mutate: () => split.mutate(splitting) }} onClose={() => setSplitting(null)}>
          {t("identity.splitText")}
        </RemoveDialog>
      )}
    </Card>
  );
}

function PersonSearch({ besides, onPick }: { besides: string; onPick: (id: string) => void }) {
  const { t } = useSpeech();
  const project = useProject();
  const [text, setText] = useState("");
  const search = useSettled(text.trim(), 200);
  const query = useQuery({ queryKey: ["people", project.id, search, "merge"], queryFn: ({ signal }) => api.people(project.id, { search, limit: 20 }, signal) });
  return (
    <div className={styles.search}>
      <OptionList
        // What was found for another text is not offered: merging the wrong one is no small thing.
        options={(search === text.trim() ? (query.data?.people ?? []) : []).filter((person) => person.id !== besides).map((person) => ({ value: person.id, label: person.name ?? person.email ?? person.id, hint: person.id }))}
        placeholder={t("people.find")}
        empty={t("pick.nothing")}
        loading={query.isFetching}
        onSearch={setText}
        takeTyped={(typed) => t("pick.typed", { text: typed })}
        onPick={onPick}
      />
    </div>
  );
}
