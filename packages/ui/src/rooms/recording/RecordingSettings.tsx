// How a project records: whether, how much the server masks at least, for how long recordings are kept; and, below, a page of
// one's own site exactly as it is stored, for whoever answers for what leaves the visitors' browsers.
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { lazy, Suspense, useCallback, useState } from "react";
import { api, type RecordingSettingsBody } from "@/api/client.ts";
import { useSpeech } from "@/i18n/language.tsx";
import type { MessageKey } from "@/i18n/catalogue.ts";
import { tellError } from "@/shell/errors.ts";
import { useProject } from "@/shell/session.tsx";
import { Button } from "@/ui/Button.tsx";
import { Check, InlineSelect, SelectField, TextField } from "@/ui/Field.tsx";
import { Card } from "@/ui/Page.tsx";
import { Failure, Note, Skeleton, SkeletonRows } from "@/ui/State.tsx";
import { useToast } from "@/ui/Toast.tsx";
import { relative } from "./manifest.ts";
import { Plate } from "./player/Plate.tsx";
import type { Stage } from "./replay/stage.ts";
import { useRecordings } from "./useRecordings.ts";
import styles from "./RecordingSettings.module.css";

const StageView = lazy(() => import("./replay/StageView.tsx").then(({ StageView: view }) => ({ default: view })));
const LEVELS = ["strict", "balanced", "open"] as const;
const LONGEST_DAYS = 180;

export function RecordingSettings() {
  const speech = useSpeech();
  const project = useProject();
  const { data, error } = useQuery({ queryKey: ["recordingSettings", project.id], queryFn: () => api.recordingSettings(project.id) });
  if (error) return <Failure {...tellError(error, speech)} />;
  return (
    <>
      {data ? <SettingsForm key={JSON.stringify(data)} settings={data} /> : <SkeletonRows rows={4} />}
      <PrivacyPreview />
    </>
  );
}

function SettingsForm({ settings }: { settings: RecordingSettingsBody }) {
  const speech = useSpeech();
  const { t } = speech;
  const project = useProject();
  const client = useQueryClient();
  const toast = useToast();
  const [isOn, setIsOn] = useState(settings.is_on);
  const [masking, setMasking] = useState(settings.masking);
  const [days, setDays] = useState(String(settings.keep_days));
  const save = useMutation({
    mutationFn: () => api.changeRecordingSettings(project.id, { is_on: isOn, masking, keep_days: Number(days) }),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ["recordingSettings", project.id] });
      toast(t("toast.saved"));
    },
  });
  const readOnly = project.role !== "admin";
  return (
    <Card title={t("room.recording")}>
      <form
        className={styles.form}
        onSubmit={(event) => {
          event.preventDefault();
          save.mutate();
        }}
      >
        <Check label={t("recordingSettings.isOn")} checked={isOn} disabled={readOnly} onChange={setIsOn} />
        <SelectField label={t("recordingSettings.masking")} hint={t("recordingSettings.maskingHint")} value={masking} disabled={readOnly} onPick={setMasking} choices={LEVELS.map((level) => ({ value: level as string, label: t(`recordingSettings.level.${level}`) }))} />
        <TextField label={t("recordingSettings.keepDays")} hint={t("recordingSettings.keepDaysHint")} type="number" min={1} max={LONGEST_DAYS} value={days} disabled={readOnly} onChange={(event) => setDays(event.target.value)} />
        {!readOnly && (
          <div>
            <Button look="primary" type="submit" busy={save.isPending}>
              {t("action.save")}
            </Button>
          </div>
        )}
        {save.error && <Failure {...tellError(save.error, speech)} />}
      </form>
    </Card>
  );
}

const SEEN = 20;

/** A page as it is stored: the latest recording of it, standing still. */
function PrivacyPreview() {
  const speech = useSpeech();
  const { t, format } = speech;
  const project = useProject();
  const { recordings, isPending, error } = useRecordings({ kind: "recordings", range: { last: 30, unit: "day" }, where: [{ field: "has_snapshot", op: "is", value: true }], sort: "newest" }, SEEN);
  const [session, setSession] = useState<string | null>(null);
  const [at, setAt] = useState(0);
  const [stage, setStage] = useState<Stage | null>(null);
  const row = recordings.find((one) => one.session === session) ?? recordings[0];
  const query = useQuery({ queryKey: ["recording", project.id, row?.session], queryFn: async ({ signal }) => relative(await api.recording(project.id, row?.session ?? "", signal)), enabled: row !== undefined, retry: false });
  const manifest = query.data;
  const onStage = useCallback((next: Stage | null) => {
    setStage(next);
    void next?.seek(0);
  }, []);
  const profile = manifest?.documents[0]?.profile;
  const level = (name: string | undefined) => (LEVELS.find((one) => one === name) ? t(`recordingSettings.level.${name}` as MessageKey) : (name ?? "–"));
  return (
    <Card title={t("privacyPreview.title")}>
      <p className={styles.quiet}>{t("privacyPreview.text")}</p>
      {(error ?? query.error) && <Failure {...tellError(error ?? query.error, speech)} />}
      {isPending && <SkeletonRows rows={3} />}
      {!isPending && !row && <Note>{t("privacyPreview.none")}</Note>}
      {row && (
        <>
          <div className={styles.choices}>
            <InlineSelect
              label={t("privacyPreview.which")}
              value={row.session}
              choices={recordings.map((one) => ({ value: one.session, label: `${format.moment(one.start, project.timezone)} · ${one.entry ?? ""}` }))}
              onPick={(picked) => {
                setSession(picked);
                setAt(0);
              }}
            />
            {manifest && manifest.pages.length > 1 && (
              <InlineSelect
                label={t("recordings.field.page")}
                value={String(at)}
                choices={manifest.pages.map(({ page }, index) => ({ value: String(index), label: page }))}
                onPick={(picked) => {
                  setAt(Number(picked));
                  // A moment later the page has been drawn and its first changes are in.
                  void stage?.seek((manifest.pages[Number(picked)]?.t ?? 0) + 300);
                }}
              />
            )}
          </div>
          <div className={styles.screen}>
            {manifest ? (
              <Suspense fallback={<Skeleton height={360} />}>
                <StageView key={row.session} manifest={manifest} fetchSegment={(n, signal) => api.recordingSegment(project.id, row.session, n, signal)} onStage={onStage} label={t("privacyPreview.title")} />
              </Suspense>
            ) : (
              <Skeleton height={360} />
            )}
            {stage && manifest && <Plate stage={stage} manifest={manifest} />}
          </div>
          {profile && <p className={styles.quiet}>{t("privacyPreview.levels", { tag: level(profile.level), server: level(profile.server_level) })}</p>}
          <p className={styles.quiet}>{t("privacyPreview.marks")}</p>
        </>
      )}
    </Card>
  );
}
