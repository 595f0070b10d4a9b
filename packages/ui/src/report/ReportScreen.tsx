// A report: title, the sentence that says the result, the question as chips, picture, table, explain. The question, the
// view, the saved report and the open number all live in the URL, so a link shows what one sees.
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { Download, Ellipsis, Image, Link2, Save, SlidersHorizontal, Table2, Trash2 } from "lucide-react";
import { useMemo, useRef, useState } from "react";
import { api } from "@/api/client.ts";
import type { Cell, Report } from "@/api/types.ts";
import type { PictureHandle } from "@/chart/Picture.tsx";
import { chartColors } from "@/chart/colors.ts";
import { useNarrow } from "@/ui/useNarrow.ts";
import { useSpeech } from "@/i18n/language.tsx";
import { useEventNames } from "@/question/names.ts";
import { readQuestion, type Question, type QuestionKind, type QuestionOf } from "@/question/question.ts";
import { writeSearch } from "@/question/urlText.ts";
import { tellError } from "@/shell/errors.ts";
import { RemoveDialog } from "@/shell/RemoveDialog.tsx";
import { pathOfKind } from "@/shell/roomList.ts";
import { useProject } from "@/shell/session.tsx";
import { Button, IconButton } from "@/ui/Button.tsx";
import { copyText } from "@/ui/browser.ts";
import { TextField } from "@/ui/Field.tsx";
import { OptionList } from "@/ui/OptionList.tsx";
import { EditableTitle } from "@/ui/EditableTitle.tsx";
import { useDocumentTitle } from "@/ui/Page.tsx";
import { Dialog } from "@/ui/Panel.tsx";
import { Popover } from "@/ui/Popover.tsx";
import { Empty, Failure, Note, Skeleton, SkeletonRows } from "@/ui/State.tsx";
import { useTheme } from "@/ui/theme.tsx";
import { useToast } from "@/ui/Toast.tsx";
import { ExplainPanel } from "./ExplainPanel.tsx";
import { KeepIt } from "./KeepIt.tsx";
import { saveCsv, savePng } from "./export.ts";
import { PeoplePanel } from "./PeoplePanel.tsx";
import { capitalised, plainText, startingUpper, type CellPart, type ReportRoomParts, type View } from "./room.ts";
import { useAsk } from "./useAsk.ts";
import styles from "./ReportScreen.module.css";

/** What the URL of a report holds. */
export interface ReportSearch {
  /** The question. */
  q?: unknown;
  /** The view: kind of picture, hidden series. */
  v?: unknown;
  /** The saved report it began from. */
  r?: string;
  /** The number that is open, and its title. */
  at?: unknown;
  title?: string;
  /** What that number is made of, where it has no people of its own: the first of them is open, or another. */
  parts?: unknown;
}

export function ReportScreen<K extends QuestionKind>({ room }: { room: ReportRoomParts<K> }) {
  const speech = useSpeech();
  const { t, format } = speech;
  const project = useProject();
  const navigate = useNavigate();
  const search = useSearch({ strict: false }) as ReportSearch;
  const { names, loading: namesLoading, error: namesError } = useEventNames();
  const saved = useSavedReport(search.r);
  const pictureRef = useRef<PictureHandle>(null);
  const toast = useToast();
  const { theme } = useTheme();

  // On a phone a report that is saved or was shared is read first; its question is one tap away.
  const narrow = useNarrow();
  const [building, setBuilding] = useState(search.r === undefined && search.q === undefined);

  const raw = search.q ?? (search.r ? saved.report?.question : undefined);
  const reading = useMemo(() => (raw === undefined ? null : readQuestion(room.kind, raw)), [raw, room.kind]);
  const waiting = namesLoading || (search.r !== undefined && saved.loading);
  const question = useMemo(
    () => (reading && "question" in reading ? reading.question : waiting ? null : room.start(names)),
    [reading, waiting, names, room],
  );
  const problem = reading && "problem" in reading ? reading.problem : null;
  const view = (search.v ?? saved.report?.view ?? {}) as View;

  const go = (change: Partial<ReportSearch>, replace = false) =>
    void navigate({ to: ".", search: (before: ReportSearch) => ({ ...before, ...change }), replace, resetScroll: false });
  const ask = (next: QuestionOf<K>) => go({ q: next, at: undefined, title: undefined, parts: undefined });
  const open = (cell: Cell, title: string, parts?: CellPart[]) => go({ at: cell, title, parts });

  const ready = question !== null && room.ready(question);
  const asking = useAsk<K>(ready ? question : null);
  const { asked } = asking;
  const telling = { speech, project };
  const sentence = asked && ready ? startingUpper(room.sentence(asked, telling)) : null;
  const said = plainText(sentence);
  const title = saved.report?.name ?? (question && ready ? capitalised(room.name(question, speech)) : t(room.title));
  useDocumentTitle(title);
  const differs = (now: unknown, before: unknown) => now !== undefined && JSON.stringify(now) !== JSON.stringify(before);
  const changed = differs(search.q, saved.report?.question) || differs(search.v, saved.report?.view);

  if (namesError) return <Failure {...tellError(namesError, speech)} />;
  if (saved.missing) return <Failure what={t("report.missing.what")} mend={t("report.missing.mend")} />;
  if (!waiting && names.length === 0) {
    return (
      <Empty
        title={t("empty.noEvents.title")}
        text={`${t(room.answers)} ${t("empty.noEvents.text")}`}
        picture={<room.Example />}
        action={
          <Button look="primary" onClick={() => void navigate({ to: "/p/$project/start", params: { project: String(project.id) } })}>
            {t("empty.noEvents.action")}
          </Button>
        }
      />
    );
  }

  return (
    <div className={styles.report}>
      <header className={styles.head}>
        <EditableTitle name={saved.report?.name ?? null} offered={title} label={t("report.title")} onRename={(name) => saved.report && saved.change.mutate({ ...saved.report, name })} />
        <div className={styles.actions}>
          {question && ready && <SaveReport room={room} question={question} view={view} report={saved.report} changed={changed} offered={title} />}
          {question && ready && project.role !== "viewer" && <KeepIt kind={room.kind} question={question} view={view} report={changed ? undefined : saved.report} name={title} />}
          <Button icon={<Link2 aria-hidden />} onClick={() => void copyText(sharedUrl(raw ?? question, search)).then((done) => toast(done ? t("toast.linkCopied") : t("toast.notCopied")))}>
            {t("action.share")}
          </Button>
          <Popover
            label={t("action.export")}
            placement="bottom-end"
            trigger={(props) => (
              <Button {...(props as object)} icon={<Download aria-hidden />} disabled={!asked}>
                {t("action.export")}
              </Button>
            )}
          >
            {(close) => (
              <OptionList
                searchable={false}
                placeholder={t("action.export")}
                empty=""
                options={[
                  { value: "csv", label: t("action.exportCsv"), icon: <Table2 aria-hidden /> },
                  { value: "png", label: t("action.exportPng"), icon: <Image aria-hidden /> },
                ]}
                onPick={(picked) => {
                  close();
                  if (!asked) return;
                  if (picked === "csv") return saveCsv(title, room.rows(asked, telling));
                  const colors = chartColors(theme);
                  if (pictureRef.current)
                    void savePng(pictureRef.current, { title, sentence: said, foot: `Sillage · ${project.name} · ${format.date(Date.now(), project.timezone)}`, ground: colors.surface, ink: colors.ink, quiet: colors.quiet });
                }}
              />
            )}
          </Popover>
        </div>
      </header>

      <div className={styles.sentence} aria-live="polite" data-busy={asking.busy || undefined}>
        {ready ? (sentence ?? (asking.error || asking.cancelled ? null : <Skeleton width="60%" height={20} />)) : waiting ? <Skeleton width="60%" height={20} /> : t(room.answers)}
      </div>

      {problem && <Note tone="warn">{t("report.unreadable", { field: problem })}</Note>}

      {narrow && (
        <Button icon={<SlidersHorizontal aria-hidden />} aria-expanded={building} onClick={() => setBuilding(!building)}>
          {building ? t("report.hideQuestion") : t("report.changeQuestion")}
        </Button>
      )}
      <section className={styles.question} aria-label={t("report.question")} hidden={narrow && !building}>
        {question ? (
          <>
            {/* First, so that it floats at the right of the first line and leaves the others their whole width. */}
            <div className={styles.scope}>
              <room.Scope question={question} onChange={ask} />
            </div>
            <div className={styles.builder}>
              <room.Builder question={question} onChange={ask} />
            </div>
          </>
        ) : (
          <SkeletonRows rows={2} height={26} />
        )}
      </section>

      <div className={styles.answer} data-busy={(asking.busy && asked !== undefined) || undefined}>
        {asking.slow && (
          <div className={styles.slow} role="status">
            <span>{asking.eventsRead === null ? t("report.asking") : t("report.askingRead", { n: asking.eventsRead, shown: format.number(asking.eventsRead) })}</span>
            <Button size="small" onClick={asking.cancel}>
              {t("action.cancel")}
            </Button>
          </div>
        )}
        {asking.cancelled && (
          <Note>
            {t("report.cancelled")}{" "}
            <Button size="small" onClick={asking.again}>
              {t("action.askAgain")}
            </Button>
          </Note>
        )}
        {asking.error && !asking.busy && !asked ? (
          <Failure
            {...tellError(asking.error, speech)}
            action={
              <Button size="small" onClick={asking.again}>
                {t("action.askAgain")}
              </Button>
            }
          />
        ) : !ready && !waiting ? (
          <div className={styles.card}>
            <Empty title={t(room.next)} text={t("empty.example")} picture={<room.Example />} />
          </div>
        ) : asked ? (
          <div className={styles.shown}>
            {asked.explain.notes.map((note) => (
              <Note key={note} tone="warn">
                {asSentence(note)}
              </Note>
            ))}
            <section className={styles.card}>
              <room.Picture asked={asked} view={view} onView={(next) => go({ v: next }, true)} onOpen={open} onAsk={ask} pictureRef={pictureRef} label={said} />
            </section>
            <section className={styles.card} aria-label={t("report.table")}>
              <room.Table asked={asked} view={view} onView={(next) => go({ v: next }, true)} onOpen={open} onAsk={ask} />
            </section>
            <ExplainPanel asked={asked} />
          </div>
        ) : asking.cancelled ? null : (
          <div className={styles.shown} aria-busy>
            <div className={`${styles.card} ${styles.waiting}`}>
              <Skeleton height={280} />
            </div>
            <div className={`${styles.card} ${styles.waiting}`}>
              <SkeletonRows rows={5} />
            </div>
          </div>
        )}
      </div>

      {search.at !== undefined && asked && (
        <PeoplePanel question={asked.question as Question} cell={search.at as Cell} title={search.title ?? t("panel.people")} parts={readParts(search.parts)} onPart={(cell) => go({ at: cell }, true)} onClose={() => go({ at: undefined, title: undefined, parts: undefined })} />
      )}
    </div>
  );
}

/** An address may have been written by hand. */
function readParts(parts: unknown): CellPart[] {
  if (!Array.isArray(parts)) return [];
  return parts.filter((part): part is CellPart => typeof part === "object" && part !== null && typeof part.name === "string" && typeof part.at === "object" && part.at !== null);
}

function asSentence(text: string): string {
  return capitalised(/[.!?]$/.test(text) ? text : `${text}.`);
}

/** The address that shows this report to somebody else: always with the question in it, so that it shows the same when a saved report changes later. */
function sharedUrl(question: unknown, search: ReportSearch): string {
  return `${location.origin}${location.pathname}${writeSearch({ ...search, ...(question ? { q: question } : {}) })}`;
}

function useSavedReport(id: string | undefined) {
  const project = useProject();
  const client = useQueryClient();
  const query = useQuery({
    queryKey: ["report", project.id, id],
    queryFn: () => api.report(project.id, id as string),
    enabled: id !== undefined,
    retry: false,
  });
  const change = useMutation({
    mutationFn: (report: Report) => api.changeReport(project.id, report.id, { name: report.name, kind: report.kind, question: report.question, view: report.view ?? {} }),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ["report", project.id] });
      await client.invalidateQueries({ queryKey: ["reports", project.id] });
    },
  });
  return { report: query.data, loading: id !== undefined && query.isPending, missing: query.isError, change };
}

interface SaveReportProps<K extends QuestionKind> {
  room: ReportRoomParts<K>;
  question: QuestionOf<K>;
  view: View;
  report: Report | undefined;
  changed: boolean;
  offered: string;
}

function SaveReport<K extends QuestionKind>({ room, question, view, report, changed, offered }: SaveReportProps<K>) {
  const speech = useSpeech();
  const { t } = speech;
  const project = useProject();
  const client = useQueryClient();
  const navigate = useNavigate();
  const toast = useToast();
  const [naming, setNaming] = useState(false);
  const [name, setName] = useState("");
  const [removing, setRemoving] = useState(false);
  const path = `/p/$project/${pathOfKind(room.kind)}`;
  const params = { project: String(project.id) };

  const after = async (saved: Report) => {
    await client.invalidateQueries({ queryKey: ["reports", project.id] });
    await client.invalidateQueries({ queryKey: ["report", project.id] });
    setNaming(false);
    toast(t("toast.saved"));
    void navigate({ to: path, params, search: { r: String(saved.id) } });
  };
  const body = (as: string) => ({ name: as, kind: room.kind, question: question as Question, view });
  const create = useMutation({ mutationFn: () => api.createReport(project.id, body(name.trim())), onSuccess: after });
  const change = useMutation({ mutationFn: (saved: Report) => api.changeReport(project.id, saved.id, body(saved.name)), onSuccess: (_, saved) => after(saved) });
  const remove = useMutation({
    mutationFn: (saved: Report) => api.removeReport(project.id, saved.id),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ["reports", project.id] });
      toast(t("toast.removed"));
      void navigate({ to: "/p/$project/reports", params });
    },
  });
  if (project.role === "viewer") return null;
  const startNaming = () => {
    setName(offered);
    setNaming(true);
  };
  const failure = create.error ?? change.error;
  return (
    <>
      {report && changed && (
        <Button look="primary" icon={<Save aria-hidden />} busy={change.isPending} onClick={() => change.mutate(report)}>
          {t("action.saveChanges")}
        </Button>
      )}
      {report ? (
        <>
          <Popover label={t("action.moreActions")} placement="bottom-end" trigger={(props) => <IconButton {...(props as object)} look="plain" label={t("action.moreActions")} icon={<Ellipsis />} className={styles.more} />}>
            {(close) => (
              <OptionList
                searchable={false}
                placeholder={t("action.moreActions")}
                empty=""
                options={[
                  { value: "saveAs", label: t("action.saveAs"), icon: <Save aria-hidden /> },
                  { value: "remove", label: t("action.remove"), icon: <Trash2 aria-hidden /> },
                ]}
                onPick={(picked) => {
                  close();
                  if (picked === "saveAs") startNaming();
                  else setRemoving(true);
                }}
              />
            )}
          </Popover>
        </>
      ) : (
        <Button look="primary" icon={<Save aria-hidden />} onClick={startNaming}>
          {t("action.save")}
        </Button>
      )}
      {naming && (
        <Dialog
          title={t("report.saveTitle")}
          closeLabel={t("action.close")}
          onClose={() => setNaming(false)}
          footer={
            <>
              <Button onClick={() => setNaming(false)}>{t("action.cancel")}</Button>
              <Button look="primary" busy={create.isPending} disabled={name.trim() === ""} onClick={() => create.mutate()}>
                {t("action.save")}
              </Button>
            </>
          }
        >
          <form
            onSubmit={(event) => {
              event.preventDefault();
              if (name.trim() !== "") create.mutate();
            }}
          >
            <TextField label={t("report.name")} value={name} autoFocus onChange={(event) => setName(event.target.value)} />
          </form>
          {failure && <Failure {...tellError(failure, speech)} />}
        </Dialog>
      )}
      {removing && report && (
        <RemoveDialog title={t("report.removeTitle", { name: report.name })} remove={{ ...remove, mutate: () => remove.mutate(report) }} onClose={() => setRemoving(false)}>
          {t("report.removeText")}
        </RemoveDialog>
      )}
    </>
  );
}
