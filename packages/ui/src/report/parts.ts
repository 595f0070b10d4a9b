// What each kind of report brings, loaded when it is needed: for a board, and for a metric's question.
import { useQuery } from "@tanstack/react-query";
import type { QuestionKind } from "@/question/question.ts";
import type { ReportRoomParts } from "./room.ts";

export type ReportKind = Exclude<QuestionKind, "task" | "attempts">;

const PARTS: { [K in ReportKind]: () => Promise<ReportRoomParts<K>> } = {
  trend: () => import("@/rooms/trend/TrendRoom.tsx").then((room) => room.trendRoom),
  funnel: () => import("@/rooms/funnel/FunnelRoom.tsx").then((room) => room.funnelRoom),
  retention: () => import("@/rooms/retention/RetentionRoom.tsx").then((room) => room.retentionRoom),
  frequency: () => import("@/rooms/frequency/FrequencyRoom.tsx").then((room) => room.frequencyRoom),
  lifecycle: () => import("@/rooms/lifecycle/LifecycleRoom.tsx").then((room) => room.lifecycleRoom),
  journey: () => import("@/rooms/journey/JourneyRoom.tsx").then((room) => room.journeyRoom),
  sessions: () => import("@/rooms/sessions/SessionsRoom.tsx").then((room) => room.sessionsRoom),
  impact: () => import("@/rooms/impact/ImpactRoom.tsx").then((room) => room.impactRoom),
  driver: () => import("@/rooms/driver/DriverRoom.tsx").then((room) => room.driverRoom),
  feature: () => import("@/rooms/feature/FeatureRoom.tsx").then((room) => room.featureRoom),
  friction: () => import("@/rooms/friction/FrictionRoom.tsx").then((room) => room.frictionRoom),
  heatmap: () => import("@/rooms/heatmap/HeatmapRoom.tsx").then((room) => room.heatmapRoom),
  vital: () => import("@/rooms/vital/VitalRoom.tsx").then((room) => room.vitalRoom),
  error: () => import("@/rooms/vital/ErrorRoom.tsx").then((room) => room.errorRoom),
};

export function isReportKind(kind: string): kind is ReportKind {
  return kind in PARTS;
}

/** The parts of a kind; while they are on their way there are none. */
export function useReportParts<K extends ReportKind>(kind: K): ReportRoomParts<K> | undefined {
  return useQuery({ queryKey: ["report parts", kind], queryFn: () => PARTS[kind]() as Promise<ReportRoomParts<K>>, staleTime: Infinity }).data;
}
