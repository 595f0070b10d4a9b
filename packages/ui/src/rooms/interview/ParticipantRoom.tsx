// Somebody who takes part: when they talk, what they agreed to and answered, what was noted and uploaded, and what they did in the product.
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate, useParams } from "@tanstack/react-router";
import { ArrowLeft, Copy, Download, Trash2 } from "lucide-react";
import { useState } from "react";
import { api } from "@/api/client.ts";
import type { ParticipantStatus, ParticipantWhole, Removed, Study } from "@/api/interview.ts";
import { useSpeech } from "@/i18n/language.tsx";
import { tellError } from "@/shell/errors.ts";
import { RemoveDialog } from "@/shell/RemoveDialog.tsx";
import { useProject } from "@/shell/session.tsx";
import { Button, IconButton } from "@/ui/Button.tsx";
import { Card, Page } from "@/ui/Page.tsx";
import { Dialog } from "@/ui/Panel.tsx";
import { Failure, Note, SkeletonRows } from "@/ui/State.tsx";
import { useToast } from "@/ui/Toast.tsx";
import { Beside } from "./Beside.tsx";
import { Files } from "./Files.tsx";
import { Notes } from "./Notes.tsx";
import { ParticipantChip } from "./Participants.tsx";
import { SOURCE } from "./words.ts";
import styles from "./interview.module.css";

const FROM = "/signed-in/p/$project/interviews/$study/$participant";

export function ParticipantRoom() {
  const speech = useSpeech();
  const project = useProject();
  const { study: studyId, participant: id } = useParams({ from: FROM });
  const study = useQuery({ queryKey: ["study", project.id, studyId], queryFn: () => api.study(project.id, studyId), retry: false });
  const query = useQuery({ queryKey: ["participant", project.id, studyId, id], queryFn: () => api.participant(project.id, studyId, id), retry: false });
  const error = query.error ?? study.error;
  if (error) return <Failure {...tellError(error, speech)} />;
  if (!query.data || !study.data) return <SkeletonRows rows={10} />;
  return <Somebody study={study.data} one={query.data} />;
}

function Somebody({ study, one }: { study: Study; one: ParticipantWhole }) {
  const { t } = useSpeech();
  const project = useProject();
  return (
    <Page
      title={one.name || one.email}
      aside={
        <>
          <ParticipantChip status={one.status} />
          {project.role !== "viewer" && <Actions study={study} one={one} />}
        </>
      }
    >
      <Link to="/p/$project/interviews/$study" params={{ project: String(project.id), study: study.id }} search={{ tab: "people" }} className={styles.back}>
        <ArrowLeft aria-hidden />
        {study.title}
      </Link>
      <div className={styles.editor}>
        <div className={styles.form}>
          <Facts study={study} one={one} />
          <Notes study={study.id} one={one} />
          <Files study={study.id} one={one} />
        </div>
        <div className={styles.beside}>
          <LetterCard study={study} one={one} />
          <Card title={t("interview.theirProduct")}>
            <Beside study={study.id} one={one} />
          </Card>
        </div>
      </div>
    </Page>
  );
}

function Facts({ study, one }: { study: Study; one: ParticipantWhole }) {
  const { t, format, language } = useSpeech();
  const { consent } = one;
  const yes = (agreed: boolean): string => (agreed ? t("interview.yes") : t("interview.no"));
  return (
    <Card title={t("interview.facts")}>
      <dl className={styles.facts}>
        <dt>{t("interview.column.talk")}</dt>
        <dd>
          {one.starts_at && one.status !== "cancelled" ? (
            <>
              <strong>{format.moment(one.starts_at, study.definition.timezone)}</strong> {t("interview.inZone", { zone: study.definition.timezone.replaceAll("_", " ") })}
              {one.timezone && one.timezone !== study.definition.timezone && <small className={styles.under}>{t("interview.forThem", { when: format.moment(one.starts_at, one.timezone), zone: one.timezone.replaceAll("_", " ") })}</small>}
            </>
          ) : (
            t("interview.noTalk")
          )}
        </dd>
        <dt>{t("interview.email")}</dt>
        <dd>
          <a href={`mailto:${one.email}`}>{one.email}</a>
        </dd>
        <dt>{t("interview.column.source")}</dt>
        <dd>
          {t(SOURCE[one.source] ?? "interview.source.link")}, {format.date(one.created_at)}
        </dd>
        <dt>{t("interview.consent")}</dt>
        <dd>
          {consent ? (
            <>
              {t("interview.agreed", { talk: yes(consent.talk), record: yes(consent.record), quote: yes(consent.quote) })}
              <small className={styles.under}>{t("interview.agreedAt", { n: consent.version, when: format.moment(consent.at) })}</small>
            </>
          ) : (
            t("interview.notAgreed")
          )}
        </dd>
        {one.answers?.map((choice, i) => {
          const question = study.definition.screener[i];
          return question ? (
            <div key={i} className={styles.answer}>
              <dt>{question.text[language] || question.text.en || question.text.fr}</dt>
              <dd>{question.choices[choice]?.text[language] || question.choices[choice]?.text.en || question.choices[choice]?.text.fr}</dd>
            </div>
          ) : null;
        })}
      </dl>
      {consent && !consent.record && <Note tone="warn">{t("interview.noRecording")}</Note>}
    </Card>
  );
}

/** What is to be written to them now. Where mails are sent it went out already. */
function LetterCard({ study, one }: { study: Study; one: ParticipantWhole }) {
  const { t } = useSpeech();
  const toast = useToast();
  const link = `${location.origin}${one.path}`;
  // A server that does not know its address writes the path alone.
  const shown = one.letter.text.replaceAll(`\n${one.path}`, `\n${link}`);
  const copy = async (what: string): Promise<void> => {
    await navigator.clipboard.writeText(what);
    toast(t("toast.copied"));
  };
  const save = (): void => {
    const address = URL.createObjectURL(new Blob([one.calendar_file ?? ""], { type: "text/calendar" }));
    const anchor = document.createElement("a");
    anchor.href = address;
    anchor.download = "invite.ics";
    anchor.click();
    URL.revokeObjectURL(address);
  };
  return (
    <Card title={t("interview.letter")}>
      <div className={styles.fields}>
        <p className={styles.quiet}>{study.sends_mail ? t("interview.letterSent") : t("interview.letterCopy")}</p>
        <strong>{one.letter.subject}</strong>
        <pre className={styles.letter}>{shown}</pre>
        <div className={styles.do}>
          <Button size="small" icon={<Copy aria-hidden />} onClick={() => void copy(`${one.letter.subject}\n\n${shown}`)}>
            {t("interview.copyLetter")}
          </Button>
          <Button size="small" icon={<Copy aria-hidden />} onClick={() => void copy(link)}>
            {t("interview.copyLink")}
          </Button>
          {one.calendar_file && (
            <Button size="small" icon={<Download aria-hidden />} onClick={save}>
              {t("interview.calendarSave")}
            </Button>
          )}
        </div>
      </div>
    </Card>
  );
}

function Actions({ study, one }: { study: Study; one: ParticipantWhole }) {
  const speech = useSpeech();
  const { t } = speech;
  const project = useProject();
  const client = useQueryClient();
  const navigate = useNavigate();
  const toast = useToast();
  const [isRemoving, setRemoving] = useState(false);
  const [removed, setRemoved] = useState<Removed | null>(null);
  const renew = (): Promise<unknown> => Promise.all([client.invalidateQueries({ queryKey: ["participants", project.id, study.id] }), client.invalidateQueries({ queryKey: ["studies", project.id] })]);
  const change = useMutation({
    mutationFn: (status: ParticipantStatus) => api.changeParticipantStatus(project.id, study.id, one.id, status),
    onSuccess: async (changed) => {
      client.setQueryData(["participant", project.id, study.id, one.id], changed);
      await renew();
    },
    onError: (error) => toast(tellError(error, speech).what),
  });
  const remove = useMutation({ mutationFn: () => api.removeParticipant(project.id, study.id, one.id), onSuccess: (gone) => { setRemoved(gone); return renew(); } });
  const leave = (): void => void navigate({ to: "/p/$project/interviews/$study", params: { project: String(project.id), study: study.id }, search: { tab: "people" } });
  const forgetTitle = t("interview.forgetTitle", { name: one.name || one.email });
  const act = (status: ParticipantStatus, label: string, primary = false) => (
    <Button look={primary ? "primary" : "plain"} busy={change.isPending && change.variables === status} onClick={() => change.mutate(status)}>
      {label}
    </Button>
  );
  return (
    <>
      {one.status === "waiting" && act("invited", t("interview.letIn"), true)}
      {one.status === "waiting" && act("screened_out", t("interview.turnAway"))}
      {one.status === "booked" && act("done", t("interview.markDone"), true)}
      {one.status === "booked" && act("no_show", t("interview.markNoShow"))}
      {(one.status === "booked" || one.status === "invited") && act("cancelled", t("interview.cancelTalk"))}
      {(one.status === "screened_out" || one.status === "no_show") && act("invited", t("interview.inviteAgain"))}
      <IconButton label={t("interview.forget")} icon={<Trash2 />} onClick={() => setRemoving(true)} />
      {isRemoving && !removed && (
        <RemoveDialog title={forgetTitle} action={t("interview.forget")} remove={remove} onClose={() => setRemoving(false)}>
          {t("interview.forgetText")}
        </RemoveDialog>
      )}
      {removed && (
        <Dialog title={forgetTitle} closeLabel={t("action.close")} onClose={leave} footer={<Button onClick={leave}>{t("action.close")}</Button>}>
          <Note tone="good">{t("interview.forgotten", { ...removed })}</Note>
        </Dialog>
      )}
    </>
  );
}
