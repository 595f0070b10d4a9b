// Keys for scripts and servers. A secret is shown once, when the key is made.
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Copy, Plus, Trash2 } from "lucide-react";
import { useState } from "react";
import { api } from "@/api/client.ts";
import type { ApiKey, KeyScope } from "@/api/types.ts";
import { useSpeech } from "@/i18n/language.tsx";
import { tellError } from "@/shell/errors.ts";
import { RemoveDialog } from "@/shell/RemoveDialog.tsx";
import { useProject } from "@/shell/session.tsx";
import { Button, IconButton } from "@/ui/Button.tsx";
import { copyText } from "@/ui/browser.ts";
import { Check, TextField } from "@/ui/Field.tsx";
import { Card } from "@/ui/Page.tsx";
import { Dialog } from "@/ui/Panel.tsx";
import { Empty, Failure, Note, SkeletonRows } from "@/ui/State.tsx";
import table from "@/ui/table.module.css";
import { useToast } from "@/ui/Toast.tsx";
import styles from "./Settings.module.css";

const SCOPES: KeyScope[] = ["read", "write", "admin"];

export function KeySettings() {
  const speech = useSpeech();
  const { t, format } = speech;
  const project = useProject();
  const client = useQueryClient();
  const toast = useToast();
  const keys = useQuery({ queryKey: ["keys", project.id], queryFn: () => api.keys(project.id) });
  const [making, setMaking] = useState(false);
  const [name, setName] = useState("");
  const [scopes, setScopes] = useState<KeyScope[]>(["read"]);
  const [removing, setRemoving] = useState<ApiKey | null>(null);
  const refresh = () => client.invalidateQueries({ queryKey: ["keys", project.id] });
  const create = useMutation({ mutationFn: () => api.createKey(project.id, { name: name.trim(), scopes }), onSuccess: refresh });
  const remove = useMutation({
    mutationFn: (key: ApiKey) => api.removeKey(project.id, key.id),
    onSuccess: async () => {
      setRemoving(null);
      toast(t("toast.removed"));
      await refresh();
    },
  });
  const close = () => {
    setMaking(false);
    setName("");
    create.reset();
  };
  return (
    <Card
      title={t("settings.keys")}
      flush
      aside={
        project.role === "admin" && (
          <Button size="small" look="primary" icon={<Plus aria-hidden />} onClick={() => setMaking(true)}>
            {t("keys.create")}
          </Button>
        )
      }
    >
      {keys.isPending && <SkeletonRows rows={3} />}
      {keys.error && <Failure {...tellError(keys.error, speech)} />}
      {keys.data?.keys.length === 0 && <Empty title={t("keys.none")} text={t("keys.noneText")} />}
      {keys.data && keys.data.keys.length > 0 && (
        <div className={table.wrap}>
          <table className={table.table}>
            <thead>
              <tr>
                <th scope="col">{t("keys.name")}</th>
                <th scope="col">{t("keys.scopes")}</th>
                <th scope="col">{t("keys.createdAt")}</th>
                <th scope="col">{t("keys.lastUsed")}</th>
                <th aria-label={t("action.remove")} />
              </tr>
            </thead>
            <tbody>
              {keys.data.keys.map((key) => (
                <tr key={key.id}>
                  <th scope="row">{key.name}</th>
                  <td>{SCOPES.filter((scope) => key.scopes.includes(scope)).map((scope) => t(`scope.${scope}`)).join(", ")}</td>
                  <td>{format.date(key.created_at, project.timezone)}</td>
                  <td>{key.last_used_at ? format.ago(key.last_used_at, Date.now()) : t("keys.never")}</td>
                  <td className={table.number}>
                    {project.role === "admin" && <IconButton label={t("action.removeNamed", { name: key.name })} icon={<Trash2 />} onClick={() => setRemoving(key)} />}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {making && (
        <Dialog
          title={t("keys.create")}
          closeLabel={t("action.close")}
          onClose={close}
          footer={
            create.data ? (
              <Button look="primary" onClick={close}>
                {t("action.done")}
              </Button>
            ) : (
              <>
                <Button onClick={close}>{t("action.cancel")}</Button>
                <Button look="primary" busy={create.isPending} disabled={name.trim() === "" || scopes.length === 0} onClick={() => create.mutate()}>
                  {t("keys.create")}
                </Button>
              </>
            )
          }
        >
          {create.data ? (
            <>
              <Note tone="warn">{t("keys.onceOnly")}</Note>
              <div className={styles.secret}>
                <code>{create.data.secret}</code>
                <Button size="small" icon={<Copy aria-hidden />} onClick={() => void copyText(create.data.secret).then((done) => toast(done ? t("toast.copied") : t("toast.notCopied")))}>
                  {t("action.copy")}
                </Button>
              </div>
            </>
          ) : (
            <>
              <TextField label={t("keys.name")} value={name} autoFocus placeholder={t("keys.namePlaceholder")} onChange={(event) => setName(event.target.value)} />
              <div className={styles.checks}>
                <span className={styles.label}>{t("keys.scopes")}</span>
                {SCOPES.map((scope) => (
                  <Check
                    key={scope}
                    label={t(`scope.${scope}.text`)}
                    checked={scopes.includes(scope)}
                    onChange={(on) => setScopes(on ? [...scopes, scope] : scopes.filter((one) => one !== scope))}
                  />
                ))}
              </div>
              {create.error && <Failure {...tellError(create.error, speech)} />}
            </>
          )}
        </Dialog>
      )}
      {removing && (
        <RemoveDialog title={t("keys.removeTitle", { name: removing.name })} remove={{ ...remove, mutate: () => remove.mutate(removing) }} onClose={() => setRemoving(null)}>
          {t("keys.removeText")}
        </RemoveDialog>
      )}
    </Card>
  );
}
