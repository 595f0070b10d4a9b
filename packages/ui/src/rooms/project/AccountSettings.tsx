import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { api, ApiError } from "@/api/client.ts";
import { useSpeech } from "@/i18n/language.tsx";
import { tellError } from "@/shell/errors.ts";
import { useMe, useRefreshMe } from "@/shell/session.tsx";
import { Button } from "@/ui/Button.tsx";
import { SelectField, TextField } from "@/ui/Field.tsx";
import { Card } from "@/ui/Page.tsx";
import { Failure } from "@/ui/State.tsx";
import { useTheme, type ThemeChoice } from "@/ui/theme.tsx";
import { useToast } from "@/ui/Toast.tsx";
import styles from "./Settings.module.css";

export function AccountSettings() {
  const speech = useSpeech();
  const { t, language, speak } = speech;
  const { user } = useMe();
  const refresh = useRefreshMe();
  const toast = useToast();
  const { choice, choose } = useTheme();
  const [name, setName] = useState(user.name);
  const [password, setPassword] = useState("");
  const [current, setCurrent] = useState("");
  const [asksCurrent, setAsksCurrent] = useState(false);
  const save = useMutation({
    mutationFn: (change: { name?: string; language?: "en" | "fr"; password?: string; current_password?: string }) => api.changeMe(change),
    onSuccess: async () => {
      await refresh();
      setPassword("");
      setCurrent("");
      setAsksCurrent(false);
      toast(t("toast.saved"));
    },
    onError: (error) => error instanceof ApiError && error.field === "current_password" && setAsksCurrent(true),
  });
  // Somebody who signed in a moment ago is believed; later the server asks for the password that one has.
  const refusedCurrent = save.error instanceof ApiError && save.error.field === "current_password";
  return (
    <>
      <Card title={t("settings.account")}>
        <form
          className={styles.form}
          onSubmit={(event) => {
            event.preventDefault();
            save.mutate({ name: name.trim(), ...(password === "" ? {} : { password, ...(current === "" ? {} : { current_password: current }) }) });
          }}
        >
          <TextField label={t("field.name")} value={name} autoComplete="name" onChange={(event) => setName(event.target.value)} />
          <TextField label={t("field.email")} value={user.email} readOnly autoComplete="username" />
          <TextField label={t("field.newPassword")} type="password" autoComplete="new-password" minLength={10} value={password} hint={t("field.passwordKept")} onChange={(event) => setPassword(event.target.value)} />
          {password !== "" && (
            <TextField
              label={t("field.currentPassword")}
              type="password"
              autoComplete="current-password"
              required={asksCurrent}
              autoFocus={asksCurrent}
              value={current}
              hint={t("field.currentPasswordWhen")}
              problem={refusedCurrent ? (save.variables?.current_password === undefined ? t("field.currentPasswordNeeded") : t("field.currentPasswordWrong")) : null}
              onChange={(event) => setCurrent(event.target.value)}
            />
          )}
          <div className={styles.row}>
            <Button look="primary" type="submit" busy={save.isPending}>
              {t("action.save")}
            </Button>
          </div>
          {save.error && !refusedCurrent && <Failure {...tellError(save.error, speech)} />}
        </form>
      </Card>
      <Card title={t("settings.appearance")}>
        <div className={styles.form}>
          <SelectField
            label={t("settings.language")}
            choices={[
              { value: "en", label: "English" },
              { value: "fr", label: "Français" },
            ]}
            value={language}
            onPick={(next) => {
              speak(next);
              save.mutate({ language: next });
            }}
          />
          <SelectField<ThemeChoice>
            label={t("settings.theme")}
            choices={[
              { value: "system", label: t("settings.theme.system") },
              { value: "light", label: t("settings.theme.light") },
              { value: "dark", label: t("settings.theme.dark") },
            ]}
            value={choice}
            onPick={choose}
          />
        </div>
      </Card>
    </>
  );
}
