// A recording as those see it who were given a link: the player, without people, notes or lists.
import { useQuery } from "@tanstack/react-query";
import { useParams, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { api, ApiError } from "@/api/client.ts";
import { useSpeech } from "@/i18n/language.tsx";
import { Mark } from "@/shell/Mark.tsx";
import { tellError } from "@/shell/errors.ts";
import { useDocumentTitle } from "@/ui/Page.tsx";
import { Empty, Failure, SkeletonRows } from "@/ui/State.tsx";
import { relative } from "./manifest.ts";
import { Player } from "./player/Player.tsx";
import styles from "./SharedRoom.module.css";

export function SharedRoom() {
  const speech = useSpeech();
  const { t, format } = speech;
  const { token } = useParams({ from: "/shared/recordings/$token" });
  const { t: second } = useSearch({ from: "/shared/recordings/$token" });
  const [tab, setTab] = useState("events");
  const query = useQuery({
    queryKey: ["sharedRecording", token],
    queryFn: async ({ signal }) => {
      const found = await api.sharedRecording(token, signal);
      return { manifest: relative(found), at_ms: found.at_ms ?? 0 };
    },
    retry: false,
    staleTime: Infinity,
  });
  useDocumentTitle(t("player.title"));
  if (query.isPending) return <div className={styles.waiting}>{<SkeletonRows rows={10} />}</div>;
  if (query.error instanceof ApiError && query.error.status < 500 && query.error.status !== 0) return <Empty title={t("share.gone.title")} text={t("share.gone.text")} />;
  if (query.error || !query.data) return <Failure {...tellError(query.error, speech)} />;
  const { manifest, at_ms } = query.data;
  return (
    <div className={styles.page}>
      <Player
        manifest={manifest}
        fetchSegment={(n, signal) => api.sharedSegment(token, n, signal)}
        startAt={second === undefined ? at_ms : second * 1000}
        tab={tab}
        onTab={setTab}
        title={
          <>
            <Mark />
            <h1 className={styles.name}>
              {t("share.page")}
              <small>
                {format.date(manifest.recording.start)} · {format.duration(manifest.recording.duration_seconds)}
              </small>
            </h1>
          </>
        }
      />
    </div>
  );
}
