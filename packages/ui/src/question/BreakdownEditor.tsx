// "by country, by plan": the properties that split an answer into segments.
import { Plus } from "lucide-react";
import { useSpeech } from "@/i18n/language.tsx";
import { Chip } from "@/ui/Chip.tsx";
import { Popover } from "@/ui/Popover.tsx";
import { PropertyList } from "./ConditionEditor.tsx";
import type { Breakdown } from "./question.ts";
import { breakdownName } from "./words.ts";

/** Beyond this many segments the rest is shown as one: a picture of more cannot be read. */
export const SHOWN_SEGMENTS = 12;

interface BreakdownEditorProps {
  breakdown: Breakdown[] | undefined;
  onChange: (breakdown: Breakdown[] | undefined) => void;
  event?: string;
  most?: number;
}

export function BreakdownEditor({ breakdown = [], onChange, event, most = 3 }: BreakdownEditorProps) {
  const speech = useSpeech();
  const { t } = speech;
  const change = (next: Breakdown[]) => onChange(next.length === 0 ? undefined : next);
  return (
    <>
      {breakdown.map((one, index) => {
        const name = breakdownName(one, speech);
        return (
          <Popover
            key={index}
            label={t("pick.property")}
            trigger={(props) => (
              <Chip {...props} onRemove={() => change(breakdown.filter((_, at) => at !== index))} removeLabel={t("action.removeNamed", { name })}>
                <span>{t("breakdown.by", { property: name })}</span>
              </Chip>
            )}
          >
            {(close) => (
              <PropertyList
                event={event}
                onPick={(property, of) => {
                  close();
                  change(breakdown.map((kept, at) => (at === index ? made(property, of) : kept)));
                }}
              />
            )}
          </Popover>
        );
      })}
      {breakdown.length < most && (
        <Popover
          label={t("breakdown.add")}
          trigger={(props) => (
            <Chip {...props} look="add">
              <Plus aria-hidden />
              <span>{t("breakdown.add")}</span>
            </Chip>
          )}
        >
          {(close) => (
            <PropertyList
              event={event}
              onPick={(property, of) => {
                close();
                change([...breakdown, made(property, of)]);
              }}
            />
          )}
        </Popover>
      )}
    </>
  );
}

function made(property: string, of: "event" | "person"): Breakdown {
  return { property, ...(of === "event" ? {} : { of }), ...(property === "$current_url" ? { trim: "url" as const } : {}) };
}
