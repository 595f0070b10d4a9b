// A project without events: how to send the first one, and a watch that sees it arrive.
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { CircleCheck } from "lucide-react";
import { api } from "@/api/client.ts";
import { useSpeech } from "@/i18n/language.tsx";
import { eventName, personName } from "@/question/words.ts";
import { useProject } from "@/shell/session.tsx";
import { Card, Page } from "@/ui/Page.tsx";
import { Snippet } from "./Snippet.tsx";
import styles from "./Start.module.css";

const WATCH_MS = 1500;

export function Start() {
  const speech = useSpeech();
  const { t, format } = speech;
  const project = useProject();
  const params = { project: String(project.id) };
  const live = useQuery({
    queryKey: ["live", project.id, "first"],
    queryFn: ({ signal }) => api.live(project.id, { limit: 1 }, signal),
    refetchInterval: (query) => ((query.state.data?.events.length ?? 0) > 0 ? false : WATCH_MS),
  });
  const refused = live.data?.refused_per_minute ?? 0;
  const first = live.data?.events[0];
  return (
    <Page title={t("start.title", { project: project.name })} narrow>
      <Card title={t("start.send")}>
        <Snippet project={project} />
      </Card>
      <section className={styles.watch} data-arrived={first ? true : undefined} aria-live="polite">
        {first ? (
          <>
            <CircleCheck aria-hidden />
            <div>
              <strong>{t("start.arrived", { event: eventName(first.event, speech) })}</strong>
              <p>{t("start.arrivedAt", { time: format.clock(first.received_at, project.timezone), person: personName(first.person ?? first.distinct_id ?? "", speech) })}</p>
              <p className={styles.next}>
                <Link to="/p/$project/live" params={params} search={{ tab: undefined, code: undefined, find: undefined }}>
                  {t("start.seeLive")}
                </Link>
                <Link to="/p/$project/trends" params={params}>
                  {t("start.firstTrend")}
                </Link>
              </p>
            </div>
          </>
        ) : (
          <>
            <span className={styles.pulse} aria-hidden />
            <div>
              <strong>{t("start.waiting")}</strong>
              <p>{t("start.waitingHint")}</p>
              {refused > 0 && (
                <p className={styles.next}>
                  <Link to="/p/$project/live" params={params} search={{ tab: "refused", code: undefined, find: undefined }}>
                    {t("start.refused", { n: refused })}
                  </Link>
                </p>
              )}
            </div>
          </>
        )}
      </section>
    </Page>
  );
}
