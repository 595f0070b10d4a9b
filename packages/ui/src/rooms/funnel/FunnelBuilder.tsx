// The question of a funnel: its steps in order, within how long, counted how, and what must not happen between.
import { ArrowLeft, ArrowRight, Ban, CircleDashed, Plus, X } from "lucide-react";
import { useState } from "react";
import { useSpeech } from "@/i18n/language.tsx";
import { AmongLine } from "@/question/AmongLine.tsx";
import { PropertyList } from "@/question/ConditionEditor.tsx";
import { EventList } from "@/question/EventPicker.tsx";
import { calendarChanges, CalendarRows, NumberListInput, OptionRow, OptionsPopover } from "@/question/OptionsPopover.tsx";
import { RangePicker } from "@/question/RangePicker.tsx";
import { SelectorEditor } from "@/question/SelectorEditor.tsx";
import { WindowPicker } from "@/question/WindowPicker.tsx";
import { edgesProblem } from "@/question/ranges.ts";
import type { FunnelQuestion, Selector, TrendInterval } from "@/question/question.ts";
import { propertyName, segmentName, selectorName } from "@/question/words.ts";
import type { SegmentValue } from "@/api/types.ts";
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
              firstTime
              actions={[
                ...(index > 0 && index < steps.length - 1 && (question.order ?? "ordered") === "ordered"
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
                { value: "remove", label: t("funnel.removeStep"), icon: <X aria-hidden />, run: () => changeSteps(steps.filter((_, at) => at !== index)) },
              ]}
            />
          </span>
        ))}
        {steps.length < MOST_STEPS && (
          <Popover
            label={t("funnel.addStep")}
            trigger={(props) => (
              // Until there is something to answer, this is the next thing to do.
              <Chip {...props} look={steps.length < 2 ? "event" : "add"}>
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
      <AmongLine
        lead={
          <>
            <span className={styles.rail}>{t("funnel.within")}</span>
            <WindowPicker window={question.window} onChange={(window) => change({ window })} />
            <InlineSelect
              label={t("funnel.order")}
              choices={(["ordered", "any", "strict"] as const).map((value) => ({ value, label: t(`funnel.order.${value}`) }))}
              value={question.order ?? "ordered"}
              // Optional steps are known only where steps have an order and may have others between.
              onPick={(order) => change({ order: order === "ordered" ? undefined : order, optional: order === "ordered" ? question.optional : undefined })}
            />
          </>
        }
        filter={question.filter}
        onFilter={(filter) => change({ filter })}
        event={steps[0]?.event ?? undefined}
        breakdown={{
          value: question.breakdown,
          onChange: (breakdown) => change({ breakdown, top: breakdown ? (question.top ?? 7) : undefined, attribute: breakdown ? question.attribute : undefined, control: undefined }),
          top: { value: question.top, onChange: (top) => change({ top }) },
        }}
        actor={{ value: question.actor, onChange: (actor) => change({ actor }) }}
      />
    </div>
  );
}

function FunnelOptions({ question, onChange }: BuilderProps<"funnel">) {
  const speech = useSpeech();
  const { t } = speech;
  const { steps, hold = [], time_to_convert: times, attribute: attributed = "first" } = question;
  const change = (part: Partial<FunnelQuestion>) => onChange({ ...question, ...part });
  const held = hold.map((name) => propertyName(name, speech));
  return (
    <OptionsPopover
      changed={[
        ...(question.count && question.count !== "person" ? [t(`funnel.count.${question.count}`)] : []),
        ...(question.reentry === "first" ? [t("funnel.reentry.first")] : []),
        ...(held.length > 0 ? [t("funnel.holding", { property: speech.format.list(held) })] : []),
        ...(question.ties === "later" ? [t("funnel.ties.later")] : []),
        ...(times && (times.from !== 1 || times.to !== steps.length) ? [t("funnel.spanOf", { from: times.from, to: times.to })] : []),
        ...(attributed === "first" ? [] : [attributed === "last" ? t("funnel.attribute.last") : t("funnel.attribute.step", { n: Number(attributed.slice("step:".length)) })]),
        ...(question.sum ? [t("funnel.sumOf", { property: propertyName(question.sum, speech) })] : []),
        ...(question.between ? [t("funnel.betweenSteps", { event: selectorName(question.between.select, speech), from: question.between.from, to: question.between.to })] : []),
        ...calendarChanges(question, t),
      ]}
    >
      {times && <ConvertRows question={question} times={times} onChange={onChange} />}
      {question.breakdown && question.control !== undefined && (
        <OptionRow label={t("funnel.control")}>
          <Chip removeLabel={t("funnel.controlNone")} onRemove={() => change({ control: undefined })}>
            <span>{segmentName(question.control as SegmentValue[], speech, undefined, question.breakdown)}</span>
          </Chip>
        </OptionRow>
      )}
      {question.breakdown && (
        <OptionRow label={t("funnel.attribute")}>
          <InlineSelect
            label={t("funnel.attribute")}
            choices={[
              { value: "first", label: t("funnel.attribute.first") },
              { value: "last", label: t("funnel.attribute.last") },
              ...steps.map((_, index) => ({ value: `step:${index + 1}`, label: t("funnel.attribute.step", { n: index + 1 }) })),
            ]}
            value={attributed}
            onPick={(attribute) => change({ attribute: attribute === "first" ? undefined : attribute })}
          />
        </OptionRow>
      )}
      <OptionRow label={t("funnel.count")}>
        <InlineSelect
          label={t("funnel.count")}
          choices={(["person", "total", "session"] as const).map((value) => ({ value, label: t(`funnel.count.${value}`) }))}
          value={question.count ?? "person"}
          onPick={(count) => change({ count: count === "person" ? undefined : count })}
        />
      </OptionRow>
      <OptionRow label={t("funnel.reentry")}>
        <InlineSelect
          label={t("funnel.reentry")}
          choices={(["best", "first"] as const).map((value) => ({ value, label: t(`funnel.reentry.${value}`) }))}
          value={question.reentry ?? "best"}
          onPick={(reentry) => change({ reentry: reentry === "best" ? undefined : reentry })}
        />
      </OptionRow>
      <OptionRow label={t("funnel.ties")}>
        <InlineSelect
          label={t("funnel.ties")}
          choices={(["any", "later"] as const).map((value) => ({ value, label: t(`funnel.ties.${value}`) }))}
          value={question.ties ?? "any"}
          onPick={(ties) => change({ ties: ties === "any" ? undefined : ties })}
        />
      </OptionRow>
      <OptionRow label={t("funnel.hold")}>
        {hold.map((name, index) => (
          <Chip
            key={name}
            removeLabel={t("action.removeNamed", { name: held[index] ?? name })}
            onRemove={() => {
              const rest = hold.filter((kept) => kept !== name);
              change({ hold: rest.length === 0 ? undefined : rest });
            }}
          >
            <span>{held[index]}</span>
          </Chip>
        ))}
        <Popover
          label={t("funnel.hold")}
          trigger={(props) => (
            <Chip {...props} look="add">
              <Plus aria-hidden />
              <span>{t("funnel.holdAdd")}</span>
            </Chip>
          )}
        >
          {(close) => (
            <PropertyList
              eventOnly
              event={steps[0]?.event ?? undefined}
              onPick={(property) => {
                close();
                if (!hold.includes(property)) change({ hold: [...hold, property] });
              }}
            />
          )}
        </Popover>
      </OptionRow>
      {steps.length > 1 && (
        <OptionRow label={t("funnel.addExclusion")}>
          <Popover
            label={t("funnel.addExclusion")}
            trigger={(props) => (
              <Chip {...props} look="add">
                <Ban aria-hidden />
                <span>{t("pick.event")}</span>
              </Chip>
            )}
          >
            {(close) => (
              <EventList
                allowAny={false}
                onPick={(names) => {
                  close();
                  change({ exclude: [...(question.exclude ?? []), { select: names, after: 1, before: steps.length }] });
                }}
              />
            )}
          </Popover>
        </OptionRow>
      )}
      <OptionRow label={t("funnel.sum")}>
        {question.sum ? (
          <Chip removeLabel={t("action.removeNamed", { name: propertyName(question.sum, speech) })} onRemove={() => change({ sum: undefined })}>
            <span>{propertyName(question.sum, speech)}</span>
          </Chip>
        ) : (
          <Popover
            label={t("funnel.sum")}
            trigger={(props) => (
              <Chip {...props} look="add">
                <Plus aria-hidden />
                <span>{t("pick.property")}</span>
              </Chip>
            )}
          >
            {(close) => (
              <PropertyList
                eventOnly
                numbersOnly
                event={steps.at(-1)?.event ?? undefined}
                onPick={(sum) => {
                  close();
                  change({ sum });
                }}
              />
            )}
          </Popover>
        )}
      </OptionRow>
      {steps.length > 1 && (
        <OptionRow label={t("funnel.betweenEvents")}>
          {question.between ? (
            <Chip removeLabel={t("action.removeNamed", { name: selectorName(question.between.select, speech) })} onRemove={() => change({ between: undefined })}>
              <span>{t("funnel.betweenSteps", { event: selectorName(question.between.select, speech), from: question.between.from, to: question.between.to })}</span>
            </Chip>
          ) : (
            <Popover
              label={t("funnel.betweenEvents")}
              trigger={(props) => (
                <Chip {...props} look="add">
                  <Plus aria-hidden />
                  <span>{t("funnel.betweenAdd")}</span>
                </Chip>
              )}
            >
              {(close) => (
                <EventList
                  onPick={(select) => {
                    close();
                    change({ between: { select, from: 1, to: steps.length } });
                  }}
                />
              )}
            </Popover>
          )}
        </OptionRow>
      )}
      <CalendarRows question={question} onChange={onChange} />
    </OptionsPopover>
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
        choices={(["steps", "convert", "hour", "day", "week", "month", "quarter"] as const).map((value) => ({ value, label: t(`funnel.shown.${value}`) }))}
        value={shown}
        onPick={(next) =>
          onChange({
            ...question,
            interval: next === "steps" || next === "convert" ? undefined : next,
            time_to_convert: next === "convert" ? { from: 1, to: question.steps.length } : undefined,
          })
        }
      />
      <FunnelOptions question={question} onChange={onChange} />
    </>
  );
}

const SECONDS = { minute: 60, hour: 3600, day: 86_400 } as const;
type EdgeUnit = keyof typeof SECONDS;

/** From which step to which the time is taken, and the bins it is shown in: ours, or edges of one's own. */
function ConvertRows({ question, times, onChange }: BuilderProps<"funnel"> & { times: NonNullable<FunnelQuestion["time_to_convert"]> }) {
  const { t } = useSpeech();
  const { steps } = question;
  const [unit, setUnit] = useState<EdgeUnit>(() => unitOf(times.edges));
  const change = (part: Partial<typeof times>) => onChange({ ...question, time_to_convert: { ...times, ...part } });
  const growing = growingEdges(question.window);
  const isGrowing = times.edges?.join() === growing.join();
  const numbered = steps.map((_, index) => ({ value: String(index + 1), label: t("funnel.stepNumber", { n: index + 1 }) }));
  return (
    <>
      <OptionRow label={t("funnel.spanFrom")}>
        <InlineSelect label={t("funnel.spanFrom")} choices={numbered.slice(0, -1)} value={String(times.from)} onPick={(from) => change({ from: Number(from), to: Math.max(times.to, Number(from) + 1) })} />
      </OptionRow>
      <OptionRow label={t("funnel.spanTo")}>
        <InlineSelect label={t("funnel.spanTo")} choices={numbered.slice(1)} value={String(times.to)} onPick={(to) => change({ to: Number(to), from: Math.min(times.from, Number(to) - 1) })} />
      </OptionRow>
      <OptionRow label={t("funnel.bars")}>
        <InlineSelect
          label={t("funnel.bars")}
          choices={(["even", "growing", ...(times.edges && !isGrowing ? (["own"] as const) : [])] as const).map((value) => ({ value, label: t(`funnel.bars.${value}`) }))}
          value={times.edges === undefined ? "even" : isGrowing ? "growing" : "own"}
          onPick={(bars) => change({ edges: bars === "even" ? undefined : bars === "growing" ? growing : times.edges })}
        />
      </OptionRow>
      <OptionRow label={t("funnel.edges")}>
        <NumberListInput
          label={t("funnel.edges")}
          placeholder={t("funnel.edgesOurs")}
          value={times.edges?.map((edge) => edge / SECONDS[unit])}
          problemOf={(edges) => (edges.length === 0 ? null : edgesProblem(edges, { tooFew: t("numbers.tooFew"), notRising: t("numbers.notRising") }))}
          onPick={(edges) => change({ edges: edges.length === 0 ? undefined : edges.map((edge) => edge * SECONDS[unit]) })}
        />
        <InlineSelect label={t("pick.unit")} choices={(["minute", "hour", "day"] as const).map((value) => ({ value, label: t(`unit.${value}`, { n: 2 }) }))} value={unit} onPick={setUnit} />
      </OptionRow>
    </>
  );
}

/** Bars that grow with the time they stand for: most convert soon, and one bar of half a day would hide it. */
export function growingEdges(window: FunnelQuestion["window"]): number[] {
  const { minute, hour, day } = SECONDS;
  const longest = window.unit === "session" ? day : window.n * { second: 1, minute, hour, day, week: 7 * day, month: 30 * day }[window.unit];
  const usual = [0, 10, 30, minute, 5 * minute, 15 * minute, hour, 4 * hour, 12 * hour, day, 3 * day, 7 * day, 14 * day, 30 * day, 90 * day];
  return [...usual.filter((edge) => edge < longest), longest];
}

function unitOf(edges: number[] | undefined): EdgeUnit {
  const last = edges?.at(-1) ?? 0;
  return last >= 2 * SECONDS.day ? "day" : last >= 2 * SECONDS.hour ? "hour" : "minute";
}
