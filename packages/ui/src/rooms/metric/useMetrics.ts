// Metrics as they stand.
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { api } from "@/api/client.ts";
import { useSpeech } from "@/i18n/language.tsx";
import { useProject } from "@/shell/session.tsx";

export function useMetricValue(metric: string, version: number, intervals?: number) {
  const project = useProject();
  const { language } = useSpeech();
  const query = new URLSearchParams({ language, ...(intervals ? { intervals: String(intervals) } : {}) }).toString();
  return useQuery({
    queryKey: ["metric value", project.id, metric, version, query],
    queryFn: ({ signal }) => api.metricValue(project.id, metric, query, signal),
    placeholderData: keepPreviousData,
    staleTime: 60_000,
    retry: false,
  });
}
