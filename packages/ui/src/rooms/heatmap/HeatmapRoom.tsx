// Heatmaps: one page as its visitors used it. The page in the middle, its layer above, its elements and zones at the right; two side by side for comparison.
import { useEffect, useState } from "react";
import type { HeatmapAnswer } from "@/api/types.ts";
import { useSpeech } from "@/i18n/language.tsx";
import { AmongLine } from "@/question/AmongLine.tsx";
import { calendarChanges, CalendarRows, OptionsPopover } from "@/question/OptionsPopover.tsx";
import { EventList } from "@/question/EventPicker.tsx";
import { useValues } from "@/question/names.ts";
import type { DeviceWidth, HeatmapQuestion } from "@/question/question.ts";
import { RangePicker } from "@/question/RangePicker.tsx";
import { SelectorEditor } from "@/question/SelectorEditor.tsx";
import editors from "@/question/editors.module.css";
import { AnswerHead } from "@/report/AnswerHead.tsx";
import { BarsExample } from "@/report/examples.tsx";
import { ReportScreen } from "@/report/ReportScreen.tsx";
import type { AnswerProps, BuilderProps, ReportRoomParts, Telling } from "@/report/room.ts";
import { useAsk, type Asked } from "@/report/useAsk.ts";
import { Chip } from "@/ui/Chip.tsx";
import { InlineSelect, Segmented } from "@/ui/Field.tsx";
import { Popover } from "@/ui/Popover.tsx";
import table from "@/ui/table.module.css";
import { cellOf, didOf, isUnsure, LAYERS, METRICS, metricText, ranked, type Layer, type Metric, type Named } from "./heatmap.ts";
import { PageFrame } from "./PageFrame.tsx";
import styles from "./heatmap.module.css";

const DEVICES = ["desktop", "tablet", "mobile"] as const;
const LISTED = 60;
const ANY = "";

function HeatmapBuilder({ question, onChange }: BuilderProps<"heatmap">) {
  const { t } = useSpeech();
  const change = (part: Partial<HeatmapQuestion>) => onChange({ ...question, ...part });
  const { values } = useValues("$page", "event", "$page_summary", "");
  const pages = values.map((one) => String(one.value));
  const [first] = pages;
  useEffect(() => {
    if (question.page === "" && first !== undefined) onChange({ ...question, page: first });
  }, [question, first, onChange]);
  const known = question.page === "" || pages.includes(question.page) ? pages : [question.page, ...pages];
  return (
    <div className={editors.lines}>
      <div className={editors.line}>
        <span className={editors.rail}>{t("heatmap.page")}</span>
        <InlineSelect
          label={t("heatmap.page")}
          choices={[...(question.page === "" ? [{ value: "", label: t("heatmap.choosePage") }] : []), ...known.map((page) => ({ value: page, label: page }))]}
          value={question.page}
          onPick={(page) => change({ page, zones: undefined })}
        />
        <InlineSelect
          label={t("heatmap.device")}
          choices={[{ value: ANY, label: t("heatmap.device.any") }, ...DEVICES.map((device) => ({ value: device as string, label: t(`heatmap.device.${device}`) }))]}
          value={question.device ?? ANY}
          onPick={(device) => change({ device: device === ANY ? undefined : (device as DeviceWidth) })}
        />
      </div>
      <AmongLine
        filter={question.filter}
        onFilter={(filter) => change({ filter })}
        event="$page_summary"
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

function HeatmapScope({ question, onChange }: BuilderProps<"heatmap">) {
  const { t } = useSpeech();
  return (
    <>
      <RangePicker range={question.range} onChange={(range) => onChange({ ...question, range })} />
      <OptionsPopover changed={calendarChanges(question, t)}>
        <CalendarRows question={question} onChange={onChange} />
      </OptionsPopover>
    </>
  );
}

type Beside = "none" | "previous" | DeviceWidth;

/** The same question beside itself: of the period before, or of another device. */
function besideOf(asked: Asked<"heatmap">, beside: Beside): HeatmapQuestion | null {
  if (beside === "none") return null;
  if (beside !== "previous") return { ...asked.question, device: beside };
  const { range } = asked.explain;
  if (!range) return null;
  const [from, to] = [Date.parse(range.from), Date.parse(range.to)];
  return { ...asked.question, range: { from: new Date(2 * from - to).toISOString(), to: new Date(from).toISOString() } };
}

const HeatmapPicture: ReportRoomParts<"heatmap">["Picture"] = ({ asked, view, onView, onOpen, onAsk, pictureRef, label }) => {
  const speech = useSpeech();
  const { t, format } = speech;
  const { question, answer } = asked;
  const [highlighted, setHighlighted] = useState<Named | null>(null);
  const layer: Layer = LAYERS.find((one) => one === view.layer) ?? "clicks";
  const metrics = METRICS.filter((metric) => metric !== "conversion_per_click" || question.goal !== undefined);
  const metric: Metric = metrics.find((one) => one === view.metric) ?? "click_rate";
  const besides: Beside[] = ["none", "previous", ...DEVICES.filter((device) => device !== question.device)];
  const beside = besides.find((one) => one === view.beside) ?? "none";
  const other = useAsk<"heatmap">(besideOf(asked, beside));
  const list = ranked(answer, metric).slice(0, LISTED);
  const most = Math.max(0.0001, ...list.map((one) => one.sums[metric] ?? 0));
  const addZone = (from: number, to: number) => {
    const inside = answer.elements.filter((element) => element.y !== null && element.y >= from && element.y <= to && (element.height ?? 1) <= (to - from) * 1.5).map((element) => element.selector);
    const zones = question.zones ?? [];
    const free = Array.from({ length: zones.length + 1 }, (_, index) => t("heatmap.zoneName", { n: index + 1 })).find((name) => zones.every((zone) => zone.name !== name));
    if (inside.length > 0 && free) onAsk({ ...question, zones: [...zones, { name: free, selector: inside.slice(0, 200) }] });
  };
  return (
    <>
      <AnswerHead
        note={answer.enough ? t("heatmap.note", { n: answer.page_views, views: format.number(answer.page_views) }) : t("heatmap.few", { n: answer.page_views })}
        aside={
          <span className={styles.controls}>
            <Segmented<Layer> label={t("heatmap.layer")} value={layer} onPick={(next) => onView({ ...view, layer: next === "clicks" ? undefined : next })} choices={LAYERS.map((value) => ({ value, label: t(`heatmap.layer.${value}`) }))} />
            <InlineSelect<Beside> label={t("heatmap.beside")} choices={besides.map((value) => ({ value, label: t(`heatmap.beside.${value}`) }))} value={beside} onPick={(next) => onView({ ...view, beside: next === "none" ? undefined : next })} />
          </span>
        }
      />
      <div className={styles.layout}>
        <div className={styles.pages}>
          <PageFrame
            answer={answer}
            layer={layer}
            title={beside === "none" ? undefined : t("heatmap.side", { what: sideName(question), n: format.number(answer.page_views) })}
            highlighted={highlighted}
            label={label}
            pictureRef={pictureRef}
            onBand={addZone}
            onDepth={(depth) => onOpen({ depth }, t("heatmap.panel.depth", { depth: format.percent(depth, 0) }))}
          />
          {other.asked && beside !== "none" && (
            <PageFrame answer={other.asked.answer} layer={layer} title={t("heatmap.side", { what: beside === "previous" ? t("heatmap.beside.previous") : sideName(other.asked.question), n: format.number(other.asked.answer.page_views) })} highlighted={sameIn(other.asked.answer, highlighted)} label={t(`heatmap.beside.${beside}`)} />
          )}
        </div>
        <div>
          <div className={styles.listHead}>
            <InlineSelect<Metric> label={t("heatmap.metric")} choices={metrics.map((value) => ({ value, label: t(`heatmap.metric.${value}`) }))} value={metric} onPick={(next) => onView({ ...view, metric: next === "click_rate" ? undefined : next })} />
            <span className={editors.quiet}>{t("heatmap.drawHint")}</span>
          </div>
          <ul className={styles.list}>
            {list.map((one) => (
              <li key={`${one.isZone} ${one.name}`} className={one.isZone ? styles.zone : undefined}>
                <button
                  type="button"
                  className={styles.row}
                  data-unsure={isUnsure(metric, one.sums) || undefined}
                  title={isUnsure(metric, one.sums) ? t("heatmap.unsure") : one.name}
                  onMouseEnter={() => setHighlighted(one)}
                  onMouseLeave={() => setHighlighted(null)}
                  onFocus={() => setHighlighted(one)}
                  onBlur={() => setHighlighted(null)}
                  onClick={() => onOpen(cellOf(one, didOf(metric)), t(`heatmap.panel.${didOf(metric) as "clicked"}`, { name: one.name }))}
                >
                  <span>{one.name}</span>
                  <strong>{metricText(metric, one.sums, speech)}</strong>
                  <i style={{ width: `${Math.max(0, (100 * (one.sums[metric] ?? 0)) / most)}%` }} />
                </button>
              </li>
            ))}
          </ul>
        </div>
      </div>
    </>
  );

  function sideName(of: HeatmapQuestion): string {
    return of.device ? t(`heatmap.device.${of.device}`) : t("heatmap.device.any");
  }
};

function sameIn(answer: HeatmapAnswer, highlighted: Named | null): Named | null {
  return highlighted && (ranked(answer, "click_rate").find((one) => one.isZone === highlighted.isZone && one.name === highlighted.name) ?? null);
}

function HeatmapTable({ asked, onOpen, onAsk }: AnswerProps<"heatmap">) {
  const speech = useSpeech();
  const { t, format } = speech;
  const { question, answer } = asked;
  const metrics = METRICS.filter((metric) => metric !== "conversion_per_click" || question.goal !== undefined);
  const left = answer.elements_in_all - answer.elements.length;
  return (
    <>
      {left > 0 && <AnswerHead note={t("friction.more", { n: left })} />}
      <div className={table.wrap} style={{ maxHeight: 560 }} tabIndex={0} role="region" aria-label={t("report.table")}>
        <table className={table.table}>
          <thead>
            <tr>
              <th scope="col" className={table.pinned}>
                {t("heatmap.column.element")}
              </th>
              <th scope="col" className={table.number}>
                {t("heatmap.column.clicks")}
              </th>
              <th scope="col" className={table.number}>
                {t("people.person.many")}
              </th>
              {metrics.map((metric) => (
                <th key={metric} scope="col" className={table.number}>
                  {t(`heatmap.metric.${metric}`)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {ranked(answer, "click_rate").map((one) => (
              <tr key={`${one.isZone} ${one.name}`}>
                <th scope="row" className={table.pinned} title={one.name}>
                  {one.name}
                  {one.isZone && (
                    <button type="button" className={table.open} style={{ marginLeft: 8 }} onClick={() => onAsk({ ...question, zones: (question.zones ?? []).filter((zone) => zone.name !== one.name) })}>
                      {t("heatmap.removeZone")}
                    </button>
                  )}
                </th>
                <td className={table.number}>{format.number(one.sums.clicks)}</td>
                <td className={table.number}>
                  {one.sums.clicked_people === 0 ? (
                    "0"
                  ) : (
                    <button type="button" className={table.open} onClick={() => onOpen(cellOf(one, "clicked"), t("heatmap.panel.clicked", { name: one.name }))}>
                      {format.number(one.sums.clicked_people)}
                    </button>
                  )}
                </td>
                {metrics.map((metric) => (
                  <td key={metric} className={table.number} style={isUnsure(metric, one.sums) ? { color: "var(--ink-3)" } : undefined}>
                    {metricText(metric, one.sums, speech)}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}

function heatmapSentence(asked: Asked<"heatmap">, { speech }: Telling) {
  const { t, rich, format } = speech;
  const { question, answer } = asked;
  const bold = (parts: unknown[]) => <b key={String(parts)}>{parts as string[]}</b>;
  if (answer.page_views === 0) return t("heatmap.sentence.nothing", { page: question.page });
  const half = answer.reach.findLast((one) => (one.share ?? 0) >= 0.5);
  const parts = rich("heatmap.sentence.reach", { b: bold, page: question.page, depth: format.percent(half?.depth ?? 0, 0) });
  const [best] = ranked(answer, "click_rate").filter((one) => !one.isZone);
  if (best && best.sums.clicks > 0) parts.push(" ", ...rich("heatmap.sentence.most", { b: bold, name: best.name, share: format.percent(best.sums.click_rate ?? 0) }));
  return parts;
}

const heatmapRoom: ReportRoomParts<"heatmap"> = {
  kind: "heatmap",
  title: "room.heatmap",
  answers: "heatmap.answers",
  next: "heatmap.next",
  start: () => ({ kind: "heatmap", page: "", range: { last: 30, unit: "day" } }),
  ready: (question) => question.page !== "",
  name: (question, speech) => speech.t("heatmap.name", { page: question.page }),
  sentence: heatmapSentence,
  rows: (asked, { speech }) => {
    const { t } = speech;
    return [
      [t("heatmap.column.element"), t("heatmap.column.clicks"), t("people.person.many"), ...METRICS.map((metric) => t(`heatmap.metric.${metric}`))],
      ...ranked(asked.answer, "click_rate").map((one) => [one.name, String(one.sums.clicks), String(one.sums.clicked_people), ...METRICS.map((metric) => String(one.sums[metric] ?? ""))]),
    ];
  },
  Builder: HeatmapBuilder,
  Scope: HeatmapScope,
  Picture: HeatmapPicture,
  Table: HeatmapTable,
  Example: BarsExample,
};

export function HeatmapRoom() {
  return <ReportScreen room={heatmapRoom} />;
}
