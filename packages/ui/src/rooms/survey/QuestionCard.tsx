// One question in the editor: closed it is a line, open it is everything about it.
import { ArrowDown, ArrowUp, ChevronDown, ChevronRight, Copy, Plus, Trash2, X } from "lucide-react";
import type { SurveyProblem } from "@/api/survey.ts";
import { useSpeech } from "@/i18n/language.tsx";
import { Button, IconButton } from "@/ui/Button.tsx";
import { Check, InlineSelect, SelectField, TextField } from "@/ui/Field.tsx";
import { hasChoices, hasItems, isOpen as isOpenKind, isScale, KINDS, scaleOf, textOf, withKind, withText, type Definition, type Rule, type SurveyQuestion } from "./definition.ts";
import { KIND, problemText } from "./words.ts";
import styles from "./survey.module.css";

interface QuestionCardProps {
  number: number;
  question: SurveyQuestion;
  definition: Definition;
  language: string;
  isOpen: boolean;
  isFirst: boolean;
  isLast: boolean;
  problems: SurveyProblem[];
  onOpen: () => void;
  onChange: (question: SurveyQuestion) => void;
  onMove: (by: -1 | 1) => void;
  onCopy: () => void;
  onRemove: () => void;
}

export function QuestionCard(props: QuestionCardProps) {
  const { number, question, definition, language, isOpen, isFirst, isLast, problems, onOpen, onMove, onCopy, onRemove } = props;
  const { t } = useSpeech();
  const shown = textOf(question.text, language, definition) || t("survey.untitled");
  const worst = problems.some((problem) => problem.level === "error") ? styles.hasError : problems.length > 0 ? styles.hasWarning : "";
  return (
    <section className={`${styles.question} ${worst}`} aria-label={t("survey.questionNumber", { n: number })}>
      <header>
        <button type="button" className={styles.opener} aria-expanded={isOpen} onClick={onOpen}>
          {isOpen ? <ChevronDown aria-hidden /> : <ChevronRight aria-hidden />}
          <b>{number}</b>
          <span>{shown}</span>
          <small>{t(KIND[question.kind])}</small>
        </button>
        <IconButton label={t("survey.up", { n: number })} icon={<ArrowUp />} disabled={isFirst} onClick={() => onMove(-1)} />
        <IconButton label={t("survey.down", { n: number })} icon={<ArrowDown />} disabled={isLast} onClick={() => onMove(1)} />
        <IconButton label={t("survey.copyQuestion", { n: number })} icon={<Copy />} onClick={onCopy} />
        <IconButton label={t("survey.removeQuestion", { n: number })} icon={<Trash2 />} disabled={isFirst && isLast} onClick={onRemove} />
      </header>
      {isOpen && <Body {...props} />}
    </section>
  );
}

function Body({ question, definition, language, problems, onChange }: QuestionCardProps) {
  const speech = useSpeech();
  const { t } = speech;
  const set = (part: Partial<SurveyQuestion>): void => onChange({ ...question, ...part });
  const field = (name: "text" | "description" | "low" | "high" | "placeholder") => ({
    value: question[name]?.[language] ?? "",
    onChange: (event: { target: { value: string } }) => set({ [name]: withText(question[name], language, event.target.value) }),
  });
  const { kind } = question;
  const points = kind === "ces" || kind === "csat" ? [5, 7] : kind === "rating" || kind === "matrix" ? [2, 3, 4, 5, 6, 7, 8, 9, 10] : null;
  const standard = kind === "ces" ? 7 : 5;
  return (
    <div className={styles.body}>
      {problems.map((problem) => (
        <p key={problem.code + problem.field} className={problem.level === "error" ? styles.problem : styles.advice}>
          {problemText(speech, problem)}
        </p>
      ))}
      <SelectField label={t("survey.kind")} value={kind} choices={KINDS.map((one) => ({ value: one, label: t(KIND[one]) }))} onPick={(next) => onChange(withKind(question, next, definition))} />
      <TextField label={t("survey.text")} {...field("text")} />
      <TextField label={t("survey.description")} {...field("description")} />
      {(isScale(kind) || hasItems(kind)) && kind !== "thumbs" && (
        <div className={styles.two}>
          <TextField label={t("survey.low")} {...field("low")} />
          <TextField label={t("survey.high")} {...field("high")} />
        </div>
      )}
      {(points || ["csat", "ces", "seq", "rating"].includes(kind)) && (
        <div className={styles.two}>
          {points && <SelectField label={t("survey.points")} value={String(question.points ?? standard)} choices={points.map((n) => ({ value: String(n), label: String(n) }))} onPick={(n) => set({ points: Number(n), ...(Number(n) !== 5 && question.look === "smileys" && { look: "numbers" as const }) })} />}
          {kind !== "matrix" && (
            <SelectField
              label={t("survey.look")}
              value={question.look ?? "numbers"}
              choices={[
                { value: "numbers" as const, label: t("survey.look.numbers") },
                { value: "stars" as const, label: t("survey.look.stars") },
                ...(scaleOf(question)[1] === 5 ? [{ value: "smileys" as const, label: t("survey.look.smileys") }] : []),
              ]}
              onPick={(look) => set({ look })}
            />
          )}
        </div>
      )}
      {isOpenKind(kind) && <TextField label={t("survey.placeholder")} {...field("placeholder")} />}
      {kind === "consent" && <TextField label={t("survey.consentLabel")} {...field("placeholder")} />}
      {hasChoices(kind) && <Choices question={question} language={language} set={set} />}
      {hasItems(kind) && <Items question={question} language={language} set={set} />}
      <div className={styles.checks}>
        {kind !== "statement" && <Check label={t("survey.required")} checked={question.required ?? false} onChange={(required) => set({ required })} />}
        {(kind === "single" || kind === "multi") && <Check label={t("survey.other")} checked={question.other ?? false} onChange={(other) => set({ other })} />}
        {hasChoices(kind) && <Check label={t("survey.shuffle")} checked={question.shuffle ?? false} onChange={(shuffle) => set({ shuffle })} />}
      </div>
      <Rules question={question} definition={definition} language={language} set={set} />
    </div>
  );
}

interface PartProps {
  question: SurveyQuestion;
  language: string;
  set: (part: Partial<SurveyQuestion>) => void;
}

function Choices({ question, language, set }: PartProps) {
  const { t } = useSpeech();
  const choices = question.choices ?? [];
  const change = (i: number, part: object): void => set({ choices: choices.map((choice, j) => (j === i ? { ...choice, ...part } : choice)) });
  const fresh = (): string => {
    for (let n = choices.length + 1; ; n += 1) if (!choices.some((choice) => choice.id === `c${n}`)) return `c${n}`;
  };
  return (
    <fieldset className={styles.rows}>
      <legend>{t("survey.choices")}</legend>
      {choices.map((choice, i) => (
        <div key={choice.id} className={styles.row}>
          <input aria-label={t("survey.choiceNumber", { n: i + 1 })} value={choice.text?.[language] ?? ""} onChange={(event) => change(i, { text: withText(choice.text, language, event.target.value) })} />
          {question.kind === "picture" && <input aria-label={t("survey.image")} placeholder="https://" value={choice.image ?? ""} onChange={(event) => change(i, { image: event.target.value })} />}
          <IconButton label={t("survey.removeChoice", { n: i + 1 })} icon={<X />} disabled={choices.length <= 2} onClick={() => set({ choices: choices.filter((_, j) => j !== i) })} />
        </div>
      ))}
      <div>
        <Button size="small" icon={<Plus aria-hidden />} onClick={() => set({ choices: [...choices, { id: fresh(), text: {} }] })}>
          {t("survey.addChoice")}
        </Button>
      </div>
    </fieldset>
  );
}

function Items({ question, language, set }: PartProps) {
  const { t } = useSpeech();
  const items = question.items ?? [];
  const isFixed = question.kind !== "matrix";
  return (
    <fieldset className={styles.rows}>
      <legend>{isFixed ? t("survey.statements") : t("survey.rows")}</legend>
      {items.map((item, i) => (
        <div key={item.id} className={styles.row}>
          <input aria-label={t("survey.rowNumber", { n: i + 1 })} value={item.text?.[language] ?? ""} onChange={(event) => set({ items: items.map((one, j) => (j === i ? { ...one, text: withText(one.text, language, event.target.value) } : one)) })} />
          {!isFixed && <IconButton label={t("survey.removeRow", { n: i + 1 })} icon={<X />} disabled={items.length <= 1} onClick={() => set({ items: items.filter((_, j) => j !== i) })} />}
        </div>
      ))}
      {!isFixed && (
        <div>
          <Button size="small" icon={<Plus aria-hidden />} onClick={() => set({ items: [...items, { id: `r${Math.max(0, ...items.map((item) => Number(item.id.slice(1)) || 0)) + 1}`, text: {} }] })}>
            {t("survey.addRow")}
          </Button>
        </div>
      )}
    </fieldset>
  );
}

/** How it goes on: rules in order, then the rest. */
function Rules({ question, definition, language, set }: PartProps & { definition: Definition }) {
  const { t } = useSpeech();
  const rules = question.next ?? [];
  const at = definition.questions.findIndex((one) => one.id === question.id);
  const targets = [
    ...definition.questions.slice(at + 1).map((one, i) => ({ value: one.id, label: t("survey.toQuestion", { n: at + 2 + i, text: textOf(one.text, language, definition).slice(0, 40) }) })),
    ...definition.ends.map((end) => ({ value: end.id, label: definition.ends.length > 1 ? t("survey.toEndNamed", { name: end.id }) : t("survey.toEnd") })),
  ];
  const isScored = isScale(question.kind);
  const isChosen = hasChoices(question.kind) && question.kind !== "ranking";
  const [least, most] = scaleOf(question);
  const scores = Array.from({ length: most - least + 1 }, (_, i) => ({ value: String(least + i), label: String(least + i) }));
  const change = (i: number, rule: Rule): void => set({ next: rules.map((one, j) => (j === i ? rule : one)) });
  const fresh = (): Rule => ({ when: isScored ? { score: [least, least] } : isChosen ? { choice: [question.choices?.[0]?.id ?? ""] } : { skipped: true }, to: targets[0]?.value ?? "" });
  const choices = [...(question.choices ?? []).map((choice) => ({ id: choice.id, label: textOf(choice.text, language, definition) || choice.id })), ...(question.other ? [{ id: "other", label: t("survey.otherChoice") }] : [])];
  const last = at === definition.questions.length - 1;
  return (
    <fieldset className={styles.rules}>
      <legend>{t("survey.goesOn")}</legend>
      {rules.map((rule, i) => (
        <div key={i} className={styles.rule}>
          {"score" in rule.when ? (
            <>
              <span>{t("survey.ifScore")}</span>
              <InlineSelect label={t("survey.scoreFrom")} value={String(rule.when.score[0])} choices={scores} onPick={(from) => change(i, { ...rule, when: { score: [Number(from), Math.max(Number(from), "score" in rule.when ? (rule.when.score[1] ?? 0) : 0)] } })} />
              <span>{t("survey.scoreTo")}</span>
              <InlineSelect label={t("survey.scoreUpTo")} value={String(rule.when.score[1])} choices={scores} onPick={(to) => change(i, { ...rule, when: { score: [Math.min(Number(to), "score" in rule.when ? (rule.when.score[0] ?? 0) : 0), Number(to)] } })} />
            </>
          ) : "choice" in rule.when ? (
            <>
              <span>{t("survey.ifChoice")}</span>
              {choices.map((choice) => {
                const wanted = "choice" in rule.when ? rule.when.choice : [];
                return <Check key={choice.id} label={choice.label} checked={wanted.includes(choice.id)} onChange={(is) => change(i, { ...rule, when: { choice: is ? [...wanted, choice.id] : wanted.filter((one) => one !== choice.id) } })} />;
              })}
            </>
          ) : (
            <InlineSelect
              label={t("survey.ifSkipped")}
              value={String(rule.when.skipped)}
              choices={[
                { value: "true", label: t("survey.ifSkipped") },
                { value: "false", label: t("survey.ifAnswered") },
              ]}
              onPick={(skipped) => change(i, { ...rule, when: { skipped: skipped === "true" } })}
            />
          )}
          <span>→</span>
          <InlineSelect label={t("survey.target")} value={rule.to} choices={targets} onPick={(to) => change(i, { ...rule, to })} />
          <IconButton label={t("survey.removeRule", { n: i + 1 })} icon={<X />} onClick={() => set({ next: rules.filter((_, j) => j !== i) })} />
        </div>
      ))}
      <div className={styles.rule}>
        <span>{rules.length > 0 ? t("survey.otherwise") : t("survey.always")}</span>
        <span>→</span>
        <InlineSelect label={t("survey.otherwise")} value={question.then ?? ""} choices={[{ value: "", label: last ? t("survey.toEnd") : t("survey.toBelow") }, ...targets]} onPick={(then) => set({ then: then === "" ? undefined : then })} />
      </div>
      <div>
        <Button size="small" icon={<Plus aria-hidden />} onClick={() => set({ next: [...rules, fresh()] })}>
          {t("survey.addRule")}
        </Button>
      </div>
    </fieldset>
  );
}
