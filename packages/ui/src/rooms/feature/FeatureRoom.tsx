// Features: by how many each is used, how often, again, and what power users do that others do not.
import { Plus } from "lucide-react";
import { BarsPicture, type Bar } from "@/chart/bars.tsx";
import type { FeatureUse } from "@/api/types.ts";
import { useSpeech } from "@/i18n/language.tsx";
import { AmongLine } from "@/question/AmongLine.tsx";
import { EventList } from "@/question/EventPicker.tsx";
import { calendarChanges, CalendarRows, NumberInput, OptionRow, OptionsPopover } from "@/question/OptionsPopover.tsx";
import { PopulationPicker } from "@/question/PopulationPicker.tsx";
import type { FeatureQuestion } from "@/question/question.ts";
import { RangePicker } from "@/question/RangePicker.tsx";
import { SelectorEditor } from "@/question/SelectorEditor.tsx";
import { eventName, selectorName } from "@/question/words.ts";
import editors from "@/question/editors.module.css";
import { AnswerHead } from "@/report/AnswerHead.tsx";
import { BarsExample } from "@/report/examples.tsx";
import { Confidence, RateInterval } from "@/report/RateInterval.tsx";
import { ReportScreen } from "@/report/ReportScreen.tsx";
import type { AnswerProps, BuilderProps, ReportRoomParts, Speech, Telling } from "@/report/room.ts";
import type { Asked } from "@/report/useAsk.ts";
import { Chip } from "@/ui/Chip.tsx";
import { InlineSelect, Segmented } from "@/ui/Field.tsx";
import { Popover } from "@/ui/Popover.tsx";
import { NumberHead } from "@/ui/NumberHead.tsx";
import table from "@/ui/table.module.css";
import { heatScale } from "@/chart/heat.ts";

const MOST_FEATURES = 59;
const DRAWN = 16;
const UNITS = ["day", "week", "month"] as const;
type Drawn = "adoption" | "power";

function FeatureBuilder({ question, onChange }: BuilderProps<"feature">) {
  const { t } = useSpeech();
  const change = (part: Partial<FeatureQuestion>) => onChange({ ...question, ...part });
  const { features = [] } = question;
  const changeFeatures = (next: FeatureQuestion["features"]) => change({ features: next && next.length > 0 ? next : undefined });
  return (
    <div className={editors.lines}>
      <div className={editors.line}>
        <span className={editors.rail}>{t("feature.features")}</span>
        {features.map((feature, index) => (
          <span key={index} className={editors.step}>
            <SelectorEditor selector={feature} onChange={(next) => changeFeatures(features.map((kept, at) => (at === index ? next : kept)))} onRemove={() => changeFeatures(features.filter((_, at) => at !== index))} />
          </span>
        ))}
        {features.length < MOST_FEATURES && (
          <Popover
            label={t("feature.add")}
            trigger={(props) => (
              <Chip {...props} look="add">
                <Plus aria-hidden />
                <span>{features.length === 0 ? t("feature.mostUsed") : t("feature.add")}</span>
              </Chip>
            )}
          >
            {(close) => (
              <EventList
                allowAny={false}
                onPick={(names) => {
                  close();
                  changeFeatures([...features, names]);
                }}
              />
            )}
          </Popover>
        )}
      </div>
      <AmongLine lead={<PopulationPicker population={question.population} onChange={(population) => change({ population })} />} filter={question.filter} onFilter={(filter) => change({ filter })} />
    </div>
  );
}

function FeatureScope({ question, onChange }: BuilderProps<"feature">) {
  const { t } = useSpeech();
  const change = (part: Partial<FeatureQuestion>) => onChange({ ...question, ...part });
  const percent = Math.round((question.power_share ?? 0.1) * 100);
  return (
    <>
      <RangePicker range={question.range} onChange={(range) => change({ range })} />
      <InlineSelect label={t("retention.unit")} choices={UNITS.map((value) => ({ value, label: t(`retention.unit.${value}`) }))} value={question.unit ?? "week"} onPick={(unit) => change({ unit })} />
      <OptionsPopover changed={[...(percent === 10 ? [] : [t("feature.powerOf", { n: percent })]), ...calendarChanges(question, t)]}>
        <OptionRow label={t("feature.power")}>
          <NumberInput label={t("feature.power")} value={percent} min={1} max={50} onPick={(n) => change({ power_share: (n ?? 10) / 100 })} />
        </OptionRow>
        <OptionRow label={t("retention.periods")}>
          <NumberInput label={t("retention.periods")} value={question.periods ?? 4} min={0} max={24} onPick={(periods) => change({ periods })} />
        </OptionRow>
        <OptionRow label={t("driver.fewest")}>
          <NumberInput label={t("driver.fewest")} value={question.fewest_people ?? 30} min={1} max={1_000_000} onPick={(fewest_people) => change({ fewest_people })} />
        </OptionRow>
        <CalendarRows question={question} onChange={onChange} />
      </OptionsPopover>
    </>
  );
}

function featureName(asked: Asked<"feature">, index: number, speech: Speech): string {
  const asFeature = asked.question.features?.[index];
  return asFeature ? selectorName(asFeature, speech) : eventName(asked.answer.features[index]?.label, speech);
}

/** With their place in the answer, by which their people are asked for. */
function ranked(asked: Asked<"feature">): { feature: FeatureUse; index: number }[] {
  return asked.answer.features.map((feature, index) => ({ feature, index })).toSorted((a, b) => b.feature.people - a.feature.people);
}

const FeaturePicture: ReportRoomParts<"feature">["Picture"] = ({ asked, view, onView, onOpen, pictureRef, label }) => {
  const speech = useSpeech();
  const { t, format } = speech;
  const drawn: Drawn = view.drawn === "power" ? "power" : "adoption";
  const power = asked.answer.power_users;
  const rows = ranked(asked);
  const shown = drawn === "adoption" ? rows : rows.filter(({ feature }) => feature.difference !== null).toSorted((a, b) => (b.feature.difference ?? 0) - (a.feature.difference ?? 0));
  const bars = shown.slice(0, DRAWN).map(({ feature, index }): Bar => ({
    id: String(index),
    name: featureName(asked, index, speech),
    value: (drawn === "adoption" ? feature.adoption : feature.difference) ?? 0,
    shown: drawn === "adoption" ? format.percent(feature.adoption ?? 0) : t("feature.points", { n: format.number(Math.round((feature.difference ?? 0) * 1000) / 10) }),
    faint: drawn === "power" && (feature.q_value ?? 1) >= 0.05,
    told: [
      { name: t("feature.adoption"), value: format.percent(feature.adoption ?? 0), note: t("tip.n", { n: format.number(feature.people) }) },
      { name: t("feature.powerUsers"), value: feature.power_users.share === null ? "–" : format.percent(feature.power_users.share) },
      { name: t("feature.otherUsers"), value: feature.others.share === null ? "–" : format.percent(feature.others.share) },
    ],
  }));
  const note = drawn === "adoption" ? t("feature.adoptionNote", { n: asked.answer.people, people: format.number(asked.answer.people) }) : power.days_at_least === null ? t("feature.noPower") : t("feature.powerNote", { n: power.people, people: format.number(power.people), days: power.days_at_least });
  return (
    <>
      <AnswerHead
        note={note}
        aside={<Segmented<Drawn> label={t("picture.shape")} value={drawn} onPick={(next) => onView({ ...view, drawn: next === "adoption" ? undefined : next })} choices={(["adoption", "power"] as const).map((value) => ({ value, label: t(`feature.drawn.${value}`) }))} />}
      />
      {bars.length > 0 && <BarsPicture bars={bars} axis={(value) => format.percent(value, 0)} label={label} pictureRef={pictureRef} onBar={(bar) => onOpen({ feature: Number(bar.id) }, t("feature.panel.users", { name: bar.name }))} />}
    </>
  );
};

function FeatureTable({ asked, onOpen }: AnswerProps<"feature">) {
  const speech = useSpeech();
  const { t, format } = speech;
  const { question, answer } = asked;
  const unit = question.unit ?? "week";
  const periods = Math.max(0, ...answer.features.map((feature) => feature.retention.length));
  const most = Math.max(0.01, ...answer.features.map((feature) => feature.adoption_interval?.[1] ?? feature.adoption ?? 0));
  const heat = heatScale(answer.features.map((feature) => [null, ...feature.retention.map((period) => period.rate)]));
  const shown = (value: number | null) => (value === null ? "–" : format.number(value));
  return (
    <div className={table.wrap} style={{ maxHeight: 560 }} tabIndex={0} role="region" aria-label={t("report.table")}>
      <table className={table.table}>
        <thead>
          <tr>
            <th scope="col" className={table.pinned}>
              {t("feature.column.feature")}
            </th>
            {[t("people.person.many"), t("feature.adoption"), t("feature.column.uses"), t("feature.column.median"), t("feature.column.days"), ...Array.from({ length: periods }, (_, period) => t(`retention.period.${unit}`, { n: period + 1 })), t("feature.powerUsers"), t("feature.otherUsers")].map((name) => (
              <NumberHead key={name}>{name}</NumberHead>
            ))}
            <th scope="col">{t("feature.column.difference")}</th>
          </tr>
        </thead>
        <tbody>
          {ranked(asked).map(({ feature, index }) => {
            const name = featureName(asked, index, speech);
            const open = (count: number, users: string, title: string, text: string) =>
              count === 0 ? (
                text
              ) : (
                <button type="button" className={table.open} onClick={() => onOpen({ feature: index, users }, title)}>
                  {text}
                </button>
              );
            return (
              <tr key={index}>
                <th scope="row" className={table.pinned}>
                  {name}
                </th>
                <td className={table.number}>{open(feature.people, "all", t("feature.panel.users", { name }), format.number(feature.people))}</td>
                <td className={table.number}>
                  <RateInterval rate={feature.adoption} interval={feature.adoption_interval} most={most} />
                </td>
                <td className={table.number}>{shown(feature.mean_uses)}</td>
                <td className={table.number}>{shown(feature.median_uses)}</td>
                <td className={table.number}>{shown(feature.mean_days)}</td>
                {feature.retention.map((period) => (
                  <td key={period.period} className={table.number} style={{ background: heat.colorOf(period.rate) }} title={t("retention.returnedOf", { returned: format.number(period.returned), born: format.number(period.eligible) })}>
                    {period.rate === null ? "–" : format.percent(period.rate)}
                  </td>
                ))}
                <td className={table.number}>{open(feature.power_users.people, "power", t("feature.panel.power", { name }), feature.power_users.share === null ? "–" : format.percent(feature.power_users.share))}</td>
                <td className={table.number}>{open(feature.others.people, "others", t("feature.panel.others", { name }), feature.others.share === null ? "–" : format.percent(feature.others.share))}</td>
                <td>
                  <Confidence q={feature.q_value} enough={answer.power_users.enough && feature.q_value !== null} up={(feature.difference ?? 0) >= 0} />
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

function featureSentence(asked: Asked<"feature">, { speech }: Telling) {
  const { t, rich, format } = speech;
  const [first, second] = ranked(asked);
  const bold = (parts: unknown[]) => <b key={String(parts)}>{parts as string[]}</b>;
  if (!first || asked.answer.people === 0) return t("feature.sentence.nobody");
  const parts = rich("feature.sentence.most", { b: bold, name: featureName(asked, first.index, speech), share: format.percent(first.feature.adoption ?? 0), n: asked.answer.people, people: format.number(asked.answer.people) });
  if (second) parts.push(" ", ...rich("feature.sentence.then", { b: bold, name: featureName(asked, second.index, speech), share: format.percent(second.feature.adoption ?? 0) }));
  const telling = asked.answer.features
    .map((feature, index) => ({ feature, index }))
    .filter(({ feature }) => (feature.q_value ?? 1) < 0.05 && (feature.difference ?? 0) > 0)
    .toSorted((a, b) => (b.feature.difference ?? 0) - (a.feature.difference ?? 0))[0];
  if (telling) parts.push(" ", ...rich("feature.sentence.power", { b: bold, name: featureName(asked, telling.index, speech), power: format.percent(telling.feature.power_users.share ?? 0), others: format.percent(telling.feature.others.share ?? 0) }));
  return parts;
}

export const featureRoom: ReportRoomParts<"feature"> = {
  kind: "feature",
  title: "room.feature",
  answers: "feature.answers",
  next: "feature.answers",
  start: () => ({ kind: "feature", range: { last: 30, unit: "day" } }),
  ready: () => true,
  name: (_, speech) => speech.t("room.feature"),
  sentence: featureSentence,
  rows: (asked, { speech }) => {
    const { t } = speech;
    const unit = asked.question.unit ?? "week";
    const periods = Math.max(0, ...asked.answer.features.map((feature) => feature.retention.length));
    return [
      [t("feature.column.feature"), t("people.person.many"), t("feature.adoption"), t("feature.column.uses"), t("feature.column.median"), t("feature.column.days"), ...Array.from({ length: periods }, (_, period) => t(`retention.period.${unit}`, { n: period + 1 })), t("feature.powerUsers"), t("feature.otherUsers"), "q"],
      ...asked.answer.features.map((feature, index) => [
        featureName(asked, index, speech),
        String(feature.people),
        ...[feature.adoption, feature.mean_uses, feature.median_uses, feature.mean_days, ...feature.retention.map((period) => period.rate), feature.power_users.share, feature.others.share, feature.q_value].map((value) => String(value ?? "")),
      ]),
    ];
  },
  Builder: FeatureBuilder,
  Scope: FeatureScope,
  Picture: FeaturePicture,
  Table: FeatureTable,
  Example: BarsExample,
};

export function FeatureRoom() {
  return <ReportScreen room={featureRoom} />;
}
