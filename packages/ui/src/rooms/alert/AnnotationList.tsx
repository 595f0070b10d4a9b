// What happened, beside the figures: written down by people, or told by whoever releases.
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Pencil, Plus, Rocket, StickyNote, Trash2 } from "lucide-react";
import { useState } from "react";
import { api } from "@/api/client.ts";
import type { Annotation } from "@/api/alert.ts";
import { useSpeech } from "@/i18n/language.tsx";
import { annotationsKey } from "@/report/annotations.tsx";
import { tellError } from "@/shell/errors.ts";
import { RemoveDialog } from "@/shell/RemoveDialog.tsx";
import { useProject } from "@/shell/session.tsx";
import { Button, IconButton } from "@/ui/Button.tsx";
import { SelectField, TextField } from "@/ui/Field.tsx";
import { Card } from "@/ui/Page.tsx";
import { Dialog } from "@/ui/Panel.tsx";
import { Empty, Failure, SkeletonRows } from "@/ui/State.tsx";
import table from "@/ui/table.module.css";
import { useToast } from "@/ui/Toast.tsx";
import styles from "./alert.module.css";

export function AnnotationList() {
  const speech = useSpeech();
  const { t } = speech;
  const project = useProject();
  const list = useQuery({ queryKey: annotationsKey(project.id), queryFn: () => api.annotations(project.id) });
  if (list.error) return <Failure {...tellError(list.error, speech)} />;
  if (list.isPending) return <SkeletonRows rows={4} />;
  const { annotations } = list.data;
  return (
    <>
      {annotations.length === 0 ? (
        <Empty title={t("annotation.none")} text={t("annotation.answers")} />
      ) : (
        <Card flush>
          <div className={table.wrap} tabIndex={0} role="region" aria-label={t("annotation.title")}>
            <table className={table.table}>
              <thead>
                <tr>
                  <th scope="col">{t("annotation.column.text")}</th>
                  <th scope="col">{t("annotation.column.at")}</th>
                  <th scope="col">{t("annotation.column.by")}</th>
                  {project.role !== "viewer" && <th scope="col" aria-label={t("action.moreActions")} />}
                </tr>
              </thead>
              <tbody>
                {annotations.toReversed().map((one) => (
                  <Row key={one.id} one={one} />
                ))}
              </tbody>
            </table>
          </div>
        </Card>
      )}
      <p className={styles.quiet}>{t("annotation.byApi")}</p>
      <pre className={styles.code}>{`curl -X POST ${window.location.origin}/api/projects/${project.id}/annotations \\\n  -H 'Authorization: Bearer API_KEY' -H 'Content-Type: application/json' \\\n  -d '{"kind": "release", "text": "1.4.2"}'`}</pre>
    </>
  );
}

function Row({ one }: { one: Annotation }) {
  const speech = useSpeech();
  const { t, format } = speech;
  const project = useProject();
  const client = useQueryClient();
  const toast = useToast();
  const [doing, setDoing] = useState<"edit" | "remove" | null>(null);
  const remove = useMutation({
    mutationFn: () => api.removeAnnotation(project.id, one.id),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: annotationsKey(project.id) });
      toast(t("toast.removed"));
      setDoing(null);
    },
  });
  return (
    <tr>
      <th scope="row">
        <span className={styles.happened} title={t(`annotation.kind.${one.kind}`)}>
          {one.kind === "release" ? <Rocket aria-label={t("annotation.kind.release")} role="img" /> : <StickyNote aria-hidden />}
          {one.text}
        </span>
      </th>
      <td>{format.moment(one.at, project.timezone)}</td>
      <td>{one.created_by}</td>
      {project.role !== "viewer" && (
        <td className={styles.rowActions}>
          <IconButton label={t("annotation.editNamed", { name: one.text })} icon={<Pencil />} onClick={() => setDoing("edit")} />
          <IconButton label={t("action.removeNamed", { name: one.text })} icon={<Trash2 />} onClick={() => setDoing("remove")} />
          {doing === "edit" && <Edit one={one} onClose={() => setDoing(null)} />}
          {doing === "remove" && (
            <RemoveDialog title={t("annotation.removeTitle", { name: one.text })} remove={remove} onClose={() => setDoing(null)}>
              {t("annotation.removeText")}
            </RemoveDialog>
          )}
        </td>
      )}
    </tr>
  );
}

export function NewAnnotation() {
  const { t } = useSpeech();
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <Button look="primary" icon={<Plus aria-hidden />} onClick={() => setOpen(true)}>
        {t("annotation.create")}
      </Button>
      {isOpen && <Edit one={null} onClose={() => setOpen(false)} />}
    </>
  );
}

function Edit({ one, onClose }: { one: Annotation | null; onClose: () => void }) {
  const speech = useSpeech();
  const { t } = speech;
  const project = useProject();
  const client = useQueryClient();
  const toast = useToast();
  const [text, setText] = useState(one?.text ?? "");
  const [at, setAt] = useState(localOf(one ? new Date(one.at) : new Date()));
  const [kind, setKind] = useState<Annotation["kind"]>(one?.kind ?? "note");
  const save = useMutation({
    mutationFn: () => {
      const body = { text, at: new Date(at).toISOString() };
      return one ? api.changeAnnotation(project.id, one.id, body) : api.createAnnotation(project.id, { ...body, kind });
    },
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: annotationsKey(project.id) });
      toast(t("toast.saved"));
      onClose();
    },
  });
  return (
    <Dialog
      title={one ? t("annotation.edit") : t("annotation.create")}
      closeLabel={t("action.close")}
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>{t("action.cancel")}</Button>
          <Button look="primary" busy={save.isPending} disabled={text.trim() === "" || Number.isNaN(new Date(at).getTime())} onClick={() => save.mutate()}>
            {t("action.save")}
          </Button>
        </>
      }
    >
      <div className={styles.stack}>
        <TextField label={t("annotation.text")} value={text} autoFocus maxLength={500} placeholder={t("annotation.example")} onChange={(event) => setText(event.target.value)} />
        <TextField label={t("annotation.at")} type="datetime-local" value={at} onChange={(event) => setAt(event.target.value)} />
        {!one && (
          <SelectField
            label={t("annotation.kind")}
            choices={[
              { value: "note", label: t("annotation.kind.note") },
              { value: "release", label: t("annotation.kind.release") },
            ]}
            value={kind}
            onPick={setKind}
          />
        )}
        {save.error && <Failure {...tellError(save.error, speech)} />}
      </div>
    </Dialog>
  );
}

/** As a field of a browser takes it, on the clock of whoever sits before it. */
function localOf(at: Date): string {
  const two = (n: number): string => String(n).padStart(2, "0");
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}T${two(at.getHours())}:${two(at.getMinutes())}`;
}
