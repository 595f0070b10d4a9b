// The answers one by one, each with the way to the person and to the recording of the visit that it was given in.
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Download } from "lucide-react";
import { useState } from "react";
import { api } from "@/api/client.ts";
import type { Survey, SurveyAnswer, SurveyResponse } from "@/api/survey.ts";
import { useSpeech } from "@/i18n/language.tsx";
import { tellError } from "@/shell/errors.ts";
import { useProject } from "@/shell/session.tsx";
import { Button } from "@/ui/Button.tsx";
import { InlineSelect } from "@/ui/Field.tsx";
import { Card } from "@/ui/Page.tsx";
import { Empty, Failure, SkeletonRows } from "@/ui/State.tsx";
import table from "@/ui/table.module.css";
import { AnswersExample } from "./AnswersExample.tsx";
import { isScale, scaleOf, textOf, type Definition, type SurveyQuestion } from "./definition.ts";
import { InviteButton } from "@/rooms/interview/Invite.tsx";
import styles from "./survey.module.css";

export function Responses({ survey }: { survey: Survey }) {
  const speech = useSpeech();
  const { t, format, language } = speech;
  const project = useProject();
  const [which, setWhich] = useState("all");
  // The questions that people were asked, which may be fewer than those being edited.
  const published = useQuery({ queryKey: ["surveyResults", project.id, survey.id, { interval: "week" }], queryFn: ({ signal }) => api.surveyResults(project.id, survey.id, { interval: "week" }, signal) });
  const definition: Definition = published.data?.definition ?? survey.definition;
  const scored = definition.questions.filter((question) => isScale(question.kind));
  const filter = filterOf(which, scored);
  const query = useInfiniteQuery({
    queryKey: ["surveyResponses", project.id, survey.id, "all", which],
    queryFn: ({ pageParam, signal }) => api.surveyResponses(project.id, survey.id, { limit: 50, ...(filter && { filter }), ...(pageParam && { before: pageParam }) }, signal),
    initialPageParam: "",
    getNextPageParam: (last) => last.next,
  });
  if (query.isPending) return <SkeletonRows rows={8} />;
  if (query.error) return <Failure {...tellError(query.error, speech)} />;
  const responses = query.data.pages.flatMap((page) => page.responses);
  if (responses.length === 0 && which === "all") return <Empty title={t("survey.noAnswers")} text={t("survey.noAnswersYet")} picture={<AnswersExample />} />;
  const asked = definition.questions.filter((question) => question.kind !== "statement");
  return (
    <>
      <div className={styles.controls}>
        <InlineSelect
          label={t("survey.which")}
          value={which}
          onPick={setWhich}
          choices={[
            { value: "all", label: t("survey.which.all") },
            ...scored.flatMap((question) => [
              { value: `low ${question.id}`, label: t("survey.which.low", { question: textOf(question.text, language, definition).slice(0, 40) }) },
              { value: `high ${question.id}`, label: t("survey.which.high", { question: textOf(question.text, language, definition).slice(0, 40) }) },
            ]),
          ]}
        />
        <a className={styles.file} href={api.responsesFile(project.id, survey.id, language)} download>
          <Download aria-hidden />
          {t("survey.csv")}
        </a>
        <a className={styles.file} href={api.responsesJson(project.id, survey.id)} download>
          <Download aria-hidden />
          JSON
        </a>
      </div>
      <Card flush>
        <div className={table.wrap} tabIndex={0} role="region" aria-label={t("survey.tab.answers")}>
          <table className={table.table}>
            <thead>
              <tr>
                <th scope="col" className={table.pinned}>
                  {t("survey.at")}
                </th>
                {asked.map((question, i) => (
                  <th key={question.id} scope="col" title={textOf(question.text, language, definition)}>
                    <span className={styles.columnHead}>
                      {i + 1}. {textOf(question.text, language, definition)}
                    </span>
                  </th>
                ))}
                <th scope="col">{t("survey.person")}</th>
                <th scope="col">{t("survey.page")}</th>
                <th scope="col">{t("survey.state")}</th>
                <th scope="col" aria-label={t("survey.watch")} />
              </tr>
            </thead>
            <tbody>
              {responses.map((response) => (
                <tr key={response.id}>
                  <th scope="row" className={table.pinned}>
                    {/* An answer that names nobody says its day and no time of day. */}
                    {response.person ? format.moment(response.at, project.timezone) : format.date(response.at, "UTC")}
                  </th>
                  {asked.map((question) => (
                    <td key={question.id} className={styles.cell} dir="auto">
                      {answerText(response.answers[question.id], question, definition, language, t("survey.skipped"), t("survey.yes"), t("survey.no"))}
                    </td>
                  ))}
                  <td>
                    {response.person ? (
                      <Link to="/p/$project/people/$person" params={{ project: String(project.id), person: response.person }}>
                        {response.person.startsWith("$device:") ? t("survey.visitor") : response.person}
                      </Link>
                    ) : (
                      <span className={table.muted}>{t("survey.nobody")}</span>
                    )}
                  </td>
                  <td>{response.page}</td>
                  <td>{response.completed ? t("survey.whole") : t("survey.inPart")}</td>
                  <td>
                    {response.session && (
                      <Link to="/p/$project/recordings/$session" params={{ project: String(project.id), session: response.session }} search={{}}>
                        {t("survey.watch")}
                      </Link>
                    )}
                    {emailOf(response, asked) && <InviteButton source="survey" person={{ email: emailOf(response, asked) ?? "", person: response.person }} />}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </Card>
      {query.hasNextPage && (
        <div>
          <Button busy={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
            {t("survey.moreAnswers")}
          </Button>
        </div>
      )}
    </>
  );
}

/** The address that somebody left, where a question asked for it. */
function emailOf(response: SurveyResponse, asked: SurveyQuestion[]): string | undefined {
  const given = asked.filter((question) => question.kind === "email").map((question) => response.answers[question.id]?.text?.trim());
  return given.find((text) => text !== undefined && text !== "");
}

/** Those who were dissatisfied, or delighted, as their kind of question reads it. */
function filterOf(which: string, scored: SurveyQuestion[]): object | undefined {
  const [side, id] = which.split(" ");
  const question = scored.find((one) => one.id === id);
  if (!question) return undefined;
  const [least, most] = scaleOf(question);
  const low = question.kind === "nps" ? 6 : question.kind === "thumbs" ? 0 : least + Math.floor((most - least) / 2);
  const high = question.kind === "nps" ? 9 : most - (most > 2 ? 1 : 0);
  return { all: [{ property: "$question", op: "is", value: question.id }, { property: "$score", op: side === "low" ? "lte" : "gte", value: side === "low" ? low : high }] };
}

function answerText(answer: SurveyAnswer | undefined, question: SurveyQuestion, definition: Definition, language: string, skipped: string, yes: string, no: string): string {
  if (!answer) return "";
  if (answer.skipped) return skipped;
  if (question.kind === "thumbs") return answer.score === 1 ? yes : no;
  if (answer.score !== null) return String(Math.round(answer.score * 10) / 10);
  if (answer.choices.length > 0) {
    return answer.choices.map((id) => (id === "other" ? (answer.text?.split(" · ").at(-1) ?? id) : textOf(question.choices?.find((choice) => choice.id === id)?.text, language, definition) || id)).join(" · ");
  }
  if (question.kind === "consent") return yes;
  const items = Object.values(answer.items);
  return answer.text ?? (items.length > 0 ? items.join(" · ") : "");
}
