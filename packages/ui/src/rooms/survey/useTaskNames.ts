// The tasks whose outcomes may show a survey, by id.
import { useQuery } from "@tanstack/react-query";
import { api } from "@/api/client.ts";
import { useProject } from "@/shell/session.tsx";

export function useTaskNames(): Map<string, string> {
  const project = useProject();
  const { data } = useQuery({ queryKey: ["tasks", project.id], queryFn: () => api.tasks(project.id), staleTime: 60_000 });
  return new Map(data?.tasks.map(({ id, name }) => [id, name]));
}
