import { useSpeech } from "@/i18n/language.tsx";
import { RemoveDialog } from "@/shell/RemoveDialog.tsx";
import { useToast } from "@/ui/Toast.tsx";
import { useRemoveRecording } from "./useRecordings.ts";

/** Asks once, then deletes: nothing brings a recording back. */
export function RemoveRecording({ session, onClose, onRemoved }: { session: string; onClose: () => void; onRemoved: () => void }) {
  const { t } = useSpeech();
  const toast = useToast();
  const remove = useRemoveRecording(() => {
    toast(t("toast.removed"));
    onRemoved();
  });
  return (
    <RemoveDialog title={t("recordings.remove.title")} remove={{ ...remove, mutate: () => remove.mutate(session) }} onClose={onClose}>
      {t("recordings.remove.text")}
    </RemoveDialog>
  );
}
