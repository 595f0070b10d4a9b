// Choices of a question, some of them marked.
import { Plus, X } from "lucide-react";
import { useSpeech } from "@/i18n/language.tsx";
import { withText } from "@/rooms/survey/definition.ts";
import surveys from "@/rooms/survey/survey.module.css";
import { Button, IconButton } from "@/ui/Button.tsx";
import { Check } from "@/ui/Field.tsx";
import { freshId } from "./definition.ts";

interface MarkedChoice {
  id: string;
  text?: Record<string, string>;
  passes?: boolean;
  is_right?: boolean;
}

/** Choices of which some are marked: they pass, or are right. */
export function ChoiceRows<Flag extends "passes" | "is_right">({ choices, language, flag, label, onChange }: { choices: MarkedChoice[]; language: string; flag: Flag; label: string; onChange: (choices: MarkedChoice[]) => void }) {
  const { t } = useSpeech();
  const change = (i: number, part: Partial<MarkedChoice>): void => onChange(choices.map((one, j) => (j === i ? { ...one, ...part } : one)));
  return (
    <div className={surveys.rows}>
      {choices.map((choice, i) => (
        <div key={choice.id} className={surveys.row}>
          <input aria-label={t("survey.choiceNumber", { n: i + 1 })} value={choice.text?.[language] ?? ""} onChange={(event) => change(i, { text: withText(choice.text, language, event.target.value) })} />
          <Check label={label} checked={choice[flag] ?? false} onChange={(is) => change(i, { [flag]: is })} />
          <IconButton label={t("survey.removeChoice", { n: i + 1 })} icon={<X />} disabled={choices.length <= 2} onClick={() => onChange(choices.filter((_, j) => j !== i))} />
        </div>
      ))}
      <div>
        <Button size="small" look="quiet" icon={<Plus aria-hidden />} onClick={() => onChange([...choices, { id: freshId(choices, "c"), text: {} }])}>
          {t("survey.addChoice")}
        </Button>
      </div>
    </div>
  );
}
