// What a tile shows, whoever looks.
import type { TileAnswer } from "@/api/board.ts";
import type { Cell } from "@/api/types.ts";
import type { CellPart } from "@/report/room.ts";
import { MetricFigure } from "@/rooms/metric/MetricFigure.tsx";
import { heightOf } from "./layout.ts";
import { ReportTile } from "./ReportTile.tsx";
import { TaskTile } from "./TaskTile.tsx";

/** What the head of a tile, its padding and its sentence take of its height. */
const HEAD_PX = 44;
const [PADDING_PX, SENTENCE_PX] = [24, 48];

/** How high what is shown may be. */
export function roomIn(tile: { height: number }): number {
  return heightOf(tile.height) - HEAD_PX - PADDING_PX;
}

export function Shown({ data, height, onOpen }: { data: TileAnswer; height: number; onOpen: (at: Cell, title: string, parts?: CellPart[]) => void }) {
  if (data.metric && data.value) return <MetricFigure metric={data.metric} value={data.value} height={height} />;
  if (data.answer?.kind === "task") return <TaskTile data={data} onOpen={onOpen} />;
  return <ReportTile data={data} height={Math.max(96, height - SENTENCE_PX)} onOpen={onOpen} />;
}
