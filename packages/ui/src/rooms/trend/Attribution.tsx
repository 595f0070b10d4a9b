// Conversions given to the touches before them: by what touches are told apart, by which model, how far back.
import { Plus } from "lucide-react";
import { useSpeech } from "@/i18n/language.tsx";
import { BreakdownForm } from "@/question/BreakdownEditor.tsx";
import { NumberInput, NumberListInput, OptionRow } from "@/question/OptionsPopover.tsx";
import { PopulationPicker } from "@/question/PopulationPicker.tsx";
import type { Attribution, AttributionModel, Measure, TrendQuestion } from "@/question/question.ts";
import { WindowPicker } from "@/question/WindowPicker.tsx";
import { breakdownName } from "@/question/words.ts";
import editors from "@/question/editors.module.css";
import type { BuilderProps } from "@/report/room.ts";
import { Chip } from "@/ui/Chip.tsx";
import { InlineSelect } from "@/ui/Field.tsx";
import { Popover } from "@/ui/Popover.tsx";

const MODELS = ["first", "last", "linear", "participation", "time_decay", "u", "j", "inverse_j"] as const;
const OWN_SHARES = { first: 40, between: 20, last: 40 };

/** A trend whose conversions are attributed is split by touches and by nothing else, and counts what can be shared out. */
export function attributed(question: TrendQuestion, attribution: Attribution): TrendQuestion {
  const shares = (measure: Measure) => measure === "total" || measure === "unique" || (typeof measure === "object" && "sum" in measure);
  return {
    ...question,
    attribution,
    series: question.series.map((series) => (shares(series.measure) ? series : { ...series, measure: "total" })),
    breakdown: undefined,
    top: undefined,
    formulas: undefined,
    rolling: undefined,
    cumulative: undefined,
    compare: undefined,
  };
}

export function AttributionPicker({ question, onChange }: BuilderProps<"trend">) {
  const speech = useSpeech();
  const { t } = speech;
  const { attribution } = question;
  if (!attribution) {
    return (
      <Popover
        label={t("attribution.add")}
        trigger={(props) => (
          <Chip {...props} look="add">
            <Plus aria-hidden />
            <span>{t("attribution.add")}</span>
          </Chip>
        )}
      >
        {(close) => (
          <BreakdownForm
            onPick={(by) => {
              close();
              onChange(attributed(question, { by }));
            }}
          />
        )}
      </Popover>
    );
  }
  const change = (part: Partial<Attribution>) => onChange({ ...question, attribution: { ...attribution, ...part } });
  const { model = "last" } = attribution;
  const name = breakdownName(attribution.by, speech);
  return (
    <>
      <span className={editors.rail}>{t("attribution.creditedTo")}</span>
      <Popover
        label={t("pick.property")}
        trigger={(props) => (
          <Chip {...props} onRemove={() => onChange({ ...question, attribution: undefined })} removeLabel={t("action.removeNamed", { name })}>
            <span>{name}</span>
          </Chip>
        )}
      >
        {(close) => (
          <BreakdownForm
            initial={attribution.by}
            onPick={(by) => {
              close();
              change({ by });
            }}
          />
        )}
      </Popover>
      <InlineSelect
        label={t("attribution.model")}
        choices={[...MODELS.map((value) => ({ value, label: t(`attribution.model.${value}`) })), { value: "own" as const, label: t("attribution.model.own") }]}
        value={typeof model === "string" ? model : "own"}
        onPick={(picked) => change({ model: picked === "own" ? OWN_SHARES : picked, half_life_days: undefined })}
      />
      <span className={editors.rail}>{t("funnel.within")}</span>
      <WindowPicker window={attribution.lookback ?? { n: 30, unit: "day" }} withSessions={false} onChange={(lookback) => change({ lookback })} />
    </>
  );
}

/** The rows of the options that belong to the model. */
export function AttributionRows({ question, onChange }: BuilderProps<"trend">) {
  const { t } = useSpeech();
  const { attribution } = question;
  if (!attribution) return null;
  const change = (part: Partial<Attribution>) => onChange({ ...question, attribution: { ...attribution, ...part } });
  const model: AttributionModel = attribution.model ?? "last";
  return (
    <>
      <OptionRow label={t("attribution.touch")}>
        <PopulationPicker population={attribution.touch} onChange={(touch) => change({ touch })} quiet />
      </OptionRow>
      {typeof model === "object" && (
        <OptionRow label={t("attribution.shares")}>
          <NumberListInput
            label={t("attribution.shares")}
            value={[model.first, model.between, model.last]}
            problemOf={(shares) => (shares.length === 3 && shares.every((one) => one >= 0) && (shares[0] ?? 0) + (shares[2] ?? 0) > 0 ? null : t("attribution.sharesProblem"))}
            onPick={([first = 0, between = 0, last = 0]) => change({ model: { first, between, last } })}
          />
        </OptionRow>
      )}
      {model === "time_decay" && (
        <OptionRow label={t("attribution.halfLife")}>
          <NumberInput label={t("attribution.halfLife")} value={attribution.half_life_days ?? 7} min={1} max={365} onPick={(half_life_days) => change({ half_life_days })} />
        </OptionRow>
      )}
      <OptionRow label={t("attribution.conversion")}>
        <InlineSelect
          label={t("attribution.conversion")}
          choices={(["last", "first"] as const).map((value) => ({ value, label: t(`attribution.conversion.${value}`) }))}
          value={attribution.conversion ?? "last"}
          onPick={(conversion) => change({ conversion: conversion === "last" ? undefined : conversion })}
        />
      </OptionRow>
    </>
  );
}
