import { useMutation } from "@tanstack/react-query";
import { Copy, RefreshCw } from "lucide-react";
import { useState } from "react";
import { api } from "@/api/client.ts";
import { useSpeech } from "@/i18n/language.tsx";
import { tellError } from "@/shell/errors.ts";
import { useProject, useRefreshMe } from "@/shell/session.tsx";
import { Button } from "@/ui/Button.tsx";
import { copyText } from "@/ui/browser.ts";
import { SelectField, TextField } from "@/ui/Field.tsx";
import { Card } from "@/ui/Page.tsx";
import { Dialog } from "@/ui/Panel.tsx";
import { Failure } from "@/ui/State.tsx";
import { useToast } from "@/ui/Toast.tsx";
import { Snippet } from "./Snippet.tsx";
import { timezoneChoices } from "@/format/timezones.ts";
import styles from "./Settings.module.css";

export function ProjectSettings() {
  const speech = useSpeech();
  const { t } = speech;
  const project = useProject();
  const refresh = useRefreshMe();
  const toast = useToast();
  const [name, setName] = useState(project.name);
  const [timezone, setTimezone] = useState(project.timezone);
  const [weekStart, setWeekStart] = useState(project.week_start);
  const [minutes, setMinutes] = useState(String(project.session_timeout_minutes));
  const save = useMutation({
    mutationFn: () => api.changeProject(project.id, { name: name.trim(), timezone, week_start: weekStart, session_timeout_minutes: Number(minutes) }),
    onSuccess: async () => {
      await refresh();
      toast(t("toast.saved"));
    },
  });
  const readOnly = project.role !== "admin";
  return (
    <>
      <Card title={t("settings.project")}>
        <form
          className={styles.form}
          onSubmit={(event) => {
            event.preventDefault();
            save.mutate();
          }}
        >
          <TextField label={t("newProject.name")} value={name} required disabled={readOnly} onChange={(event) => setName(event.target.value)} />
          <SelectField label={t("settings.timezone")} hint={t("settings.timezoneHint")} choices={timezoneChoices(project.timezone)} value={timezone} onPick={setTimezone} disabled={readOnly} />
          <SelectField
            label={t("settings.weekStart")}
            choices={[
              { value: "monday", label: t("settings.monday") },
              { value: "sunday", label: t("settings.sunday") },
            ]}
            value={weekStart}
            onPick={setWeekStart}
            disabled={readOnly}
          />
          <TextField
            label={t("settings.sessionTimeout")}
            hint={t("settings.sessionTimeoutHint")}
            type="number"
            min={1}
            max={1440}
            value={minutes}
            disabled={readOnly}
            onChange={(event) => setMinutes(event.target.value)}
          />
          {!readOnly && (
            <div className={styles.row}>
              <Button look="primary" type="submit" busy={save.isPending}>
                {t("action.save")}
              </Button>
            </div>
          )}
          {save.error && <Failure {...tellError(save.error, speech)} />}
        </form>
      </Card>
      <Card title={t("settings.sendEvents")}>
        <p className={styles.label}>{t("settings.writeKey")}</p>
        <div className={styles.secret}>
          <code>{project.write_key}</code>
          <Button size="small" icon={<Copy aria-hidden />} onClick={() => void copyText(project.write_key).then((done) => toast(done ? t("toast.copied") : t("toast.notCopied")))}>
            {t("action.copy")}
          </Button>
        </div>
        {!readOnly && <RotateWriteKey />}
        <Snippet project={project} />
      </Card>
    </>
  );
}

/** A new write key for the project; the old one goes on for a week, so that what sends with it can follow. */
function RotateWriteKey() {
  const speech = useSpeech();
  const { t } = speech;
  const project = useProject();
  const refresh = useRefreshMe();
  const toast = useToast();
  const [asking, setAsking] = useState(false);
  const rotate = useMutation({
    mutationFn: () => api.rotateWriteKey(project.id),
    onSuccess: async () => {
      await refresh();
      setAsking(false);
      toast(t("writeKey.rotated"));
    },
  });
  return (
    <div className={styles.row}>
      <Button size="small" icon={<RefreshCw aria-hidden />} onClick={() => setAsking(true)}>
        {t("writeKey.rotate")}
      </Button>
      {asking && (
        <Dialog
          title={t("writeKey.rotateTitle")}
          closeLabel={t("action.close")}
          onClose={() => setAsking(false)}
          footer={
            <>
              <Button onClick={() => setAsking(false)}>{t("action.cancel")}</Button>
              <Button look="primary" busy={rotate.isPending} onClick={() => rotate.mutate()}>
                {t("writeKey.rotate")}
              </Button>
            </>
          }
        >
          <p>{t("writeKey.rotateText")}</p>
          {rotate.error && <Failure {...tellError(rotate.error, speech)} />}
        </Dialog>
      )}
    </div>
  );
}
