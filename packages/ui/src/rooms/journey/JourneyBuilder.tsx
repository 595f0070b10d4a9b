// The question of a journey: where paths begin or end, what a step of them is, and what is left out of sight.
import { Plus } from "lucide-react";
import { useState, type ReactNode } from "react";
import { useSpeech } from "@/i18n/language.tsx";
import { ActorPicker } from "@/question/ActorPicker.tsx";
import { AmongLine } from "@/question/AmongLine.tsx";
import { PropertyList } from "@/question/ConditionEditor.tsx";
import { EventList } from "@/question/EventPicker.tsx";
import { FilterEditor } from "@/question/FilterEditor.tsx";
import { useEventNames, usePageMappings, useValues } from "@/question/names.ts";
import { calendarChanges, CalendarRows, NumberInput, OptionRow, OptionsPopover } from "@/question/OptionsPopover.tsx";
import type { JourneyAnchor, JourneyQuestion, NodeMap, PageGroupNode, Rename } from "@/question/question.ts";
import { RangePicker } from "@/question/RangePicker.tsx";
import { SelectorEditor } from "@/question/SelectorEditor.tsx";
import { WindowPicker } from "@/question/WindowPicker.tsx";
import { eventName, propertyName, selectorName, windowName } from "@/question/words.ts";
import editors from "@/question/editors.module.css";
import type { BuilderProps } from "@/report/room.ts";
import { Button } from "@/ui/Button.tsx";
import { Chip } from "@/ui/Chip.tsx";
import { Check, InlineSelect } from "@/ui/Field.tsx";
import { OptionList } from "@/ui/OptionList.tsx";
import { Popover } from "@/ui/Popover.tsx";
import { useSettled } from "@/ui/useSettled.ts";
import { fullName, nodeNamer, siteOf } from "./journey.ts";

const OCCURRENCES = ["first", "last", "each", "entry", "exit"] as const;
/** Page views by their page, everything else by its name. */
const PAGES_AND_EVENTS: NodeMap = { $pageview: { property: "$current_url", trim: "url" } };

type NodeChoice = "event" | "page" | "both" | "own" | PageGroupNode;

function nodeChoice(node: JourneyQuestion["node"]): NodeChoice {
  if (node === undefined || typeof node === "string") return node ?? "event";
  return JSON.stringify(node) === JSON.stringify(PAGES_AND_EVENTS) ? "both" : "own";
}

function isPageGroup(choice: NodeChoice): choice is PageGroupNode {
  return choice === "page_group" || choice.startsWith("page_group:");
}

/** Whether nodes are pages or their groups, and never events. */
function isOfPages(node: JourneyQuestion["node"]): boolean {
  const choice = nodeChoice(node);
  return choice === "page" || isPageGroup(choice);
}

export function JourneyBuilder({ question, onChange }: BuilderProps<"journey">) {
  const { t } = useSpeech();
  const change = (part: Partial<JourneyQuestion>) => onChange({ ...question, ...part });
  const { anchor } = question;
  const node = nodeChoice(question.node);
  const { mappings } = usePageMappings();
  const groups: PageGroupNode[] = ["page_group", ...mappings.filter((one) => !one.is_default).map((one): PageGroupNode => `page_group:${one.name}`)];
  if (isPageGroup(node) && !groups.includes(node)) groups.push(node);
  const groupLabel = (choice: PageGroupNode) => (choice === "page_group" ? t("journey.node.page_group") : t("journey.node.pageGroupOf", { mapping: choice.slice("page_group:".length) }));
  // Only a place of the path's own kind can be its entry or its exit.
  const occurrences = OCCURRENCES.filter((one) => (one === "entry" ? question.direction === "forward" : one === "exit" ? question.direction === "reverse" : true));
  return (
    <div className={editors.lines}>
      <div className={editors.line}>
        <InlineSelect
          label={t("journey.direction")}
          choices={(["forward", "reverse"] as const).map((value) => ({ value, label: t(`journey.direction.${value}`) }))}
          value={question.direction}
          onPick={(direction) => change({ direction, anchor: anchor && { ...anchor, occurrence: anchor.occurrence === "entry" || anchor.occurrence === "exit" ? "first" : anchor.occurrence } })}
        />
        <AnchorChip question={question} onPick={(next) => change({ anchor: next })} />
        {anchor && (
          <InlineSelect
            label={t("journey.occurrence")}
            choices={occurrences.map((value) => ({ value, label: t(`journey.occurrence.${value}`) }))}
            value={anchor.occurrence ?? "first"}
            onPick={(occurrence) => change({ anchor: { ...anchor, occurrence } })}
          />
        )}
        <NodeChip
          label={t("journey.until")}
          add={t("journey.untilAdd")}
          value={question.until?.node}
          named={(name) => t("journey.untilNode", { node: name })}
          question={question}
          onPick={(name) => change({ until: name === undefined ? undefined : { node: name } })}
        />
        <InlineSelect<NodeChoice>
          label={t("journey.node")}
          choices={(["event", "page", ...groups, "both", ...(node === "own" ? (["own"] as const) : [])] as NodeChoice[]).map((value) => ({ value, label: isPageGroup(value) ? groupLabel(value) : t(`journey.node.${value}`) }))}
          value={node}
          onPick={(picked) => change({ node: picked === "page" || isPageGroup(picked) ? picked : picked === "both" ? PAGES_AND_EVENTS : picked === "own" ? question.node : undefined })}
        />
      </div>
      <AmongLine
        lead={
          <>
            <span className={editors.rail}>{t("question.counting")}</span>
            <InlineSelect
              label={t("journey.over")}
              choices={(["session", "person"] as const).map((value) => ({ value, label: t(`journey.over.${value}`) }))}
              value={question.over ?? "session"}
              onPick={(over) => change({ over: over === "session" ? undefined : over, actor: over === "session" ? undefined : question.actor })}
            />
            {question.over === "person" && <ActorPicker actor={question.actor} onChange={(actor) => change({ actor })} />}
          </>
        }
        filter={question.filter}
        onFilter={(filter) => change({ filter })}
        breakdown={{ value: question.breakdown, onChange: (breakdown) => change({ breakdown }), most: 1 }}
        more={
          <>
            <span className={editors.rail}>{t("friction.goal")}</span>
            {question.goal ? (
              <SelectorEditor selector={question.goal} onChange={(goal) => change({ goal })} onRemove={() => change({ goal: undefined })} />
            ) : (
              <Popover
                label={t("friction.addGoal")}
                trigger={(props) => (
                  <Chip {...props} look="add">
                    <Plus aria-hidden />
                    <span>{t("friction.addGoal")}</span>
                  </Chip>
                )}
              >
                {(close) => (
                  <EventList
                    allowAny={false}
                    onPick={(goal) => {
                      close();
                      change({ goal });
                    }}
                  />
                )}
              </Popover>
            )}
          </>
        }
      />
    </div>
  );
}

function AnchorChip({ question, onPick }: { question: JourneyQuestion; onPick: (anchor: JourneyAnchor | undefined) => void }) {
  const speech = useSpeech();
  const { t } = speech;
  const { anchor } = question;
  const name = anchor ? (anchor.select ? selectorName(anchor.select, speech) : fullName(anchor.node ?? "", speech)) : null;
  const occurrence = anchor?.occurrence ?? "first";
  // Paths of events begin at an event; paths of pages at a page, which is a node.
  const byEvent = !isOfPages(question.node);
  return (
    <Popover
      label={t("journey.anchor")}
      trigger={(props) => (
        <Chip {...props} look={name === null ? "add" : "event"} onRemove={name === null ? undefined : () => onPick(undefined)} removeLabel={name === null ? undefined : t("action.removeNamed", { name })}>
          {name === null && <Plus aria-hidden />}
          <span>{name ?? (question.direction === "forward" ? t("journey.anyStart") : t("journey.anyEnd"))}</span>
        </Chip>
      )}
    >
      {(close) =>
        byEvent ? (
          <EventList
            allowAny={false}
            onPick={(names) => {
              close();
              onPick({ select: names, occurrence });
            }}
          />
        ) : (
          <NodeList
            question={question}
            onPick={(node) => {
              close();
              onPick({ node, occurrence });
            }}
          />
        )
      }
    </Popover>
  );
}

interface NodeChipProps {
  label: string;
  /** What stands on the chip while nothing is chosen. */
  add: string;
  value: string | undefined;
  named: (name: string) => string;
  question: JourneyQuestion;
  onPick: (node: string | undefined) => void;
}

function NodeChip({ label, add, value, named, question, onPick }: NodeChipProps) {
  const speech = useSpeech();
  const name = value === undefined ? null : fullName(value, speech);
  return (
    <Popover
      label={label}
      trigger={(props) => (
        <Chip {...props} look={name === null ? "add" : "plain"} onRemove={name === null ? undefined : () => onPick(undefined)} removeLabel={name === null ? undefined : speech.t("action.removeNamed", { name })}>
          {name === null && <Plus aria-hidden />}
          <span>{name === null ? add : named(name)}</span>
        </Chip>
      )}
    >
      {(close) => (
        <NodeList
          question={question}
          onPick={(node) => {
            close();
            onPick(node);
          }}
        />
      )}
    </Popover>
  );
}

/** The nodes that paths of this question can have: event names, pages, or whatever one types. */
function NodeList({ question, onPick }: { question: JourneyQuestion; onPick: (node: string) => void }) {
  const speech = useSpeech();
  const { t } = speech;
  const [search, setSearch] = useState("");
  const { names, loading } = useEventNames();
  const choice = nodeChoice(question.node);
  const byPage = choice !== "event";
  const byGroup = isPageGroup(choice);
  const pages = useValues(byGroup ? `$${choice}` : "$current_url", "event", undefined, useSettled(search, 200));
  const shownPages = byPage ? [...new Set(pages.values.flatMap(({ value }) => (typeof value === "string" ? [byGroup ? value : trimmedPage(value)] : [])))] : [];
  const pageName = nodeNamer(siteOf(shownPages), speech);
  const byEvent = !isOfPages(question.node);
  const wanted = search.trim().toLowerCase();
  return (
    <OptionList
      placeholder={t("journey.findNode")}
      empty={t("pick.nothing")}
      loading={loading || (byPage && pages.loading)}
      onSearch={setSearch}
      takeTyped={(text) => t("pick.typed", { text })}
      options={[
        ...(byEvent ? names.filter((name) => `${name.name} ${eventName(name.name, speech)}`.toLowerCase().includes(wanted)).map((name) => ({ value: name.name, label: eventName(name.name, speech), group: t("journey.nodesEvents") })) : []),
        ...shownPages.map((page) => ({ value: page, label: pageName(page), group: t("journey.nodesPages") })),
      ]}
      onPick={onPick}
    />
  );
}

/** A page as the engine names it: without query, fragment and final slash. */
function trimmedPage(url: string): string {
  const page = (url.split(/[?#]/)[0] ?? "").replace(/\/+$/, "");
  return page === "" ? "/" : page;
}

export function JourneyScope({ question, onChange }: BuilderProps<"journey">) {
  const speech = useSpeech();
  const { t } = speech;
  const change = (part: Partial<JourneyQuestion>) => onChange({ ...question, ...part });
  const { hide = [], rename = [] } = question;
  const changeHide = (next: string[]) => change({ hide: next.length === 0 ? undefined : next });
  const changeRename = (next: Rename[]) => change({ rename: next.length === 0 ? undefined : next });
  const map = typeof question.node === "object" ? question.node : {};
  const changeMap = (next: NodeMap) => change({ node: Object.keys(next).length === 0 ? undefined : next });
  return (
    <>
      <RangePicker range={question.range} onChange={(range) => change({ range })} />
      <InlineSelect
        label={t("journey.depth")}
        choices={[...new Set([3, 4, 5, 6, 7, 8, 9, 10, question.depth])].toSorted((a, b) => a - b).map((n) => ({ value: String(n), label: t("journey.depthOf", { n }) }))}
        value={String(question.depth)}
        onPick={(depth) => change({ depth: Number(depth) })}
      />
      <OptionsPopover
        changed={[
          ...(hide.length > 0 ? [t("journey.hidden", { n: hide.length })] : []),
          ...(rename.length > 0 ? [t("journey.renamed", { n: rename.length })] : []),
          ...(question.collapse_repeats === false ? [t("journey.repeatsShown")] : []),
          ...(question.window ? [t("journey.windowOf", { window: windowName(question.window, speech) })] : []),
          ...(question.select ? [t("journey.selected")] : []),
          ...calendarChanges(question, t),
        ]}
      >
        <OptionRow label={t("journey.top")}>
          <NumberInput label={t("journey.top")} value={question.top} min={1} max={50} onPick={(top) => change({ top: top ?? 10 })} />
        </OptionRow>
        <OptionRow label={t("journey.select")}>
          <FilterEditor filter={question.select} onChange={(select) => change({ select })} addLabel={question.select ? t("filter.add") : t("journey.selectAll")} />
        </OptionRow>
        <OptionRow label={t("journey.hide")}>
          {hide.map((name) => (
            <Chip key={name} onRemove={() => changeHide(hide.filter((kept) => kept !== name))} removeLabel={t("action.removeNamed", { name: fullName(name, speech) })}>
              <span>{fullName(name, speech)}</span>
            </Chip>
          ))}
          <NodeChip label={t("journey.hide")} add={t("journey.hideAdd")} value={undefined} named={(name) => name} question={question} onPick={(name) => name !== undefined && !hide.includes(name) && changeHide([...hide, name])} />
        </OptionRow>
        <OptionRow label={t("journey.map")}>
          {Object.entries(map).map(([event, by]) => (
            <Chip key={event} onRemove={() => changeMap(Object.fromEntries(Object.entries(map).filter(([kept]) => kept !== event)))} removeLabel={t("action.removeNamed", { name: eventName(event, speech) })}>
              <span>{t("journey.mapped", { event: eventName(event, speech), property: propertyName(typeof by === "string" ? by : by.property, speech) })}</span>
            </Chip>
          ))}
          <AddMapping onAdd={(event, property) => changeMap({ ...map, [event]: property })} />
        </OptionRow>
        <OptionRow label={t("journey.rename")}>
          {rename.map((rule, index) => {
            const shown = t("journey.renameRule", { from: "glob" in rule ? rule.glob : rule.regex, to: rule.to });
            return (
              <Chip key={index} onRemove={() => changeRename(rename.filter((_, at) => at !== index))} removeLabel={t("action.removeNamed", { name: shown })}>
                <span>{shown}</span>
              </Chip>
            );
          })}
          <AddRename onAdd={(rule) => changeRename([...rename, rule])} />
        </OptionRow>
        <OptionRow label={t("journey.collapse")}>
          <Check label={t("journey.collapseOn")} checked={question.collapse_repeats !== false} onChange={(on) => change({ collapse_repeats: on ? undefined : false })} />
        </OptionRow>
        <OptionRow label={t("journey.window")}>
          {question.window ? (
            <>
              <WindowPicker window={question.window} withSessions={false} onChange={(window) => change({ window })} />
              <Button size="small" onClick={() => change({ window: undefined })}>
                {t("journey.noWindow")}
              </Button>
            </>
          ) : (
            <Chip look="add" onClick={() => change({ window: { n: 1, unit: "hour" } })}>
              <Plus aria-hidden />
              <span>{t("journey.windowAdd")}</span>
            </Chip>
          )}
        </OptionRow>
        <CalendarRows question={question} onChange={onChange} />
      </OptionsPopover>
    </>
  );
}

function AddPopover({ label, children }: { label: string; children: (close: () => void) => ReactNode }) {
  return (
    <Popover
      label={label}
      trigger={(props) => (
        <Chip {...props} look="add">
          <Plus aria-hidden />
          <span>{label}</span>
        </Chip>
      )}
    >
      {children}
    </Popover>
  );
}

/** First the event, then the property by whose value it is shown. */
function AddMapping({ onAdd }: { onAdd: (event: string, property: NodeMap[string]) => void }) {
  const { t } = useSpeech();
  const [event, setEvent] = useState<string | null>(null);
  return (
    <AddPopover label={t("journey.mapAdd")}>
      {(close) =>
        event === null ? (
          <EventList allowAny={false} onPick={(names) => setEvent(names.event ?? names.any_of?.[0] ?? null)} />
        ) : (
          <PropertyList
            event={event}
            eventOnly
            onPick={(property) => {
              close();
              setEvent(null);
              onAdd(event, property === "$current_url" ? { property, trim: "url" } : property);
            }}
          />
        )
      }
    </AddPopover>
  );
}

function AddRename({ onAdd }: { onAdd: (rule: Rename) => void }) {
  const { t } = useSpeech();
  const [kind, setKind] = useState<"glob" | "regex">("glob");
  const [from, setFrom] = useState("");
  const [to, setTo] = useState("");
  return (
    <AddPopover label={t("journey.renameAdd")}>
      {(close) => (
        <form
          className={editors.condition}
          onSubmit={(event) => {
            event.preventDefault();
            if (from === "") return;
            close();
            setFrom("");
            setTo("");
            onAdd(kind === "glob" ? { glob: from, to } : { regex: from, to });
          }}
        >
          <div className={editors.conditionBody}>
            <InlineSelect label={t("journey.renameKind")} choices={(["glob", "regex"] as const).map((value) => ({ value, label: t(`journey.renameKind.${value}`) }))} value={kind} onPick={setKind} />
            <input className={editors.input} value={from} autoFocus placeholder={kind === "glob" ? "/order/*" : "[0-9]+"} aria-label={t("journey.renameFrom")} onChange={(event) => setFrom(event.target.value)} />
          </div>
          <div className={editors.conditionBody}>
            <span>{t("journey.renameTo")}</span>
            <input className={editors.input} value={to} placeholder={kind === "glob" ? "/order" : "<id>"} aria-label={t("journey.renameTo")} onChange={(event) => setTo(event.target.value)} />
            <Button look="primary" size="small" type="submit" disabled={from === ""}>
              {t("action.apply")}
            </Button>
          </div>
        </form>
      )}
    </AddPopover>
  );
}
