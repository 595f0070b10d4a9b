// A link to a recording for people without an account: from a moment on, until a day, and taken back at any time.
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Copy, Trash2 } from "lucide-react";
import { useState } from "react";
import { api } from "@/api/client.ts";
import { useSpeech } from "@/i18n/language.tsx";
import { tellError } from "@/shell/errors.ts";
import { useProject } from "@/shell/session.tsx";
import { Button, IconButton } from "@/ui/Button.tsx";
import { copyText } from "@/ui/browser.ts";
import { SelectField, TextField } from "@/ui/Field.tsx";
import { Dialog } from "@/ui/Panel.tsx";
import { Failure, Note, SkeletonRows } from "@/ui/State.tsx";
import { useToast } from "@/ui/Toast.tsx";
import { clockOf, readClock } from "../words.ts";
import styles from "./ShareDialog.module.css";

const DAY_MS = 86_400_000;
/** The longest is exactly as long as the server allows, and its clock may be behind. */
const CLOCKS_MS = 300_000;
const LASTS = ["1", "7", "30"] as const;

export function ShareDialog({ session, at_ms, onClose }: { session: string; at_ms: number; onClose: () => void }) {
  const speech = useSpeech();
  const { t, format } = speech;
  const project = useProject();
  const client = useQueryClient();
  const toast = useToast();
  const key = ["recordingShares", project.id, session];
  const { data, error, isPending } = useQuery({ queryKey: key, queryFn: ({ signal }) => api.recordingShares(project.id, session, signal) });
  const [days, setDays] = useState<(typeof LASTS)[number]>("7");
  const [at, setAt] = useState(clockOf(at_ms));
  const [link, setLink] = useState<string | null>(null);
  const from_ms = readClock(at);
  const after = () => client.invalidateQueries({ queryKey: key });
  const create = useMutation({
    mutationFn: () => api.shareRecording(project.id, session, { at_ms: from_ms ?? 0, expires_at: new Date(Date.now() + Number(days) * DAY_MS - CLOCKS_MS).toISOString() }),
    onSuccess: (share) => {
      if (share.token) setLink(sharedAddress(share.token));
      return after();
    },
  });
  const remove = useMutation({ mutationFn: (share: string) => api.removeRecordingShare(project.id, session, share), onSuccess: () => (setLink(null), after()) });
  const copy = (text: string) => void copyText(text).then((done) => toast(done ? t("toast.linkCopied") : t("toast.notCopied")));
  const failure = error ?? create.error ?? remove.error;
  return (
    <Dialog title={t("share.title")} closeLabel={t("action.close")} onClose={onClose} wide>
      <p className={styles.quiet}>{t("share.team")}</p>
      <div className={styles.copied}>
        <code>{momentAddress(from_ms ?? 0)}</code>
        <Button size="small" icon={<Copy aria-hidden />} onClick={() => copy(momentAddress(from_ms ?? 0))}>
          {t("action.copy")}
        </Button>
      </div>
      {project.role !== "viewer" && (
        <>
          <h3 className={styles.heading}>{t("share.public")}</h3>
          <p className={styles.quiet}>{t("share.publicText")}</p>
          <div className={styles.form}>
            <TextField label={t("share.from")} value={at} onChange={(event) => setAt(event.target.value)} problem={from_ms === null ? t("note.clockProblem") : null} />
            <SelectField label={t("share.lasts")} value={days} choices={LASTS.map((one) => ({ value: one, label: t("share.days", { n: Number(one) }) }))} onPick={setDays} />
            <Button look="primary" busy={create.isPending} disabled={from_ms === null} onClick={() => create.mutate()}>
              {t("share.create")}
            </Button>
          </div>
        </>
      )}
      {link && (
        <>
          <div className={styles.copied} data-fresh>
            <code>{link}</code>
            <Button size="small" icon={<Copy aria-hidden />} onClick={() => copy(link)}>
              {t("action.copy")}
            </Button>
          </div>
          <Note tone="good">{t("share.made")}</Note>
        </>
      )}
      {failure && <Failure {...tellError(failure, speech)} />}
      {isPending && <SkeletonRows rows={2} />}
      {data && data.shares.length > 0 && (
        <ul className={styles.list} aria-label={t("share.list")}>
          {data.shares.map((share) => {
            const isOver = Date.parse(share.expires_at) < Date.now() || share.revoked_at != null;
            return (
              <li key={share.id}>
                <div>
                  <strong>{t("share.fromAt", { at: clockOf(share.at_ms) })}</strong>
                  <small>
                    {[share.created_by, format.ago(share.created_at, Date.now()), isOver ? t("share.over") : t("share.until", { date: format.moment(share.expires_at, project.timezone) }), t("share.views", { n: share.views })].join(" · ")}
                  </small>
                </div>
                {project.role !== "viewer" && !isOver && <IconButton label={t("share.revoke")} icon={<Trash2 />} onClick={() => remove.mutate(share.id)} />}
              </li>
            );
          })}
        </ul>
      )}
    </Dialog>
  );
}

export function sharedAddress(token: string): string {
  return `${location.origin}/shared/recordings/${token}`;
}

/** The address of this screen at a moment. */
export function momentAddress(t_ms: number): string {
  const url = new URL(location.href);
  url.searchParams.set("t", String(Math.floor(t_ms / 1000)));
  return url.toString();
}
