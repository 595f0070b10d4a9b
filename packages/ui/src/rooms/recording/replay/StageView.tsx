// The recorded screen at its own proportions, as large as there is room for. Its own chunk, since the replayer is heavy.
import { useEffect, useRef } from "react";
import { Stage, type StageSource } from "./stage.ts";
import styles from "./StageView.module.css";

interface StageViewProps extends StageSource {
  /** The stage once there is one, and null when it is gone. */
  onStage: (stage: Stage | null) => void;
  label: string;
  speed?: number;
  skipsPauses?: boolean;
  /** Fetches all of it beforehand, for who watches it and jumps about in it. */
  readsOn?: boolean;
  onClick?: () => void;
}

export function StageView({ manifest, fetchSegment, onStage, label, speed, skipsPauses, readsOn, onClick }: StageViewProps) {
  const hostRef = useRef<HTMLDivElement>(null);
  const placeRef = useRef<HTMLDivElement>(null);
  const given = useRef({ onStage, fetchSegment, speed, skipsPauses, readsOn });
  given.current = { onStage, fetchSegment, speed, skipsPauses, readsOn };
  useEffect(() => {
    const host = hostRef.current;
    const place = placeRef.current;
    if (!host || !place) return;
    const stage = new Stage(place, { manifest, fetchSegment: (n, signal) => given.current.fetchSegment(n, signal) }, { speed: given.current.speed, skipsPauses: given.current.skipsPauses, readsOn: given.current.readsOn });
    const fit = () => {
      const { width, height } = stage.state;
      if (width === 0 || height === 0) return;
      const scale = Math.min(host.clientWidth / width, host.clientHeight / height, 2);
      place.style.width = `${width}px`;
      place.style.height = `${height}px`;
      place.style.transform = `translate(${(host.clientWidth - width * scale) / 2}px, ${(host.clientHeight - height * scale) / 2}px) scale(${scale})`;
    };
    let size = "";
    const stopListening = stage.subscribe(() => {
      const now = `${stage.state.width}x${stage.state.height}`;
      if (now === size) return;
      size = now;
      fit();
    });
    const observer = new ResizeObserver(fit);
    observer.observe(host);
    // A dialog that opens in what was recorded takes the focus; the keyboard stays with the player.
    const keepFocus = () =>
      setTimeout(() => {
        const focused = document.activeElement;
        if (focused instanceof HTMLElement && place.contains(focused)) focused.blur();
      });
    addEventListener("blur", keepFocus);
    given.current.onStage(stage);
    return () => {
      removeEventListener("blur", keepFocus);
      observer.disconnect();
      stopListening();
      stage.destroy();
      place.replaceChildren();
      given.current.onStage(null);
    };
  }, [manifest]);
  return (
    <div ref={hostRef} className={styles.host} role="img" aria-label={label} onClick={onClick}>
      <div ref={placeRef} className={styles.place} />
    </div>
  );
}
