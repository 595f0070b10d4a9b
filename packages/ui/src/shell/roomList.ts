// The rooms that exist, by intent. Navigation, palette and routes read this one list: a room that is not here is not shown.
import { Activity, BellRing, Blocks, Bug, CalendarDays, ChartNoAxesColumn, CircleAlert, ClipboardCheck, Filter, Flame, Gauge, LayoutDashboard, LayoutList, ListChecks, MessageSquareText, Network, Radio, Repeat2, Rocket, Route as RouteIcon, Signpost, Sprout, Target, Timer, Users, UsersRound, Video } from "lucide-react";
import type { ComponentType } from "react";
import type { QuestionKind } from "@/question/question.ts";
import type { MessageKey } from "@/i18n/catalogue.ts";

export type RoomPath = "trends" | "funnels" | "retention" | "engagement" | "lifecycle" | "journeys" | "sessions" | "cohorts" | "features" | "drivers" | "impact" | "friction" | "heatmaps" | "speed" | "errors" | "boards" | "metrics" | "alerts" | "reports" | "live" | "people" | "recordings" | "surveys" | "tasks" | "user-tests" | "interviews" | "plan";

export interface RoomEntry {
  path: RoomPath;
  label: MessageKey;
  icon: ComponentType<{ "aria-hidden"?: boolean }>;
  /** The kind of question that its reports ask, if it is a report builder. */
  kind?: Exclude<QuestionKind, "task" | "attempts">;
  /** The kind under which what is saved here is found, where it is no report. */
  keeps?: string;
}
export interface Intent {
  label: MessageKey;
  rooms: RoomEntry[];
}

export const intents: Intent[] = [
  {
    label: "intent.what",
    rooms: [
      { path: "trends", label: "room.trend", icon: Activity, kind: "trend" },
      { path: "funnels", label: "room.funnel", icon: Filter, kind: "funnel" },
      { path: "retention", label: "room.retention", icon: Repeat2, kind: "retention" },
      { path: "engagement", label: "room.frequency", icon: ChartNoAxesColumn, kind: "frequency" },
      { path: "lifecycle", label: "room.lifecycle", icon: Sprout, kind: "lifecycle" },
      { path: "journeys", label: "room.journey", icon: RouteIcon, kind: "journey" },
      { path: "sessions", label: "room.sessions", icon: Timer, kind: "sessions" },
      { path: "cohorts", label: "room.cohort", icon: UsersRound },
      { path: "features", label: "room.feature", icon: Blocks, kind: "feature" },
      { path: "drivers", label: "room.driver", icon: Signpost, kind: "driver" },
      { path: "impact", label: "room.impact", icon: Rocket, kind: "impact" },
    ],
  },
  {
    label: "intent.why",
    rooms: [
      { path: "tasks", label: "room.task", icon: Target },
      { path: "recordings", label: "room.recording", icon: Video, keeps: "recordings" },
      { path: "heatmaps", label: "room.heatmap", icon: Flame, kind: "heatmap" },
      { path: "friction", label: "room.friction", icon: CircleAlert, kind: "friction" },
      { path: "surveys", label: "room.survey", icon: MessageSquareText },
      { path: "user-tests", label: "room.userTest", icon: ClipboardCheck },
      { path: "interviews", label: "room.interview", icon: CalendarDays },
      { path: "speed", label: "room.vital", icon: Gauge, kind: "vital" },
      { path: "errors", label: "room.error", icon: Bug, kind: "error" },
    ],
  },
  {
    label: "intent.decide",
    rooms: [
      { path: "boards", label: "room.board", icon: LayoutDashboard },
      { path: "metrics", label: "room.metric", icon: Network },
      { path: "alerts", label: "room.alert", icon: BellRing },
      { path: "reports", label: "room.reports", icon: LayoutList },
    ],
  },
  {
    label: "intent.data",
    rooms: [
      { path: "live", label: "room.live", icon: Radio },
      { path: "people", label: "room.people", icon: Users },
      { path: "plan", label: "room.plan", icon: ListChecks },
    ],
  },
];

export const allRooms: RoomEntry[] = intents.flatMap((intent) => intent.rooms);

/** Where something saved is opened. */
export function roomOfKind(kind: string): RoomEntry | undefined {
  return allRooms.find((room) => room.kind === kind || room.keeps === kind);
}

export function pathOfKind(kind: string): RoomPath {
  return roomOfKind(kind)?.path ?? "trends";
}
