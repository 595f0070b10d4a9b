// Heatmaps: one page as its visitors used it. The page in the middle, its layer above, its elements and zones at the right; two side by side for comparison.
import { useEffect } from "react";
import { useSpeech } from "@/i18n/language.tsx";
import { AmongLine } from "@/question/AmongLine.tsx";
import { calendarChanges, CalendarRows, OptionsPopover } from "@/question/OptionsPopover.tsx";
import { EventList } from "@/question/EventPicker.tsx";
import { useValues } from "@/question/names.ts";
import type { DeviceWidth, HeatmapQuestion } from "@/question/question.ts";
import { RangePicker } from "@/question/RangePicker.tsx";
import { SelectorEditor } from "@/question/SelectorEditor.tsx";
import editors from "@/question/editors.module.css";
import { BarsExample } from "@/report/examples.tsx";
import { ReportScreen } from "@/report/ReportScreen.tsx";
import type { BuilderProps, ReportRoomParts, Telling } from "@/report/room.ts";
import type { Asked } from "@/report/useAsk.ts";
import { Chip } from "@/ui/Chip.tsx";
import { InlineSelect } from "@/ui/Field.tsx";
import { Popover } from "@/ui/Popover.tsx";
import { DEVICES } from "./beside.ts";
import { METRICS, ranked, shortName } from "./heatmap.ts";
import { HeatmapPicture } from "./HeatmapPicture.tsx";
import { HeatmapTable } from "./HeatmapTable.tsx";

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

function heatmapSentence(asked: Asked<"heatmap">, { speech }: Telling) {
  const { t, rich, format } = speech;
  const { question, answer } = asked;
  const bold = (parts: unknown[]) => <b key={String(parts)}>{parts as string[]}</b>;
  if (answer.page_views === 0) return t("heatmap.sentence.nothing", { page: question.page });
  const half = answer.reach.findLast((one) => (one.share ?? 0) >= 0.5);
  const parts = rich("heatmap.sentence.reach", { b: bold, page: question.page, depth: format.percent(half?.depth ?? 0, 0) });
  const [best] = ranked(answer, "click_rate").filter((one) => !one.isZone);
  if (best && best.sums.clicks > 0) parts.push(" ", ...rich("heatmap.sentence.most", { b: bold, name: shortName(best), share: format.percent(best.sums.click_rate ?? 0) }));
  return parts;
}

export const heatmapRoom: ReportRoomParts<"heatmap"> = {
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
