// What pickers offer: the events, properties and values that the project has seen.
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { api } from "@/api/client.ts";
import type { EventName, PropertyName, PropertyValue } from "@/api/types.ts";
import { useProject } from "@/shell/session.tsx";

const STALE_MS = 60_000;

export function useEventNames(): { names: EventName[]; loading: boolean; error: unknown } {
  const project = useProject();
  const { data, isPending, error } = useQuery({
    queryKey: ["names", project.id],
    queryFn: ({ signal }) => api.names(project.id, { limit: 1000 }, signal),
    staleTime: STALE_MS,
  });
  return { names: data?.events ?? [], loading: isPending, error };
}

/** Properties of events (of one event when it is known) or of people. */
export function useProperties(of: string, event?: string): { properties: PropertyName[]; loading: boolean } {
  const project = useProject();
  const { data, isPending } = useQuery({
    queryKey: ["properties", project.id, of, event],
    queryFn: ({ signal }) => api.properties(project.id, { of, event }, signal),
    staleTime: STALE_MS,
  });
  return { properties: data?.properties ?? [], loading: isPending };
}

export function useValues(property: string, of: string, event: string | undefined, search: string): { values: PropertyValue[]; loading: boolean } {
  const project = useProject();
  const { data, isFetching } = useQuery({
    queryKey: ["values", project.id, property, of, event, search],
    queryFn: ({ signal }) => api.values(project.id, { property, of, event, search, limit: 100 }, signal),
    staleTime: STALE_MS,
    placeholderData: keepPreviousData,
  });
  return { values: data?.values ?? [], loading: isFetching };
}
