// The project's annotations, known to every picture over time below.
import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { api } from "@/api/client.ts";
import { KnownHappened, type Happened } from "@/chart/happened.ts";
import { useProject } from "@/shell/session.tsx";

export const annotationsKey = (project: number) => ["annotations", project] as const;

const NONE: Happened[] = [];

export function Annotated({ children }: { children: ReactNode }) {
  const project = useProject();
  const { data } = useQuery({ queryKey: annotationsKey(project.id), queryFn: () => api.annotations(project.id), staleTime: 60_000, retry: false });
  return <KnownHappened.Provider value={data?.annotations ?? NONE}>{children}</KnownHappened.Provider>;
}
