// Heat over a page, on a raster that the browser draws larger: one hue, from thin to dense.
import { useEffect, useRef, type Ref, useImperativeHandle } from "react";
import { warmth, type Field } from "./heat.ts";
import styles from "./heatmap.module.css";

interface HeatCanvasProps {
  field: Field;
  /** The warmest of all sheets that are compared. */
  peak: number;
  ref?: Ref<HTMLCanvasElement>;
}

type Rgb = [number, number, number];

const STEPS = 256;
/** Below this warmth the heat fades out, so that a spot has no edge. */
const FADES = 0.34;

export function HeatCanvas({ field, peak, ref }: HeatCanvasProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useImperativeHandle(ref, () => canvas.current as HTMLCanvasElement, []);
  useEffect(() => {
    const context = canvas.current?.getContext("2d");
    if (!canvas.current || !context) return;
    const heat = getComputedStyle(canvas.current).getPropertyValue("--heat").trim().split(/\s+/).map(Number);
    const ramp = rampOf([heat[0] ?? 15, heat[1] ?? 118, heat[2] ?? 110]);
    const image = context.createImageData(field.columns, field.rows);
    for (const [at, value] of field.values.entries()) {
      if (value <= 0) continue;
      const step = Math.round(warmth(value, peak) * (STEPS - 1)) * 4;
      for (let channel = 0; channel < 4; channel += 1) image.data[at * 4 + channel] = ramp[step + channel] ?? 0;
    }
    context.putImageData(image, 0, 0);
  }, [field, peak]);
  return <canvas ref={canvas} className={styles.heat} width={field.columns} height={field.rows} aria-hidden data-testid="heat" />;
}

/** Thin heat is light and lets the page through, dense heat is deep. */
function rampOf(heat: Rgb): Uint8ClampedArray {
  const ramp = new Uint8ClampedArray(STEPS * 4);
  const mixed = (to: number, share: number) => heat.map((channel) => channel + (to - channel) * share) as Rgb;
  const [light, deep] = [mixed(255, 0.25), mixed(0, 0.45)];
  for (let step = 0; step < STEPS; step += 1) {
    const warm = step / (STEPS - 1);
    const [from, to, share] = warm < 0.5 ? [light, heat, warm * 2] : [heat, deep, warm * 2 - 1];
    for (let channel = 0; channel < 3; channel += 1) ramp[step * 4 + channel] = (from[channel] ?? 0) + ((to[channel] ?? 0) - (from[channel] ?? 0)) * share;
    ramp[step * 4 + 3] = 255 * Math.min(1, warm / FADES) ** 1.6 * (0.34 + 0.48 * warm);
  }
  return ramp;
}
