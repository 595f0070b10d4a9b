// Play, jump, speed, tabs, full screen: one row below the screen.
import { ChevronLeft, ChevronRight, FastForward, Keyboard, Maximize, PanelLeft, Pause, Play, RotateCcw, RotateCw, SkipBack, SkipForward } from "lucide-react";
import type { Manifest } from "@/api/recording.ts";
import { useSpeech } from "@/i18n/language.tsx";
import { IconButton } from "@/ui/Button.tsx";
import { Check, InlineSelect } from "@/ui/Field.tsx";
import { Popover } from "@/ui/Popover.tsx";
import type { Entry } from "../manifest.ts";
import { SPEEDS } from "../replay/speeds.ts";
import type { Stage } from "../replay/stage.ts";
import { useStage } from "../replay/useStage.ts";
import { clockOf } from "../words.ts";
import { writePreferences } from "./preferences.ts";
import { BEFORE_MS, JUMP_MS, nextSignal } from "./usePlayerKeys.ts";
import styles from "./Controls.module.css";

interface ControlsProps {
  stage: Stage | null;
  manifest: Manifest;
  entries: Entry[];
  go: (t: number) => void;
  hasAbout: boolean;
  aboutOpen: boolean;
  onAbout: () => void;
  onFullScreen: () => void;
  onNext?: () => void;
  onPrevious?: () => void;
}

export function Controls({ stage, manifest, entries, go, hasAbout, aboutOpen, onAbout, onFullScreen, onNext, onPrevious }: ControlsProps) {
  const { t, format } = useSpeech();
  const playing = useStage(stage, (state) => state.playing, false);
  const speed = useStage(stage, (state) => state.speed, 1);
  const skips = useStage(stage, (state) => state.skipsPauses, true);
  const second = useStage(stage, (state) => Math.floor(state.t / 1000), 0);
  const duration = stage?.duration ?? 0;
  const now = () => stage?.state.t ?? 0;
  const jumpToSignal = (direction: 1 | -1) => {
    const found = nextSignal(entries, now(), direction);
    if (found) go(Math.max(0, found.t - BEFORE_MS));
  };
  const nSignals = entries.filter(({ kind }) => kind === "signal" || kind === "error").length;
  const tabs = [...new Set(manifest.documents.map(({ tab }) => tab))];
  return (
    <div className={styles.controls} role="toolbar" aria-label={t("player.controls")}>
      {hasAbout && <IconButton label={aboutOpen ? t("player.hideAbout") : t("player.showAbout")} icon={<PanelLeft />} aria-pressed={aboutOpen} onClick={onAbout} />}
      {(onPrevious || onNext) && <IconButton label={t("player.previous")} icon={<SkipBack />} disabled={!onPrevious} onClick={onPrevious} />}
      <IconButton label={t("player.back10")} icon={<RotateCcw />} onClick={() => go(Math.max(0, now() - JUMP_MS))} />
      <IconButton className={styles.play} look="primary" label={playing ? t("player.pause") : t("player.play")} icon={playing ? <Pause /> : <Play />} disabled={!stage} onClick={() => stage?.toggle()} />
      <IconButton label={t("player.forward10")} icon={<RotateCw />} onClick={() => go(Math.min(duration, now() + JUMP_MS))} />
      {(onPrevious || onNext) && <IconButton label={t("player.next")} icon={<SkipForward />} disabled={!onNext} onClick={onNext} />}
      <span className={styles.clock}>
        <time>{clockOf(second * 1000)}</time> / <time>{clockOf(duration)}</time>
      </span>
      <span className={styles.signals}>
        <IconButton label={t("player.previousSignal")} icon={<ChevronLeft />} disabled={nSignals === 0} onClick={() => jumpToSignal(-1)} />
        <span>{t("player.signals", { n: nSignals, shown: format.number(nSignals) })}</span>
        <IconButton label={t("player.nextSignal")} icon={<ChevronRight />} disabled={nSignals === 0} onClick={() => jumpToSignal(1)} />
      </span>
      <span className={styles.rest}>
        {tabs.length > 1 && (
          <InlineSelect
            label={t("player.tabs")}
            value={"" as string}
            choices={[{ value: "", label: t("player.tabs.follow", { n: tabs.length }) }, ...tabs.map((tab, index) => ({ value: tab, label: t("player.tabs.one", { n: index + 1 }) }))]}
            onPick={(tab) => stage?.followTab(tab === "" ? null : tab)}
          />
        )}
        <Check
          label={
            <span className={styles.skip}>
              <FastForward aria-hidden />
              {t("player.skipPauses")}
            </span>
          }
          checked={skips}
          onChange={(on) => {
            writePreferences({ skipsPauses: on });
            stage?.setSkipsPauses(on);
          }}
        />
        <InlineSelect
          label={t("player.speed")}
          value={String(speed)}
          choices={SPEEDS.map((one) => ({ value: String(one), label: t("player.speedOf", { speed: format.number(one) }) }))}
          onPick={(picked) => {
            writePreferences({ speed: Number(picked) });
            stage?.setSpeed(Number(picked));
          }}
        />
        <Popover label={t("player.keys")} placement="top-end" trigger={(props) => <IconButton {...(props as object)} label={t("player.keys")} icon={<Keyboard />} className={styles.keysButton} />}>
          {() => (
            <dl className={styles.keys}>
              {KEYS.map(([key, text]) => (
                <div key={key}>
                  <dt>
                    <kbd>{key}</kbd>
                  </dt>
                  <dd>{t(text)}</dd>
                </div>
              ))}
            </dl>
          )}
        </Popover>
        <IconButton label={t("player.fullScreen")} icon={<Maximize />} onClick={onFullScreen} />
      </span>
    </div>
  );
}

const KEYS = [
  ["␣", "player.key.space"],
  ["← →", "player.key.arrows"],
  ["[ ]", "player.key.signals"],
  ["< >", "player.key.speed"],
  ["N", "player.key.note"],
  ["J K", "player.key.next"],
  ["F", "player.key.fullScreen"],
] as const;
