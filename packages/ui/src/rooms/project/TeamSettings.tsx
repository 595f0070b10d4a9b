// Who may see the project, how they come in, and what they may do; below, for administrators of everything, every account.
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Copy, Link2, Plus, Trash2 } from "lucide-react";
import { useState } from "react";
import { api } from "@/api/client.ts";
import type { AccountRow, InvitationLink, Member, Role } from "@/api/types.ts";
import { useSpeech } from "@/i18n/language.tsx";
import { tellError } from "@/shell/errors.ts";
import { RemoveDialog } from "@/shell/RemoveDialog.tsx";
import { useMe, useProject } from "@/shell/session.tsx";
import { Button, IconButton } from "@/ui/Button.tsx";
import { copyText } from "@/ui/browser.ts";
import { InlineSelect, TextField } from "@/ui/Field.tsx";
import { Card } from "@/ui/Page.tsx";
import { Dialog } from "@/ui/Panel.tsx";
import { Failure, Note, SkeletonRows } from "@/ui/State.tsx";
import table from "@/ui/table.module.css";
import { useToast } from "@/ui/Toast.tsx";
import styles from "./Settings.module.css";

const ROLES: Role[] = ["viewer", "editor", "admin"];

export function TeamSettings() {
  const { user } = useMe();
  return (
    <>
      <Members />
      {user.everywhere === "admin" && <Accounts />}
    </>
  );
}

/** Whoever is asked about, and what for. */
type Asking = { what: "remove"; member: Member } | { what: "link"; link: InvitationLink; email: string } | { what: "invite" } | null;

function Members() {
  const speech = useSpeech();
  const { t } = speech;
  const { user } = useMe();
  const project = useProject();
  const refresh = useRefreshTeam();
  const toast = useToast();
  const members = useQuery({ queryKey: ["members", project.id], queryFn: () => api.members(project.id) });
  const [asking, setAsking] = useState<Asking>(null);
  const change = useMutation({
    mutationFn: ({ member, role }: { member: Member; role: Role }) => api.changeMember(project.id, member.id, role),
    onSuccess: () => toast(t("toast.saved")),
    onSettled: refresh,
  });
  const again = useMutation({
    mutationFn: (member: Member) => api.inviteAgain(project.id, member.id),
    onSuccess: async (link, member) => {
      setAsking({ what: "link", link, email: member.email });
      await refresh();
    },
  });
  const wrong = change.error ?? again.error;
  return (
    <Card
      title={t("team.members")}
      flush
      aside={
        <Button size="small" look="primary" icon={<Plus aria-hidden />} onClick={() => setAsking({ what: "invite" })}>
          {t("team.invite")}
        </Button>
      }
    >
      {members.isPending && <SkeletonRows rows={3} />}
      {members.error && <Failure {...tellError(members.error, speech)} />}
      {wrong && <Failure {...tellError(wrong, speech)} />}
      {members.data && (
        <div className={table.wrap}>
          <table className={table.table}>
            <thead>
              <tr>
                <th scope="col" className={table.wide}>
                  {t("team.person")}
                </th>
                <th scope="col">{t("team.role")}</th>
                <th scope="col">{t("team.lastVisit")}</th>
                <th aria-label={t("action.moreActions")} />
              </tr>
            </thead>
            <tbody>
              {members.data.members.map((member) => {
                const own = member.id === user.id;
                const fixed = own || member.everywhere !== null;
                return (
                  <tr key={member.id}>
                    <th scope="row" className={table.wide}>
                      <PersonName name={member.name} email={member.email} own={own} />
                    </th>
                    <td title={member.everywhere !== null ? t("team.everywhereHint") : own ? t("team.ownHint") : undefined}>
                      {fixed ? (
                        t(`role.${member.role as Role}`)
                      ) : (
                        <InlineSelect
                          label={t("team.roleOf", { name: member.email })}
                          choices={ROLES.map((role) => ({ value: role, label: t(`role.${role}`) }))}
                          value={member.role as Role}
                          onPick={(role) => change.mutate({ member, role })}
                        />
                      )}
                    </td>
                    <td className={table.muted}>
                      <Visit who={member} />
                    </td>
                    <td className={table.number}>
                      {member.invited && <IconButton label={t("team.linkFor", { name: member.email })} icon={<Link2 />} onClick={() => again.mutate(member)} />}
                      {!fixed && <IconButton label={t("action.removeNamed", { name: member.email })} icon={<Trash2 />} onClick={() => setAsking({ what: "remove", member })} />}
                    </td>
                  </tr>
                );
              })}
            </tbody>
          </table>
        </div>
      )}
      {asking?.what === "invite" && <Invite onClose={() => setAsking(null)} />}
      {asking?.what === "link" && <LinkShown link={asking.link} email={asking.email} onClose={() => setAsking(null)} />}
      {asking?.what === "remove" && (
        <Remove
          title={t("team.removeTitle", { name: asking.member.email, project: project.name })}
          text={t("team.removeText")}
          remove={() => api.removeMember(project.id, asking.member.id)}
          onClose={() => setAsking(null)}
        />
      )}
    </Card>
  );
}

/** Every account of the installation: a role that holds in all projects, a way back in, removal. */
function Accounts() {
  const speech = useSpeech();
  const { t } = speech;
  const { user, projects } = useMe();
  const refresh = useRefreshTeam();
  const toast = useToast();
  const accounts = useQuery({ queryKey: ["accounts"], queryFn: api.accounts });
  const [asking, setAsking] = useState<{ what: "remove"; account: AccountRow } | { what: "link"; link: InvitationLink; email: string } | null>(null);
  const change = useMutation({
    mutationFn: ({ account, everywhere }: { account: AccountRow; everywhere: Role | "none" }) => api.changeAccount(account.id, everywhere),
    onSuccess: () => toast(t("toast.saved")),
    onSettled: refresh,
  });
  const link = useMutation({
    mutationFn: (account: AccountRow) => api.accountLink(account.id),
    onSuccess: async (made, account) => {
      setAsking({ what: "link", link: made, email: account.email });
      await refresh();
    },
  });
  const projectName = (id: number) => projects.find((one) => one.id === id)?.name ?? `#${id}`;
  const wrong = change.error ?? link.error;
  return (
    <Card title={t("team.accounts")} flush>
      {accounts.isPending && <SkeletonRows rows={3} />}
      {accounts.error && <Failure {...tellError(accounts.error, speech)} />}
      {wrong && <Failure {...tellError(wrong, speech)} />}
      {accounts.data && (
        <div className={table.wrap}>
          <table className={table.table}>
            <thead>
              <tr>
                <th scope="col">{t("team.person")}</th>
                <th scope="col">{t("team.everywhere")}</th>
                <th scope="col" className={table.wide}>
                  {t("team.projects")}
                </th>
                <th scope="col">{t("team.lastVisit")}</th>
                <th aria-label={t("action.moreActions")} />
              </tr>
            </thead>
            <tbody>
              {accounts.data.users.map((account) => {
                const own = account.id === user.id;
                return (
                  <tr key={account.id}>
                    <th scope="row">
                      <PersonName name={account.name} email={account.email} own={own} />
                    </th>
                    <td title={own ? t("team.ownHint") : undefined}>
                      {own ? (
                        t(`role.${(account.everywhere ?? "none") as Role | "none"}`)
                      ) : (
                        <InlineSelect<Role | "none">
                          label={t("team.everywhereOf", { name: account.email })}
                          choices={(["none", ...ROLES] as const).map((role) => ({ value: role, label: t(`role.${role}`) }))}
                          value={(account.everywhere ?? "none") as Role | "none"}
                          onPick={(everywhere) => change.mutate({ account, everywhere })}
                        />
                      )}
                    </td>
                    <td className={table.wide}>{account.everywhere !== null ? t("team.allProjects") : account.projects.map((one) => `${projectName(one.project)} (${t(`role.${one.role as Role}`)})`).join(", ")}</td>
                    <td className={table.muted}>
                      <Visit who={account} />
                    </td>
                    <td className={table.number}>
                      {!own && (
                        <>
                          {(account.invited || account.everywhere !== "admin") && <IconButton label={t("team.linkFor", { name: account.email })} icon={<Link2 />} onClick={() => link.mutate(account)} />}
                          <IconButton label={t("team.removeAccountOf", { name: account.email })} icon={<Trash2 />} onClick={() => setAsking({ what: "remove", account })} />
                        </>
                      )}
                    </td>
                  </tr>
                );
              })}
            </tbody>
          </table>
        </div>
      )}
      {asking?.what === "link" && <LinkShown link={asking.link} email={asking.email} onClose={() => setAsking(null)} />}
      {asking?.what === "remove" && (
        <Remove title={t("team.removeAccountTitle", { name: asking.account.email })} text={t("team.removeAccountText")} remove={() => api.removeAccount(asking.account.id)} onClose={() => setAsking(null)} />
      )}
    </Card>
  );
}

function PersonName({ name, email, own }: { name: string; email: string; own: boolean }) {
  const { t } = useSpeech();
  return (
    <span className={styles.person}>
      <span>
        {name} {own && <span className={table.muted}>{t("team.you")}</span>}
      </span>
      <span className={styles.email}>{email}</span>
    </span>
  );
}

function Visit({ who }: { who: { invited: boolean; link_until?: string | null; signed_in_at?: string | null } }) {
  const { t, format } = useSpeech();
  if (who.signed_in_at) return <span title={format.date(who.signed_in_at)}>{format.ago(who.signed_in_at, Date.now())}</span>;
  if (!who.invited) return t("keys.never");
  return who.link_until ? t("team.invitedUntil", { date: format.date(who.link_until) }) : t("team.invitationOver");
}

function useRefreshTeam() {
  const client = useQueryClient();
  return async () => {
    await client.invalidateQueries({ queryKey: ["members"] });
    await client.invalidateQueries({ queryKey: ["accounts"] });
  };
}

function Invite({ onClose }: { onClose: () => void }) {
  const speech = useSpeech();
  const { t, language } = speech;
  const project = useProject();
  const refresh = useRefreshTeam();
  const [email, setEmail] = useState("");
  const [role, setRole] = useState<Role>("editor");
  const invite = useMutation({ mutationFn: () => api.inviteMember(project.id, { email: email.trim(), role, language }), onSuccess: refresh });
  const made = invite.data;
  if (made?.link) return <LinkShown link={made.link} email={made.member.email} onClose={onClose} />;
  return (
    <Dialog
      title={t("team.inviteTo", { project: project.name })}
      closeLabel={t("action.close")}
      onClose={onClose}
      footer={
        made ? (
          <Button look="primary" onClick={onClose}>
            {t("action.done")}
          </Button>
        ) : (
          <>
            <Button onClick={onClose}>{t("action.cancel")}</Button>
            <Button look="primary" form="invite" type="submit" busy={invite.isPending} disabled={email.trim() === ""}>
              {t("team.makeLink")}
            </Button>
          </>
        )
      }
    >
      {made ? (
        <Note tone="good">{t("team.hasAccount", { name: made.member.email })}</Note>
      ) : (
        <form
          id="invite"
          className={styles.form}
          onSubmit={(event) => {
            event.preventDefault();
            invite.mutate();
          }}
        >
          <TextField label={t("field.email")} type="email" required autoFocus autoComplete="off" value={email} hint={t("team.inviteHint")} onChange={(event) => setEmail(event.target.value)} />
          <fieldset className={styles.roles}>
            <legend className={styles.label}>{t("team.role")}</legend>
            {ROLES.map((one) => (
              <label key={one}>
                <input type="radio" name="role" value={one} checked={role === one} onChange={() => setRole(one)} />
                {t(`role.${one}`)}
                <small>{t(`role.${one}.text`)}</small>
              </label>
            ))}
          </fieldset>
          {invite.error && <Failure {...tellError(invite.error, speech)} />}
        </form>
      )}
    </Dialog>
  );
}

function LinkShown({ link, email, onClose }: { link: InvitationLink; email: string; onClose: () => void }) {
  const { t, format } = useSpeech();
  const toast = useToast();
  const address = `${location.origin}${link.path}`;
  return (
    <Dialog
      title={t("team.linkFor", { name: email })}
      closeLabel={t("action.close")}
      onClose={onClose}
      footer={
        <Button look="primary" onClick={onClose}>
          {t("action.done")}
        </Button>
      }
    >
      <p>{t("team.linkText", { date: format.date(link.expires_at) })}</p>
      <div className={styles.secret}>
        <code>{address}</code>
        <Button size="small" icon={<Copy aria-hidden />} onClick={() => void copyText(address).then((done) => toast(done ? t("toast.copied") : t("toast.notCopied")))}>
          {t("action.copy")}
        </Button>
      </div>
    </Dialog>
  );
}

function Remove({ title, text, remove, onClose }: { title: string; text: string; remove: () => Promise<unknown>; onClose: () => void }) {
  const { t } = useSpeech();
  const refresh = useRefreshTeam();
  const toast = useToast();
  const removing = useMutation({
    mutationFn: remove,
    onSuccess: async () => {
      onClose();
      toast(t("toast.removed"));
      await refresh();
    },
  });
  return (
    <RemoveDialog title={title} remove={removing} onClose={onClose}>
      {text}
    </RemoveDialog>
  );
}
