// A board as those see it who were given a link: its tiles, and if the link allows it another range. Nothing opens, and nothing asks who they are.
import { keepPreviousData, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { CalendarDays, Moon, Printer, Sun } from "lucide-react";
import { useEffect, useState } from "react";
import { api, ApiError } from "@/api/client.ts";
import type { OpenedLink, SharedBoard, SharedBoardTile } from "@/api/board.ts";
import type { Project } from "@/api/types.ts";
import { useSpeech } from "@/i18n/language.tsx";
import { RangePicker } from "@/question/RangePicker.tsx";
import type { Range } from "@/question/question.ts";
import { Door } from "@/rooms/session/Door.tsx";
import doors from "@/rooms/session/Door.module.css";
import { Mark } from "@/shell/Mark.tsx";
import { tellError } from "@/shell/errors.ts";
import { ProjectByLink } from "@/shell/session.tsx";
import { Button, IconButton } from "@/ui/Button.tsx";
import { TextField } from "@/ui/Field.tsx";
import { NothingOpens } from "@/ui/Opens.tsx";
import { useDocumentTitle } from "@/ui/Page.tsx";
import { Empty, Failure, Note, Skeleton, SkeletonRows } from "@/ui/State.tsx";
import { useTheme } from "@/ui/theme.tsx";
import { heightOf } from "./layout.ts";
import { lookOf } from "./search.ts";
import { roomIn, Shown } from "./Shown.tsx";
import { TextTile } from "./TextTile.tsx";
import styles from "./board.module.css";

/** What is open on a wall, or in a page of somebody else, looks again by itself. */
const LOOKS_AGAIN_MS = 5 * 60_000;
const FIRST_RANGE: Range = { last: 30, unit: "day" };

export function SharedBoardRoom() {
  const { token } = useParams({ from: "/shared/boards/$token" });
  return <Opening key={token} token={token} />;
}

function Opening({ token }: { token: string }) {
  const speech = useSpeech();
  const { t } = speech;
  const [pass, setPass] = useState<string | null>(() => readPass(token));
  const opened = useQuery({
    queryKey: ["sharedBoard", token, pass],
    queryFn: ({ signal }) => api.sharedBoard(token, pass, signal),
    retry: false,
    staleTime: LOOKS_AGAIN_MS,
    placeholderData: keepPreviousData,
  });
  const { data, error } = opened;
  useDocumentTitle(data?.board?.name ?? t("sharedBoard.title"));
  if (error instanceof ApiError && error.status === 404) return <Gone isExpired={error.code === "link_expired"} />;
  if (error) {
    return (
      <div className={styles.alone}>
        <Failure {...tellError(error, speech)} action={<Button onClick={() => void opened.refetch()}>{t("action.askAgain")}</Button>} />
      </div>
    );
  }
  if (!data) {
    return (
      <div className={styles.alone}>
        <SkeletonRows rows={10} />
      </div>
    );
  }
  if (!data.board) {
    return (
      <Locked
        token={token}
        onPass={(given) => {
          keepPass(token, given);
          setPass(given);
        }}
      />
    );
  }
  return <Whole token={token} pass={pass} opened={data} board={data.board} />;
}

function Gone({ isExpired }: { isExpired: boolean }) {
  const { t } = useSpeech();
  return (
    <div className={styles.alone}>
      <Empty title={t(isExpired ? "sharedBoard.expired" : "sharedBoard.gone")} text={t(isExpired ? "sharedBoard.expiredText" : "sharedBoard.goneText")} picture={<Mark size={32} />} />
    </div>
  );
}

function Locked({ token, onPass }: { token: string; onPass: (pass: string) => void }) {
  const speech = useSpeech();
  const { t } = speech;
  const [password, setPassword] = useState("");
  const unlock = useMutation({ mutationFn: () => api.unlockSharedBoard(token, password), onSuccess: ({ pass }) => onPass(pass) });
  const isWrong = unlock.error instanceof ApiError && unlock.error.code === "wrong_password";
  return (
    <Door title={t("sharedBoard.locked")} intro={t("sharedBoard.lockedText")}>
      <form
        className={doors.form}
        onSubmit={(event) => {
          event.preventDefault();
          unlock.mutate();
        }}
      >
        <TextField label={t("field.password")} type="password" autoComplete="off" required autoFocus value={password} problem={isWrong ? t("sharedBoard.wrong") : null} onChange={(event) => setPassword(event.target.value)} />
        {unlock.error && !isWrong && <Failure {...tellError(unlock.error, speech)} />}
        <Button look="primary" type="submit" busy={unlock.isPending}>
          {t("sharedBoard.open")}
        </Button>
      </form>
    </Door>
  );
}

interface WholeProps {
  token: string;
  pass: string | null;
  opened: OpenedLink;
  board: SharedBoard;
}

function Whole({ token, pass, opened, board }: WholeProps) {
  const { t, format } = useSpeech();
  const { theme, choose } = useTheme();
  const navigate = useNavigate();
  const search = useSearch({ from: "/shared/boards/$token" });
  const isEmbedded = search.embed !== undefined;
  const chosen = opened.range_open ? lookOf({ q: search.q }).range : undefined;
  const range = chosen ?? board.range ?? null;
  const [seenAt, setSeenAt] = useState(() => Date.now());
  const lookThrough = (next: Range | undefined): void => void navigate({ to: ".", search: { ...search, q: next && { range: next } }, replace: true, resetScroll: false });
  return (
    <ProjectByLink value={projectOf(board)}>
      <NothingOpens value>
        <main className={styles.shared} data-embedded={isEmbedded || undefined}>
          {!isEmbedded && (
            <header className={styles.head}>
              <h1 className={styles.sharedName}>
                {board.name}
                <small>{t("sharedBoard.asOf", { when: format.moment(seenAt, board.timezone) })}</small>
              </h1>
              <div className={styles.actions}>
                {opened.range_open &&
                  (range ? (
                    <span className={styles.range}>
                      <RangePicker range={range} onChange={lookThrough} />
                      {chosen !== undefined && (
                        <Button size="small" onClick={() => lookThrough(undefined)}>
                          {t("sharedBoard.ownRange")}
                        </Button>
                      )}
                    </span>
                  ) : (
                    <Button size="small" icon={<CalendarDays aria-hidden />} onClick={() => lookThrough(FIRST_RANGE)}>
                      {t("sharedBoard.setRange")}
                    </Button>
                  ))}
                <IconButton label={t("sharedBoard.print")} icon={<Printer />} onClick={() => print()} />
                <IconButton label={theme === "dark" ? t("sharedBoard.light") : t("sharedBoard.dark")} icon={theme === "dark" ? <Sun /> : <Moon />} onClick={() => choose(theme === "dark" ? "light" : "dark")} />
              </div>
            </header>
          )}
          {board.description !== "" && !isEmbedded && <p className={styles.description}>{board.description}</p>}
          {board.tiles.length === 0 && <Empty title={t("board.empty")} />}
          <div className={styles.grid}>
            {board.tiles.map((tile) => (
              <section key={tile.id} className={styles.tile} style={{ gridColumn: `span ${tile.width}`, height: heightOf(tile.height) }} data-kind={tile.kind}>
                {tile.kind === "text" ? <TextTile text={tile.text ?? ""} /> : <SharedTile token={token} pass={pass} tile={tile} range={chosen} onSeen={setSeenAt} />}
              </section>
            ))}
          </div>
          {!isEmbedded && (
            <footer className={styles.sharedFoot}>
              <Mark size={16} /> {t("sharedBoard.by")}
              {opened.expires_at !== null && <span>{t("sharedBoard.until", { date: format.date(opened.expires_at, board.timezone) })}</span>}
            </footer>
          )}
        </main>
      </NothingOpens>
    </ProjectByLink>
  );
}

interface SharedTileProps {
  token: string;
  pass: string | null;
  tile: SharedBoardTile;
  range: Range | undefined;
  onSeen: (at: number) => void;
}

function SharedTile({ token, pass, tile, range, onSeen }: SharedTileProps) {
  const speech = useSpeech();
  const { t, language } = speech;
  const { data, error, isFetching, refetch } = useQuery({
    queryKey: ["sharedTile", token, pass, tile.id, range, language],
    queryFn: async ({ signal }) => {
      const answer = await api.sharedTile(token, pass, tile.id, { range, language }, signal);
      onSeen(Date.now());
      return answer;
    },
    placeholderData: keepPreviousData,
    staleTime: 60_000,
    refetchInterval: LOOKS_AGAIN_MS,
    // Many tiles at once may find no place for a moment.
    retry: (failures, failed) => failures < 3 && failed instanceof ApiError && (failed.status === 429 || failed.status === 503),
    retryDelay: (failures) => 1500 * 2 ** failures,
  });
  const code = error instanceof ApiError ? error.code : null;
  const client = useQueryClient();
  // What was open a while ago may have been taken back, have expired, or ask for its password again.
  const isClosed = code === "locked" || code === "link_expired" || (code === "not_found" && data !== undefined);
  useEffect(() => {
    if (isClosed) void client.invalidateQueries({ queryKey: ["sharedBoard", token] });
  }, [isClosed, client, token]);
  return (
    <>
      <header className={styles.tileHead}>
        <h2>{data?.name ?? tile.title}</h2>
      </header>
      <fieldset disabled className={styles.tileBody} data-busy={(isFetching && data !== undefined) || undefined}>
        {code === "shows_people" ? (
          <Note>{t("sharedBoard.people")}</Note>
        ) : code === "not_found" ? (
          <Note>{t("sharedBoard.tileGone")}</Note>
        ) : data ? (
          <Shown data={data} height={roomIn(tile)} onOpen={() => undefined} />
        ) : error && !isFetching ? (
          <Failure {...tellError(error, speech)} />
        ) : (
          <Skeleton height={roomIn(tile)} />
        )}
      </fieldset>
      {error && !data && !isFetching && code !== "shows_people" && code !== "not_found" && (
        <Button size="small" className={styles.again} onClick={() => void refetch()}>
          {t("action.askAgain")}
        </Button>
      )}
    </>
  );
}

/** What pictures need to know of the project: nothing but when its days begin. */
function projectOf(board: SharedBoard): Project {
  return { id: 0, name: "", role: "viewer", timezone: board.timezone, week_start: board.week_start } as Project;
}

// For as long as the window is open: the server asks again by itself.
function readPass(token: string): string | null {
  try {
    return sessionStorage.getItem(`sillage.pass ${token}`);
  } catch {
    return null;
  }
}

function keepPass(token: string, pass: string): void {
  try {
    sessionStorage.setItem(`sillage.pass ${token}`, pass);
  } catch {
    // In a frame that may keep nothing it is asked for again when the page is loaded anew.
  }
}
