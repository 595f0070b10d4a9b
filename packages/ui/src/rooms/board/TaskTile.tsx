// The scorecard of a task, in short: how attempts ended, and the eight numbers.
import type { TileAnswer } from "@/api/board.ts";
import type { TaskAnswer } from "@/api/task.ts";
import type { Cell } from "@/api/types.ts";
import { useSpeech } from "@/i18n/language.tsx";
import { OutcomeBar } from "@/rooms/task/OutcomeBar.tsx";
import { CARD, CARDS } from "@/rooms/task/words.ts";
import { Note } from "@/ui/State.tsx";
import styles from "./board.module.css";

export function TaskTile({ data, onOpen }: { data: TileAnswer; onOpen: (at: Cell, title: string) => void }) {
  const { t, format } = useSpeech();
  const answer = data.answer?.answer as TaskAnswer;
  const nothing = (): void => undefined;
  if (answer.attempts === 0) return <Note>{t("task.noAttempts")}</Note>;
  return (
    <>
      <OutcomeBar answer={answer} ways={{ open: onOpen, watch: nothing, ask: nothing, unfold: nothing }} />
      <ul className={styles.eight}>
        {CARDS.map((card) => {
          const { share, count } = answer.cards[card];
          return (
            <li key={card}>
              <strong>{card === "lost" ? format.number(count) : share === null ? "–" : format.percent(share, 0)}</strong>
              <span>{t(CARD[card])}</span>
            </li>
          );
        })}
      </ul>
    </>
  );
}
