// The boards of a project: for whoever has some, its home.
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { LayoutDashboard, Plus } from "lucide-react";
import { api } from "@/api/client.ts";
import { useSpeech } from "@/i18n/language.tsx";
import { tellError } from "@/shell/errors.ts";
import { useProject } from "@/shell/session.tsx";
import { Button } from "@/ui/Button.tsx";
import { Page } from "@/ui/Page.tsx";
import { Empty, Failure, SkeletonRows } from "@/ui/State.tsx";
import { useToast } from "@/ui/Toast.tsx";
import { BoardExample } from "./BoardExample.tsx";
import styles from "./board.module.css";

export function BoardList() {
  const speech = useSpeech();
  const { t, format } = speech;
  const project = useProject();
  const params = { project: String(project.id) };
  const client = useQueryClient();
  const navigate = useNavigate();
  const toast = useToast();
  const list = useQuery({ queryKey: ["boards", project.id], queryFn: () => api.boards(project.id) });
  const create = useMutation({
    mutationFn: () => api.createBoard(project.id, { name: t("board.newName"), definition: { description: "", tiles: [] } }),
    onSuccess: async (made) => {
      await client.invalidateQueries({ queryKey: ["boards", project.id] });
      void navigate({ to: "/p/$project/boards/$board", params: { ...params, board: made.id }, search: {} });
    },
    onError: (error) => toast(tellError(error, speech).what),
  });
  const boards = list.data?.boards ?? [];
  const make = (
    <Button look="primary" icon={<Plus aria-hidden />} busy={create.isPending} onClick={() => create.mutate()}>
      {t("board.create")}
    </Button>
  );
  const mayChange = project.role !== "viewer";
  return (
    <Page title={t("room.board")} aside={mayChange && boards.length > 0 ? make : undefined}>
      {list.isPending && <SkeletonRows rows={4} />}
      {list.error && <Failure {...tellError(list.error, speech)} />}
      {list.data && boards.length === 0 && <Empty title={t("board.none")} text={t("board.answers")} picture={<BoardExample />} action={mayChange ? make : undefined} />}
      <ul className={styles.boards}>
        {boards.map((board) => (
          <li key={board.id}>
            <Link to="/p/$project/boards/$board" params={{ ...params, board: board.id }} search={{}}>
              <LayoutDashboard aria-hidden />
              <strong>{board.name}</strong>
              {board.description !== "" && <span>{board.description}</span>}
              <small>{t("board.listed", { n: board.tiles, when: format.ago(board.updated_at, Date.now()), who: board.updated_by })}</small>
            </Link>
          </li>
        ))}
      </ul>
    </Page>
  );
}
