// Screens for when there is no screen: an address that leads nowhere, an error while opening one, a wait.
import { Link, type ErrorComponentProps } from "@tanstack/react-router";
import { useSpeech } from "@/i18n/language.tsx";
import { Button } from "@/ui/Button.tsx";
import { Empty, Failure, SkeletonRows } from "@/ui/State.tsx";
import { tellError } from "./errors.ts";
import styles from "./Places.module.css";

export function Lost() {
  const { t } = useSpeech();
  return (
    <div className={styles.place}>
      <Empty title={t("lost.title")} text={t("lost.text")} action={<Link to="/">{t("lost.home")}</Link>} />
    </div>
  );
}

export function RouteFailure({ error }: ErrorComponentProps) {
  const speech = useSpeech();
  return (
    <div className={styles.place}>
      <Failure {...tellError(error, speech)} action={<Button onClick={() => location.reload()}>{speech.t("action.reload")}</Button>} />
    </div>
  );
}

export function Waiting() {
  return (
    <div className={styles.place} aria-busy>
      <SkeletonRows rows={6} />
    </div>
  );
}
