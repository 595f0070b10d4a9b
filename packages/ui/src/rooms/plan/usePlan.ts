// The plan of the project, and what every change of it makes stale.
import { useMutation, useQuery, useQueryClient, type UseMutationResult } from "@tanstack/react-query";
import { api } from "@/api/client.ts";
import type { BroughtPlan, DraftedPlan, Plan, PlanState } from "@/api/plan.ts";
import { useProject } from "@/shell/session.tsx";

export function usePlan(): { state: PlanState | undefined; error: unknown } {
  const project = useProject();
  const { data, error } = useQuery({ queryKey: ["plan", project.id, "state"], queryFn: () => api.plan(project.id) });
  return { state: data, error };
}

/** Everything that a plan shows, and the names that it hides or merges. */
export function useRefreshPlan(): () => Promise<unknown> {
  const project = useProject();
  const client = useQueryClient();
  return () => Promise.all([client.invalidateQueries({ queryKey: ["plan", project.id] }), client.invalidateQueries({ queryKey: ["names", project.id] })]);
}

/** Keeps another draft over the one that was seen. */
export function useKeep(state: PlanState | undefined, done: () => void): UseMutationResult<DraftedPlan, Error, Plan> {
  const project = useProject();
  const refresh = useRefreshPlan();
  return useMutation({
    mutationFn: (document: Plan) => api.keepPlan(project.id, { document, revision: state?.draft?.revision ?? 0 }),
    onSuccess: async () => {
      await refresh();
      done();
    },
  });
}

/** Makes a draft of a file, ours or another product's. */
export function useBring(state: PlanState | undefined, done: () => void): UseMutationResult<BroughtPlan, Error, string> {
  const project = useProject();
  const refresh = useRefreshPlan();
  return useMutation({
    mutationFn: (text: string) => api.bringPlan(project.id, { text, revision: state?.draft?.revision ?? 0 }),
    onSuccess: async () => {
      await refresh();
      done();
    },
  });
}
