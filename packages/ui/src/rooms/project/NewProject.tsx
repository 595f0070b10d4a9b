import { useMutation } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { api } from "@/api/client.ts";
import { useSpeech } from "@/i18n/language.tsx";
import { Door } from "@/rooms/session/Door.tsx";
import styles from "@/rooms/session/Door.module.css";
import { tellError } from "@/shell/errors.ts";
import { useMe, useRefreshMe } from "@/shell/session.tsx";
import { Button } from "@/ui/Button.tsx";
import { SelectField, TextField } from "@/ui/Field.tsx";
import { Failure } from "@/ui/State.tsx";
import { timezoneChoices } from "@/format/timezones.ts";

export function NewProject() {
  const speech = useSpeech();
  const { t } = speech;
  const { projects, user } = useMe();
  const navigate = useNavigate();
  const refresh = useRefreshMe();
  const choices = timezoneChoices();
  const [name, setName] = useState("");
  const [timezone, setTimezone] = useState(choices[0]?.value ?? "UTC");
  const create = useMutation({
    mutationFn: () => api.createProject({ name: name.trim(), timezone }),
    onSuccess: async (project) => {
      await refresh();
      void navigate({ to: "/p/$project/start", params: { project: String(project.id) } });
    },
  });
  if (user.everywhere !== "admin") {
    return (
      <Door title={t("newProject.notAllowed")} intro={t("newProject.notAllowedText", { email: user.email })}>
        <Button onClick={() => location.assign("/")}>{t("action.reload")}</Button>
        <Button look="quiet" onClick={() => void api.signOut().finally(() => location.assign("/signin"))}>
          {t("shell.signOut")}
        </Button>
      </Door>
    );
  }
  return (
    <Door title={projects.length === 0 ? t("newProject.first") : t("newProject.title")} intro={t("newProject.intro")}>
      <form
        className={styles.form}
        onSubmit={(event) => {
          event.preventDefault();
          create.mutate();
        }}
      >
        <TextField label={t("newProject.name")} value={name} required autoFocus placeholder="Courriel" onChange={(event) => setName(event.target.value)} />
        <SelectField label={t("settings.timezone")} hint={t("settings.timezoneHint")} choices={choices} value={timezone} onPick={setTimezone} />
        <Button look="primary" type="submit" busy={create.isPending} disabled={name.trim() === ""}>
          {t("newProject.action")}
        </Button>
        {projects.length > 0 && (
          <Button look="quiet" onClick={() => history.back()}>
            {t("action.cancel")}
          </Button>
        )}
      </form>
      {create.error && <Failure {...tellError(create.error, speech)} />}
    </Door>
  );
}
