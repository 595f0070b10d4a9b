// What pickers offer: the events, properties and values that the project has seen.
import { keepPreviousData, useQueries, useQuery } from "@tanstack/react-query";
import { api } from "@/api/client.ts";
import type { Cohort, CustomEvent, CustomProperty, EventName, LookupTable, PageMapping, PropertyName, PropertyValue } from "@/api/types.ts";
import { useProject } from "@/shell/session.tsx";

const STALE_MS = 60_000;
const RECENT_EVENTS = 300;

export function useEventNames(): { names: EventName[]; loading: boolean; error: unknown } {
  const project = useProject();
  const { data, isPending, error } = useQuery({
    queryKey: ["names", project.id],
    queryFn: ({ signal }) => api.names(project.id, { limit: 1000 }, signal),
    staleTime: STALE_MS,
  });
  return { names: data?.events ?? [], loading: isPending, error };
}

/** Properties by whom they belong to: events (of one event when it is known), people, groups of a type. */
export function usePropertiesOf(owners: string[], event?: string): { lists: { of: string; properties: PropertyName[] }[]; loading: boolean } {
  const project = useProject();
  const queries = useQueries({
    queries: owners.map((of) => ({
      queryKey: ["properties", project.id, of, of === "event" ? event : undefined],
      queryFn: ({ signal }: { signal: AbortSignal }) => api.properties(project.id, { of, event: of === "event" ? event : undefined }, signal),
      staleTime: STALE_MS,
    })),
  });
  return {
    lists: owners.map((of, index) => ({ of, properties: queries[index]?.data?.properties ?? [] })),
    loading: queries.some((query) => query.isPending),
  };
}

export function useValues(property: string, of: string, event: string | undefined, search: string): { values: PropertyValue[]; loading: boolean } {
  const project = useProject();
  const { data, isFetching } = useQuery({
    queryKey: ["values", project.id, property, of, event, search],
    queryFn: ({ signal }) => api.values(project.id, { property, of, event, search, limit: 100 }, signal),
    // What is computed or looked up has no list of values; they can be typed.
    enabled: of !== "none" && of !== "session",
    staleTime: STALE_MS,
    placeholderData: keepPreviousData,
  });
  return { values: data?.values ?? [], loading: isFetching };
}

/** Events under names of the project's own, which a selector calls like any event. */
export function useCustomEvents(): { events: CustomEvent[]; loading: boolean; error: unknown } {
  const project = useProject();
  const { data, isPending, error } = useQuery({ queryKey: ["customEvents", project.id], queryFn: () => api.customEvents(project.id), staleTime: STALE_MS });
  return { events: data?.custom_events ?? [], loading: isPending, error };
}

/** Ways of grouping pages, the project's own first. */
export function usePageMappings(): { mappings: PageMapping[]; loading: boolean; error: unknown } {
  const project = useProject();
  const { data, isPending, error } = useQuery({ queryKey: ["pageMappings", project.id], queryFn: () => api.pageMappings(project.id), staleTime: STALE_MS });
  return { mappings: data?.page_mappings ?? [], loading: isPending, error };
}

/** Tables whose columns are read beside a property. */
export function useLookups(): { tables: LookupTable[]; loading: boolean; error: unknown } {
  const project = useProject();
  const { data, isPending, error } = useQuery({ queryKey: ["lookups", project.id], queryFn: () => api.lookups(project.id), staleTime: STALE_MS });
  return { tables: data?.lookups ?? [], loading: isPending, error };
}

/** Saved formulas, which questions call like any property. */
export function useCustomProperties(): { properties: CustomProperty[]; loading: boolean; error: unknown } {
  const project = useProject();
  const { data, isPending, error } = useQuery({ queryKey: ["customProperties", project.id], queryFn: () => api.customProperties(project.id), staleTime: STALE_MS });
  return { properties: data?.custom_properties ?? [], loading: isPending, error };
}

/** The saved cohorts, which filters and breakdowns call by their name. */
export function useCohorts(): { cohorts: Cohort[]; loading: boolean; error: unknown } {
  const project = useProject();
  const { data, isPending, error } = useQuery({ queryKey: ["cohorts", project.id], queryFn: () => api.cohorts(project.id), staleTime: STALE_MS });
  return { cohorts: data?.cohorts ?? [], loading: isPending, error };
}

/** The types of groups that events belong to, as the events that arrived last name them; others can be typed. */
export function useGroupTypes(): { types: string[]; loading: boolean } {
  const project = useProject();
  const { data, isPending } = useQuery({
    queryKey: ["groupTypes", project.id],
    queryFn: async ({ signal }) => {
      const { events } = await api.live(project.id, { limit: RECENT_EVENTS }, signal);
      return [...new Set(events.flatMap((event) => Object.keys(event.groups)))].toSorted();
    },
    staleTime: STALE_MS,
  });
  return { types: data ?? [], loading: isPending };
}
