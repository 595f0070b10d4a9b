// Lines over intervals: names at the line's end up to six, the part that is not over dashed, gaps as gaps, the period
// before as a pale line. Used by every report that follows something over time.
import { useMemo, type Ref } from "react";
import { useSpeech } from "@/i18n/language.tsx";
import { useNarrow } from "@/ui/useNarrow.ts";
import { useTheme } from "@/ui/theme.tsx";
import { categoryAxis, FONT, tipFoot, tipLine, tipTitle, tooltip, valueAxis } from "./axes.ts";
import { chartColors } from "./colors.ts";
import { useHappened, type Over } from "./happened.ts";
import { Picture, type PictureHandle } from "./Picture.tsx";

export interface Line {
  id: string;
  name: string;
  values: (number | null)[];
  /** Place in the series colours; none for "others"; the overall line has the ink's. */
  color: number | "overall" | null;
  previous?: (number | null)[];
  /** n behind each value, for the tooltip. */
  counts?: (number | null)[];
  /** Said beside each value in the tooltip, instead of n. */
  notes?: string[];
  /** First value of this line that is not over yet, where lines differ. */
  incompleteFrom?: number;
}

interface LinesProps {
  names: string[];
  /** The same names where there is room: in the tooltip. */
  longNames?: string[];
  lines: Line[];
  /** Index of the first interval that is not over; the number of intervals when all are. */
  incompleteFrom: number;
  shape: "line" | "bar" | "area";
  /** Index of a place to mark with a thin line, and its name. */
  mark?: { at: number; name: string };
  /** Several of them. */
  marks?: { at: number; name: string }[];
  /** The intervals, if it is over time: what happened in them is marked. */
  over?: Over;
  /** Between which the first line was to be expected. */
  band?: { low: (number | null)[]; high: (number | null)[] };
  /** Places of the first line that stand out. */
  emphasized?: number[];
  share?: boolean;
  height?: number;
  label: string;
  pictureRef: Ref<PictureHandle>;
  /** `isPrevious`: the line's period before is nearer to where one pointed. */
  onPlace?: (line: Line, index: number, isPrevious: boolean) => void;
}

/** What happened has its name above its mark where there is room before the next; else the tooltip tells. */
const MOST_NAME_CHARS = 18;
const [PICTURE_PX, NARROW_PICTURE_PX] = [900, 280];
/** Up to this many lines are named at their end; more have their names in the table and the tooltip. */
const NAMED_LINES = 6;
const POINTS_SHOWN_UP_TO = 45;
/** Room for a name at a line's end, in pixels. */
const [NARROWEST_NAME, WIDEST_NAME, LETTER_PX] = [72, 220, 7];

export function LinesPicture({ names, longNames, lines, incompleteFrom, shape, mark, marks, over, band, emphasized, share = false, height = 300, label, pictureRef, onPlace }: LinesProps) {
  const { t, format } = useSpeech();
  const { theme } = useTheme();
  const narrow = useNarrow();
  const opens = onPlace !== undefined;
  const happened = useHappened(over);
  const option = useMemo(() => {
    const colors = chartColors(theme);
    const shown = (value: number) => (share ? format.percent(value) : format.number(value));
    const colorOf = (line: Line) => (line.color === null ? colors.others : line.color === "overall" ? colors.ink : colors.series(line.color));
    const named = lines.length > 1 && lines.length <= NAMED_LINES && shape !== "bar" && !narrow;
    const nameWidth = Math.min(WIDEST_NAME, Math.max(NARROWEST_NAME, ...lines.map((line) => line.name.length * LETTER_PX)));
    const bars = shape === "bar" || names.length === 1;
    const yAxis = valueAxis(colors, format, share ? highest(lines) : undefined);
    if (share && highest(lines) > 0.5) Object.assign(yAxis, { max: 1, interval: 0.25 });
    // Counts have no fractions, so their axis has none either.
    if (!share && lines.every((line) => line.values.every((value) => value === null || Number.isInteger(value)))) Object.assign(yAxis, { minInterval: 1 });
    const series = lines.flatMap((line) => {
      const color = colorOf(line);
      const until = line.incompleteFrom ?? incompleteFrom;
      if (bars) {
        return [
          {
            id: line.id,
            type: "bar",
            name: line.name,
            stack: lines.length > 1 && !share ? "all" : undefined,
            barMaxWidth: 36,
            emphasis: { disabled: true },
            itemStyle: { color, borderRadius: lines.length > 1 ? 0 : [2, 2, 0, 0] },
            data: line.values.map((value, index) => ({ value, itemStyle: index >= until ? { color, opacity: 0.45, borderColor: color, borderType: "dashed", borderWidth: 1 } : undefined })),
          },
        ];
      }
      const base = {
        type: "line",
        name: line.name,
        symbol: "circle",
        symbolSize: 5,
        showSymbol: names.length <= POINTS_SHOWN_UP_TO,
        connectNulls: false,
        lineStyle: { color, width: 2 },
        itemStyle: { color },
        emphasis: { disabled: true },
        stack: shape === "area" && !share ? "whole" : undefined,
        areaStyle: shape === "area" ? { color, opacity: 0.18 } : undefined,
      };
      const over = line.values.map((value, index) => (index < until ? value : null));
      // It joins the last value that is over, whose own point is drawn already.
      const open = line.values.map((value, index) => (index >= until ? value : index === until - 1 ? { value, symbol: "none" } : null));
      const hasOpen = until < names.length;
      const endLabel = { show: true, formatter: line.name, color, fontSize: 12, fontFamily: FONT, lineHeight: 15, width: nameWidth, overflow: "truncate", distance: 8 };
      const parts: Record<string, unknown>[] = [{ ...base, id: line.id, data: over, endLabel: named && !hasOpen ? endLabel : undefined, labelLayout: { moveOverlap: "shiftY" } }];
      if (hasOpen) {
        parts.push({
          ...base,
          id: `${line.id} open`,
          stack: undefined,
          areaStyle: undefined,
          data: shape === "area" && lines.length > 1 ? open.map(() => null) : open,
          lineStyle: { color, width: 2, type: [4, 4] },
          itemStyle: { color: colors.surface, borderColor: color, borderWidth: 1.5 },
          endLabel: named && !(shape === "area" && lines.length > 1) ? endLabel : undefined,
          labelLayout: { moveOverlap: "shiftY" },
        });
        if (shape === "area" && lines.length > 1) parts[0] = { ...parts[0], data: line.values, endLabel: named ? endLabel : undefined };
      }
      if (line.previous) {
        parts.push({ ...base, id: `${line.id} previous`, stack: undefined, areaStyle: undefined, showSymbol: false, data: line.previous, lineStyle: { color, width: 1.5, opacity: 0.4 }, z: 1 });
      }
      return parts;
    });
    if (band) series.unshift(...bandSeries(band, colors.quiet));
    if (emphasized && emphasized.length > 0 && lines[0]) {
      const values = lines[0].values;
      series.push({ id: "emphasized", type: "scatter", name: lines[0].name, symbolSize: 9, itemStyle: { color: colors.bad }, silent: true, z: 5, data: emphasized.map((at) => [at, values[at] ?? null]) });
    }
    const marked = [...(mark ? [mark] : []), ...(marks ?? []), ...happened.map((one, place) => ({ at: one.at, name: hasRoom(one, happened[place + 1], names.length, narrow) ? cut(one.name) : "", isThin: true }))];
    const first = series.find((one) => one.id === lines[0]?.id);
    if (marked.length > 0 && first) {
      Object.assign(first, {
        markLine: {
          silent: true,
          symbol: "none",
          lineStyle: { color: colors.quiet, width: 1, type: "solid" },
          label: { color: colors.quiet, fontSize: 11, fontFamily: FONT },
          data: marked.map((one) => ({ xAxis: one.at, name: one.name, label: { formatter: one.name }, lineStyle: "isThin" in one ? { color: colors.others, type: [3, 3] } : undefined })),
        },
      });
    }
    return {
      aria: { enabled: false },
      textStyle: { fontFamily: FONT },
      grid: { left: 8, right: named ? nameWidth + 16 : 20, top: 20, bottom: 12, outerBoundsMode: "same", outerBoundsContain: "axisLabel" },
      xAxis: { ...categoryAxis(colors, names), boundaryGap: bars },
      yAxis,
      tooltip: {
        ...tooltip(colors),
        trigger: "axis",
        axisPointer: { type: bars ? "shadow" : "line", lineStyle: { color: colors.quiet, type: "solid", width: 1 }, shadowStyle: { color: colors.line, opacity: 0.4 } },
        formatter: (points: { dataIndex: number }[]) => {
          const index = points[0]?.dataIndex ?? 0;
          const rows = lines
            .map((line) => ({ line, value: line.values[index] ?? null }))
            .sort((a, b) => (b.value ?? -1) - (a.value ?? -1))
            .slice(0, 12)
            .map(({ line, value }) => {
              const count = line.counts?.[index];
              const before = line.previous?.[index];
              const note =
                before !== undefined ? t("tip.before", { value: before === null ? "–" : shown(before) }) : line.notes ? (line.notes[index] ?? "") : count === undefined || count === null ? "" : t("tip.n", { n: format.number(count) });
              return tipLine(colorOf(line), line.name, value === null ? "–" : shown(value), note);
            });
          const open = lines.some((line) => index >= (line.incompleteFrom ?? incompleteFrom)) ? tipFoot(t("tip.incomplete")) : "";
          const here = happened.filter((one) => one.at === index).map((one) => tipFoot(`◆ ${one.name}`));
          return tipTitle((longNames ?? names)[index] ?? "") + rows.join("") + here.join("") + open + (opens ? tipFoot(t("tip.open")) : "");
        },
      },
      series,
    };
  }, [lines, names, longNames, incompleteFrom, shape, share, theme, format, t, narrow, opens, mark, marks, happened, band, emphasized]);

  return (
    <Picture
      ref={pictureRef}
      option={option}
      height={height}
      label={label}
      onPlace={
        onPlace &&
        (({ index, value }) => {
          const bars = shape !== "line" || names.length === 1;
          // Bars do not draw the period before.
          const before = shape === "bar" || names.length === 1 ? undefined : nearestLine(lines, index, value, previousAt);
          const nearest = lines.length === 1 ? lines[0] : bars && !share ? stackedAt(lines, index, value) : nearestLine(lines, index, value, valueAt);
          if (before && Math.abs(previousAt(before, index) - value) < Math.abs((nearest ? valueAt(nearest, index) : Number.POSITIVE_INFINITY) - value)) return onPlace(before, index, true);
          if (nearest && nearest.values[index] !== null && nearest.values[index] !== undefined) onPlace(nearest, index, false);
        })
      }
    />
  );
}

/** Two lines stacked, without a line of their own: the lower one invisible, the distance to the upper one pale. */
function bandSeries({ low, high }: { low: (number | null)[]; high: (number | null)[] }, color: string): Record<string, unknown>[] {
  const base = { type: "line", stack: "band", stackStrategy: "all", symbol: "none", silent: true, connectNulls: false, lineStyle: { width: 0 }, emphasis: { disabled: true }, z: 0 };
  const height = high.map((top, at) => (top === null || low[at] === null || low[at] === undefined ? null : top - low[at]));
  return [
    { ...base, id: "band low", data: low },
    { ...base, id: "band", data: height, areaStyle: { color, opacity: 0.16 } },
  ];
}

function hasRoom(one: { at: number; name: string }, next: { at: number; name: string } | undefined, n: number, narrow: boolean): boolean {
  if (!next) return true;
  const distance = ((next.at - one.at) / Math.max(1, n)) * (narrow ? NARROW_PICTURE_PX : PICTURE_PX);
  return distance > ((cut(one.name).length + cut(next.name).length) / 2) * LETTER_PX;
}

function cut(name: string): string {
  return name.length > MOST_NAME_CHARS ? `${name.slice(0, MOST_NAME_CHARS - 1)}…` : name;
}

function valueAt(line: Line, index: number): number {
  return line.values[index] ?? Number.POSITIVE_INFINITY;
}

function previousAt(line: Line, index: number): number {
  return line.previous?.[index] ?? Number.POSITIVE_INFINITY;
}

function nearestLine(lines: Line[], index: number, value: number, at: (line: Line, index: number) => number): Line | undefined {
  const distance = (line: Line) => Math.abs(at(line, index) - value);
  return lines.toSorted((a, b) => distance(a) - distance(b))[0];
}

function stackedAt(lines: Line[], index: number, value: number): Line | undefined {
  let top = 0;
  for (const line of lines) {
    top += line.values[index] ?? 0;
    if (value <= top) return line;
  }
  return undefined;
}

function highest(lines: Line[]): number {
  return Math.max(0, ...lines.flatMap((line) => [...line.values, ...(line.previous ?? [])].map((value) => value ?? 0)));
}

