import { useSpeech } from "@/i18n/language.tsx";
import { tellError } from "@/shell/errors.ts";
import { Button } from "@/ui/Button.tsx";
import { Dialog } from "@/ui/Panel.tsx";
import { Failure } from "@/ui/State.tsx";
import { useToast } from "@/ui/Toast.tsx";
import { useRemoveRecording } from "./useRecordings.ts";

/** Asks once, then deletes: nothing brings a recording back. */
export function RemoveRecording({ session, onClose, onRemoved }: { session: string; onClose: () => void; onRemoved: () => void }) {
  const speech = useSpeech();
  const { t } = speech;
  const toast = useToast();
  const remove = useRemoveRecording(() => {
    toast(t("toast.removed"));
    onRemoved();
  });
  return (
    <Dialog
      title={t("recordings.remove.title")}
      closeLabel={t("action.close")}
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>{t("action.cancel")}</Button>
          <Button look="danger" busy={remove.isPending} onClick={() => remove.mutate(session)}>
            {t("action.remove")}
          </Button>
        </>
      }
    >
      <p>{t("recordings.remove.text")}</p>
      {remove.error && <Failure {...tellError(remove.error, speech)} />}
    </Dialog>
  );
}
