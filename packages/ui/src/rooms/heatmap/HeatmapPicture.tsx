// The page in the middle with its layer, its elements at the right; and a second sheet beside it, on the same scales and scrolled with it.
import { useImperativeHandle, useMemo, useRef, useState } from "react";
import { X } from "lucide-react";
import type { HeatmapAnswer } from "@/api/types.ts";
import { useSpeech } from "@/i18n/language.tsx";
import editors from "@/question/editors.module.css";
import { FilterEditor } from "@/question/FilterEditor.tsx";
import type { DeviceWidth, HeatmapQuestion, HeatmapZone, Question } from "@/question/question.ts";
import { RangePicker } from "@/question/RangePicker.tsx";
import { rangeName } from "@/question/words.ts";
import { AnswerHead } from "@/report/AnswerHead.tsx";
import { PeoplePanel } from "@/report/PeoplePanel.tsx";
import type { ReportRoomParts } from "@/report/room.ts";
import { useAsk } from "@/report/useAsk.ts";
import { tellError } from "@/shell/errors.ts";
import { useIsByLink } from "@/shell/session.tsx";
import { IconButton } from "@/ui/Button.tsx";
import { InlineSelect, Segmented } from "@/ui/Field.tsx";
import { Failure, Skeleton } from "@/ui/State.tsx";
import { BackdropLine } from "./BackdropLine.tsx";
import { useBackdrop, type Choice } from "./backdrop/useBackdrop.ts";
import type { Moment } from "./backdrop/visit.ts";
import { begin, besideOf, DEVICES, questionOf, type Begun, type Beside } from "./beside.ts";
import { ElementList } from "./ElementList.tsx";
import { cellOf, didOf, LAYERS, metricsOf, ranked, sameIn, shortName, type Layer, type Metric, type Named } from "./heatmap.ts";
import { PageSheet, type Drawn, type Peaks, type SheetHandle } from "./PageSheet.tsx";
import { sideBySide } from "./sheetImage.ts";
import styles from "./heatmap.module.css";

const ALONE = "none";
const ANY = "";
const COLD: Peaks = { heat: 0, metric: 0 };

export const HeatmapPicture: ReportRoomParts<"heatmap">["Picture"] = ({ asked, view, onView, onOpen, onAsk, pictureRef, label }) => {
  const speech = useSpeech();
  const { t, format } = speech;
  const isByLink = useIsByLink();
  const { question, answer } = asked;
  const layer: Layer = LAYERS.find((one) => one === view.layer) ?? "clicks";
  const metrics = metricsOf(question);
  const metric: Metric = metrics.find((one) => one === view.metric) ?? "click_rate";
  const moment: Moment = view.moment === "left" ? "left" : "settled";
  const beside = besideOf(view, asked);
  const other = useAsk<"heatmap">(beside && questionOf(beside, question));
  const otherAsked = beside ? other.asked : undefined;

  const [highlighted, setHighlighted] = useState<Named | null>(null);
  const [peaks, setPeaks] = useState<[Peaks, Peaks]>([COLD, COLD]);
  const [drawn, setDrawn] = useState<[Drawn | undefined, Drawn | undefined]>([undefined, undefined]);
  const [opened, setOpened] = useState<{ of: HeatmapQuestion; named: Named } | null>(null);
  const sheets = [useRef<SheetHandle>(null), useRef<SheetHandle>(null)] as const;

  // Two of one device are drawn over the same page.
  const isSameDevice = beside !== null && beside.device === question.device;
  const choice = choiceOf(view.visit);
  const otherChoice = choiceOf(view.besideVisit);
  const backdrop = useBackdrop(asked, choice, moment);
  const ownBackdrop = useBackdrop(isSameDevice ? undefined : otherAsked, otherChoice, moment);
  const otherBackdrop = isSameDevice ? backdrop : ownBackdrop;

  const named = useNamed(answer, metric, question.zones);
  const otherNamed = useNamed(otherAsked?.answer, metric, question.zones);
  const most: Peaks = beside ? { heat: Math.max(peaks[0].heat, peaks[1].heat), metric: Math.max(peaks[0].metric, peaks[1].metric) } : peaks[0];

  useImperativeHandle(pictureRef, () => ({
    toPng: async (ground) => sideBySide((await Promise.all(sheets.map((sheet) => sheet.current?.toImage() ?? null))).filter((image) => image !== null), ground),
  }));

  const change = (part: Record<string, unknown>) => onView({ ...view, ...part });
  const openOn = (of: Named) => onOpen(cellOf(of, didOf(metric)), t(`heatmap.panel.${didOf(metric) as "clicked"}`, { name: shortName(of) }));
  const addZone = (selectors: string[]) => {
    const zones = question.zones ?? [];
    const free = Array.from({ length: zones.length + 1 }, (_, index) => t("heatmap.zoneName", { n: index + 1 })).find((name) => zones.every((zone) => zone.name !== name));
    if (selectors.length > 0 && free) onAsk({ ...question, zones: [...zones, { name: free, selector: selectors.slice(0, 200) }] });
  };
  const begun: (Begun | typeof ALONE)[] = [ALONE, "previous", "people", ...DEVICES.filter((device) => device !== question.device || beside?.by === device)];
  return (
    <>
      <AnswerHead
        note={
          <>
            {answer.enough ? t("heatmap.note", { n: answer.page_views, views: format.number(answer.page_views) }) : t("heatmap.few", { n: answer.page_views })}
            {(layer === "clicks" || layer === "moves") && (
              <span className={styles.scale}>
                {t("heatmap.scale.few")}
                <i aria-hidden />
                {t(beside ? "heatmap.scale.manyOnBoth" : "heatmap.scale.many")}
              </span>
            )}
          </>
        }
        aside={
          <span className={styles.controls}>
            <Segmented<Layer> label={t("heatmap.layer")} value={layer} onPick={(next) => change({ layer: next === "clicks" ? undefined : next })} choices={LAYERS.map((value) => ({ value, label: t(`heatmap.layer.${value}`) }))} />
            <InlineSelect<Begun | typeof ALONE>
              label={t("heatmap.beside")}
              choices={begun.map((value) => ({ value, label: t(`heatmap.beside.${value}`) }))}
              value={beside?.by ?? ALONE}
              onPick={(next) => change({ beside: next === ALONE ? undefined : begin(next, asked), besideVisit: undefined })}
            />
          </span>
        }
      />
      <div className={styles.layout} data-beside={beside ? true : undefined}>
        <div className={styles.pages} tabIndex={0} role="region" aria-label={t("heatmap.pages")}>
          <PageSheet
            ref={sheets[0]}
            answer={answer}
            named={named}
            layer={layer}
            metric={metric}
            still={backdrop.state.is === "ready" ? backdrop.state.backdrop.still : null}
            highlighted={highlighted && sameIn(named, highlighted)}
            onHighlight={setHighlighted}
            label={label}
            peaks={most}
            onPeaks={(own) => setPeaks(([, second]) => [own, second])}
            onDrawn={(size) => setDrawn(([, second]) => [size, second])}
            onZone={addZone}
            onElement={openOn}
            onDepth={(depth) => onOpen({ depth }, t("heatmap.panel.depth", { depth: format.percent(depth, 0) }))}
            caption={
              <>
                {beside && <SideLine letter="A" text={t("heatmap.side", { what: `${deviceWord(question.device)} · ${rangeName(question.range, speech)}`, n: format.number(answer.page_views) })} />}
                {!isByLink && <BackdropLine answer={answer} {...backdrop} choice={choice} onChoice={(next) => change({ visit: choiceText(next) })} moment={moment} onMoment={(next) => change({ moment: next === "left" ? next : undefined })} drawn={drawn[0]} />}
              </>
            }
          />
          {beside && (
            <div className={styles.beside}>
              {otherAsked ? (
                <PageSheet
                  ref={sheets[1]}
                  answer={otherAsked.answer}
                  named={otherNamed}
                  layer={layer}
                  metric={metric}
                  still={otherBackdrop.state.is === "ready" ? otherBackdrop.state.backdrop.still : null}
                  highlighted={sameIn(otherNamed, highlighted)}
                  onHighlight={setHighlighted}
                  label={t(`heatmap.beside.${beside.by}`)}
                  peaks={most}
                  onPeaks={(own) => setPeaks(([first]) => [first, own])}
                  onDrawn={(size) => setDrawn(([first]) => [first, size])}
                  onElement={(of) => setOpened({ of: otherAsked.question, named: of })}
                  caption={
                    <>
                      <BesideLine beside={beside} n={otherAsked.answer.page_views} onChange={(next) => change({ beside: next })} />
                      <BackdropLine answer={otherAsked.answer} {...otherBackdrop} choice={isSameDevice ? choice : otherChoice} onChoice={(next) => change({ [isSameDevice ? "visit" : "besideVisit"]: choiceText(next) })} moment={moment} onMoment={(next) => change({ moment: next === "left" ? next : undefined })} drawn={drawn[1]} />
                    </>
                  }
                />
              ) : (
                <>
                  <BesideLine beside={beside} n={null} onChange={(next) => change({ beside: next })} />
                  {other.error ? <Failure {...tellError(other.error, speech)} /> : <Skeleton height={320} />}
                </>
              )}
            </div>
          )}
        </div>
        <div className={styles.side}>
          <div className={styles.listHead}>
            {isByLink ? (
              <span className={editors.quiet}>{t(`heatmap.metric.${metric}`)}</span>
            ) : (
              <>
                <InlineSelect<Metric> label={t("heatmap.metric")} choices={metrics.map((value) => ({ value, label: t(`heatmap.metric.${value}`) }))} value={metric} onPick={(next) => change({ metric: next === "click_rate" ? undefined : next })} />
                <span className={editors.quiet}>{t("heatmap.drawHint")}</span>
              </>
            )}
          </div>
          <ElementList named={named} others={otherAsked ? otherNamed : null} metric={metric} highlighted={highlighted} onHighlight={setHighlighted} onOpen={openOn} />
        </div>
      </div>
      {opened && <PeoplePanel question={opened.of as Question} cell={cellOf(opened.named, didOf(metric))} title={t(`heatmap.panel.${didOf(metric) as "clicked"}`, { name: shortName(opened.named) })} onClose={() => setOpened(null)} />}
    </>
  );

  function deviceWord(device: DeviceWidth | undefined): string {
    return device ? t(`heatmap.device.${device}`) : t("heatmap.device.any");
  }
};

function useNamed(answer: HeatmapAnswer | undefined, metric: Metric, zones: HeatmapZone[] | undefined): Named[] {
  return useMemo(() => (answer ? ranked(answer, metric, zones) : []), [answer, metric, zones]);
}

function SideLine({ letter, text }: { letter: string; text: string }) {
  return (
    <div className={styles.sideLine}>
      <b className={styles.letter}>{letter}</b>
      <span>{text}</span>
    </div>
  );
}

/** Who, when and on what the second sheet is. */
function BesideLine({ beside, n, onChange }: { beside: Beside; n: number | null; onChange: (beside: Beside | undefined) => void }) {
  const { t, format } = useSpeech();
  return (
    <div className={`${styles.sideLine} ${styles.besideLine}`}>
      <b className={styles.letter}>B</b>
      <InlineSelect
        label={t("heatmap.besideDevice")}
        choices={[{ value: ANY, label: t("heatmap.device.any") }, ...DEVICES.map((device) => ({ value: device as string, label: t(`heatmap.device.${device}`) }))]}
        value={beside.device ?? ANY}
        onPick={(device) => onChange({ ...beside, device: device === ANY ? undefined : (device as DeviceWidth) })}
      />
      <RangePicker range={beside.range} onChange={(range) => onChange({ ...beside, range })} />
      <FilterEditor filter={beside.filter} onChange={(filter) => onChange({ ...beside, filter })} event="$page_summary" addLabel={beside.filter ? t("filter.add") : t("question.everyone")} />
      {n !== null && <span className={editors.quiet}>{t("heatmap.n", { n: format.number(n) })}</span>}
      <IconButton label={t("heatmap.besideRemove")} icon={<X />} onClick={() => onChange(undefined)} />
    </div>
  );
}

function choiceOf(visit: unknown): Choice {
  if (visit === ALONE) return "none";
  return typeof visit === "string" && visit.startsWith("=") ? { session: visit.slice(1) } : "newest";
}

function choiceText(choice: Choice): string | undefined {
  if (choice === "newest") return undefined;
  return choice === "none" ? ALONE : `=${choice.session}`;
}
