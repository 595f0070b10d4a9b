// From which visit the page behind the marks is, and another one in its place; or why there is none.
import { Link } from "@tanstack/react-router";
import { Image, Play } from "lucide-react";
import type { HeatmapAnswer } from "@/api/types.ts";
import { useSpeech } from "@/i18n/language.tsx";
import { deviceName } from "@/rooms/recording/words.ts";
import { useProject } from "@/shell/session.tsx";
import { Chip } from "@/ui/Chip.tsx";
import { Segmented } from "@/ui/Field.tsx";
import { OptionList } from "@/ui/OptionList.tsx";
import { Popover } from "@/ui/Popover.tsx";
import editors from "@/question/editors.module.css";
import type { Drawn } from "./PageSheet.tsx";
import { lengthRatio } from "./layout.ts";
import type { BackdropState, Candidates, Choice } from "./backdrop/useBackdrop.ts";
import { isNearWidth, type Moment } from "./backdrop/visit.ts";
import styles from "./heatmap.module.css";

interface BackdropLineProps {
  answer: HeatmapAnswer;
  state: BackdropState;
  candidates: Candidates | undefined;
  choice: Choice;
  onChoice: (choice: Choice) => void;
  moment: Moment;
  onMoment: (moment: Moment) => void;
  /** The page as it was drawn; null where it could not be. */
  drawn: Drawn | undefined;
}

const NEWEST = "newest";
const NONE = "none";

export function BackdropLine({ answer, state, candidates, choice, onChoice, moment, onMoment, drawn }: BackdropLineProps) {
  const { t, format } = useSpeech();
  const project = useProject();
  const params = { project: String(project.id) };
  const ratio = drawn && state.is === "ready" ? lengthRatio(answer, drawn.width, drawn.height) : null;
  return (
    <div className={styles.backdropLine} aria-live="polite">
      {state.is === "looking" && <span>{t("heatmap.backdrop.looking")}</span>}
      {state.is === "fetching" && (
        <span>
          {t("heatmap.backdrop.fetching", { share: format.percent(state.share, 0) })} <progress value={state.share} max={1} aria-hidden />
        </span>
      )}
      {state.is === "none" && (
        <span>
          {t("heatmap.backdrop.none")}{" "}
          <Link to="/p/$project/recordings" params={params}>
            {t("heatmap.backdrop.record")}
          </Link>
        </span>
      )}
      {(state.is === "failed" || (state.is === "ready" && drawn === null)) && <span>{t("heatmap.backdrop.failed")}</span>}
      {state.is === "off" && answer.page_views > 0 && <span>{t("heatmap.backdrop.off")}</span>}
      {state.is === "ready" && drawn !== null && (
        <span>
          {t("heatmap.backdrop.from", { at: format.moment(Date.parse(state.backdrop.row.start) + state.backdrop.at_ms, project.timezone), width: format.number(state.backdrop.still.width) })}{" "}
          <Link to="/p/$project/recordings/$session" params={{ ...params, session: state.backdrop.row.session }} search={{ t: Math.floor(state.backdrop.at_ms / 1000) }} className={styles.watch}>
            <Play aria-hidden />
            {t("heatmap.backdrop.watch")}
          </Link>
        </span>
      )}
      {(state.is === "off" || (candidates?.rows.length ?? 0) > 0) && answer.page_views > 0 && (
        <Popover
          label={t("heatmap.backdrop.choose")}
          trigger={(props) => (
            <Chip {...props}>
              <Image aria-hidden />
              <span>{t("heatmap.backdrop.another")}</span>
            </Chip>
          )}
        >
          {(close) => (
            <>
              <OptionList
                searchable={false}
                placeholder={t("heatmap.backdrop.choose")}
                empty=""
                selected={typeof choice === "object" ? `=${choice.session}` : choice}
                options={[
                  { value: NEWEST, label: t("heatmap.backdrop.newest") },
                  ...(candidates?.rows ?? []).map((row) => ({ value: `=${row.session}`, label: format.moment(row.start, project.timezone), hint: deviceName(row.device, { t } as never) })),
                  { value: NONE, label: t("heatmap.backdrop.blank") },
                ]}
                onPick={(picked) => {
                  close();
                  onChoice(picked === NEWEST || picked === NONE ? picked : { session: picked.slice(1) });
                }}
              />
              <div className={editors.listFoot}>
                <Segmented<Moment>
                  label={t("heatmap.backdrop.moment")}
                  value={moment}
                  onPick={onMoment}
                  choices={[
                    { value: "settled", label: t("heatmap.backdrop.settled") },
                    { value: "left", label: t("heatmap.backdrop.left") },
                  ]}
                />
              </div>
            </>
          )}
        </Popover>
      )}
      {state.is === "ready" && (
        <>
          {drawn && drawn.unseenClicks > 0 && <p>{t("heatmap.backdrop.unseen", { n: drawn.unseenClicks, clicks: format.number(drawn.unseenClicks), all: format.number(answer.clicks) })}</p>}
          {state.backdrop.isFromElsewhere && <p>{t("heatmap.backdrop.elsewhere")}</p>}
          {!isNearWidth(state.backdrop.still.width, answer.view_width) && <p>{t("heatmap.backdrop.width", { width: format.number(Math.round(answer.view_width ?? 0)) })}</p>}
          {ratio !== null && drawn && <p>{t("heatmap.backdrop.length", { height: format.number(drawn.height), typical: format.number(Math.round(answer.doc_height ?? 0)) })}</p>}
        </>
      )}
    </div>
  );
}
