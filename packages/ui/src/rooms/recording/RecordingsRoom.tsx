// Recordings, found by what happened in them: filters as chips, a dense list one walks through with the arrows, and at the
// right the chosen one, playing. The question is in the URL; a list can be saved like a report.
import { useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useEffect, useMemo, useRef, useState, type KeyboardEvent } from "react";
import { api } from "@/api/client.ts";
import type { Report } from "@/api/types.ts";
import type { RecordingRow } from "@/api/recording.ts";
import { useSpeech } from "@/i18n/language.tsx";
import { RangePicker } from "@/question/RangePicker.tsx";
import { rangePhrase } from "@/question/words.ts";
import { tellError } from "@/shell/errors.ts";
import { useProject } from "@/shell/session.tsx";
import { Button } from "@/ui/Button.tsx";
import { InlineSelect } from "@/ui/Field.tsx";
import { Page } from "@/ui/Page.tsx";
import { Empty, Failure, SkeletonRows } from "@/ui/State.tsx";
import { useNarrow } from "@/ui/useNarrow.ts";
import { useSettled } from "@/ui/useSettled.ts";
import { EmptyRecordings } from "./EmptyRecordings.tsx";
import { FilterBar } from "./FilterBar.tsx";
import { momentOf } from "./moment.ts";
import { Preview } from "./Preview.tsx";
import { isNarrowed, readRecordingsQuestion, SORTS, STARTING_QUESTION, type RecordingsQuestion, type RecordingSort } from "./question.ts";
import { ListHead, Row } from "./Row.tsx";
import { SaveList } from "./SaveList.tsx";
import { useRecordings } from "./useRecordings.ts";
import styles from "./RecordingsRoom.module.css";

export interface RecordingsSearch {
  q?: unknown;
  /** The saved list it began from. */
  r?: string;
  /** The chosen recording. */
  s?: string;
}

export function RecordingsRoom() {
  const speech = useSpeech();
  const { t, format } = speech;
  const project = useProject();
  const navigate = useNavigate();
  const search = useSearch({ strict: false }) as RecordingsSearch;
  const saved = useQuery({ queryKey: ["report", project.id, search.r], queryFn: () => api.report(project.id, search.r as string), enabled: search.r !== undefined, retry: false });
  const raw = search.q ?? (search.r ? saved.data?.question : undefined);
  const waitsForSaved = search.r !== undefined && saved.isPending && search.q === undefined;
  const question = useMemo(() => (waitsForSaved ? null : ((raw === undefined ? null : readRecordingsQuestion(raw)) ?? STARTING_QUESTION)), [raw, waitsForSaved]);
  const isUnreadable = raw !== undefined && readRecordingsQuestion(raw) === null;
  const list = useRecordings(question);
  const { recordings, count } = list;
  const narrow = useNarrow();
  const listRef = useRef<HTMLUListElement>(null);

  const go = (change: Partial<RecordingsSearch>, replace = false) => void navigate({ to: ".", search: (before: RecordingsSearch) => ({ ...before, ...change }), replace, resetScroll: false });
  const ask = (next: RecordingsQuestion) => go({ q: next, s: undefined });
  const chosen = recordings.find(({ session }) => session === search.s) ?? recordings[0];
  const previewed = useSettled(chosen?.session, 250);
  const shownRow = recordings.find(({ session }) => session === previewed) ?? chosen;

  const open = (row: RecordingRow) =>
    void navigate({ to: "/p/$project/recordings/$session", params: { project: String(project.id), session: row.session }, search: { q: question ?? undefined, t: momentOf(row) } });
  const choose = (row: RecordingRow) => go({ s: row.session }, true);

  const onKeyDown = (event: KeyboardEvent) => {
    if ((event.target as HTMLElement).closest("[data-row]") === null) return;
    const place = recordings.findIndex(({ session }) => session === chosen?.session);
    const step = event.key === "ArrowDown" || event.key === "j" ? 1 : event.key === "ArrowUp" || event.key === "k" ? -1 : 0;
    if (step !== 0) {
      event.preventDefault();
      const next = recordings[place + step];
      if (!next) return;
      choose(next);
      listRef.current?.querySelector<HTMLElement>(`[data-row="${CSS.escape(next.session)}"]`)?.focus();
    }
  };
  // The next page is there before one reaches the end.
  const endRef = useRef<HTMLDivElement>(null);
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = list;
  useEffect(() => {
    const end = endRef.current;
    if (!end || !hasNextPage) return;
    const observer = new IntersectionObserver((entries) => entries.some((entry) => entry.isIntersecting) && !isFetchingNextPage && void fetchNextPage(), { rootMargin: "400px" });
    observer.observe(end);
    return () => observer.disconnect();
  }, [hasNextPage, isFetchingNextPage, fetchNextPage]);

  const title = saved.data?.name ?? t("room.recording");
  const isFirstTime = question !== null && !isNarrowed(question) && count === 0;
  return (
    <Page
      title={title}
      aside={
        question && (
          <>
            <SavedLists current={search.r} />
            <SaveList question={question} report={saved.data} changed={search.q !== undefined && JSON.stringify(search.q) !== JSON.stringify(saved.data?.question)} />
          </>
        )
      }
    >
      {question && (
        <div className={styles.filters}>
          <FilterBar question={question} onChange={ask} />
          <span className={styles.scope}>
            <RangePicker range={question.range} onChange={(range) => ask({ ...question, range })} />
            <InlineSelect<RecordingSort> label={t("recordings.sort")} value={question.sort ?? "newest"} choices={SORTS.map((sort) => ({ value: sort, label: t(`recordings.sort.${sort}`) }))} onPick={(sort) => ask({ ...question, sort })} />
          </span>
        </div>
      )}
      {isUnreadable && <Failure what={t("recordings.unreadable.what")} mend={t("recordings.unreadable.mend")} />}
      {list.error && <Failure {...tellError(list.error, speech)} action={<Button size="small" onClick={() => void list.refetch()}>{t("action.askAgain")}</Button>} />}
      {(list.isPending || waitsForSaved) && !list.error && (
        <div className={styles.list}>
          <SkeletonRows rows={12} height={18} />
        </div>
      )}
      {isFirstTime && <EmptyRecordings />}
      {question && count === 0 && !isFirstTime && (
        <Empty title={t("recordings.none.title")} text={t("recordings.none.text")} action={<Button onClick={() => ask({ ...STARTING_QUESTION, range: question.range })}>{t("recordings.none.action")}</Button>} />
      )}
      {question && count !== undefined && count > 0 && (
        <>
          <p className={styles.count} aria-live="polite">
            {t("recordings.count", { n: count, shown: format.number(count), range: rangePhrase(question.range, speech) })}
          </p>
          <div className={styles.columns}>
            <section className={styles.list} data-busy={(list.isFetching && !list.isFetchingNextPage) || undefined} aria-label={t("room.recording")}>
              <ListHead />
              <ul ref={listRef} onKeyDown={onKeyDown}>
                {recordings.map((row) => (
                  <Row key={row.session} row={row} chosen={!narrow && row.session === chosen?.session} onChoose={() => (narrow ? open(row) : choose(row))} onOpen={() => open(row)} sought={question.of !== undefined || (question.sequence?.length ?? 0) > 0} />
                ))}
              </ul>
              <div ref={endRef} />
              {list.isFetchingNextPage && <SkeletonRows rows={3} height={18} />}
            </section>
            {!narrow && shownRow && <Preview key={shownRow.session} row={shownRow} onOpen={() => open(shownRow)} onRemoved={() => go({ s: undefined }, true)} />}
          </div>
        </>
      )}
    </Page>
  );
}

/** The saved lists of the project. */
function SavedLists({ current }: { current: string | undefined }) {
  const { t } = useSpeech();
  const project = useProject();
  const navigate = useNavigate();
  const { data } = useQuery({ queryKey: ["reports", project.id], queryFn: () => api.reports(project.id) });
  const [lists, setLists] = useState<Report[]>([]);
  useEffect(() => setLists((data?.reports ?? []).filter(({ kind }) => kind === "recordings")), [data]);
  if (lists.length === 0) return null;
  return (
    <InlineSelect
      label={t("recordings.savedLists")}
      value={current ?? ""}
      choices={[{ value: "", label: t("recordings.allLists") }, ...lists.map((one) => ({ value: String(one.id), label: one.name }))]}
      onPick={(picked) => void navigate({ to: ".", search: picked === "" ? {} : { r: picked } })}
    />
  );
}
