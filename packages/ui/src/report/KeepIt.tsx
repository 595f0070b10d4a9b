// What is on screen, put on a board, or followed as a metric.
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { LayoutDashboard, Network, Plus } from "lucide-react";
import { api } from "@/api/client.ts";
import type { BoardDefinition, Shows } from "@/api/board.ts";
import type { Report } from "@/api/types.ts";
import { useSpeech } from "@/i18n/language.tsx";
import type { Question } from "@/question/question.ts";
import { withTile } from "@/rooms/board/layout.ts";
import { tellError } from "@/shell/errors.ts";
import { useProject } from "@/shell/session.tsx";
import { randomId } from "@/ui/browser.ts";
import { Button } from "@/ui/Button.tsx";
import { OptionList } from "@/ui/OptionList.tsx";
import { Popover } from "@/ui/Popover.tsx";
import { useToast } from "@/ui/Toast.tsx";
import type { View } from "./room.ts";

/** Kinds of questions that have a figure over time. */
const FOLLOWED = ["trend", "funnel", "retention", "lifecycle", "friction", "vital"];
const [NEW, METRIC] = ["new board", "metric"];

/** `report` is what is saved, if what is on screen is just that: the board then shows it as it is saved, also when it changes. */
export function KeepIt({ kind, question, view, report, name }: { kind: string; question: Question; view: View; report: Report | undefined; name: string }) {
  const speech = useSpeech();
  const { t } = speech;
  const project = useProject();
  const params = { project: String(project.id) };
  const client = useQueryClient();
  const navigate = useNavigate();
  const toast = useToast();
  const { data, isPending } = useQuery({ queryKey: ["boards", project.id], queryFn: () => api.boards(project.id) });
  const put = useMutation({
    mutationFn: async (picked: string) => {
      const shows: Shows = report ? { kind: "report", report: report.id } : { kind: "question", question, view };
      const more = (definition: BoardDefinition): BoardDefinition => ({ ...definition, tiles: withTile(definition.tiles, shows, randomId(), report ? undefined : name) });
      if (picked === NEW) return api.createBoard(project.id, { name: t("board.newName"), definition: more({ description: "", tiles: [] }) });
      const board = await api.board(project.id, picked);
      return api.changeBoard(project.id, board.id, { name: board.name, definition: more(board.definition), version: board.version });
    },
    onSuccess: async (board) => {
      client.setQueryData(["board", project.id, board.id], board);
      await client.invalidateQueries({ queryKey: ["boards", project.id] });
      toast(t("board.added", { name: board.name }));
      void navigate({ to: "/p/$project/boards/$board", params: { ...params, board: board.id }, search: {} });
    },
    onError: (error) => toast(tellError(error, speech).what),
  });
  const isSplit = (question.breakdown ?? []).length > 0;
  const options = [
    ...(data?.boards ?? []).map((board) => ({ value: board.id, label: board.name, icon: <LayoutDashboard aria-hidden />, group: t("room.board") })),
    { value: NEW, label: t("board.newBoard"), icon: <Plus aria-hidden />, group: t("room.board") },
    ...(FOLLOWED.includes(kind) && !isSplit ? [{ value: METRIC, label: t("metric.follow"), icon: <Network aria-hidden />, group: t("room.metric") }] : []),
  ];
  return (
    <Popover
      label={t("board.addTo")}
      placement="bottom-end"
      trigger={(props) => (
        <Button {...(props as object)} icon={<LayoutDashboard aria-hidden />} busy={put.isPending}>
          {t("board.addTo")}
        </Button>
      )}
    >
      {(close) => (
        <OptionList
          placeholder={t("board.find")}
          empty=""
          loading={isPending}
          searchable={options.length > 8}
          options={options}
          onPick={(picked) => {
            close();
            if (picked === METRIC) void navigate({ to: "/p/$project/metrics/$metric", params: { ...params, metric: "new" }, search: { q: question, title: name } });
            else put.mutate(picked);
          }}
        />
      )}
    </Popover>
  );
}
