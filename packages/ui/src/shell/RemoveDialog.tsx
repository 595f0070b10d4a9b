// Asks before something is removed for everybody, and says what became of it.
import type { ReactNode } from "react";
import { useSpeech } from "@/i18n/language.tsx";
import { Button } from "@/ui/Button.tsx";
import { Dialog } from "@/ui/Panel.tsx";
import { Failure } from "@/ui/State.tsx";
import { tellError } from "./errors.ts";

interface RemoveDialogProps {
  title: string;
  /** What goes, and what stays. */
  children: ReactNode;
  /** What it is called, where that is not "delete". */
  action?: string;
  remove: { isPending: boolean; error: unknown; mutate: () => void };
  onClose: () => void;
}

export function RemoveDialog({ title, children, action, remove, onClose }: RemoveDialogProps) {
  const speech = useSpeech();
  const { t } = speech;
  return (
    <Dialog
      title={title}
      closeLabel={t("action.close")}
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>{t("action.cancel")}</Button>
          <Button look="danger" busy={remove.isPending} onClick={() => remove.mutate()}>
            {action ?? t("action.remove")}
          </Button>
        </>
      }
    >
      <p>{children}</p>
      {remove.error !== null && <Failure {...tellError(remove.error, speech)} />}
    </Dialog>
  );
}
