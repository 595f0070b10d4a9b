// Sharing a board: its address for the team, and links that open it, and nothing else, to people without an account.
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Code, Copy, Link2, LockKeyhole, Pencil, Plus, Unlink } from "lucide-react";
import { useState } from "react";
import { api } from "@/api/client.ts";
import type { Board, ShareLink } from "@/api/board.ts";
import { useSpeech } from "@/i18n/language.tsx";
import { tellError } from "@/shell/errors.ts";
import { RemoveDialog } from "@/shell/RemoveDialog.tsx";
import { useProject } from "@/shell/session.tsx";
import { copyText } from "@/ui/browser.ts";
import { Button, IconButton } from "@/ui/Button.tsx";
import { Dialog } from "@/ui/Panel.tsx";
import { Failure, SkeletonRows } from "@/ui/State.tsx";
import { useToast } from "@/ui/Toast.tsx";
import { LinkEditor } from "./LinkEditor.tsx";
import { addressOf, embedCode } from "./links.ts";
import styles from "./links.module.css";

/** What is open comes first; among equals the latest. */
const STATES: ShareLink["state"][] = ["open", "expired", "revoked"];

export function LinkDialog({ board, onClose }: { board: Board; onClose: () => void }) {
  const { t } = useSpeech();
  const project = useProject();
  const copy = useCopy();
  return (
    <Dialog title={t("boardLink.title")} closeLabel={t("action.close")} onClose={onClose} wide>
      <p className={styles.quiet}>{t("boardLink.team")}</p>
      <div className={styles.copied}>
        <code>{location.href}</code>
        <Button size="small" icon={<Copy aria-hidden />} onClick={() => copy(location.href)}>
          {t("action.copy")}
        </Button>
      </div>
      {project.role !== "viewer" && <Links board={board} />}
    </Dialog>
  );
}

function Links({ board }: { board: Board }) {
  const speech = useSpeech();
  const { t } = speech;
  const project = useProject();
  const client = useQueryClient();
  const key = ["shareLinks", project.id, board.id];
  const { data, error, isPending } = useQuery({ queryKey: key, queryFn: ({ signal }) => api.shareLinks(project.id, board.id, signal) });
  const [edited, setEdited] = useState<ShareLink | "new" | null>(null);
  const [made, setMade] = useState<string | null>(null);
  const after = (): void => {
    void client.invalidateQueries({ queryKey: key });
    void client.invalidateQueries({ queryKey: ["board", project.id, board.id] });
  };
  const links = (data?.links ?? []).toSorted((a, b) => STATES.indexOf(a.state) - STATES.indexOf(b.state));
  const kept = (link: ShareLink): void => {
    setMade(edited === "new" || links.length === 0 ? link.id : null);
    setEdited(null);
    after();
  };
  return (
    <section className={styles.links}>
      <header>
        <h3>{t("boardLink.public")}</h3>
        {links.length > 0 && edited === null && (
          <Button size="small" icon={<Plus aria-hidden />} onClick={() => setEdited("new")}>
            {t("boardLink.new")}
          </Button>
        )}
      </header>
      <p className={styles.quiet}>{t("boardLink.publicText")}</p>
      {error && <Failure {...tellError(error, speech)} />}
      {isPending && <SkeletonRows rows={2} />}
      {(edited === "new" || (data && links.length === 0)) && <LinkEditor board={board} link={null} onKept={kept} onClose={edited === "new" ? () => setEdited(null) : undefined} />}
      <ul className={styles.list} aria-label={t("boardLink.list")}>
        {links.map((link) =>
          edited !== null && edited !== "new" && edited.id === link.id ? (
            <li key={link.id} data-edited>
              <LinkEditor board={board} link={link} onKept={kept} onClose={() => setEdited(null)} />
            </li>
          ) : (
            <Row key={link.id} board={board} link={link} isNew={made === link.id} onEdit={() => setEdited(link)} onRevoked={after} />
          ),
        )}
      </ul>
    </section>
  );
}

interface RowProps {
  board: Board;
  link: ShareLink;
  isNew: boolean;
  onEdit: () => void;
  onRevoked: () => void;
}

function Row({ board, link, isNew, onEdit, onRevoked }: RowProps) {
  const { t, format } = useSpeech();
  const project = useProject();
  const copy = useCopy();
  const [isRevoking, setRevoking] = useState(false);
  const revoke = useMutation({
    mutationFn: () => api.revokeShareLink(project.id, board.id, link.id),
    onSuccess: () => {
      setRevoking(false);
      onRevoked();
    },
  });
  const name = link.name || t("boardLink.unnamed", { date: format.date(link.created_at, project.timezone) });
  const facts = [
    link.state === "revoked" && link.revoked_at ? t("boardLink.revokedOn", { date: format.date(link.revoked_at, project.timezone) }) : null,
    link.state !== "revoked" && link.expires_at ? t(link.state === "expired" ? "boardLink.expiredOn" : "boardLink.until", { date: format.moment(link.expires_at, project.timezone) }) : null,
    link.state === "open" && !link.expires_at ? t("boardLink.unending") : null,
    link.embed ? (link.embed_from.length > 0 ? t("boardLink.embedFrom", { sites: link.embed_from.map((one) => one.replace(/^https?:\/\//, "")).join(", ") }) : t("boardLink.embedAnywhere")) : null,
    t("boardLink.opened", { n: link.opened, when: link.opened_at ? format.ago(link.opened_at, Date.now()) : "" }),
    link.created_by,
  ];
  return (
    <li data-state={link.state} data-fresh={isNew || undefined}>
      <div className={styles.about}>
        <strong>
          {name}
          {link.has_password && <LockKeyhole role="img" aria-label={t("boardLink.hasPassword")} />}
          <span data-state={link.state}>{t(`boardLink.state.${link.state}`)}</span>
        </strong>
        <small>{facts.filter((fact) => fact !== null).join(" · ")}</small>
      </div>
      {link.state !== "revoked" && (
        <div className={styles.tools}>
          {link.token && link.state === "open" && (
            <Button size="small" icon={<Link2 aria-hidden />} onClick={() => copy(addressOf(link.token ?? ""))}>
              {t("action.share")}
            </Button>
          )}
          {link.token && link.state === "open" && link.embed && (
            <Button size="small" icon={<Code aria-hidden />} onClick={() => copy(embedCode(link.token ?? "", board.name), t("boardLink.codeCopied"))}>
              {t("boardLink.code")}
            </Button>
          )}
          <IconButton label={t("boardLink.change", { name })} icon={<Pencil />} onClick={onEdit} />
          <IconButton label={t("boardLink.revoke", { name })} icon={<Unlink />} onClick={() => setRevoking(true)} />
        </div>
      )}
      {isRevoking && (
        <RemoveDialog title={t("boardLink.revokeTitle", { name })} action={t("boardLink.revokeNow")} remove={revoke} onClose={() => setRevoking(false)}>
          {t("boardLink.revokeText")}
        </RemoveDialog>
      )}
    </li>
  );
}

function useCopy(): (text: string, said?: string) => void {
  const { t } = useSpeech();
  const toast = useToast();
  return (text, said) => void copyText(text).then((done) => toast(done ? (said ?? t("toast.linkCopied")) : t("toast.notCopied")));
}
