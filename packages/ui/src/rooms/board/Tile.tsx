// One tile: its name, what it shows, and for whoever may change the board where it stands and how large it is.
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { ArrowLeft, ArrowRight, Ellipsis, GripVertical, Pencil, Trash2 } from "lucide-react";
import { useState, type DragEvent } from "react";
import type { Board, BoardTile, TileAnswer } from "@/api/board.ts";
import type { Cell } from "@/api/types.ts";
import { useSpeech } from "@/i18n/language.tsx";
import type { Question } from "@/question/question.ts";
import { PeoplePanel } from "@/report/PeoplePanel.tsx";
import type { CellPart } from "@/report/room.ts";
import { tellError } from "@/shell/errors.ts";
import { pathOfKind } from "@/shell/roomList.ts";
import { useProject } from "@/shell/session.tsx";
import { Button, IconButton } from "@/ui/Button.tsx";
import { LongField, TextField } from "@/ui/Field.tsx";
import { OptionList } from "@/ui/OptionList.tsx";
import { Dialog } from "@/ui/Panel.tsx";
import { Popover } from "@/ui/Popover.tsx";
import { Failure, Skeleton } from "@/ui/State.tsx";
import { changed, heightOf, HEIGHTS, moved, movedTo, WIDTHS, without } from "./layout.ts";
import type { BoardSearch, Look } from "./search.ts";
import { roomIn, Shown } from "./Shown.tsx";
import { TextTile } from "./TextTile.tsx";
import { useTile, type ChangeBoard } from "./useBoard.ts";
import styles from "./board.module.css";

interface TileProps {
  board: Board;
  tile: BoardTile;
  look: Look;
  stamp: number;
  every: number | false;
  mayChange: boolean;
  change: (change: ChangeBoard) => void;
  dragged: string | null;
  onDrag: (tile: string | null) => void;
}

export function Tile(props: TileProps) {
  const { board, tile, mayChange, change, dragged, onDrag } = props;
  const { t } = useSpeech();
  const [isOver, setOver] = useState(false);
  const { tiles } = board.definition;
  const place = (next: BoardTile[]) => change({ definition: { tiles: next } });
  const drops = {
    onDragOver: (event: DragEvent) => {
      if (dragged === null || dragged === tile.id) return;
      event.preventDefault();
      setOver(true);
    },
    onDragLeave: () => setOver(false),
    onDrop: (event: DragEvent) => {
      event.preventDefault();
      setOver(false);
      if (dragged !== null) place(movedTo(tiles, dragged, tile.id));
      onDrag(null);
    },
  };
  const size = { gridColumn: `span ${tile.width}`, height: heightOf(tile.height) };
  const isText = tile.shows.kind === "text";
  return (
    <section className={styles.tile} style={size} data-kind={tile.shows.kind} data-over={isOver || undefined} data-dragged={dragged === tile.id || undefined} {...(mayChange ? drops : {})}>
      {isText ? (
        <>
          {mayChange && (
            <div className={styles.float}>
              <Handle tile={tile} name={t("board.text")} onDrag={onDrag} />
              <TileMenu {...props} name={t("board.text")} place={place} />
            </div>
          )}
          {tile.shows.kind === "text" && <TextTile text={tile.shows.text} />}
        </>
      ) : (
        <Asked {...props} place={place} />
      )}
    </section>
  );
}

type Placing = TileProps & { place: (tiles: BoardTile[]) => void };

function Asked(props: Placing) {
  const { board, tile, look, stamp, every, mayChange, onDrag } = props;
  const speech = useSpeech();
  const { t } = speech;
  const project = useProject();
  const navigate = useNavigate();
  const search = useSearch({ from: "/signed-in/p/$project/boards/$board" }) as BoardSearch;
  const { data, error, isPending, isFetching, refetch } = useTile(board, tile.id, look, stamp, every);
  const name = data?.name ?? tile.title ?? "";
  const go = (next: Partial<BoardSearch>): void => void navigate({ to: ".", search: (before: BoardSearch) => ({ ...before, ...next }), resetScroll: false });
  const open = (at: Cell, title: string, parts?: CellPart[]): void => go({ tile: tile.id, at, title, parts });
  const isOpen = search.tile === tile.id && search.at !== undefined && data?.question !== undefined;
  return (
    <>
      <header className={styles.tileHead}>
        {mayChange && <Handle tile={tile} name={name} onDrag={onDrag} />}
        <h2>{data ? <Opened tile={tile} data={data} name={name} project={String(project.id)} /> : name}</h2>
        {mayChange && <TileMenu {...props} name={name} />}
      </header>
      <div className={styles.tileBody} data-busy={(isFetching && data !== undefined) || undefined}>
        {error && !isFetching ? (
          <Failure
            {...tellError(error, speech)}
            action={
              <Button size="small" onClick={() => void refetch()}>
                {t("action.askAgain")}
              </Button>
            }
          />
        ) : isPending || !data ? (
          <Skeleton height={roomIn(tile)} />
        ) : (
          <Shown data={data} height={roomIn(tile)} onOpen={open} />
        )}
      </div>
      {isOpen && <PeoplePanel question={data.question as Question} cell={search.at as Cell} title={search.title ?? t("panel.people")} parts={Array.isArray(search.parts) ? (search.parts as CellPart[]) : []} onPart={(at) => go({ at })} onClose={() => go({ tile: undefined, at: undefined, title: undefined, parts: undefined })} />}
    </>
  );
}

/** The name leads to what the tile shows, as it is seen here. */
function Opened({ tile, data, name, project }: { tile: BoardTile; data: TileAnswer; name: string; project: string }) {
  const { shows } = tile;
  if (shows.kind === "metric") return <Link to="/p/$project/metrics/$metric" params={{ project, metric: shows.metric }} search={{}}>{name}</Link>;
  if (shows.kind === "task") return <Link to="/p/$project/tasks/$task" params={{ project, task: shows.task }} search={{}}>{name}</Link>;
  if (!data.question) return name;
  const r = shows.kind === "report" ? shows.report : undefined;
  return <Link to={`/p/$project/${pathOfKind(data.question.kind)}`} params={{ project }} search={{ r, q: data.question, v: r ? undefined : data.view } as object}>{name}</Link>;
}

function Handle({ tile, name, onDrag }: { tile: BoardTile; name: string; onDrag: (tile: string | null) => void }) {
  const { t } = useSpeech();
  return (
    <span
      className={styles.handle}
      draggable
      title={t("board.drag", { name })}
      onDragStart={(event) => {
        event.dataTransfer.effectAllowed = "move";
        event.dataTransfer.setData("text/plain", name);
        onDrag(tile.id);
      }}
      onDragEnd={() => onDrag(null)}
    >
      <GripVertical aria-hidden />
    </span>
  );
}

function TileMenu({ board, tile, name, place }: Placing & { name: string }) {
  const { t } = useSpeech();
  const [isNaming, setNaming] = useState(false);
  const { tiles } = board.definition;
  const options = [
    { value: "edit", label: tile.shows.kind === "text" ? t("board.editText") : t("board.rename"), icon: <Pencil aria-hidden /> },
    { value: "earlier", label: t("board.earlier"), icon: <ArrowLeft aria-hidden /> },
    { value: "later", label: t("board.later"), icon: <ArrowRight aria-hidden /> },
    ...WIDTHS.map((width) => ({ value: `width ${width}`, label: t(`board.width.${width}`), group: t("board.width") })),
    ...HEIGHTS.map((height) => ({ value: `height ${height}`, label: t("board.rows", { n: height }), group: t("board.height") })),
    { value: "remove", label: t("board.takeOff"), icon: <Trash2 aria-hidden />, group: t("action.moreActions") },
  ];
  const act = (picked: string): void => {
    const [what, size] = picked.split(" ");
    if (what === "edit") setNaming(true);
    else if (what === "earlier") place(moved(tiles, tile.id, -1));
    else if (what === "later") place(moved(tiles, tile.id, 1));
    else if (what === "remove") place(without(tiles, tile.id));
    else place(changed(tiles, tile.id, what === "width" ? { width: Number(size) } : { height: Number(size) }));
  };
  return (
    <>
      <Popover label={t("board.tileMenu", { name })} placement="bottom-end" trigger={(props) => <IconButton {...(props as object)} look="plain" label={t("board.tileMenu", { name })} icon={<Ellipsis />} />}>
        {(close) => (
          <OptionList
            searchable={false}
            placeholder={t("board.tileMenu", { name })}
            empty=""
            selected={[`width ${tile.width}`, `height ${tile.height}`]}
            options={options}
            onPick={(picked) => {
              close();
              act(picked);
            }}
          />
        )}
      </Popover>
      {isNaming && <Words tile={tile} name={name} onClose={() => setNaming(false)} onKeep={(change) => place(changed(tiles, tile.id, change))} />}
    </>
  );
}

/** The title of a tile, or the words of a text. */
function Words({ tile, name, onClose, onKeep }: { tile: BoardTile; name: string; onClose: () => void; onKeep: (change: Partial<BoardTile>) => void }) {
  const { t } = useSpeech();
  const isText = tile.shows.kind === "text";
  const [text, setText] = useState(tile.shows.kind === "text" ? tile.shows.text : (tile.title ?? ""));
  const keep = (): void => {
    onKeep(isText ? { shows: { kind: "text", text } } : { title: text.trim() });
    onClose();
  };
  return (
    <Dialog
      title={isText ? t("board.editText") : t("board.rename")}
      closeLabel={t("action.close")}
      onClose={onClose}
      wide={isText}
      footer={
        <>
          <Button onClick={onClose}>{t("action.cancel")}</Button>
          <Button look="primary" onClick={keep}>
            {t("action.save")}
          </Button>
        </>
      }
    >
      {isText ? (
        <LongField label={t("board.text")} hint={t("board.markdown")} rows={10} value={text} autoFocus onChange={(event) => setText(event.target.value)} />
      ) : (
        <form
          onSubmit={(event) => {
            event.preventDefault();
            keep();
          }}
        >
          <TextField label={t("board.tileTitle")} hint={t("board.tileTitleHint")} placeholder={name} value={text} autoFocus onChange={(event) => setText(event.target.value)} />
        </form>
      )}
    </Dialog>
  );
}
