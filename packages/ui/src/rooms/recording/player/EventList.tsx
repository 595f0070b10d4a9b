// What happened, in order, beside the screen: it follows the moment, can be searched, and one click goes there.
import { CircleHelp, Flag, Keyboard, MessageSquareText, MousePointerClick, NetworkIcon, PanelTop, Radio, Terminal, TriangleAlert, Zap } from "lucide-react";
import { useEffect, useMemo, useRef, useState, type ComponentType, type ReactNode } from "react";
import { useSpeech } from "@/i18n/language.tsx";
import type { MessageKey } from "@/i18n/catalogue.ts";
import { isError, type Entry } from "../manifest.ts";
import type { Stage } from "../replay/stage.ts";
import { useStage } from "../replay/useStage.ts";
import { clockOf, markerDetail, markerTitle } from "../words.ts";
import styles from "./EventList.module.css";

interface EventListProps {
  stage: Stage | null;
  entries: Entry[];
  go: (t: number) => void;
  tab: string;
  onTab: (tab: string) => void;
  notesTab?: (stage: Stage) => ReactNode;
  nNotes: number;
}

const TABS = ["events", "console", "network"] as const;

const ICONS: Record<Entry["kind"], ComponentType<{ "aria-hidden"?: boolean }>> = {
  page: PanelTop,
  click: MousePointerClick,
  signal: Zap,
  error: TriangleAlert,
  request: NetworkIcon,
  console: Terminal,
  event: Flag,
  note: MessageSquareText,
  input: Keyboard,
  survey: CircleHelp,
  trigger: Radio,
};

const OF_TAB: Record<string, (entry: Entry) => boolean> = {
  events: ({ kind }) => kind !== "console" && kind !== "request",
  console: ({ kind }) => kind === "console" || kind === "error",
  network: ({ kind }) => kind === "request",
};

export function EventList({ stage, entries, go, tab, onTab, notesTab, nNotes }: EventListProps) {
  const speech = useSpeech();
  const { t, format } = speech;
  // What is looked for belongs to a tab: another one is shown whole.
  const [search, setSearch] = useState({ tab, text: "" });
  const find = search.tab === tab ? search.text : "";
  const shown = useMemo(() => {
    const wanted = find.trim().toLowerCase();
    const rows = entries.filter(OF_TAB[tab] ?? (() => false)).map((entry) => {
      const title = entry.kind === "page" ? (entry.page ?? "") : markerTitle({ ...entry, kind: entry.kind }, speech);
      const detail = entry.kind === "page" ? "" : markerDetail({ ...entry, kind: entry.kind }, speech);
      return { entry, title, detail };
    });
    return wanted === "" ? rows : rows.filter(({ title, detail }) => `${title} ${detail}`.toLowerCase().includes(wanted));
  }, [entries, tab, find, speech]);
  const times = useMemo(() => shown.map(({ entry }) => entry.t), [shown]);
  const current = useStage(stage, (state) => lastAt(times, state.t), -1);
  const listRef = useRef<HTMLOListElement>(null);
  const readingUntil = useRef(0);
  // It follows, unless somebody is reading elsewhere in it.
  useEffect(() => {
    if (performance.now() < readingUntil.current) return;
    const list = listRef.current;
    const row = list?.children[Math.max(0, current)];
    if (list && row instanceof HTMLElement) list.scrollTop = row.offsetTop - list.offsetTop - list.clientHeight / 3;
  }, [current, tab]);
  const reading = () => (readingUntil.current = performance.now() + 5000);
  const counts: Record<string, number> = Object.fromEntries(TABS.map((one) => [one, entries.filter(OF_TAB[one] as (entry: Entry) => boolean).length]));
  return (
    <aside className={styles.side} aria-label={t("player.happened")}>
      <div className={styles.tabs} role="tablist" aria-label={t("player.happened")}>
        {TABS.map((one) => (
          <button key={one} type="button" role="tab" aria-selected={tab === one} onClick={() => onTab(one)}>
            {t(`player.tab.${one}` as MessageKey)}
            <small>{format.compact(counts[one] ?? 0)}</small>
          </button>
        ))}
        {notesTab && (
          <button type="button" role="tab" aria-selected={tab === "notes"} onClick={() => onTab("notes")}>
            {t("player.tab.notes")}
            <small>{format.compact(nNotes)}</small>
          </button>
        )}
      </div>
      {tab === "notes" && notesTab && stage ? (
        <div className={styles.notes}>{notesTab(stage)}</div>
      ) : (
        <>
          <input type="search" className={styles.find} value={find} placeholder={t("player.find")} aria-label={t("player.find")} onChange={(event) => setSearch({ tab, text: event.target.value })} />
          <ol ref={listRef} className={styles.list} onWheel={reading} onPointerDown={reading} onKeyDown={reading}>
            {shown.map(({ entry, title, detail }, index) => {
              const Icon = ICONS[entry.kind];
              return (
                <li key={`${entry.t} ${index}`} data-kind={isError(entry) ? "error" : entry.kind} data-current={index === current || undefined} data-past={index < current || undefined}>
                  <button type="button" aria-current={index === current ? "step" : undefined} onClick={() => go(entry.t)}>
                    <time>{clockOf(entry.t)}</time>
                    <Icon aria-hidden />
                    <span>
                      <strong>{title}</strong>
                      {detail !== "" && <small>{detail}</small>}
                    </span>
                  </button>
                </li>
              );
            })}
          </ol>
          {shown.length === 0 && <p className={styles.none}>{find.trim() === "" ? t(`player.none.${OF_TAB[tab] ? tab : "events"}` as MessageKey) : t("pick.nothing")}</p>}
        </>
      )}
    </aside>
  );
}

/** The place of the last of `times`, which are in order, that is not after `t`. */
function lastAt(times: number[], t: number): number {
  let low = 0;
  let high = times.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((times[middle] as number) <= t) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
