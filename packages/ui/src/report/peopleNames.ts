// Names beside ids. An answer knows people by the id they were sent with; their profiles, which have names, are asked for
// where a row comes into sight, and for an export in whichever way takes fewer requests.
import { useQuery } from "@tanstack/react-query";
import { useEffect, useRef, useState, type RefObject } from "react";
import { api, ApiError } from "@/api/client.ts";
import { useProject } from "@/shell/session.tsx";

export interface Named {
  name: string | null;
  email: string | null;
}

const NOBODY: Named = { name: null, email: null };
const STALE_MS = 5 * 60_000;
const PAGE_OF_PROFILES = 500;
const AT_ONCE = 6;

/** The name of somebody, once the row is seen. */
export function usePersonName<Row extends Element>(id: string): { named: Named | undefined; rowRef: RefObject<Row | null> } {
  const project = useProject();
  const rowRef = useRef<Row>(null);
  const [seen, setSeen] = useState(false);
  useEffect(() => {
    const row = rowRef.current;
    if (!row || seen) return;
    const observer = new IntersectionObserver((entries) => entries.some((entry) => entry.isIntersecting) && setSeen(true));
    observer.observe(row);
    return () => observer.disconnect();
  }, [seen]);
  const { data } = useQuery({ queryKey: ["personName", project.id, id], queryFn: ({ signal }) => nameOf(project.id, id, signal), enabled: seen && id !== "", staleTime: STALE_MS, retry: false });
  return { named: data, rowRef };
}

/** The names of many, by id. Those without a profile are missing. */
export async function namesOf(project: number, ids: string[]): Promise<Map<string, Named>> {
  const found = new Map<string, Named>();
  const first = await api.people(project, { limit: PAGE_OF_PROFILES });
  const pages = Math.ceil(first.total / PAGE_OF_PROFILES);
  if (pages <= ids.length) {
    const wanted = new Set(ids);
    for (let page = first; ; page = await api.people(project, { limit: PAGE_OF_PROFILES, before: page.next })) {
      for (const person of page.people) if (wanted.has(person.id)) found.set(person.id, { name: person.name ?? null, email: person.email ?? null });
      if (!page.next || found.size === wanted.size) return found;
    }
  }
  const waiting = [...ids];
  const work = async () => {
    for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) found.set(id, await nameOf(project, id));
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return found;
}

async function nameOf(project: number, id: string, signal?: AbortSignal): Promise<Named> {
  try {
    const person = await api.person(project, id, signal);
    return { name: person.name ?? null, email: person.email ?? null };
  } catch (error) {
    // Whoever was split or deleted meanwhile has no name; anything else is an error.
    if (error instanceof ApiError && error.status === 404) return NOBODY;
    throw error;
  }
}
