// One board: its tiles within one range and one condition. What somebody looks through stands in the address and is theirs; what a tile is and
// where it stands is everybody's and kept at once.
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { CalendarDays, Copy, Ellipsis, Expand, Pin, Plus, RefreshCw, Share2, Shrink, Trash2 } from "lucide-react";
import { useEffect, useState } from "react";
import { api } from "@/api/client.ts";
import type { Board } from "@/api/board.ts";
import { useSpeech } from "@/i18n/language.tsx";
import { FilterEditor } from "@/question/FilterEditor.tsx";
import { RangePicker } from "@/question/RangePicker.tsx";
import type { Range } from "@/question/question.ts";
import { tellError } from "@/shell/errors.ts";
import { RemoveDialog } from "@/shell/RemoveDialog.tsx";
import { useProject } from "@/shell/session.tsx";
import { randomId } from "@/ui/browser.ts";
import { Button, IconButton } from "@/ui/Button.tsx";
import { EditableTitle } from "@/ui/EditableTitle.tsx";
import { OptionList } from "@/ui/OptionList.tsx";
import { useDocumentTitle } from "@/ui/Page.tsx";
import { Popover } from "@/ui/Popover.tsx";
import { Empty, Failure, SkeletonRows } from "@/ui/State.tsx";
import { useToast } from "@/ui/Toast.tsx";
import { AddTile } from "./AddTile.tsx";
import { BoardExample } from "./BoardExample.tsx";
import { withTile } from "./layout.ts";
import { LinkDialog } from "./LinkDialog.tsx";
import { lookOf, written, type BoardSearch, type Look } from "./search.ts";
import { Tile } from "./Tile.tsx";
import { useBoard, useChangeBoard } from "./useBoard.ts";
import styles from "./board.module.css";

/** A board that fills a screen on a wall looks again by itself. */
const LOOKS_AGAIN_MS = 5 * 60_000;
const FIRST_RANGE: Range = { last: 30, unit: "day" };

export function BoardRoom() {
  const { board } = useParams({ from: "/signed-in/p/$project/boards/$board" });
  return <OneBoard key={board} id={board} />;
}

function OneBoard({ id }: { id: string }) {
  const speech = useSpeech();
  const query = useBoard(id);
  if (query.isPending) return <SkeletonRows rows={10} />;
  if (!query.data) return <Failure {...tellError(query.error, speech)} />;
  return <Whole board={query.data} />;
}

function Whole({ board }: { board: Board }) {
  const { t } = useSpeech();
  const project = useProject();
  const navigate = useNavigate();
  const search = useSearch({ from: "/signed-in/p/$project/boards/$board" }) as BoardSearch;
  const change = useChangeBoard(board.id);
  const [stamp, setStamp] = useState(0);
  const [isAdding, setAdding] = useState(false);
  const [isSharing, setSharing] = useState(false);
  const [dragged, setDragged] = useState<string | null>(null);
  const look = lookOf(search);
  const mayChange = project.role !== "viewer" && !search.full;
  const { range: ownRange, filter: ownFilter, tiles } = board.definition;
  const range = look.range ?? ownRange ?? null;
  const filter = look.filter ?? undefined;
  const isOther = look.range !== undefined || look.filter !== undefined;
  useDocumentTitle(board.name);
  const go = (next: Partial<BoardSearch>): void => void navigate({ to: ".", search: (before: BoardSearch) => ({ ...before, ...next }), replace: true, resetScroll: false });
  const lookThrough = (next: Look): void => go({ q: written({ ...look, ...next }) });
  const keepLook = (): void => {
    const both = ownFilter && filter ? { all: [ownFilter, filter] } : (filter ?? ownFilter);
    change({ definition: { range: look.range ?? ownRange, filter: both } });
    go({ q: undefined });
  };

  useEffect(() => {
    if (!search.full) return;
    const root = document.documentElement;
    root.dataset.full = "board";
    // A browser that does not allow it shows the board over the whole window all the same.
    void root.requestFullscreen?.().catch(() => undefined);
    const left = () => document.fullscreenElement === null && go({ full: undefined });
    document.addEventListener("fullscreenchange", left);
    return () => {
      document.removeEventListener("fullscreenchange", left);
      delete root.dataset.full;
      if (document.fullscreenElement) void document.exitFullscreen();
    };
    // oxlint-disable-next-line react-hooks/exhaustive-deps
  }, [search.full]);

  return (
    <div className={styles.room} data-full={search.full}>
      <header className={styles.head}>
        <EditableTitle name={mayChange ? board.name : null} offered={board.name} label={t("board.name")} onRename={(name) => change({ name })} />
        <div className={styles.actions}>
          {mayChange && (
            <Button look="primary" icon={<Plus aria-hidden />} onClick={() => setAdding(true)}>
              {t("board.add")}
            </Button>
          )}
          {!search.full && (
            <Button icon={<Share2 aria-hidden />} title={board.open_links > 0 ? t("boardLink.isOpen", { n: board.open_links }) : undefined} onClick={() => setSharing(true)}>
              {t(board.open_links > 0 ? "boardLink.shared" : "boardLink.share")}
            </Button>
          )}
          <IconButton label={t("board.refresh")} icon={<RefreshCw />} onClick={() => setStamp(stamp + 1)} />
          <IconButton label={search.full ? t("board.leaveFull") : t("board.full")} icon={search.full ? <Shrink /> : <Expand />} onClick={() => go({ full: search.full ? undefined : true })} />
          {mayChange && <More board={board} />}
        </div>
      </header>
      {!search.full && (
        <section className={styles.scope} aria-label={t("board.scope")}>
          {range ? (
            <span className={styles.range}>
              <RangePicker range={range} onChange={(next) => lookThrough({ range: next })} />
              {look.range !== undefined && (
                <Button size="small" onClick={() => lookThrough({ range: undefined })}>
                  {ownRange ? t("board.ownRange") : t("board.eachRange")}
                </Button>
              )}
              {look.range === undefined && ownRange && mayChange && (
                <Button size="small" onClick={() => change({ definition: { range: null } })}>
                  {t("board.eachRange")}
                </Button>
              )}
            </span>
          ) : (
            <Button size="small" icon={<CalendarDays aria-hidden />} onClick={() => lookThrough({ range: FIRST_RANGE })}>
              {t("board.setRange")}
            </Button>
          )}
          <span className={styles.filters}>
            {ownFilter && (
              <span className={styles.kept}>
                <FilterEditor filter={ownFilter} addLabel={t("board.addKept")} onChange={(next) => mayChange && change({ definition: { filter: next ?? null } })} />
              </span>
            )}
            <FilterEditor filter={filter} addLabel={t("filter.add")} onChange={(next) => lookThrough({ filter: next })} />
          </span>
          {isOther && mayChange && (
            <Button size="small" icon={<Pin aria-hidden />} onClick={keepLook}>
              {t("board.keepLook")}
            </Button>
          )}
        </section>
      )}
      {board.definition.description !== "" && <p className={styles.description}>{board.definition.description}</p>}
      {tiles.length === 0 ? (
        <Empty
          title={t("board.empty")}
          text={t("board.emptyText")}
          picture={<BoardExample />}
          action={
            mayChange ? (
              <Button look="primary" icon={<Plus aria-hidden />} onClick={() => setAdding(true)}>
                {t("board.add")}
              </Button>
            ) : undefined
          }
        />
      ) : (
        <div className={styles.grid}>
          {tiles.map((tile) => (
            <Tile key={tile.id} board={board} tile={tile} look={look} stamp={stamp} every={search.full ? LOOKS_AGAIN_MS : false} mayChange={mayChange} change={change} dragged={dragged} onDrag={setDragged} />
          ))}
        </div>
      )}
      {isSharing && <LinkDialog board={board} onClose={() => setSharing(false)} />}
      {isAdding && <AddTile onAdd={(shows) => change({ definition: { tiles: withTile(tiles, shows, randomId()) } })} onClose={() => setAdding(false)} />}
    </div>
  );
}

function More({ board }: { board: Board }) {
  const speech = useSpeech();
  const { t } = speech;
  const project = useProject();
  const params = { project: String(project.id) };
  const client = useQueryClient();
  const navigate = useNavigate();
  const toast = useToast();
  const [isRemoving, setRemoving] = useState(false);
  const fresh = () => client.invalidateQueries({ queryKey: ["boards", project.id] });
  const copy = useMutation({
    mutationFn: () => api.createBoard(project.id, { name: t("board.copyName", { name: board.name }), definition: board.definition }),
    onSuccess: async (made) => {
      await fresh();
      void navigate({ to: "/p/$project/boards/$board", params: { ...params, board: made.id }, search: {} });
    },
    onError: (error) => toast(tellError(error, speech).what),
  });
  const remove = useMutation({
    mutationFn: () => api.removeBoard(project.id, board.id),
    onSuccess: async () => {
      await fresh();
      toast(t("toast.removed"));
      void navigate({ to: "/p/$project/boards", params });
    },
  });
  return (
    <>
      <Popover label={t("action.moreActions")} placement="bottom-end" trigger={(props) => <IconButton {...(props as object)} look="plain" label={t("action.moreActions")} icon={<Ellipsis />} />}>
        {(close) => (
          <OptionList
            searchable={false}
            placeholder={t("action.moreActions")}
            empty=""
            options={[
              { value: "copy", label: t("board.duplicate"), icon: <Copy aria-hidden /> },
              { value: "remove", label: t("action.remove"), icon: <Trash2 aria-hidden /> },
            ]}
            onPick={(picked) => {
              close();
              if (picked === "copy") copy.mutate();
              else setRemoving(true);
            }}
          />
        )}
      </Popover>
      {isRemoving && (
        <RemoveDialog title={t("board.removeTitle", { name: board.name })} remove={remove} onClose={() => setRemoving(false)}>
          {t("board.removeText")}
        </RemoveDialog>
      )}
    </>
  );
}
