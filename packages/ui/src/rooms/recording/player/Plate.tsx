// What lies over the screen where there is nothing to see, or where it is not what it seems: waiting, a pause that is left out,
// a page that was not recorded. Says why, in words.
import { FastForward, Play } from "lucide-react";
import type { Manifest } from "@/api/recording.ts";
import { useSpeech } from "@/i18n/language.tsx";
import { Button } from "@/ui/Button.tsx";
import { pageAt } from "../manifest.ts";
import type { Stage } from "../replay/stage.ts";
import { useStage } from "../replay/useStage.ts";
import { clockOf } from "../words.ts";
import styles from "./Player.module.css";

export function Plate({ stage, manifest }: { stage: Stage; manifest: Manifest }) {
  const { t } = useSpeech();
  const blank = useStage(stage, (state) => state.blank, null);
  const seenFrom = useStage(stage, (state) => state.seenFrom, null);
  const waiting = useStage(stage, (state) => state.waiting, false);
  const skipping = useStage(stage, (state) => state.skipping && state.playing, false);
  const ended = useStage(stage, (state) => state.ended, false);
  const page = useStage(stage, (state) => pageAt(manifest, state.t), null);
  return (
    <>
      {blank && (
        <div className={styles.blank}>
          <strong>{blank === "interaction_only" ? t("player.blank.interactionOnly") : t("player.blank.noSnapshot")}</strong>
          <p>{blank === "interaction_only" ? t("player.blank.interactionOnlyWhy") : t("player.blank.noSnapshotWhy")}</p>
          {page && <p>{t("player.blank.page", { page })}</p>}
          {seenFrom !== null && (
            <Button size="small" onClick={() => void stage.seek(seenFrom + 1)}>
              {t("player.blank.seenFrom", { at: clockOf(seenFrom) })}
            </Button>
          )}
        </div>
      )}
      {waiting && (
        <div className={styles.badge} role="status">
          {t("player.waiting")}
        </div>
      )}
      {skipping && !waiting && (
        <div className={styles.badge}>
          <FastForward aria-hidden />
          {t("player.skipping")}
        </div>
      )}
      {ended && (
        <button type="button" className={styles.again} onClick={() => stage.play()}>
          <Play aria-hidden />
          {t("player.again")}
        </button>
      )}
    </>
  );
}
