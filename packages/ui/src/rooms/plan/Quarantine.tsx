// Events that the plan keeps apart: what is wrong with each, and letting them out or throwing them away.
import { useInfiniteQuery, useMutation } from "@tanstack/react-query";
import { ChevronRight } from "lucide-react";
import { useState } from "react";
import { api } from "@/api/client.ts";
import { useSpeech } from "@/i18n/language.tsx";
import { eventName } from "@/question/words.ts";
import list from "@/rooms/event/event.module.css";
import { tellError } from "@/shell/errors.ts";
import { RemoveDialog } from "@/shell/RemoveDialog.tsx";
import { useProject } from "@/shell/session.tsx";
import { moveWithArrows } from "@/ui/arrowKeys.ts";
import { Button } from "@/ui/Button.tsx";
import { Empty, Failure, SkeletonRows } from "@/ui/State.tsx";
import { useToast } from "@/ui/Toast.tsx";
import { useRefreshPlan } from "./usePlan.ts";
import { codeWord } from "./words.ts";
import styles from "./plan.module.css";

type What = { ids: number[] } | { all: true };
const PAGE = 50;

export function Quarantine() {
  const speech = useSpeech();
  const { t, format } = speech;
  const project = useProject();
  const refresh = useRefreshPlan();
  const toast = useToast();
  const [open, setOpen] = useState<number | null>(null);
  const [dropping, setDropping] = useState<What | null>(null);
  const query = useInfiniteQuery({
    queryKey: ["plan", project.id, "quarantine"],
    initialPageParam: null as number | null,
    queryFn: ({ pageParam }) => api.quarantine(project.id, pageParam),
    getNextPageParam: (last) => (last.events.length < PAGE ? undefined : last.events.at(-1)?.id),
  });
  const release = useMutation({
    mutationFn: (what: What) => api.release(project.id, what),
    onSuccess: async ({ released }) => {
      await refresh();
      toast(t("plan.released", { n: released }));
    },
  });
  const drop = useMutation({
    mutationFn: (what: What) => api.dropQuarantined(project.id, what),
    onSuccess: async ({ dropped }) => {
      await refresh();
      setDropping(null);
      toast(t("plan.dropped", { n: dropped }));
    },
  });
  const events = query.data?.pages.flatMap((page) => page.events) ?? [];
  const count = query.data?.pages[0]?.count ?? 0;
  const mayChange = project.role !== "viewer";
  const mayDrop = project.role === "admin";
  if (query.error) return <Failure {...tellError(query.error, speech)} />;
  if (query.isPending) return <SkeletonRows rows={8} />;
  if (events.length === 0) return <Empty title={t("plan.quarantineEmpty")} text={t("plan.quarantineText")} />;
  return (
    <section className={list.panel}>
      <header className={list.bar}>
        <span>{t("plan.waiting", { n: count, shown: format.number(count) })}</span>
        {mayChange && (
          <div className={styles.actions}>
            {mayDrop && (
              <Button size="small" look="quiet" onClick={() => setDropping({ all: true })}>
                {t("plan.dropAll")}
              </Button>
            )}
            <Button size="small" busy={release.isPending} onClick={() => release.mutate({ all: true })}>
              {t("plan.releaseAll")}
            </Button>
          </div>
        )}
      </header>
      {release.error && <Failure {...tellError(release.error, speech)} />}
      <ol className={list.rows} onKeyDown={moveWithArrows}>
        {events.map((one) => {
          const isOpen = open === one.id;
          const event = one.event as { event?: string };
          return (
            <li key={one.id}>
              <div className={list.row} data-open={isOpen || undefined}>
                <button type="button" data-row className={list.opener} aria-expanded={isOpen} onClick={() => setOpen(isOpen ? null : one.id)}>
                  <ChevronRight aria-hidden />
                  <time dateTime={one.at}>{format.moment(one.at, project.timezone, true)}</time>
                  <span className={list.name}>{eventName(event.event ?? "", speech)}</span>
                  <span className={list.reason}>
                    {codeWord(one.code, speech)}
                    {one.field != null && <code>{one.field}</code>}
                  </span>
                </button>
              </div>
              {isOpen && (
                <div className={list.detail}>
                  <div className={list.raw}>
                    <h3>{t("plan.asItCame")}</h3>
                    <pre tabIndex={0}>{JSON.stringify(one.event, null, 2)}</pre>
                    {mayChange && (
                      <div className={`${styles.actions} ${styles.below}`}>
                        <Button size="small" busy={release.isPending} onClick={() => release.mutate({ ids: [one.id] })}>
                          {t("plan.release")}
                        </Button>
                        {mayDrop && (
                          <Button size="small" look="quiet" onClick={() => setDropping({ ids: [one.id] })}>
                            {t("plan.drop")}
                          </Button>
                        )}
                      </div>
                    )}
                  </div>
                </div>
              )}
            </li>
          );
        })}
      </ol>
      {query.hasNextPage && (
        <div className={list.pad}>
          <Button busy={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
            {t("action.more")}
          </Button>
        </div>
      )}
      {dropping && (
        <RemoveDialog title={t("plan.dropTitle", { n: "all" in dropping ? count : 1 })} action={t("plan.drop")} remove={{ ...drop, mutate: () => drop.mutate(dropping) }} onClose={() => setDropping(null)}>
          {t("plan.dropText")}
        </RemoveDialog>
      )}
    </section>
  );
}
