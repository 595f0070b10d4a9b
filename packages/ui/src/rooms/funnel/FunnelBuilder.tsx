// The question of a funnel: its steps in order, within how long, counted how, and what must not happen between.
import { ArrowLeft, ArrowRight, Ban, ChevronDown, CircleDashed, Plus, SlidersHorizontal } from "lucide-react";
import { useState } from "react";
import { useSpeech } from "@/i18n/language.tsx";
import { AmongLine } from "@/question/AmongLine.tsx";
import { PropertyList } from "@/question/ConditionEditor.tsx";
import { EventList } from "@/question/EventPicker.tsx";
import { RangePicker } from "@/question/RangePicker.tsx";
import { SelectorEditor } from "@/question/SelectorEditor.tsx";
import { WindowPicker } from "@/question/WindowPicker.tsx";
import type { FunnelQuestion, Selector, TrendInterval } from "@/question/question.ts";
import { propertyName } from "@/question/words.ts";
import styles from "@/question/editors.module.css";
import type { BuilderProps } from "@/report/room.ts";
import { Chip } from "@/ui/Chip.tsx";
import { InlineSelect } from "@/ui/Field.tsx";
import { Popover } from "@/ui/Popover.tsx";

const MOST_STEPS = 20;

export function FunnelBuilder({ question, onChange }: BuilderProps<"funnel">) {
  const speech = useSpeech();
  const { t } = speech;
  const { steps, optional = [] } = question;
  const change = (part: Partial<FunnelQuestion>) => onChange({ ...question, ...part });
  // Exclusions, optional steps and times name steps by number: they do not survive a change of the steps' order.
  const changeSteps = (next: Selector[]) => change({ steps: next, ...(next.length === steps.length ? {} : { optional: undefined, exclude: undefined, time_to_convert: undefined, attribute: undefined }) });
  const changeExclusion = (index: number, next: NonNullable<FunnelQuestion["exclude"]>[number] | null) => {
    const list = (question.exclude ?? []).flatMap((kept, at) => (at === index ? (next ? [next] : []) : [kept]));
    change({ exclude: list.length === 0 ? undefined : list });
  };
  const move = (from: number, to: number) => {
    const next = [...steps];
    const [moved] = next.splice(from, 1);
    if (moved) next.splice(to, 0, moved);
    changeSteps(next);
  };
  return (
    <div className={styles.lines}>
      <div className={styles.line}>
        {steps.map((step, index) => (
          <span key={index} className={styles.step}>
            {index > 0 && (
              <span className={styles.arrow} aria-hidden>
                →
              </span>
            )}
            <span className={styles.letter}>{index + 1}</span>
            <SelectorEditor
              selector={step}
              onChange={(next) => change({ steps: steps.map((kept, at) => (at === index ? next : kept)) })}
              onRemove={() => changeSteps(steps.filter((_, at) => at !== index))}
              firstTime={index === 0}
              actions={[
                ...(index > 0 && index < steps.length - 1
                  ? [
                      {
                        value: "optional",
                        label: t("funnel.optional"),
                        icon: <CircleDashed aria-hidden />,
                        on: optional.includes(index + 1),
                        run: () => {
                          const next = optional.includes(index + 1) ? optional.filter((one) => one !== index + 1) : [...optional, index + 1];
                          change({ optional: next.length === 0 ? undefined : next });
                        },
                      },
                    ]
                  : []),
                ...(index > 0 ? [{ value: "earlier", label: t("funnel.moveUp"), icon: <ArrowLeft aria-hidden />, run: () => move(index, index - 1) }] : []),
                ...(index < steps.length - 1 ? [{ value: "later", label: t("funnel.moveDown"), icon: <ArrowRight aria-hidden />, run: () => move(index, index + 1) }] : []),
              ]}
            />
          </span>
        ))}
        {steps.length < MOST_STEPS && (
          <Popover
            label={t("funnel.addStep")}
            trigger={(props) => (
              <Chip {...props} look="add">
                <Plus aria-hidden />
                <span>{steps.length === 0 ? t("funnel.firstStep") : t("funnel.addStep")}</span>
              </Chip>
            )}
          >
            {(close) => (
              <EventList
                onPick={(names) => {
                  close();
                  changeSteps([...steps, names]);
                }}
              />
            )}
          </Popover>
        )}
      </div>
      {(question.exclude ?? []).map((exclusion, index) => (
        <div key={index} className={styles.line}>
          <span className={styles.rail}>{t("funnel.without")}</span>
          <SelectorEditor
            selector={exclusion.select}
            onChange={(select) => changeExclusion(index, { ...exclusion, select })}
            onRemove={() => changeExclusion(index, null)}
          />
          <InlineSelect
            label={t("funnel.excludedWhere")}
            choices={steps.flatMap((_, after) =>
              steps.slice(after + 1).map((__, further) => {
                const before = after + 2 + further;
                return { value: `${after + 1} ${before}`, label: t("funnel.between", { after: after + 1, before }) };
              }),
            )}
            value={`${exclusion.after} ${exclusion.before}`}
            onPick={(place) => {
              const [after, before] = place.split(" ").map(Number);
              changeExclusion(index, { ...exclusion, after: after ?? 1, before: before ?? steps.length });
            }}
          />
        </div>
      ))}
      <div className={styles.line}>
        <span className={styles.rail}>{t("funnel.within")}</span>
        <WindowPicker window={question.window} onChange={(window) => change({ window })} />
        <HowCounted question={question} onChange={onChange} />
        {steps.length > 1 && <AddExclusion question={question} onChange={onChange} />}
      </div>
      <AmongLine
        filter={question.filter}
        onFilter={(filter) => change({ filter })}
        event={steps[0]?.event ?? undefined}
        breakdown={{ value: question.breakdown, onChange: (breakdown) => change({ breakdown, top: breakdown ? 7 : undefined }) }}
      >
        {question.breakdown && steps.length > 0 && (
          <InlineSelect
            label={t("funnel.attribute")}
            choices={[
              { value: "first", label: t("funnel.attribute.first") },
              { value: "last", label: t("funnel.attribute.last") },
              ...steps.map((_, index) => ({ value: `step:${index + 1}`, label: t("funnel.attribute.step", { n: index + 1 }) })),
            ]}
            value={question.attribute ?? "first"}
            onPick={(attribute) => change({ attribute: attribute === "first" ? undefined : attribute })}
          />
        )}
      </AmongLine>
    </div>
  );
}

function AddExclusion({ question, onChange }: BuilderProps<"funnel">) {
  const { t } = useSpeech();
  return (
    <Popover
      label={t("funnel.addExclusion")}
      trigger={(props) => (
        <Chip {...props} look="add">
          <Ban aria-hidden />
          <span>{t("funnel.addExclusion")}</span>
        </Chip>
      )}
    >
      {(close) => (
        <EventList
          allowAny={false}
          onPick={(names) => {
            close();
            onChange({ ...question, exclude: [...(question.exclude ?? []), { select: names, after: 1, before: question.steps.length }] });
          }}
        />
      )}
    </Popover>
  );
}

function HowCounted({ question, onChange }: BuilderProps<"funnel">) {
  const speech = useSpeech();
  const { t } = speech;
  const change = (part: Partial<FunnelQuestion>) => onChange({ ...question, ...part });
  const [holding, setHolding] = useState(false);
  return (
    <>
      <InlineSelect
        label={t("funnel.order")}
        choices={(["ordered", "any", "strict"] as const).map((value) => ({ value, label: t(`funnel.order.${value}`) }))}
        value={question.order ?? "ordered"}
        onPick={(order) => change({ order: order === "ordered" ? undefined : order })}
      />
      <InlineSelect
        label={t("funnel.count")}
        choices={(["person", "total", "session"] as const).map((value) => ({ value, label: t(`funnel.count.${value}`) }))}
        value={question.count ?? "person"}
        onPick={(count) => change({ count: count === "person" ? undefined : count })}
      />
      <Popover
        label={t("funnel.more")}
        onClose={() => setHolding(false)}
        trigger={(props) => (
          <Chip {...props}>
            <SlidersHorizontal aria-hidden />
            <span>{question.hold ? t("funnel.holding", { property: question.hold.map((name) => propertyName(name, speech)).join(", ") }) : t("funnel.more")}</span>
            <ChevronDown aria-hidden />
          </Chip>
        )}
      >
        {(close) =>
          holding ? (
            <PropertyList
              eventOnly
              onPick={(property) => {
                close();
                change({ hold: [property] });
              }}
            />
          ) : (
            <div className={styles.condition}>
              <div className={styles.conditionBody}>
                <InlineSelect
                  label={t("funnel.reentry")}
                  choices={(["best", "first"] as const).map((value) => ({ value, label: t(`funnel.reentry.${value}`) }))}
                  value={question.reentry ?? "best"}
                  onPick={(reentry) => change({ reentry: reentry === "best" ? undefined : reentry })}
                />
              </div>
              <div className={styles.conditionBody}>
                {question.hold ? (
                  <Chip onRemove={() => change({ hold: undefined })} removeLabel={t("funnel.stopHolding")}>
                    <span>{t("funnel.holding", { property: question.hold.map((name) => propertyName(name, speech)).join(", ") })}</span>
                  </Chip>
                ) : (
                  <Chip look="add" onClick={() => setHolding(true)}>
                    <Plus aria-hidden />
                    <span>{t("funnel.hold")}</span>
                  </Chip>
                )}
              </div>
            </div>
          )
        }
      </Popover>
    </>
  );
}

type Shown = "steps" | TrendInterval | "convert";

export function FunnelScope({ question, onChange }: BuilderProps<"funnel">) {
  const { t } = useSpeech();
  const shown: Shown = question.time_to_convert ? "convert" : (question.interval ?? "steps");
  return (
    <>
      <RangePicker range={question.range} onChange={(range) => onChange({ ...question, range })} />
      <InlineSelect<Shown>
        label={t("funnel.shown")}
        choices={[
          { value: "steps", label: t("funnel.shown.steps") },
          { value: "convert", label: t("funnel.shown.convert") },
          { value: "day", label: t("funnel.shown.day") },
          { value: "week", label: t("funnel.shown.week") },
          { value: "month", label: t("funnel.shown.month") },
        ]}
        value={shown}
        onPick={(next) =>
          onChange({
            ...question,
            interval: next === "steps" || next === "convert" ? undefined : next,
            time_to_convert: next === "convert" ? { from: 1, to: question.steps.length } : undefined,
          })
        }
      />
    </>
  );
}
