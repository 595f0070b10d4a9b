// Sign-in by e-mail and password, or by the one-time link that the server printed or sent.
import { useMutation, useQuery } from "@tanstack/react-query";
import { Navigate, useSearch } from "@tanstack/react-router";
import { useEffect, useRef, useState } from "react";
import { api, ApiError } from "@/api/client.ts";
import { useSpeech } from "@/i18n/language.tsx";
import { tellError } from "@/shell/errors.ts";
import { Button } from "@/ui/Button.tsx";
import { TextField } from "@/ui/Field.tsx";
import { Failure, Note, SkeletonRows } from "@/ui/State.tsx";
import { Door } from "./Door.tsx";
import styles from "./Door.module.css";

export function SignIn() {
  const speech = useSpeech();
  const { t, speak } = speech;
  const { token, to } = useSearch({ from: "/signin" });
  const status = useQuery({ queryKey: ["status"], queryFn: api.status });
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  const enter = (language: string) => {
    speak(language === "fr" ? "fr" : "en");
    // A full load, so that nothing read before signing in stays in memory. Only our own addresses are followed.
    location.assign(to?.startsWith("/") && !to.startsWith("//") ? to : "/");
  };
  const signIn = useMutation({ mutationFn: () => api.signIn({ email: email.trim(), password }), onSuccess: ({ user }) => enter(user.language) });
  const byLink = useMutation({ mutationFn: api.signInByLink, onSuccess: ({ user }) => enter(user.language) });
  const used = useRef(false);
  useEffect(() => {
    if (!token || used.current) return;
    used.current = true;
    byLink.mutate(token);
  }, [token, byLink]);

  if (status.data?.setup_required) return <Navigate to="/setup" search={{ token: undefined }} />;
  if (token && !byLink.isError) {
    return (
      <Door title={t("signin.opening")}>
        <SkeletonRows rows={3} />
      </Door>
    );
  }
  const wrong = signIn.error instanceof ApiError && (signIn.error.status === 401 || signIn.error.status === 400 || signIn.error.status === 403);
  return (
    <Door title={t("signin.title")} intro={status.data?.demo ? t("signin.demo") : undefined}>
      {byLink.isError && <Note tone="warn">{t("signin.linkUsed")}</Note>}
      <form
        className={styles.form}
        onSubmit={(event) => {
          event.preventDefault();
          signIn.mutate();
        }}
      >
        <TextField label={t("field.email")} type="email" autoComplete="username" required autoFocus value={email} onChange={(event) => setEmail(event.target.value)} />
        <TextField
          label={t("field.password")}
          type="password"
          autoComplete="current-password"
          required
          value={password}
          onChange={(event) => setPassword(event.target.value)}
          problem={wrong ? t("signin.wrong") : null}
        />
        <Button look="primary" type="submit" busy={signIn.isPending}>
          {t("signin.action")}
        </Button>
      </form>
      {signIn.error && !wrong && <Failure {...tellError(signIn.error, speech)} />}
    </Door>
  );
}
