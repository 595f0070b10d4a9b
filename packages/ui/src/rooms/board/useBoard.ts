// A board, what its tiles show, and changing it: a change is kept at once, over the version that was seen.
import { keepPreviousData, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { api } from "@/api/client.ts";
import type { Board, BoardDefinition, TileAnswer } from "@/api/board.ts";
import { useSpeech } from "@/i18n/language.tsx";
import { tellError } from "@/shell/errors.ts";
import { useProject } from "@/shell/session.tsx";
import { useToast } from "@/ui/Toast.tsx";
import type { Look } from "./search.ts";

export function useBoard(id: string) {
  const project = useProject();
  return useQuery({ queryKey: ["board", project.id, id], queryFn: () => api.board(project.id, id), retry: false });
}

export interface ChangeBoard {
  name?: string;
  definition?: Partial<BoardDefinition>;
}

/** Shows a change before it is kept, and takes it back when it cannot be. Changes are kept one after the other. */
export function useChangeBoard(id: string): (change: ChangeBoard) => void {
  const project = useProject();
  const client = useQueryClient();
  const speech = useSpeech();
  const toast = useToast();
  const key = ["board", project.id, id];
  const seen = () => client.getQueryData<Board>(key);
  const { mutate } = useMutation({
    scope: { id: `board ${id}` },
    mutationFn: async (change: ChangeBoard) => {
      const board = seen();
      if (!board) throw new Error("no board");
      return api.changeBoard(project.id, id, { name: change.name ?? board.name, definition: { ...board.definition, ...change.definition }, version: board.version });
    },
    onSuccess: (kept) => {
      client.setQueryData(key, kept);
      void client.invalidateQueries({ queryKey: ["boards", project.id] });
    },
    onError: (error) => {
      void client.invalidateQueries({ queryKey: key });
      toast(tellError(error, speech).what);
    },
  });
  return (change) => {
    const board = seen();
    if (board) client.setQueryData(key, { ...board, name: change.name ?? board.name, definition: { ...board.definition, ...change.definition } });
    mutate(change);
  };
}

/** What a tile shows, the answer before kept until the next one is there. `stamp` is another whenever everything is to be asked anew. */
export function useTile(board: Board, tile: string, look: Look, stamp: number, every: number | false) {
  const project = useProject();
  const { language } = useSpeech();
  const { tiles, ...own } = board.definition;
  const shows = tiles.find((one) => one.id === tile)?.shows;
  return useQuery({
    queryKey: ["tile", project.id, board.id, tile, shows, own.range, own.filter, look, language, stamp],
    queryFn: ({ signal }): Promise<TileAnswer> => api.tile(project.id, board.id, tile, { ...look, language, ...(stamp > 0 ? { fresh: true } : {}) }, signal),
    placeholderData: keepPreviousData,
    staleTime: 60_000,
    refetchInterval: every,
    retry: false,
  });
}
