// Ctrl/Cmd-K: go to a room, open a saved report, find a person.
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { FileChartLine, Settings, UserRound } from "lucide-react";
import { useState } from "react";
import { api } from "@/api/client.ts";
import { useSpeech } from "@/i18n/language.tsx";
import { personName } from "@/question/words.ts";
import { OptionList, type Option } from "@/ui/OptionList.tsx";
import { useSettled } from "@/ui/useSettled.ts";
import { useEffect, useRef } from "react";
import { allRooms, pathOfKind } from "./roomList.ts";
import { useProject } from "./session.tsx";
import styles from "./Palette.module.css";

export function Palette({ onClose }: { onClose: () => void }) {
  const speech = useSpeech();
  const { t } = speech;
  const project = useProject();
  const navigate = useNavigate();
  const ref = useRef<HTMLDialogElement>(null);
  const [text, setText] = useState("");
  const wanted = useSettled(text.trim(), 150);
  const reports = useQuery({ queryKey: ["reports", project.id], queryFn: () => api.reports(project.id) });
  const people = useQuery({
    queryKey: ["people", project.id, wanted, "palette"],
    queryFn: ({ signal }) => api.people(project.id, { search: wanted, limit: 6 }, signal),
    enabled: wanted.length >= 2,
  });
  useEffect(() => {
    const dialog = ref.current;
    dialog?.showModal();
    dialog?.querySelector("input")?.focus();
    return () => dialog?.close();
  }, []);

  const needle = text.trim().toLowerCase();
  const has = (label: string) => needle === "" || label.toLowerCase().includes(needle);
  const options: Option[] = [
    ...allRooms.map((room) => ({ value: `room ${room.path}`, label: t(room.label), icon: <room.icon aria-hidden />, group: t("palette.goTo") })),
    { value: "room settings", label: t("room.settings"), icon: <Settings aria-hidden />, group: t("palette.goTo") },
    { value: "room settings/keys", label: t("settings.keys"), icon: <Settings aria-hidden />, group: t("palette.goTo") },
  ].filter((option) => has(option.label));
  for (const report of reports.data?.reports ?? []) {
    if (has(report.name)) options.push({ value: `report ${report.id}`, label: report.name, icon: <FileChartLine aria-hidden />, group: t("palette.reports") });
  }
  if (wanted.length >= 2) {
    for (const person of people.data?.people ?? []) {
      options.push({ value: `person ${person.id}`, label: person.name ?? person.email ?? personName(person.id, speech), hint: person.email ?? undefined, icon: <UserRound aria-hidden />, group: t("palette.people") });
    }
  }

  const go = (value: string) => {
    onClose();
    const cut = value.indexOf(" ");
    const target = value.slice(cut + 1);
    const params = { project: String(project.id) };
    switch (value.slice(0, cut)) {
      case "room":
        void navigate({ to: `/p/$project/${target}`, params });
        break;
      case "person":
        void navigate({ to: "/p/$project/people/$person", params: { ...params, person: target } });
        break;
      case "report": {
        const report = reports.data?.reports.find((one) => String(one.id) === target);
        if (report) void navigate({ to: `/p/$project/${pathOfKind(report.kind)}`, params, search: { r: String(report.id) } });
      }
    }
  };

  return (
    <dialog ref={ref} className={styles.palette} aria-label={t("shell.search")} onCancel={(event) => (event.preventDefault(), onClose())} onMouseDown={(event) => event.target === ref.current && onClose()}>
      <OptionList options={options} onPick={go} onSearch={setText} placeholder={t("palette.placeholder")} loading={people.isFetching} empty={t("pick.nothing")} />
    </dialog>
  );
}
