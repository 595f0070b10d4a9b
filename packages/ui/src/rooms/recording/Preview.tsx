// The chosen recording beside the list: it plays, small and fast, with its figures and what went wrong in it.
import { useQuery } from "@tanstack/react-query";
import { Play, Trash2 } from "lucide-react";
import { lazy, Suspense, useCallback, useState } from "react";
import { api } from "@/api/client.ts";
import type { RecordingRow } from "@/api/recording.ts";
import { useSpeech } from "@/i18n/language.tsx";
import { useProject } from "@/shell/session.tsx";
import { tellError } from "@/shell/errors.ts";
import { Button, IconButton } from "@/ui/Button.tsx";
import { Failure, Skeleton } from "@/ui/State.tsx";
import { relative } from "./manifest.ts";
import { BEFORE_MOMENT_MS } from "./moment.ts";
import { Plate } from "./player/Plate.tsx";
import type { Stage } from "./replay/stage.ts";
import { RemoveRecording } from "./RemoveRecording.tsx";
import { deviceName, signalName } from "./words.ts";
import styles from "./Preview.module.css";

const StageView = lazy(() => import("./replay/StageView.tsx").then(({ StageView: view }) => ({ default: view })));
const PREVIEW_SPEED = 2;

export function Preview({ row, onOpen, onRemoved }: { row: RecordingRow; onOpen: () => void; onRemoved: () => void }) {
  const speech = useSpeech();
  const { t, format } = speech;
  const project = useProject();
  const [stage, setStage] = useState<Stage | null>(null);
  const [removing, setRemoving] = useState(false);
  const { data: manifest, error } = useQuery({ queryKey: ["recording", project.id, row.session], queryFn: async ({ signal }) => relative(await api.recording(project.id, row.session, signal)), staleTime: 60_000, retry: false });
  const moment_ms = row.moment_ms;
  const onStage = useCallback(
    (next: Stage | null) => {
      setStage(next);
      if (!next) return;
      void next.seek(moment_ms == null ? 0 : Math.max(0, moment_ms - BEFORE_MOMENT_MS));
      // Who asked for less motion sees the first moment and decides.
      if (!matchMedia("(prefers-reduced-motion: reduce)").matches) next.play();
    },
    [moment_ms],
  );
  const signals = Object.entries(row.signals).filter(([, n]) => n > 0).toSorted((a, b) => b[1] - a[1]);
  return (
    <aside className={styles.preview} aria-label={t("recordings.preview")}>
      <div className={styles.screen}>
        {error && <Failure {...tellError(error, speech)} />}
        {!manifest && !error && <Skeleton height={236} />}
        {manifest && manifest.segments.length > 0 && (
          <Suspense fallback={<Skeleton height={236} />}>
            <StageView manifest={manifest} fetchSegment={(n, signal) => api.recordingSegment(project.id, row.session, n, signal)} onStage={onStage} label={t("player.screen")} speed={PREVIEW_SPEED} onClick={onOpen} />
          </Suspense>
        )}
        {stage && manifest && <Plate stage={stage} manifest={manifest} />}
      </div>
      <div className={styles.body}>
        <div className={styles.actions}>
          <Button look="primary" icon={<Play aria-hidden />} onClick={onOpen}>
            {t("recordings.watch")}
          </Button>
          {project.role !== "viewer" && <IconButton label={t("recordings.remove.action")} icon={<Trash2 />} onClick={() => setRemoving(true)} />}
        </div>
        {removing && <RemoveRecording session={row.session} onClose={() => setRemoving(false)} onRemoved={onRemoved} />}
        <dl>
          <Fact label={t("recordings.field.active")}>{t("recordings.activeOf", { active: format.duration(row.active_seconds), duration: format.duration(row.duration_seconds) })}</Fact>
          <Fact label={t("recordings.field.entry")}>{row.entry ?? "–"}</Fact>
          <Fact label={t("recordings.field.exit")}>{row.exit ?? "–"}</Fact>
          <Fact label={t("recordings.field.clicks")}>{format.number(row.clicks)}</Fact>
          <Fact label={t("recordings.field.device")}>{[deviceName(row.device, speech), row.browser, row.os, row.country].filter(Boolean).join(" · ")}</Fact>
          <Fact label={t("recordings.field.errors")}>{format.number(row.errors)}</Fact>
          <Fact label={t("recordings.field.failedRequests")}>{format.number(row.failed_requests)}</Fact>
        </dl>
        {signals.length > 0 && (
          <ul>
            {signals.map(([name, n]) => (
              <li key={name}>
                <span>{signalName(name, speech)}</span>
                <b>{format.number(n)}</b>
              </li>
            ))}
          </ul>
        )}
      </div>
    </aside>
  );
}

function Fact({ label, children }: { label: string; children: React.ReactNode }) {
  return (
    <div>
      <dt>{label}</dt>
      <dd>{children}</dd>
    </div>
  );
}
