// The surveys of a project, and the gallery of templates that new ones begin with.
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { Plus } from "lucide-react";
import { useState } from "react";
import { api } from "@/api/client.ts";
import type { SurveyStatus } from "@/api/survey.ts";
import { useSpeech } from "@/i18n/language.tsx";
import { tellError } from "@/shell/errors.ts";
import { useProject } from "@/shell/session.tsx";
import { Button } from "@/ui/Button.tsx";
import { NumberHead } from "@/ui/NumberHead.tsx";
import { Card, Page } from "@/ui/Page.tsx";
import { Dialog } from "@/ui/Panel.tsx";
import { Empty, Failure, SkeletonRows } from "@/ui/State.tsx";
import table from "@/ui/table.module.css";
import { AnswersExample } from "./AnswersExample.tsx";
import { TEMPLATES, type Use } from "./templates.ts";
import { KIND, STATUS, USE } from "./words.ts";
import { Writer } from "./Writer.tsx";
import styles from "./survey.module.css";

export function SurveyList() {
  const speech = useSpeech();
  const { t, format } = speech;
  const project = useProject();
  const [isChoosing, setChoosing] = useState(false);
  const list = useQuery({ queryKey: ["surveys", project.id], queryFn: () => api.surveys(project.id) });
  const mayChange = project.role !== "viewer";
  const surveys = list.data?.surveys ?? [];
  const create = (
    <Button look="primary" icon={<Plus aria-hidden />} onClick={() => setChoosing(true)}>
      {t("survey.create")}
    </Button>
  );
  return (
    <Page title={t("room.survey")} aside={mayChange && surveys.length > 0 ? create : undefined}>
      {list.isPending && <SkeletonRows rows={6} />}
      {list.error && <Failure {...tellError(list.error, speech)} />}
      {list.data && surveys.length === 0 && <Empty title={t("survey.none")} text={t("survey.answersWhat")} picture={<AnswersExample />} action={mayChange ? create : undefined} />}
      {surveys.length > 0 && (
        <Card flush>
          <div className={table.wrap} tabIndex={0} role="region" aria-label={t("room.survey")}>
            <table className={table.table}>
              <thead>
                <tr>
                  <th scope="col" className={table.pinned}>
                    {t("survey.column.name")}
                  </th>
                  <th scope="col">{t("survey.column.status")}</th>
                  <th scope="col" className={table.wide}>
                    {t("survey.column.asks")}
                  </th>
                  <NumberHead>{t("survey.column.shown")}</NumberHead>
                  <NumberHead>{t("survey.column.started")}</NumberHead>
                  <NumberHead>{t("survey.column.completed")}</NumberHead>
                  <th scope="col">{t("survey.column.changed")}</th>
                </tr>
              </thead>
              <tbody>
                {surveys.map((survey) => (
                  <tr key={survey.id}>
                    <th scope="row" className={table.pinned}>
                      <Link to="/p/$project/surveys/$survey" params={{ project: String(project.id), survey: survey.id }}>
                        {survey.name}
                      </Link>
                    </th>
                    <td>
                      <StatusChip status={survey.status} />
                    </td>
                    <td className={table.wide}>{format.list([...new Set(survey.kinds)].map((kind) => t(KIND[kind as keyof typeof KIND])))}</td>
                    <td className={table.number}>{format.number(survey.shown)}</td>
                    <td className={table.number}>{format.number(survey.started)}</td>
                    <td className={table.number}>{format.number(survey.completed)}</td>
                    <td>{format.ago(survey.updated_at, Date.now())}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        </Card>
      )}
      {isChoosing && <Gallery onClose={() => setChoosing(false)} />}
    </Page>
  );
}

export function StatusChip({ status }: { status: SurveyStatus }) {
  const { t } = useSpeech();
  return (
    <span className={`${styles.status} ${styles[status]}`}>
      <i aria-hidden />
      {t(STATUS[status])}
    </span>
  );
}

function Gallery({ onClose }: { onClose: () => void }) {
  const { t, language } = useSpeech();
  const project = useProject();
  const navigate = useNavigate();
  const begin = (template: string): void => void navigate({ to: "/p/$project/surveys/$survey", params: { project: String(project.id), survey: "new" }, search: { template } });
  const uses: Use[] = ["satisfaction", "task", "product", "leaving", "research"];
  return (
    <Dialog wide title={t("survey.gallery")} closeLabel={t("action.close")} onClose={onClose}>
      <div className={styles.gallery}>
        <Writer />
        {uses.map((use) => (
          <section key={use}>
            <h3>{t(USE[use])}</h3>
            <ul>
              {TEMPLATES.filter((template) => template.use === use).map((template) => (
                <li key={template.id}>
                  <button type="button" className={styles.template} onClick={() => begin(template.id)}>
                    <strong>{template.name[language]}</strong>
                    <span>{template.about[language]}</span>
                    <small>{t("survey.questions", { n: template.definition.questions.length })}</small>
                  </button>
                </li>
              ))}
            </ul>
          </section>
        ))}
        <section>
          <h3>{t("survey.blank")}</h3>
          <ul>
            <li>
              <button type="button" className={styles.template} onClick={() => begin("blank")}>
                <strong>{t("survey.blankName")}</strong>
                <span>{t("survey.blankAbout")}</span>
              </button>
            </li>
          </ul>
        </section>
      </div>
    </Dialog>
  );
}
