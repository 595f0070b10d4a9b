// What was refused: at which stage, why, the raw record, and a way to receive it again once the cause is mended.
import { useInfiniteQuery, useMutation, useQueryClient } from "@tanstack/react-query";
import { ChevronRight, RotateCcw } from "lucide-react";
import { useState } from "react";
import { api } from "@/api/client.ts";
import type { RefusedEvent } from "@/api/types.ts";
import { isMessage, type Messages } from "@/i18n/catalogue.ts";
import { useSpeech } from "@/i18n/language.tsx";
import { tellError } from "@/shell/errors.ts";
import { useProject } from "@/shell/session.tsx";
import { Button } from "@/ui/Button.tsx";
import { moveWithArrows } from "@/ui/arrowKeys.ts";
import { Empty, Failure, Note, SkeletonRows } from "@/ui/State.tsx";
import styles from "./event.module.css";

const PAGE = 100;

export function RefusedList({ code, onCode }: { code: string | undefined; onCode: (code: string | undefined) => void }) {
  const speech = useSpeech();
  const { t, format } = speech;
  const project = useProject();
  const client = useQueryClient();
  const [open, setOpen] = useState<string | null>(null);
  const query = useInfiniteQuery({
    queryKey: ["refused", project.id, "list", code],
    initialPageParam: null as number | null,
    queryFn: ({ pageParam, signal }) => api.refused(project.id, { limit: PAGE, code, before: pageParam }, signal),
    getNextPageParam: (last) => (last.refused.length < PAGE ? undefined : last.refused.at(-1)?.id),
  });
  const replay = useMutation({
    mutationFn: (what: { ids: number[] } | { all: true }) => api.replay(project.id, what),
    onSuccess: () => client.invalidateQueries({ queryKey: ["refused", project.id] }),
  });
  const counts = query.data?.pages[0]?.counts ?? [];
  const refused = query.data?.pages.flatMap((page) => page.refused) ?? [];
  const mayReplay = project.role !== "viewer";
  return (
    <section className={styles.panel}>
      {counts.length > 0 && (
        <header className={styles.bar}>
          <div className={styles.codes} role="group" aria-label={t("refused.reasons")}>
            <button type="button" aria-pressed={code === undefined} onClick={() => onCode(undefined)}>
              {t("refused.all")} <b>{format.compact(counts.reduce((sum, one) => sum + one.count, 0))}</b>
            </button>
            {counts.map((one) => (
              <button key={`${one.stage} ${one.code}`} type="button" aria-pressed={code === one.code} onClick={() => onCode(code === one.code ? undefined : one.code)}>
                {wordFor("reason", one.code, speech)} <b>{format.compact(one.count)}</b>
              </button>
            ))}
          </div>
          {mayReplay && (
            <Button size="small" icon={<RotateCcw aria-hidden />} busy={replay.isPending} onClick={() => replay.mutate(code === undefined ? { all: true } : { ids: refused.map((one) => one.id) })}>
              {code === undefined ? t("refused.replayAll") : t("refused.replayShown", { n: refused.length })}
            </Button>
          )}
        </header>
      )}
      {replay.data && (
        <div className={styles.pad}>
          <Note tone={replay.data.refused_again > 0 ? "warn" : "good"}>{t("refused.replayed", { n: replay.data.replayed, again: replay.data.refused_again })}</Note>
        </div>
      )}
      {replay.error && (
        <div className={styles.pad}>
          <Failure {...tellError(replay.error, speech)} />
        </div>
      )}
      {query.isPending && (
        <div className={styles.pad}>
          <SkeletonRows rows={8} />
        </div>
      )}
      {query.error && (
        <div className={styles.pad}>
          <Failure {...tellError(query.error, speech)} />
        </div>
      )}
      {query.data && refused.length === 0 && <Empty title={t("refused.none")} text={t("refused.noneText")} />}
      <ol className={styles.rows} onKeyDown={moveWithArrows}>
        {refused.map((one) => {
          const key = String(one.id);
          const isOpen = open === key;
          return (
            <li key={key}>
              <div className={styles.row} data-open={isOpen || undefined}>
                <button type="button" data-row className={styles.opener} aria-expanded={isOpen} onClick={() => setOpen(isOpen ? null : key)}>
                  <ChevronRight aria-hidden />
                  <time dateTime={one.at}>{format.moment(one.at, project.timezone, true)}</time>
                  <span className={styles.reason}>
                    {wordFor("reason", one.code, speech)}
                    {one.field && <code>{one.field}</code>}
                  </span>
                  <span className={styles.summary}>{one.message}</span>
                </button>
              </div>
              {isOpen && <RefusedDetail one={one} onReplay={mayReplay ? () => replay.mutate({ ids: [one.id] }) : undefined} busy={replay.isPending} />}
            </li>
          );
        })}
      </ol>
      {query.hasNextPage && (
        <div className={styles.pad}>
          <Button busy={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
            {t("action.more")}
          </Button>
        </div>
      )}
    </section>
  );
}

function RefusedDetail({ one, onReplay, busy }: { one: RefusedEvent; onReplay?: () => void; busy: boolean }) {
  const speech = useSpeech();
  const { t } = speech;
  return (
    <div className={styles.detail}>
      <dl className={styles.facts}>
        <dt>{t("refused.stage")}</dt>
        <dd>{wordFor("refused.stage", one.stage, speech)}</dd>
        <dt>{t("refused.code")}</dt>
        <dd>
          <code>{one.code}</code>
        </dd>
        <dt>{t("refused.source")}</dt>
        <dd>{one.source}</dd>
        {one.index !== null && one.index !== undefined && (
          <>
            <dt>{t("refused.index")}</dt>
            <dd>{one.index}</dd>
          </>
        )}
        <dt>{t("refused.why")}</dt>
        <dd>{one.message}</dd>
      </dl>
      <div className={styles.raw}>
        <h3>{t("refused.raw")}</h3>
        <pre tabIndex={0}>{rawText(one.raw)}</pre>
      </div>
      {onReplay && (
        <div>
          <Button size="small" icon={<RotateCcw aria-hidden />} busy={busy} onClick={onReplay}>
            {t("refused.replay")}
          </Button>
        </div>
      )}
    </div>
  );
}

function rawText(raw: unknown): string {
  if (typeof raw !== "string") return JSON.stringify(raw, null, 2);
  try {
    return JSON.stringify(JSON.parse(raw), null, 2);
  } catch {
    return raw;
  }
}

/** A code or stage without a word of ours is shown with its underscores as spaces. */
function wordFor(kind: "reason" | "refused.stage", name: string, { t }: Messages): string {
  const key = kind === "reason" ? `reason.${name}` : `refused.stage.${name}`;
  return isMessage(key) ? t(key) : name.replaceAll("_", " ");
}
