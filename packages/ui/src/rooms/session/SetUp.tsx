// The first start: whoever holds the token that the server printed makes the first account.
import { useMutation, useQuery } from "@tanstack/react-query";
import { Navigate, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { api } from "@/api/client.ts";
import { useSpeech } from "@/i18n/language.tsx";
import { tellError } from "@/shell/errors.ts";
import { Button } from "@/ui/Button.tsx";
import { TextField } from "@/ui/Field.tsx";
import { Failure } from "@/ui/State.tsx";
import { Door } from "./Door.tsx";
import styles from "./Door.module.css";

export const LEAST_PASSWORD = 10;

export function SetUp() {
  const speech = useSpeech();
  const { t, language } = speech;
  const search = useSearch({ from: "/setup" });
  const status = useQuery({ queryKey: ["status"], queryFn: api.status });
  const [form, setForm] = useState({ token: search.token ?? "", name: "", email: "", password: "" });
  const setUp = useMutation({ mutationFn: () => api.setUp({ ...form, token: form.token.trim(), email: form.email.trim(), language }), onSuccess: () => location.assign("/new-project") });
  const field = (name: keyof typeof form) => ({ value: form[name], required: true, onChange: (event: { target: { value: string } }) => setForm({ ...form, [name]: event.target.value }) });
  if (status.data && !status.data.setup_required && !setUp.isSuccess) return <Navigate to="/signin" search={{ token: undefined, to: undefined }} />;
  return (
    <Door title={t("setup.title")} intro={t("setup.intro")}>
      <form
        className={styles.form}
        onSubmit={(event) => {
          event.preventDefault();
          setUp.mutate();
        }}
      >
        <TextField label={t("setup.token")} hint={t("setup.tokenHint")} autoComplete="off" spellCheck={false} autoFocus={!search.token} {...field("token")} />
        <TextField label={t("field.name")} autoComplete="name" autoFocus={Boolean(search.token)} {...field("name")} />
        <TextField label={t("field.email")} type="email" autoComplete="username" {...field("email")} />
        <TextField label={t("field.password")} type="password" autoComplete="new-password" minLength={LEAST_PASSWORD} hint={t("field.passwordHint", { n: LEAST_PASSWORD })} {...field("password")} />
        <Button look="primary" type="submit" busy={setUp.isPending}>
          {t("setup.action")}
        </Button>
      </form>
      {setUp.error && <Failure {...tellError(setUp.error, speech)} />}
    </Door>
  );
}
