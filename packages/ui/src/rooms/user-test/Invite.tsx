// How people come to a test: a page that invites, a link into the site, and a survey's last card.
import { Copy } from "lucide-react";
import type { UserTest } from "@/api/userTest.ts";
import { useSpeech } from "@/i18n/language.tsx";
import { Button } from "@/ui/Button.tsx";
import { Card } from "@/ui/Page.tsx";
import { Note } from "@/ui/State.tsx";
import { useToast } from "@/ui/Toast.tsx";
import styles from "./userTest.module.css";

export function Invite({ test }: { test: UserTest }) {
  const { t } = useSpeech();
  const page = `${location.origin}/test/${test.code}`;
  const site = siteLink(test.definition.url, test.code);
  return (
    <div className={styles.stack}>
      {test.status !== "running" && <Note tone="warn">{test.version === 0 ? t("userTest.invite.notPublished") : t("userTest.invite.notRunning")}</Note>}
      <Card title={t("userTest.invite.page")}>
        <p className={styles.muted}>{t("userTest.invite.pageText")}</p>
        <LinkLine label={t("userTest.invite.page")} url={page} />
      </Card>
      <Card title={t("userTest.invite.site")}>
        <p className={styles.muted}>{t("userTest.invite.siteText")}</p>
        {site ? <LinkLine label={t("userTest.invite.site")} url={site} /> : <p className={styles.muted}>{t("userTest.problem.no_url")}</p>}
      </Card>
      <Card title={t("userTest.invite.survey")}>
        <p className={styles.muted}>{t("userTest.invite.surveyText")}</p>
        <LinkLine label={t("userTest.invite.survey")} url={page} />
      </Card>
    </div>
  );
}

/** The test's first page with the code in its query. */
function siteLink(url: string | undefined, code: string): string | null {
  try {
    const link = new URL(url ?? "");
    link.searchParams.set("sillage_test", code);
    return link.href;
  } catch {
    return null;
  }
}

function LinkLine({ label, url }: { label: string; url: string }) {
  const { t } = useSpeech();
  const toast = useToast();
  return (
    <div className={styles.linkLine}>
      <input readOnly value={url} aria-label={label} onFocus={(event) => event.target.select()} />
      <Button icon={<Copy aria-hidden />} onClick={() => void navigator.clipboard.writeText(url).then(() => toast(t("toast.copied")))}>
        {t("action.copy")}
      </Button>
    </div>
  );
}
