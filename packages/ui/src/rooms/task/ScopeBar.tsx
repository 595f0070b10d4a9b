// What is looked at: range, device, release, segment, what is counted, and whether the period before stands beside.
import { useSpeech } from "@/i18n/language.tsx";
import { BreakdownEditor } from "@/question/BreakdownEditor.tsx";
import { FilterEditor } from "@/question/FilterEditor.tsx";
import { usePropertiesOf, useValues } from "@/question/names.ts";
import { RangePicker } from "@/question/RangePicker.tsx";
import { propertyName } from "@/question/words.ts";
import { Check, InlineSelect } from "@/ui/Field.tsx";
import { RELEASES, type Scope } from "./search.ts";
import styles from "./task.module.css";

interface ScopeBarProps {
  scope: Scope;
  onChange: (scope: Scope) => void;
  /** A list of attempts compares nothing. */
  compares?: boolean;
}

export function ScopeBar({ scope, onChange, compares = false }: ScopeBarProps) {
  const speech = useSpeech();
  const { t } = speech;
  const devices = useOffered("$device_type", scope.device);
  const { seen, property } = useReleases(scope.releaseBy);
  const releases = useOffered(property, scope.release);
  const set = (part: Partial<Scope>): void => onChange({ ...scope, ...part });
  return (
    <div className={styles.scope} role="group" aria-label={t("report.question")}>
      <RangePicker range={scope.range} onChange={(range) => set({ range })} />
      {devices.length > 0 && <InlineSelect label={t("property.deviceType")} value={scope.device ?? ""} choices={[{ value: "", label: t("task.allDevices") }, ...devices.map((value) => ({ value, label: value }))]} onPick={(device) => set({ device: device || undefined })} />}
      {releases.length > 0 && <InlineSelect label={t("property.release")} value={scope.release ?? ""} choices={[{ value: "", label: t("task.allReleases") }, ...releases.map((value) => ({ value, label: value }))]} onPick={(release) => set({ release: release || undefined, releaseBy: scope.releaseBy ?? (property === RELEASES[0] ? undefined : property) })} />}
      {seen.length > 1 && <InlineSelect label={t("task.releaseBy")} value={property} choices={seen.map((value) => ({ value, label: propertyName(value, speech) }))} onPick={(by) => set({ releaseBy: by, release: undefined })} />}
      <InlineSelect
        label={t("task.counted")}
        value={scope.count ?? "attempts"}
        choices={[
          { value: "attempts", label: t("task.count.attempts") },
          { value: "people", label: t("task.count.people") },
        ]}
        onPick={(count) => set({ count: count === "people" ? "people" : undefined })}
      />
      <span className={styles.segment}>
        <FilterEditor filter={scope.filter} onChange={(filter) => set({ filter })} addLabel={t("filter.add")} />
      </span>
      {compares && <BreakdownEditor breakdown={scope.by ? [scope.by] : undefined} most={1} addLabel={t("task.sideBySide")} onChange={(by) => set({ by: by?.[0] })} />}
      {compares && <Check label={t("range.compare")} checked={scope.compare === true} onChange={(on) => set({ compare: on || undefined })} />}
    </div>
  );
}

/** The properties that tell a release and were seen, and the one that is meant: the chosen one, or the first. */
export function useReleases(chosen: string | undefined): { seen: string[]; property: string } {
  const { lists } = usePropertiesOf(["event"]);
  const names = new Set(lists[0]?.properties.map(({ name }) => name));
  const seen = RELEASES.filter((one) => names.has(one));
  return { seen, property: chosen ?? seen[0] ?? RELEASES[0] };
}

/** The values that the project has seen; the one that is chosen is among them in any case. */
function useOffered(property: string, chosen: string | undefined): string[] {
  const { values } = useValues(property, "event", undefined, "");
  const seen = values.map(({ value }) => String(value));
  return chosen === undefined || seen.includes(chosen) ? seen : [chosen, ...seen];
}
