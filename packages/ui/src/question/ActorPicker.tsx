// Who is counted: people, devices, or the groups of a type (companies, workspaces) that events belong to.
import { Building2, ChevronDown, MonitorSmartphone, UserRound } from "lucide-react";
import { useSpeech } from "@/i18n/language.tsx";
import { Chip } from "@/ui/Chip.tsx";
import { OptionList, type Option } from "@/ui/OptionList.tsx";
import { Popover } from "@/ui/Popover.tsx";
import { useGroupTypes } from "./names.ts";
import { actorName } from "./words.ts";

interface ActorPickerProps {
  actor: string | undefined;
  onChange: (actor: string | undefined) => void;
}

export function ActorPicker({ actor, onChange }: ActorPickerProps) {
  const speech = useSpeech();
  return (
    <Popover
      label={speech.t("actor.choose")}
      trigger={(props) => (
        <Chip {...props} aria-label={speech.t("actor.chosen", { name: actorName(actor, speech) })}>
          <span>{actorName(actor, speech)}</span>
          <ChevronDown aria-hidden />
        </Chip>
      )}
    >
      {(close) => (
        <ActorList
          actor={actor}
          onPick={(next) => {
            close();
            onChange(next === "person" ? undefined : next);
          }}
        />
      )}
    </Popover>
  );
}

function ActorList({ actor = "person", onPick }: { actor: string | undefined; onPick: (actor: string) => void }) {
  const speech = useSpeech();
  const { t } = speech;
  const { types, loading } = useGroupTypes();
  const chosenType = actor.startsWith("group:") ? [actor.slice("group:".length)] : [];
  const options: Option[] = [
    { value: "person", label: actorName("person", speech), icon: <UserRound aria-hidden />, hint: t("actor.personHint") },
    { value: "device", label: actorName("device", speech), icon: <MonitorSmartphone aria-hidden /> },
    ...[...new Set([...types, ...chosenType])].map((type) => ({ value: `group:${type}`, label: actorName(`group:${type}`, speech), icon: <Building2 aria-hidden />, group: t("actor.groups") })),
  ];
  return (
    <OptionList
      options={options}
      selected={actor}
      placeholder={t("actor.find")}
      empty={t("actor.noGroups")}
      loading={loading}
      takeTyped={(text) => t("actor.groupOf", { type: text })}
      onPick={(picked) => onPick(options.some((option) => option.value === picked) ? picked : `group:${picked}`)}
    />
  );
}
