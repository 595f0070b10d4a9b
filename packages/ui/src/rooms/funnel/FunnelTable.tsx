// The numbers of a funnel, every one of which opens: steps and segments, steps by interval, how long it took, what came between.
import { Scale } from "lucide-react";
import { Fragment } from "react";
import type { FunnelGroup } from "@/api/types.ts";
import { firstIncomplete } from "@/chart/axes.ts";
import { useSpeech } from "@/i18n/language.tsx";
import { propertyName, segmentName } from "@/question/words.ts";
import { AnswerHead } from "@/report/AnswerHead.tsx";
import type { AnswerProps } from "@/report/room.ts";
import { useProject } from "@/shell/session.tsx";
import { InlineSelect } from "@/ui/Field.tsx";
import { Opens } from "@/ui/Opens.tsx";
import { NumberHead } from "@/ui/NumberHead.tsx";
import table from "@/ui/table.module.css";
import { binCell, binNames, binsOf, cellOf, funnelGroups, intervalsOf, isOverall, stepName, type Binned } from "./funnel.ts";

const SHOWN_SEGMENTS = 8;

export function FunnelTable(props: AnswerProps<"funnel">) {
  const { question } = props.asked;
  return (
    <>
      <StepsTable {...props} />
      {question.interval && <IntervalsTable {...props} />}
      {question.time_to_convert && <BinsTable {...props} of="seconds" />}
      {question.between && <BinsTable {...props} of="between" />}
    </>
  );
}

function StepsTable({ asked, onOpen, onAsk }: AnswerProps<"funnel">) {
  const speech = useSpeech();
  const { t, format } = speech;
  const groups = funnelGroups(asked);
  const split = groups.some((group) => group.breakdown.length > 0);
  const steps = asked.question.steps;
  const open = (group: FunnelGroup, index: number, count: number, dropped: boolean) => (
    <Opens nobody={count === 0} onOpen={() => onOpen(...cellOf(asked, group, index, dropped, speech))}>
      {format.number(count)}
    </Opens>
  );
  // What is told of those who reached a step opens them too.
  const ofReached = (group: FunnelGroup, index: number, shown: string) => (
    <Opens quiet nobody={shown === "" || (group.steps[index]?.count ?? 0) === 0} onOpen={() => onOpen(...cellOf(asked, group, index, false, speech))}>
      {shown}
    </Opens>
  );
  if (!split) {
    const group = groups[0];
    if (!group) return null;
    return (
      <div className={table.wrap} tabIndex={0} role="region" aria-label={t("report.table")}>
        <table className={table.table}>
          <thead>
            <tr>
              <th scope="col" className={table.pinned}>
                {t("funnel.column.step")}
              </th>
              <NumberHead>{t("funnel.column.reached")}</NumberHead>
              <NumberHead>{t("funnel.column.conversion")}</NumberHead>
              <NumberHead>{t("funnel.column.interval")}</NumberHead>
              <NumberHead>{t("funnel.column.fromPrevious")}</NumberHead>
              <NumberHead>{t("funnel.column.dropped")}</NumberHead>
              <NumberHead>{t("funnel.column.median")}</NumberHead>
              <NumberHead>{t("funnel.column.mean")}</NumberHead>
              {asked.question.sum && (
                <NumberHead>{t("funnel.sumOf", { property: propertyName(asked.question.sum, speech) })}</NumberHead>
              )}
            </tr>
          </thead>
          <tbody>
            {group.steps.map((step, index) => (
              <tr key={index}>
                <th scope="row" className={table.pinned}>
                  {index + 1}. {stepName(asked, index, speech)}
                </th>
                <td className={table.number}>{open(group, index, step.count, false)}</td>
                <td className={table.number}>
                  <strong>{step.conversion === null ? "–" : ofReached(group, index, format.percent(step.conversion))}</strong>
                </td>
                <td className={`${table.number} ${table.muted}`}>
                  {index === 0 || step.conversion_low == null || step.conversion_high == null ? "" : `${format.percent(step.conversion_low)} – ${format.percent(step.conversion_high)}`}
                </td>
                <td className={table.number}>{ofReached(group, index, index === 0 || step.from_previous === null ? "" : format.percent(step.from_previous))}</td>
                <td className={table.number}>{index === 0 ? "" : open(group, index, step.dropped, true)}</td>
                <td className={table.number}>{ofReached(group, index, step.median_seconds === null ? "" : format.duration(step.median_seconds))}</td>
                <td className={table.number}>{ofReached(group, index, step.mean_seconds === null ? "" : format.duration(step.mean_seconds))}</td>
                {asked.question.sum && <td className={table.number}>{ofReached(group, index, format.number(step.sum ?? 0))}</td>}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    );
  }
  const control = asked.question.control;
  const isControl = (group: FunnelGroup) => control !== undefined && JSON.stringify(group.breakdown) === JSON.stringify(control);
  return (
    <div className={table.wrap} style={{ maxHeight: 480 }} tabIndex={0} role="region" aria-label={t("report.table")}>
      <table className={table.table}>
        <thead>
          <tr>
            <th scope="col" className={table.pinned}>
              {t("funnel.column.segment")}
            </th>
            {steps.map((_, index) => (
              <NumberHead key={index}>{index + 1}. {stepName(asked, index, speech)}</NumberHead>
            ))}
            <NumberHead>{t("funnel.column.conversion")}</NumberHead>
            <NumberHead>{t("funnel.column.interval")}</NumberHead>
            <th scope="col">{control === undefined ? t("funnel.column.against") : t("funnel.column.againstControl", { segment: segmentName(control as FunnelGroup["breakdown"], speech, undefined, asked.question.breakdown) })}</th>
          </tr>
        </thead>
        <tbody>
          {groups.slice(0, 200).map((group) => {
            const last = group.steps.at(-1);
            const name = segmentName(group.breakdown, speech, group.other, asked.question.breakdown);
            return (
              <tr key={JSON.stringify(group.breakdown) + String(group.other)}>
                <th scope="row" className={table.pinned}>
                  {name}
                </th>
                {group.steps.map((step, index) => (
                  <td key={index} className={table.number}>
                    {open(group, index, step.count, false)}
                    {index > 0 && step.conversion !== null && <span className={table.muted}> {format.percent(step.conversion)}</span>}
                  </td>
                ))}
                <td className={table.number}>
                  <strong>{last?.conversion == null ? "–" : ofReached(group, group.steps.length - 1, format.percent(last.conversion))}</strong>
                </td>
                <td className={`${table.number} ${table.muted}`}>
                  {last?.conversion_low == null || last.conversion_high == null ? "" : `${format.percent(last.conversion_low)} – ${format.percent(last.conversion_high)}`}
                </td>
                <td>
                  {group.breakdown.length > 0 && group.other === undefined && !isControl(group) && (
                    <button type="button" className={table.tool} aria-label={t("funnel.makeControl", { segment: name })} title={t("funnel.makeControl", { segment: name })} onClick={() => onAsk({ ...asked.question, control: group.breakdown })}>
                      <Scale aria-hidden />
                    </button>
                  )}
                  {isControl(group) ? <span className={table.muted}>{t("funnel.isControl")}</span> : <Significance group={group} against={control === undefined ? null : segmentName(control as FunnelGroup["breakdown"], speech, undefined, asked.question.breakdown)} />}
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

function Significance({ group, against }: { group: FunnelGroup; against: string | null }) {
  const { t, format } = useSpeech();
  const test = group.significance;
  if (!test) return null;
  if (!test.enough) return <span className={table.muted}>{t("funnel.test.notEnough")}</span>;
  const sure = test.p_value < 0.05;
  const p = test.p_value < 0.001 ? "p < 0.001" : `p = ${format.number(Math.round(test.p_value * 1000) / 1000)}`;
  if (against !== null && sure) {
    const key = test.better ? "funnel.test.betterThan" : "funnel.test.worseThan";
    return <span style={{ color: test.better ? "var(--good)" : "var(--bad)" }}>{`${test.better ? "▲" : "▼"} ${t(key, { p, segment: against })}`}</span>;
  }
  if (!sure) return <span className={table.muted}>{t("funnel.test.none", { p })}</span>;
  return <span style={{ color: test.better ? "var(--good)" : "var(--bad)" }}>{test.better ? `▲ ${t("funnel.test.better", { p })}` : `▼ ${t("funnel.test.worse", { p })}`}</span>;
}

/** How many reached each step, by the interval of the first. */
function IntervalsTable({ asked, view, onView, onOpen }: AnswerProps<"funnel">) {
  const speech = useSpeech();
  const { t, format } = speech;
  const project = useProject();
  const interval = asked.question.interval ?? "day";
  const zone = asked.question.timezone ?? project.timezone;
  const groups = funnelGroups(asked).filter((group) => intervalsOf(asked, group).length > 0);
  const key = (group: FunnelGroup) => (group.other === undefined ? JSON.stringify(group.breakdown) : "other");
  const group = groups.find((one) => key(one) === view.segment) ?? groups[0];
  if (!group) return null;
  const rows = intervalsOf(asked, group);
  const until = firstIncomplete(rows.map((row) => row.start), asked.explain.incomplete_from);
  return (
    <>
      <AnswerHead
        note={
          <>
            {t("funnel.byInterval")}{" "}
            {groups.length > 1 && (
              <InlineSelect
                label={t("funnel.column.segment")}
                choices={groups.map((one) => ({ value: key(one), label: segmentName(one.breakdown, speech, one.other, asked.question.breakdown) }))}
                value={key(group)}
                onPick={(segment) => onView({ ...view, segment })}
              />
            )}
          </>
        }
      />
      <div className={table.wrap} style={{ maxHeight: 420 }} tabIndex={0} role="region" aria-label={t("funnel.byInterval")}>
        <table className={table.table}>
          <thead>
            <tr>
              <th scope="col" className={table.pinned}>
                {t("trend.column.interval")}
              </th>
              {asked.question.steps.map((_, index) => (
                <NumberHead key={index}>{index + 1}. {stepName(asked, index, speech)}</NumberHead>
              ))}
              <NumberHead>{t("funnel.column.conversion")}</NumberHead>
            </tr>
          </thead>
          <tbody>
            {rows.map((row, position) => {
              const when = format.interval(row.start, interval, zone);
              const entered = row.steps[0] ?? 0;
              const last = row.steps.length - 1;
              const open = (index: number, shown: string, quiet: boolean) => {
                const [cell, title] = cellOf(asked, group, index, false, speech);
                return (
                  <Opens quiet={quiet} nobody={(row.steps[index] ?? 0) === 0} onOpen={() => onOpen({ ...cell, interval: row.start }, `${title} · ${when}`)}>
                    {shown}
                  </Opens>
                );
              };
              return (
                <tr key={row.start}>
                  <th scope="row" className={table.pinned} title={position >= until ? t("tip.incomplete") : undefined}>
                    {when}
                    {position >= until && " *"}
                  </th>
                  {row.steps.map((count, index) => (
                    <td key={index} className={table.number}>
                      {open(index, format.number(count), false)}
                      {index > 0 && index < last && entered > 0 && <span className={table.muted}> {format.percent(count / entered)}</span>}
                    </td>
                  ))}
                  <td className={table.number}>
                    <strong>{entered === 0 ? "–" : open(last, format.percent((row.steps[last] ?? 0) / entered), true)}</strong>
                  </td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
    </>
  );
}

/** How many lie in each stretch, of everybody and of each segment. */
function BinsTable({ asked, onOpen, of }: AnswerProps<"funnel"> & { of: Binned }) {
  const speech = useSpeech();
  const { t, format } = speech;
  const groups = funnelGroups(asked).filter((group) => binsOf(of, group) !== undefined).slice(0, SHOWN_SEGMENTS);
  const first = groups[0];
  const edges = (first && binsOf(of, first)?.edges) ?? [];
  if (!first) return null;
  const split = groups.some((group) => !isOverall(group));
  const names = binNames(of, edges, speech);
  const sums = groups.map((group) => (binsOf(of, group)?.bins ?? []).reduce((sum, n) => sum + n, 0));
  const { between } = first;
  const note =
    of === "seconds"
      ? t("funnel.bySeconds")
      : between && t("funnel.betweenNote", { n: format.number(between.attempts), mean: between.mean === null ? "–" : format.number(Math.round(between.mean * 100) / 100), median: between.median === null ? "–" : format.number(between.median) });
  return (
    <>
      <AnswerHead note={note} />
      <div className={table.wrap} tabIndex={0} role="region" aria-label={t(of === "seconds" ? "funnel.bySeconds" : "funnel.betweenEvents")}>
        <table className={table.table}>
          <thead>
            <tr>
              <th scope="col" className={table.pinned}>
                {t(of === "seconds" ? "funnel.column.time" : "funnel.column.times")}
              </th>
              {groups.map((group) => (
                <Fragment key={JSON.stringify(group.breakdown) + String(group.other)}>
                  <NumberHead>{split ? segmentName(group.breakdown, speech, group.other, asked.question.breakdown) : t(of === "seconds" ? "funnel.converted" : "funnel.column.attempts")}</NumberHead>
                  {!split && (
                    <th scope="col" className={table.wide}>
                      {t("funnel.column.share")}
                    </th>
                  )}
                </Fragment>
              ))}
            </tr>
          </thead>
          <tbody>
            {names.map((name, index) => (
              <tr key={name}>
                <th scope="row" className={table.pinned}>
                  {name}
                </th>
                {groups.map((group, position) => {
                  const n = binsOf(of, group)?.bins[index] ?? 0;
                  const share = (sums[position] ?? 0) === 0 ? 0 : n / (sums[position] as number);
                  return (
                    <Fragment key={JSON.stringify(group.breakdown) + String(group.other)}>
                      <td className={table.number}>
                        <Opens nobody={n === 0} onOpen={() => onOpen(...binCell(of, asked, group, edges, index, speech))}>
                          {format.number(n)}
                        </Opens>
                        {split && n > 0 && <span className={table.muted}> {format.percent(share)}</span>}
                      </td>
                      {!split && (
                        <td className={table.wide}>
                          <span className={table.bar} style={{ width: `${Math.round(share * 1000) / 10}%` }} />
                          <span className={table.muted}>{format.percent(share)}</span>
                        </td>
                      )}
                    </Fragment>
                  );
                })}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}
