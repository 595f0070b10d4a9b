// Names beside ids. An answer knows people by the id they were sent with; their profiles, which have names, are asked for
// where a row comes into sight. An export has them told beside the ids.
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
