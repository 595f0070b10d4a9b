// What the answers to an open question speak of: how common each theme is, how people feel about it, whom it concerns, and in whose words. The team may correct it.
import { keepPreviousData, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { ChevronDown, ChevronRight, Play } from "lucide-react";
import { useState, type FormEvent } from "react";
import { api } from "@/api/client.ts";
import type { Survey, Theme, ThemeAnswer, ThemeChange, ThemeCorrection, Themes as Report } from "@/api/survey.ts";
import type { MessageKey } from "@/i18n/catalogue.ts";
import { useSpeech } from "@/i18n/language.tsx";
import { tellError } from "@/shell/errors.ts";
import { useProject } from "@/shell/session.tsx";
import { Button } from "@/ui/Button.tsx";
import { InlineSelect, TextField } from "@/ui/Field.tsx";
import { Card } from "@/ui/Page.tsx";
import { Dialog } from "@/ui/Panel.tsx";
import { Empty, Failure, SkeletonRows } from "@/ui/State.tsx";
import { useToast } from "@/ui/Toast.tsx";
import { AnswersExample } from "./AnswersExample.tsx";
import { textOf, type Definition } from "./definition.ts";
import { BREAKDOWNS, RANGES } from "./Results.tsx";
import styles from "./survey.module.css";
import look from "./themes.module.css";

const FEELING: Record<Feeling, MessageKey> = { positive: "theme.positive", mixed: "theme.mixed", neutral: "theme.neutral", negative: "theme.negative" };
const FEELINGS = ["positive", "mixed", "neutral", "negative"] as const;
type Feeling = (typeof FEELINGS)[number];
const BAND: Record<string, MessageKey> = { low: "theme.low", middle: "theme.middle", high: "theme.high" };
const MOST_DIFFERENCES = 5;

type Correct = (correction: ThemeCorrection) => void;

export function Themes({ survey }: { survey: Survey }) {
  const speech = useSpeech();
  const project = useProject();
  // The questions that people were asked, which may be fewer than those being edited.
  const published = useQuery({ queryKey: ["surveyResults", project.id, survey.id, { interval: "week" }], queryFn: ({ signal }) => api.surveyResults(project.id, survey.id, { interval: "week" }, signal) });
  if (published.isPending) return <SkeletonRows rows={8} />;
  if (!published.data) return <Failure {...tellError(published.error, speech)} />;
  return <OfQuestions survey={survey} definition={published.data.definition} />;
}

function OfQuestions({ survey, definition }: { survey: Survey; definition: Definition }) {
  const speech = useSpeech();
  const { t, format, language } = speech;
  const project = useProject();
  const client = useQueryClient();
  const toast = useToast();
  const open = definition.questions.filter((question) => question.kind === "long" || question.kind === "short");
  const [question, setQuestion] = useState(open.find((one) => one.kind === "long")?.id ?? open[0]?.id ?? "");
  const [range, setRange] = useState("all");
  const [by, setBy] = useState("none");
  const property = BREAKDOWNS[by]?.property;
  const body = { question, ...(RANGES[range] && { range: RANGES[range] }), by: property ? [property] : [] };
  const query = useQuery({ queryKey: ["surveyThemes", project.id, survey.id, body], queryFn: ({ signal }) => api.surveyThemes(project.id, survey.id, body, signal), placeholderData: keepPreviousData, enabled: question !== "" });
  const renew = async (): Promise<void> => {
    await client.invalidateQueries({ queryKey: ["surveyThemes", project.id, survey.id] });
  };
  const correct = useMutation({
    mutationFn: (correction: ThemeCorrection) => api.correctThemes(project.id, survey.id, { question, correction }),
    onSuccess: async () => {
      await renew();
      toast(t("theme.corrected"));
    },
    onError: (error) => toast(tellError(error, speech).what),
  });
  if (question === "") return <Empty title={t("theme.noQuestion")} text={t("theme.noQuestionText")} />;
  if (query.isPending) return <SkeletonRows rows={8} />;
  const report = query.data;
  if (!report) return <Failure {...tellError(query.error, speech)} />;
  if (report.n_answers === 0 && range === "all") return <Empty title={t("survey.noAnswers")} text={t("survey.noAnswersYet")} picture={<AnswersExample />} />;
  const top = report.themes[0];
  return (
    <div className={styles.results} aria-busy={query.isFetching || correct.isPending}>
      <div className={styles.controls}>
        {open.length > 1 && <InlineSelect label={t("theme.question")} value={question} onPick={setQuestion} choices={open.map((one) => ({ value: one.id, label: textOf(one.text, language, definition).slice(0, 60) }))} />}
        <InlineSelect label={t("survey.range")} value={range} onPick={setRange} choices={[{ value: "all", label: t("survey.range.all") }, { value: "d30", label: t("survey.range.d30") }, { value: "d90", label: t("survey.range.d90") }, { value: "y1", label: t("survey.range.y1") }]} />
        <InlineSelect
          label={t("theme.compare")}
          value={by}
          onPick={setBy}
          choices={[
            { value: "none", label: t("theme.compareScore") },
            { value: "page", label: t("survey.by.page") },
            { value: "device", label: t("survey.by.device") },
            { value: "browser", label: t("survey.by.browser") },
            { value: "country", label: t("survey.by.country") },
            { value: "language", label: t("survey.by.language") },
            { value: "version", label: t("survey.by.version") },
          ]}
        />
      </div>
      <Card title={textOf(open.find((one) => one.id === question)?.text, language, definition)} aside={<span className={styles.counted}>{t("theme.counted", { n: report.n_answers, shown: format.number(report.n_answers), said: format.number(report.n_said) })}</span>}>
        {top ? (
          <p className={look.sentence}>{t("theme.sentence", { name: top.name[language], share: format.percent(top.share.share, 0), low: format.percent(top.share.low, 0), high: format.percent(top.share.high, 0), n: report.n_said })}</p>
        ) : (
          <p className={styles.muted}>{report.is_too_few ? t("theme.tooFew", { n: report.n_said }) : t("theme.none")}</p>
        )}
        <Feelings sentiment={report.sentiment} tall />
        {report.has_more && <p className={styles.muted}>{t("theme.hasMore")}</p>}
        {report.themes.length > 0 && (
          <ol className={look.themes} aria-label={t("survey.tab.themes")}>
            {report.themes.map((theme) => (
              <Row key={theme.terms.join(" ")} theme={theme} report={report} onCorrect={project.role === "viewer" ? undefined : (correction) => correct.mutate(correction)} />
            ))}
          </ol>
        )}
        {report.unsorted.answers.length > 0 && (
          <details className={look.rest}>
            <summary>{t("theme.unsorted", { n: report.unsorted.share.n, shown: format.number(report.unsorted.share.n), share: format.percent(report.unsorted.share.share, 0) })}</summary>
            <Answers answers={report.unsorted.answers} themes={report.themes} onCorrect={project.role === "viewer" ? undefined : (correction) => correct.mutate(correction)} />
          </details>
        )}
        <p className={styles.muted}>{t("theme.how", { fewest: report.fewest_answers })}</p>
      </Card>
      <Corrections survey={survey} report={report} onChanged={renew} />
    </div>
  );
}

function Row({ theme, report, onCorrect }: { theme: Theme; report: Report; onCorrect: Correct | undefined }) {
  const { t, format, language } = useSpeech();
  const [isOpen, setOpen] = useState(false);
  const { share, mean_score: mean, mean_score_of_others: others } = theme;
  const name = theme.name[language];
  return (
    <li>
      <button type="button" className={look.row} aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
        {isOpen ? <ChevronDown aria-hidden /> : <ChevronRight aria-hidden />}
        <span className={look.name}>{name}</span>
        <span className={styles.track} aria-hidden>
          <i style={{ width: `${share.share * 100}%` }} />
          <u style={{ left: `${share.low * 100}%`, right: `${100 - share.high * 100}%` }} />
        </span>
        <b>{format.percent(share.share, 0)}</b>
        <small>{t("survey.nAndRange", { n: format.number(share.n), low: format.percent(share.low, 0), high: format.percent(share.high, 0) })}</small>
        <Feelings sentiment={theme.sentiment} />
        <small className={look.score}>{mean && others ? t("theme.score", { mean: format.number(Math.round(mean.mean * 10) / 10), others: format.number(Math.round(others.mean * 10) / 10) }) : ""}</small>
      </button>
      {isOpen && (
        <div className={look.inside}>
          <ul className={look.quotes} aria-label={t("theme.quotes")}>
            {theme.quotes.map((quote) => (
              <Quote key={quote.response} answer={quote} />
            ))}
          </ul>
          <Differences theme={theme} report={report} />
          {theme.phrases.length > 0 && (
            <div className={look.phrases}>
              <span>{t("theme.phrases")}</span>
              {theme.phrases.map(({ term, phrase, n }) =>
                onCorrect && !(theme.terms.length === 1 && theme.terms[0] === term) ? (
                  <button key={term} type="button" title={t("theme.splitTip", { phrase })} onClick={() => onCorrect({ kind: "split", theme: theme.terms, terms: [term], name: null })}>
                    {phrase} <small>{format.number(n)}</small>
                  </button>
                ) : (
                  <span key={term}>
                    {phrase} <small>{format.number(n)}</small>
                  </span>
                ),
              )}
            </div>
          )}
          {onCorrect && <Tools theme={theme} name={name} themes={report.themes} onCorrect={onCorrect} />}
          <details className={look.rest}>
            <summary>{t("theme.answers", { n: share.n, shown: format.number(share.n) })}</summary>
            <Answers answers={theme.answers} themes={report.themes} of={theme} onCorrect={onCorrect} />
            {share.n > theme.answers.length && <p className={styles.muted}>{t("theme.latestOnly", { n: theme.answers.length })}</p>}
          </details>
        </div>
      )}
    </li>
  );
}

/** How answers feel, as one bar; what nobody could tell is left out. */
function Feelings({ sentiment, tall }: { sentiment: Record<Feeling, number>; tall?: boolean }) {
  const { t, format } = useSpeech();
  const all = FEELINGS.reduce((sum, feeling) => sum + sentiment[feeling], 0);
  if (all === 0) return <span />;
  const told = FEELINGS.filter((feeling) => sentiment[feeling] > 0);
  return (
    <span className={`${look.feelings} ${tall ? look.tall : ""}`}>
      <span className={look.bar} role="img" aria-label={told.map((feeling) => t("theme.feelingPart", { name: t(FEELING[feeling]), share: format.percent(sentiment[feeling] / all, 0) })).join(", ")}>
        {told.map((feeling) => (
          <i key={feeling} className={look[feeling]} style={{ flexGrow: sentiment[feeling] }} title={t("theme.feelingPart", { name: t(FEELING[feeling]), share: format.percent(sentiment[feeling] / all, 0) })} />
        ))}
      </span>
      {tall && (
        <span className={look.legend}>
          {told.map((feeling) => (
            <span key={feeling}>
              <i className={look[feeling]} aria-hidden />
              {t("theme.feelingPart", { name: t(FEELING[feeling]), share: format.percent(sentiment[feeling] / all, 0) })}
            </span>
          ))}
        </span>
      )}
    </span>
  );
}

function Quote({ answer }: { answer: ThemeAnswer }) {
  const { t } = useSpeech();
  return (
    <li>
      <q dir="auto">{answer.text}</q>
      {answer.score !== null && <small>{t("theme.scored", { score: Math.round((answer.score ?? 0) * 10) / 10 })}</small>}
      <Watch session={answer.session} />
    </li>
  );
}

function Watch({ session }: { session: string | null | undefined }) {
  const { t } = useSpeech();
  const project = useProject();
  if (!session) return null;
  return (
    <Link className={look.watch} to="/p/$project/recordings/$session" params={{ project: String(project.id), session }} search={{}}>
      <Play aria-hidden /> {t("survey.watch")}
    </Link>
  );
}

/** Where it is more or less common; clear ones first, and those that could be chance said to be so. */
function Differences({ theme, report }: { theme: Theme; report: Report }) {
  const { t, format } = useSpeech();
  const [before, last] = report.periods.slice(-2);
  const cells = theme.segments.slice(0, MOST_DIFFERENCES);
  const points = (change: ThemeChange): string => {
    const points = Math.round(change.difference * 100);
    return t("theme.points", { points: `${points > 0 ? "+" : points < 0 ? "−" : ""}${format.number(Math.abs(points))}` });
  };
  if (cells.length === 0 && !theme.change) return null;
  return (
    <table className={look.differences}>
      <caption>{t("theme.where")}</caption>
      <tbody>
        {cells.map((cell) => (
          <tr key={`${cell.segment} ${cell.value}`} className={cell.difference.is_clear ? "" : look.unclear}>
            <th scope="row">{cell.segment === "$score" ? t(BAND[cell.value] ?? "theme.middle") : cell.value}</th>
            <td>{t("theme.shareOf", { share: format.percent(cell.share.share, 0), of: format.number(cell.share.of) })}</td>
            <td>{points(cell.difference)}</td>
            <td>{cell.difference.is_clear ? t("theme.clear") : t("theme.chance")}</td>
          </tr>
        ))}
        {theme.change && before && last && (
          <tr className={theme.change.is_clear ? "" : look.unclear}>
            <th scope="row">{t("theme.since", { from: format.interval(`${before.name}T12:00:00Z`, "month", "UTC"), to: format.interval(`${last.name}T12:00:00Z`, "month", "UTC") })}</th>
            <td>{t("theme.shareOf", { share: format.percent(theme.periods.at(-1)?.share ?? 0, 0), of: format.number(theme.periods.at(-1)?.of ?? 0) })}</td>
            <td>{points(theme.change)}</td>
            <td>{theme.change.is_clear ? t("theme.clear") : t("theme.chance")}</td>
          </tr>
        )}
      </tbody>
    </table>
  );
}

function Tools({ theme, name, themes, onCorrect }: { theme: Theme; name: string; themes: Theme[]; onCorrect: Correct }) {
  const { t, language } = useSpeech();
  const [isNaming, setNaming] = useState(false);
  const [next, setNext] = useState(name);
  const others = themes.filter((one) => one !== theme);
  const rename = (event: FormEvent): void => {
    event.preventDefault();
    if (next.trim() !== "") onCorrect({ kind: "rename", theme: theme.terms, name: next.trim() });
    setNaming(false);
  };
  return (
    <div className={styles.do}>
      <Button onClick={() => setNaming(true)}>{t("theme.rename")}</Button>
      {others.length > 0 && (
        <InlineSelect
          label={t("theme.merge")}
          value=""
          onPick={(into) => {
            const other = others[Number(into)];
            if (other) onCorrect({ kind: "merge", themes: [theme.terms, other.terms], name });
          }}
          choices={[{ value: "", label: t("theme.merge") }, ...others.map((one, i) => ({ value: String(i), label: one.name[language] }))]}
        />
      )}
      <Button onClick={() => onCorrect({ kind: "hide", theme: theme.terms })}>{t("theme.hide")}</Button>
      {isNaming && (
        <Dialog
          title={t("theme.renameTitle", { name })}
          closeLabel={t("action.close")}
          onClose={() => setNaming(false)}
          footer={
            <>
              <Button onClick={() => setNaming(false)}>{t("action.cancel")}</Button>
              <Button look="primary" onClick={rename}>
                {t("theme.rename")}
              </Button>
            </>
          }
        >
          <form onSubmit={rename}>
            <TextField label={t("theme.name")} hint={t("theme.nameHint")} value={next} maxLength={80} onChange={(event) => setNext(event.target.value)} />
          </form>
        </Dialog>
      )}
    </div>
  );
}

function Answers({ answers, themes, of, onCorrect }: { answers: ThemeAnswer[]; themes: Theme[]; of?: Theme; onCorrect: Correct | undefined }) {
  const { t, format, language } = useSpeech();
  const project = useProject();
  const others = themes.filter((one) => one !== of);
  return (
    <ul className={look.answers}>
      {answers.map((answer) => (
        <li key={answer.response}>
          <q dir="auto">{answer.text}</q>
          <small>{answer.person ? format.moment(answer.at, project.timezone) : format.date(answer.at, "UTC")}</small>
          <small>{answer.score === null ? "" : t("theme.scored", { score: Math.round((answer.score ?? 0) * 10) / 10 })}</small>
          <Watch session={answer.session} />
          {onCorrect && (
            <InlineSelect
              label={t("theme.move")}
              value=""
              onPick={(into) => onCorrect({ kind: "move", fingerprint: answer.fingerprint, from: of?.terms ?? null, to: into === "none" ? null : (others[Number(into)]?.terms ?? null) })}
              choices={[{ value: "", label: t("theme.move") }, ...others.map((one, i) => ({ value: String(i), label: one.name[language] })), ...(of ? [{ value: "none", label: t("theme.moveOut") }] : [])]}
            />
          )}
        </li>
      ))}
    </ul>
  );
}

/** What the team changed, the latest first, each of which can be taken back. */
function Corrections({ survey, report, onChanged }: { survey: Survey; report: Report; onChanged: () => Promise<void> }) {
  const speech = useSpeech();
  const { t, format, language } = speech;
  const project = useProject();
  const toast = useToast();
  const takeBack = useMutation({ mutationFn: (id: number) => api.takeBackThemeCorrection(project.id, survey.id, id), onSuccess: onChanged, onError: (error) => toast(tellError(error, speech).what) });
  const corrections = report.corrections.toReversed();
  const themes = [...report.themes, ...report.hidden];
  if (corrections.length === 0) return null;
  const called = (terms: string[] | null | undefined): string => themes.find((theme) => theme.terms.some((term) => terms?.includes(term)))?.name[language] ?? (terms ?? []).join(", ").replaceAll("#", "");
  const told = (one: ThemeCorrection): string => {
    switch (one.kind) {
      case "rename":
        return t("theme.did.rename", { name: one.name });
      case "merge":
        return t("theme.did.merge", { name: one.name ?? called(one.themes[0]) });
      case "split":
        return t("theme.did.split", { name: one.name ?? one.terms.join(", "), from: called(one.theme) });
      case "move":
        return one.to ? t("theme.did.move", { to: called(one.to) }) : t("theme.did.moveOut", { from: called(one.from) });
      default:
        return t("theme.did.hide", { name: called(one.theme) });
    }
  };
  return (
    <Card title={t("theme.corrections")}>
      <ul className={look.corrections}>
        {corrections.map((one) => (
          <li key={one.id}>
            <span>{told(one.correction)}</span>
            <small>{t("theme.byWhom", { who: one.created_by, when: format.ago(one.created_at, Date.now()) })}</small>
            {project.role !== "viewer" && <Button onClick={() => takeBack.mutate(one.id)}>{t("theme.takeBack")}</Button>}
          </li>
        ))}
      </ul>
    </Card>
  );
}
