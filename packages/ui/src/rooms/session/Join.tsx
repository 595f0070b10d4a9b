// The address that an invitation leads to: who was invited to what, and the name and password that they choose.
import { useMutation, useQuery } from "@tanstack/react-query";
import { Link, useSearch } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { api } from "@/api/client.ts";
import type { Invitation, Role } from "@/api/types.ts";
import { useSpeech } from "@/i18n/language.tsx";
import { tellError } from "@/shell/errors.ts";
import { Button } from "@/ui/Button.tsx";
import { TextField } from "@/ui/Field.tsx";
import { Failure, Note, SkeletonRows } from "@/ui/State.tsx";
import { Door } from "./Door.tsx";
import { LEAST_PASSWORD } from "./SetUp.tsx";
import styles from "./Door.module.css";

export function Join() {
  const { t, speak } = useSpeech();
  const { token = "" } = useSearch({ from: "/join" });
  const invitation = useQuery({ queryKey: ["invitation", token], queryFn: () => api.lookAtInvitation(token), retry: false, staleTime: Infinity });
  const invitedIn = invitation.data?.language;
  useEffect(() => {
    if (invitedIn === "fr" || invitedIn === "en") speak(invitedIn);
    // Only once, when it is known: the switch on the card must not be undone.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [invitedIn]);
  if (invitation.isPending) {
    return (
      <Door title={t("join.opening")}>
        <SkeletonRows rows={3} />
      </Door>
    );
  }
  if (!invitation.data) {
    return (
      <Door title={t("join.over")}>
        <Note tone="warn">{t("join.overText")}</Note>
        <Link to="/signin" search={{ token: undefined, to: undefined }}>
          {t("signin.action")}
        </Link>
      </Door>
    );
  }
  return <Accept token={token} invitation={invitation.data} />;
}

function Accept({ token, invitation }: { token: string; invitation: Invitation }) {
  const speech = useSpeech();
  const { t, language } = speech;
  // Who was invited has but the beginning of their address for a name; who lost their password keeps theirs.
  const [name, setName] = useState(invitation.email.startsWith(`${invitation.name}@`) ? "" : invitation.name);
  const [password, setPassword] = useState("");
  const accept = useMutation({
    mutationFn: () => api.acceptInvitation({ token, name: name.trim(), password, language }),
    // A full load, so that nothing read before signing in stays in memory.
    onSuccess: () => location.assign("/"),
  });
  return (
    <Door title={t("join.title")} intro={t("join.intro")}>
      {invitation.projects.length > 0 && (
        <ul className={styles.list}>
          {invitation.projects.map((project) => (
            <li key={project.name}>
              <strong>{project.name}</strong> <span>{t(`role.${project.role as Role}`)}</span>
            </li>
          ))}
        </ul>
      )}
      <form
        className={styles.form}
        onSubmit={(event) => {
          event.preventDefault();
          accept.mutate();
        }}
      >
        <TextField label={t("field.email")} type="email" autoComplete="username" readOnly value={invitation.email} />
        <TextField label={t("field.name")} autoComplete="name" required autoFocus value={name} onChange={(event) => setName(event.target.value)} />
        <TextField
          label={t("field.password")}
          type="password"
          autoComplete="new-password"
          required
          minLength={LEAST_PASSWORD}
          hint={t("field.passwordHint", { n: LEAST_PASSWORD })}
          value={password}
          onChange={(event) => setPassword(event.target.value)}
        />
        <Button look="primary" type="submit" busy={accept.isPending}>
          {t("join.action")}
        </Button>
      </form>
      {accept.error && <Failure {...tellError(accept.error, speech)} />}
    </Door>
  );
}
