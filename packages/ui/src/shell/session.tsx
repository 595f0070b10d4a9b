// Who is signed in, and which project the screens speak of. The project is in the URL; the account comes from the cookie.
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { createContext, use } from "react";
import { api } from "@/api/client.ts";
import type { Me, Project } from "@/api/types.ts";

export const ME_KEY = ["me"] as const;

export function useMe(): Me {
  const { data } = useQuery({ queryKey: ME_KEY, queryFn: api.me, staleTime: 60_000 });
  if (!data) throw new Error("useMe before the account was read");
  return data;
}

/** What whoever came by a link sees of a project: nobody is signed in, so nothing is asked but what the link opens. */
const ByLink = createContext<Project | null>(null);
export const ProjectByLink = ByLink.Provider;

export function useIsByLink(): boolean {
  return use(ByLink) !== null;
}

export function useProject(): Project {
  const byLink = use(ByLink);
  const { project } = useParams({ strict: false });
  const { data: me } = useQuery({ queryKey: ME_KEY, queryFn: api.me, staleTime: 60_000, enabled: byLink === null });
  if (byLink) return byLink;
  const found = me?.projects.find((one) => String(one.id) === project) ?? me?.projects[0];
  if (!found) throw new Error("useProject without a project");
  return found;
}

/** Reads the account again: after a project or a language changed. */
export function useRefreshMe(): () => Promise<void> {
  const client = useQueryClient();
  return () => client.invalidateQueries({ queryKey: ME_KEY });
}

const LAST_PROJECT = "sillage.project";
export function rememberProject(id: number): void {
  localStorage.setItem(LAST_PROJECT, String(id));
}
export function startingProject(projects: Project[]): Project | undefined {
  const last = localStorage.getItem(LAST_PROJECT);
  return projects.find((one) => String(one.id) === last) ?? projects[0];
}
