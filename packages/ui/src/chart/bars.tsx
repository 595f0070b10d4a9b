// Rows of bars with their names at the left: for rankings, also of values on both sides of zero.
import { useMemo, type Ref } from "react";
import { useSpeech } from "@/i18n/language.tsx";
import { useNarrow } from "@/ui/useNarrow.ts";
import { useTheme } from "@/ui/theme.tsx";
import { FONT, tipFoot, tipLine, tipTitle, tooltip } from "./axes.ts";
import { chartColors } from "./colors.ts";
import { Picture, type PictureHandle } from "./Picture.tsx";

export interface Bar {
  id: string;
  name: string;
  value: number;
  /** At the end of the bar. */
  shown: string;
  /** Lines of the tooltip. */
  told: { name: string; value: string; note?: string }[];
  /** Drawn pale: known too little. */
  faint?: boolean;
}

interface BarsProps {
  bars: Bar[];
  /** How a value of the axis is written. */
  axis: (value: number) => string;
  label: string;
  pictureRef: Ref<PictureHandle>;
  onBar?: (bar: Bar) => void;
}

const ROW_PX = 26;

export function BarsPicture({ bars, axis, label, pictureRef, onBar }: BarsProps) {
  const { t } = useSpeech();
  const { theme } = useTheme();
  const narrow = useNarrow();
  const opens = onBar !== undefined;
  const option = useMemo(() => {
    const colors = chartColors(theme);
    const nameWidth = narrow ? 110 : 240;
    const colorOf = (bar: Bar) => (bar.value < 0 ? colors.series(2) : colors.series(0));
    return {
      aria: { enabled: false },
      textStyle: { fontFamily: FONT },
      grid: { left: 8, right: narrow ? 56 : 90, top: 8, bottom: 8, outerBoundsMode: "same", outerBoundsContain: "axisLabel" },
      yAxis: {
        type: "category" as const,
        inverse: true,
        data: bars.map((bar) => bar.name),
        axisLine: { show: false },
        axisTick: { show: false },
        // Names stay at the left, also of bars that go there.
        axisLabel: { color: colors.ink, fontSize: 12, fontFamily: FONT, width: nameWidth, overflow: "truncate", margin: 12 },
      },
      xAxis: {
        type: "value" as const,
        // Room for what stands at the end of a bar that goes to the left.
        min: (extent: { min: number; max: number }) => (extent.min < 0 ? Math.min(extent.min, 0) - (Math.max(extent.max, 0) - extent.min) * 0.12 : 0),
        axisLabel: { showMinLabel: bars.every((bar) => bar.value >= 0), color: colors.quiet, fontSize: 11, fontFamily: FONT, hideOverlap: true, formatter: axis },
        splitLine: { lineStyle: { color: colors.line } },
      },
      tooltip: {
        ...tooltip(colors),
        trigger: "axis",
        axisPointer: { type: "shadow", shadowStyle: { color: colors.line, opacity: 0.4 } },
        formatter: (points: { dataIndex: number }[]) => {
          const bar = bars[points[0]?.dataIndex ?? 0];
          return bar ? tipTitle(bar.name) + bar.told.map((line) => tipLine(colorOf(bar), line.name, line.value, line.note)).join("") + (opens ? tipFoot(t("tip.open")) : "") : "";
        },
      },
      series: [
        {
          type: "bar",
          barMaxWidth: 16,
          emphasis: { disabled: true },
          cursor: opens ? "pointer" : "default",
          data: bars.map((bar) => ({
            value: bar.value,
            itemStyle: { color: colorOf(bar), opacity: bar.faint ? 0.4 : 1, borderRadius: bar.value < 0 ? [2, 0, 0, 2] : [0, 2, 2, 0] },
            label: { show: true, position: bar.value < 0 ? "left" : "right", formatter: bar.shown, color: colors.ink, fontSize: 11, fontFamily: FONT },
          })),
        },
      ],
    };
  }, [bars, theme, narrow, axis, opens, t]);
  return (
    <Picture
      ref={pictureRef}
      option={option}
      height={bars.length * ROW_PX + 44}
      label={label}
      onPoint={
        onBar &&
        (({ dataIndex }) => {
          const bar = bars[dataIndex];
          if (bar) onBar(bar);
        })
      }
    />
  );
}
