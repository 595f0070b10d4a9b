// Bringing a survey to people outside the pages of the site: its own page, the code to scan, a frame, a mail, and links for one person each.
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Copy, Download, ExternalLink } from "lucide-react";
import { useState, type ReactNode } from "react";
import { api, ApiError } from "@/api/client.ts";
import type { Survey, SurveyPage } from "@/api/survey.ts";
import type { Messages } from "@/i18n/catalogue.ts";
import { useSpeech } from "@/i18n/language.tsx";
import { tellError } from "@/shell/errors.ts";
import { useProject } from "@/shell/session.tsx";
import { Button } from "@/ui/Button.tsx";
import { copyText, download } from "@/ui/browser.ts";
import { Check, Segmented, SelectField, TextField } from "@/ui/Field.tsx";
import { FileButton } from "@/ui/FileButton.tsx";
import { Card } from "@/ui/Page.tsx";
import { Failure, Note, SkeletonRows } from "@/ui/State.tsx";
import { useToast } from "@/ui/Toast.tsx";
import { Alerts } from "./Alerts.tsx";
import { csvLine, idsOf } from "./links.ts";
import styles from "./survey.module.css";

/** Of a picture that is printed. */
const PNG_WIDTH = 1024;
/** What a tool that sends mails puts the link of each person in the place of. */
const PLACEHOLDER = "{{link}}";

export function Share({ survey }: { survey: Survey }) {
  const speech = useSpeech();
  const project = useProject();
  const page = useQuery({ queryKey: ["survey-page", project.id, survey.id, survey.status], queryFn: () => api.surveyPage(project.id, survey.id) });
  if (page.isPending) return <SkeletonRows rows={8} />;
  if (!page.data) return <Failure {...tellError(page.error, speech)} />;
  return (
    <div className={styles.share}>
      <Address survey={survey} page={page.data} />
      {page.data.is_open && (
        <>
          <Code survey={survey} page={page.data} />
          <Frame page={page.data} />
          <Mail survey={survey} />
          <Cancellation survey={survey} page={page.data} />
          {project.role !== "viewer" && <Links survey={survey} page={page.data} />}
        </>
      )}
      <Alerts survey={survey} />
    </div>
  );
}

function Address({ survey, page }: { survey: Survey; page: SurveyPage }) {
  const speech = useSpeech();
  const { t } = speech;
  const project = useProject();
  const client = useQueryClient();
  const toast = useToast();
  const [slug, setSlug] = useState(page.slug);
  const mayChange = project.role !== "viewer";
  const change = useMutation({
    mutationFn: (body: { slug: string; is_open: boolean }) => api.changeSurveyPage(project.id, survey.id, body),
    onSuccess: async (made) => {
      setSlug(made.slug);
      await client.invalidateQueries({ queryKey: ["survey-page", project.id, survey.id] });
      toast(t("toast.saved"));
    },
  });
  const base = page.url.slice(0, page.url.length - page.slug.length);
  const isChanged = slug.trim().toLowerCase() !== page.slug;
  return (
    <Card
      title={t("survey.share.page")}
      aside={
        page.is_open && mayChange ? (
          <Button size="small" busy={change.isPending} onClick={() => change.mutate({ slug: page.slug, is_open: false })}>
            {t("survey.share.closePage")}
          </Button>
        ) : undefined
      }
    >
      <div className={styles.shareBody}>
        {!page.is_open && <p>{t("survey.share.pageText")}</p>}
        {page.is_open && (
          <>
            {!page.takes_answers && <Note tone="warn">{survey.version === 0 ? t("survey.share.notPublished") : t("survey.share.notRunning")}</Note>}
            <Copied text={page.url} label={t("survey.share.address")}>
              <a className={styles.open} href={page.url} target="_blank" rel="noreferrer">
                <ExternalLink aria-hidden /> {t("survey.share.openPage")}
              </a>
            </Copied>
          </>
        )}
        {mayChange && (
          <form
            className={styles.slug}
            onSubmit={(event) => {
              event.preventDefault();
              change.mutate({ slug, is_open: true });
            }}
          >
            <TextField label={t("survey.share.slug")} value={slug} hint={page.is_open && !isChanged ? undefined : `${base}${slug.trim().toLowerCase()}`} problem={change.error ? slugProblem(change.error, speech) : undefined} spellCheck={false} autoComplete="off" onChange={(event) => setSlug(event.target.value)} />
            {(!page.is_open || isChanged) && (
              <Button look="primary" type="submit" busy={change.isPending}>
                {page.is_open ? t("survey.share.changeSlug") : t("survey.share.openIt")}
              </Button>
            )}
          </form>
        )}
        {page.is_open && isChanged && <Note tone="warn">{t("survey.share.slugWarning")}</Note>}
      </div>
    </Card>
  );
}

/** What an end of an address may be is said here, in the reader's language. */
function slugProblem(error: Error, speech: Messages): string {
  return error instanceof ApiError && error.status === 400 && error.field === "slug" ? speech.t("survey.share.slugProblem") : tellError(error, speech).what;
}

/** A text to take along, on one line that scrolls, with its button. */
function Copied({ text, label, children, isBlock }: { text: string; label: string; children?: ReactNode; isBlock?: boolean }) {
  const { t } = useSpeech();
  const toast = useToast();
  return (
    <div className={styles.copied}>
      {isBlock ? (
        <pre tabIndex={0} aria-label={label}>
          {text}
        </pre>
      ) : (
        <code aria-label={label}>{text}</code>
      )}
      <div className={styles.do}>
        <Button size="small" icon={<Copy aria-hidden />} onClick={() => void copyText(text).then((done) => toast(done ? t("toast.copied") : t("toast.notCopied")))}>
          {t("action.copy")}
        </Button>
        {children}
      </div>
    </div>
  );
}

function Code({ survey, page }: { survey: Survey; page: SurveyPage }) {
  const { t } = useSpeech();
  const project = useProject();
  const toast = useToast();
  const address = api.surveyCode(project.id, survey.id, page.slug);
  const take = async (kind: "svg" | "png"): Promise<void> => {
    try {
      const svg = await (await fetch(address)).blob();
      download(`${page.slug}.${kind}`, kind === "svg" ? svg : await pngOf(svg));
    } catch {
      toast(t("survey.share.codeFailed"));
    }
  };
  return (
    <Card title={t("survey.share.code")}>
      <div className={styles.code}>
        <img src={address} alt={t("survey.share.codeOf", { address: page.url })} width={180} height={180} />
        <div className={styles.shareBody}>
          <p>{t("survey.share.codeText")}</p>
          <div className={styles.do}>
            <Button size="small" icon={<Download aria-hidden />} onClick={() => void take("svg")}>
              SVG
            </Button>
            <Button size="small" icon={<Download aria-hidden />} onClick={() => void take("png")}>
              PNG
            </Button>
          </div>
        </div>
      </div>
    </Card>
  );
}

/** Drawn large, so that it prints well. */
async function pngOf(svg: Blob): Promise<Blob> {
  const image = new Image();
  const address = URL.createObjectURL(svg);
  try {
    image.src = address;
    await image.decode();
    const canvas = document.createElement("canvas");
    canvas.width = canvas.height = PNG_WIDTH;
    const pen = canvas.getContext("2d");
    if (!pen) throw new Error("no canvas");
    pen.imageSmoothingEnabled = false;
    pen.drawImage(image, 0, 0, PNG_WIDTH, PNG_WIDTH);
    return await new Promise((done, fail) => canvas.toBlob((blob) => (blob ? done(blob) : fail(new Error("no picture"))), "image/png"));
  } finally {
    URL.revokeObjectURL(address);
  }
}

function Frame({ page }: { page: SurveyPage }) {
  const { t } = useSpeech();
  const snippet = `<iframe id="${page.slug}" src="${page.url}?embed" title="${t("survey.share.frameTitle")}" style="width:100%;height:480px;border:0"></iframe>
<script>
addEventListener("message", (message) => {
  const frame = document.getElementById("${page.slug}");
  if (message.source !== frame.contentWindow || message.data.source !== "sillage-survey") return;
  if (message.data.event === "height") frame.style.height = message.data.height + "px";
  if (message.data.event === "completed") console.log("answered", message.data.survey);
});
</script>`;
  return (
    <Card title={t("survey.share.frame")}>
      <div className={styles.shareBody}>
        <p>{t("survey.share.frameText")}</p>
        <Copied isBlock text={snippet} label={t("survey.share.frame")} />
      </div>
    </Card>
  );
}

function Mail({ survey }: { survey: Survey }) {
  const speech = useSpeech();
  const { t } = speech;
  const project = useProject();
  const toast = useToast();
  const languages = survey.definition.languages ?? [];
  const [language, setLanguage] = useState(languages[0] ?? "en");
  const [personal, setPersonal] = useState(false);
  const block = useQuery({ queryKey: ["survey-mail", project.id, survey.id, survey.version, language, personal], queryFn: () => api.surveyMail(project.id, survey.id, language, personal) });
  const take = (text: string) => void copyText(text).then((done) => toast(done ? t("toast.copied") : t("toast.notCopied")));
  return (
    <Card title={t("survey.share.mail")}>
      <div className={styles.shareBody}>
        <p>{t("survey.share.mailText")}</p>
        {languages.length > 1 && (
          <div>
            <Segmented label={t("survey.share.language")} choices={languages.map((one) => ({ value: one, label: one }))} value={language} onPick={setLanguage} />
          </div>
        )}
        <Check label={t("survey.share.mailPersonal", { placeholder: PLACEHOLDER })} checked={personal} onChange={setPersonal} />
        {block.error && <Failure {...tellError(block.error, speech)} />}
        {block.data && (
          <>
            <iframe className={styles.mail} title={t("survey.share.mailPreview")} sandbox="" srcDoc={`<!doctype html><meta charset="utf-8"><base target="_blank"><body style="margin:16px;background:#fff">${block.data.html}`} />
            <div className={styles.do}>
              <Button size="small" icon={<Copy aria-hidden />} onClick={() => take(block.data.html)}>
                {t("survey.share.copyHtml")}
              </Button>
              <Button size="small" icon={<Copy aria-hidden />} onClick={() => take(block.data.text)}>
                {t("survey.share.copyText")}
              </Button>
            </div>
          </>
        )}
      </div>
    </Card>
  );
}

/** For the mail that says goodbye, where the survey asks who leaves a task: the sentence, and how its link is made for whoever it goes to. */
function Cancellation({ survey, page }: { survey: Survey; page: SurveyPage }) {
  const { t, language } = useSpeech();
  const project = useProject();
  const tasks = useQuery({ queryKey: ["tasks", project.id], queryFn: () => api.tasks(project.id), staleTime: 60_000 });
  const task = tasks.data?.tasks.find(({ definition }) => definition.surveys?.churn === survey.id);
  if (!task) return null;
  const server = page.url.slice(0, page.url.indexOf("/survey/"));
  const sentence = `<p>${t("survey.share.goodbye")} <a href="${PLACEHOLDER}">${t("survey.share.goodbyeLink")}</a></p>`;
  const call = `curl "${server}/api/projects/${project.id}/surveys/${survey.id}/links" \\
  -H "Authorization: Bearer $SILLAGE_KEY" -H "Content-Type: application/json" \\
  -d '{"people": ["u_1042"], "days": 90}'`;
  return (
    <Card title={t("survey.share.cancellation")}>
      <div className={styles.shareBody} lang={language}>
        <p>{t("survey.share.cancellationText", { task: task.name })}</p>
        {page.ties === "never" && <Note tone="warn">{t("survey.share.tiesNever")}</Note>}
        <Copied isBlock text={sentence} label={t("survey.share.cancellation")} />
        <p>{t("survey.share.cancellationCall", { placeholder: PLACEHOLDER })}</p>
        <Copied isBlock text={call} label={t("survey.share.links")} />
      </div>
    </Card>
  );
}

function Links({ survey, page }: { survey: Survey; page: SurveyPage }) {
  const speech = useSpeech();
  const { t, format } = speech;
  const project = useProject();
  const [text, setText] = useState("");
  const [of, setOf] = useState<"user" | "device">("user");
  const [days, setDays] = useState("30");
  const [once, setOnce] = useState(true);
  const people = idsOf(text);
  const make = useMutation({ mutationFn: () => api.surveyLinks(project.id, survey.id, { people, of, days: Number(days), once }) });
  const made = make.data;
  return (
    <Card title={t("survey.share.links")}>
      <div className={styles.shareBody}>
        <p>{t("survey.share.linksText")}</p>
        {page.ties === "never" && <Note tone="warn">{t("survey.share.tiesNever")}</Note>}
        {page.ties === "ask" && <Note>{t("survey.share.tiesAsk")}</Note>}
        <form
          className={styles.shareBody}
          onSubmit={(event) => {
            event.preventDefault();
            make.mutate();
          }}
        >
          <label className={styles.ids}>
            {t("survey.share.people")}
            <textarea rows={4} value={text} spellCheck={false} placeholder={"u_1042\nu_1043"} onChange={(event) => setText(event.target.value)} />
          </label>
          <div className={styles.do}>
            <FileButton label={t("survey.share.peopleFile")} accept=".csv,.txt,text/csv,text/plain" onFile={(file) => void file.text().then(setText)} />
          </div>
          <div className={styles.linkSettings}>
            <SelectField label={t("survey.share.idsOf")} choices={[{ value: "user", label: t("survey.share.ofUser") }, { value: "device", label: t("survey.share.ofDevice") }]} value={of} onPick={setOf} />
            <TextField label={t("survey.share.days")} type="number" min={1} max={730} value={days} onChange={(event) => setDays(event.target.value)} />
          </div>
          <Check label={t("survey.share.once")} checked={once} onChange={setOnce} />
          {make.error && <Failure {...tellError(make.error, speech)} />}
          <div className={styles.do}>
            <Button look="primary" type="submit" busy={make.isPending} disabled={people.length === 0}>
              {t("survey.share.makeLinks", { n: people.length, shown: format.number(people.length) })}
            </Button>
          </div>
        </form>
        {made && (
          <>
            <Note tone="good">{t("survey.share.linksMade", { n: made.links.length, shown: format.number(made.links.length), date: format.date(made.expires_at) })}</Note>
            {made.links.length === 1 && made.links[0] && <Copied text={made.links[0].url} label={t("survey.share.links")} />}
            <div className={styles.do}>
              <Button
                size="small"
                icon={<Download aria-hidden />}
                onClick={() => download(`${page.slug}-links.csv`, new Blob(["\ufeff", csvLine(["person", "link"]), ...made.links.map((link) => csvLine([link.person, link.url]))], { type: "text/csv;charset=utf-8" }))}
              >
                {t("survey.share.linksFile")}
              </Button>
            </div>
          </>
        )}
      </div>
    </Card>
  );
}
