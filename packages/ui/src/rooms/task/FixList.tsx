// What to fix, what would gain most first; how far each is, and whether it helped.
import { Play } from "lucide-react";
import { useState } from "react";
import type { TaskAnswer, TaskFinding, TaskTest } from "@/api/task.ts";
import type { Cell } from "@/api/types.ts";
import { useSpeech } from "@/i18n/language.tsx";
import type { ElementNames } from "@/report/elementNames.ts";
import type { Speech } from "@/report/room.ts";
import { Button } from "@/ui/Button.tsx";
import { InlineSelect, TextField } from "@/ui/Field.tsx";
import { dayIn } from "@/format/day.ts";
import { useProject } from "@/shell/session.tsx";
import { Opens } from "@/ui/Opens.tsx";
import { Card } from "@/ui/Page.tsx";
import { Dialog } from "@/ui/Panel.tsx";
import { useNarrow } from "@/ui/useNarrow.ts";
import { withFix, type Fix } from "./definition.ts";
import { FEW } from "./figures.ts";
import { Folded } from "./Folded.tsx";
import { Quotes } from "./Quotes.tsx";
import type { Ways } from "./Scorecard.tsx";
import { SelectorBeside } from "@/report/SelectorBeside.tsx";
import { placeName, points } from "./words.ts";
import styles from "./task.module.css";

interface FixListProps {
  findings: TaskFinding[];
  fixes: Fix[];
  elementName: ElementNames;
  releases: TaskAnswer["releases"];
  ways: Ways;
  mayChange: boolean;
  isSaving: boolean;
  onChange: (fixes: Fix[]) => void;
}

/** At first; on a phone fewer. */
const [SHOWN, SHOWN_NARROW] = [6, 3];

export function FixList({ findings, fixes, elementName, releases, ways, mayChange, isSaving, onChange }: FixListProps) {
  const { t } = useSpeech();
  const isNarrow = useNarrow();
  const [all, setAll] = useState(false);
  const [fixing, setFixing] = useState<TaskFinding | null>(null);
  const ranked = findings.map((finding, i) => ({ finding, number: i + 1 }));
  // What was decided on is always there.
  const shown = all ? ranked : ranked.filter(({ finding, number }) => number <= (isNarrow ? SHOWN_NARROW : SHOWN) || finding.state !== "found");
  return (
    <div className={styles.fixes}>
      <Card title={t("task.fixes")} aside={<span className={styles.muted}>{t("task.fixesHint")}</span>} flush>
        {findings.length === 0 && <p className={styles.nothing}>{t("task.nothingToFix")}</p>}
        <ol>
          {shown.map(({ finding, number }) => (
            <Finding
              key={JSON.stringify([finding.page, finding.selector, finding.signal])}
              number={number}
              finding={finding}
              elementName={elementName}
              ways={ways}
              mayChange={mayChange && !isSaving}
              onState={(state) => {
                if (state === "fixed") setFixing(finding);
                else onChange(withFix(fixes, finding, state === "to_do" ? { state } : null));
              }}
            />
          ))}
        </ol>
        {shown.length < findings.length && (
          <p className={styles.nothing}>
            <Button size="small" onClick={() => setAll(true)}>
              {t("action.more")}
            </Button>
          </p>
        )}
      </Card>
      {fixing && (
        <Fixed
          finding={fixing}
          elementName={elementName}
          releases={releases.flatMap(({ release }) => (release === null ? [] : [release]))}
          onClose={() => setFixing(null)}
          onDone={(at, release) => {
            setFixing(null);
            onChange(withFix(fixes, fixing, { state: "fixed", at, ...(release === "" ? {} : { release }) }));
          }}
        />
      )}
    </div>
  );
}

function cellOf({ page, selector, signal }: TaskFinding): Cell {
  return { ...(page === null ? {} : { page }), ...(selector === null ? {} : { selector }), ...(signal === null ? {} : { signal }) };
}

function Finding({ number, finding, elementName, ways, mayChange, onState }: { number: number; finding: TaskFinding; elementName: ElementNames; ways: Ways; mayChange: boolean; onState: (state: TaskFinding["state"]) => void }) {
  const speech = useSpeech();
  const { t, format } = speech;
  const { timezone } = useProject();
  const name = placeName(finding, speech, elementName);
  const states = [
    { value: "found" as const, label: t("task.state.found") },
    { value: "to_do" as const, label: t("task.state.to_do") },
    { value: "fixed" as const, label: t("task.state.fixed") },
  ];
  return (
    <li className={styles.fix} data-state={finding.state}>
      <b className={styles.rank}>{number}</b>
      <div>
        <h3>
          {name}
          <SelectorBeside selector={finding.selector} name={name} />
        </h3>
        {finding.label && <p>{finding.label}</p>}
        <p className={styles.muted}>
          {t("task.affects")}{" "}
          <Opens nobody={finding.attempts === 0} onOpen={() => ways.open(cellOf(finding), name)}>
            {t("task.attemptsCount", { n: finding.attempts, shown: format.number(finding.attempts) })}
          </Opens>{" "}
          ({format.percent(finding.share ?? 0)}) · {gainOf(finding, speech)}
        </p>
        {finding.state === "fixed" && (
          <p className={styles.proof}>
            <strong>{t("task.fixedOn", { day: finding.fixed_at === null ? "–" : format.date(finding.fixed_at, timezone), hasRelease: finding.release === null ? "no" : "yes", release: finding.release ?? "" })}</strong> {proofOf(finding, speech)}
          </p>
        )}
        {finding.quotes.length > 0 && (
          <Folded title={t("theme.quotes")}>
            <Quotes quotes={finding.quotes} most={2} />
          </Folded>
        )}
      </div>
      <div className={styles.does}>
        {mayChange ? <InlineSelect label={t("task.stateOf", { name })} value={finding.state} choices={states} onPick={onState} /> : <span>{t(`task.state.${finding.state}`)}</span>}
        <Button size="small" icon={<Play aria-hidden />} disabled={finding.worst.length === 0} title={t("task.watchWorstHint")} onClick={() => ways.watch(cellOf(finding), "score")}>
          {t("task.watchWorst")}
        </Button>
        {finding.worst.length > 0 && <small className={styles.muted}>{t("task.worst", { times: format.list(finding.worst.map(({ seconds }) => (seconds === null ? "–" : format.duration(Math.max(1, Math.round(seconds)))))) })}</small>}
      </div>
    </li>
  );
}

function gainOf({ gap, lost, p_value }: TaskFinding, speech: Speech): string {
  const { t, format } = speech;
  if (gap === null) return t("task.gapFew", { n: FEW });
  const sure = (p_value ?? 1) < 0.05;
  if (gap <= 0) return t("task.gapNone");
  return t("task.gap", { points: points(-gap, speech), n: Math.round(lost ?? 0), lost: format.number(Math.round(lost ?? 0)), sure: sure ? "yes" : "no" });
}

/** Whether a fix helped, in words. */
function proofOf({ before_after }: TaskFinding, speech: Speech): string {
  const { t } = speech;
  if (before_after === null) return t("task.proofOutside");
  if (!before_after.enough) return t("task.proofFew", { n: FEW });
  return t("task.proof", { affected: testOf(before_after.affected, speech), completed: testOf(before_after.completed, speech) });
}

function testOf({ before, after, difference, interval, p_value }: TaskTest, speech: Speech): string {
  const { t, format } = speech;
  return t("task.test", {
    before: format.percent(before.share ?? 0),
    after: format.percent(after.share ?? 0),
    points: points(difference ?? 0, speech),
    low: points(interval?.[0] ?? 0, speech),
    high: points(interval?.[1] ?? 0, speech),
    sure: (p_value ?? 1) < 0.05 ? "yes" : "no",
    p: p_value === null ? "–" : p_value < 0.001 ? "< 0.001" : format.number(Math.round(p_value * 1000) / 1000),
  });
}

function Fixed({ finding, elementName, releases, onClose, onDone }: { finding: TaskFinding; elementName: ElementNames; releases: string[]; onClose: () => void; onDone: (at: string, release: string) => void }) {
  const speech = useSpeech();
  const { t } = speech;
  // Days are those of the project, wherever its people are.
  const today = dayIn(useProject().timezone, Date.now());
  const [at, setAt] = useState(finding.fixed_at?.slice(0, 10) ?? today);
  const [release, setRelease] = useState(finding.release ?? releases.at(-1) ?? "");
  return (
    <Dialog
      title={t("task.markFixed")}
      closeLabel={t("action.close")}
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>{t("action.cancel")}</Button>
          <Button look="primary" disabled={at === ""} onClick={() => onDone(at, release.trim())}>
            {t("action.save")}
          </Button>
        </>
      }
    >
      <p>{placeName(finding, speech, elementName)}</p>
      <TextField label={t("task.fixedAt")} type="date" value={at} max={today} hint={t("task.fixedAtHint")} onChange={(event) => setAt(event.target.value)} />
      <TextField label={t("property.release")} value={release} list="task-releases" maxLength={100} onChange={(event) => setRelease(event.target.value)} />
      <datalist id="task-releases">
        {releases.map((one) => (
          <option key={one} value={one}>
            {one}
          </option>
        ))}
      </datalist>
    </Dialog>
  );
}
