// The terms of a link: for whom, until when, with which password, and which pages may show it.
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { api, ApiError } from "@/api/client.ts";
import type { Board, ShareLink } from "@/api/board.ts";
import { useSpeech } from "@/i18n/language.tsx";
import { tellError } from "@/shell/errors.ts";
import { useProject } from "@/shell/session.tsx";
import { Button } from "@/ui/Button.tsx";
import { Check, LongField, SelectField, TextField } from "@/ui/Field.tsx";
import { Failure } from "@/ui/State.tsx";
import { bodyOf, dayOf, formOf, isComplete, LASTS, type LinkForm } from "./links.ts";
import styles from "./links.module.css";

const LEAST_PASSWORD = 8;

interface LinkEditorProps {
  board: Board;
  /** Null: a new one. */
  link: ShareLink | null;
  onKept: (link: ShareLink) => void;
  onClose: (() => void) | undefined;
}

export function LinkEditor({ board, link, onKept, onClose }: LinkEditorProps) {
  const speech = useSpeech();
  const { t } = speech;
  const project = useProject();
  const [form, setForm] = useState<LinkForm>(() => formOf(link));
  const change = (part: Partial<LinkForm>): void => setForm({ ...form, ...part });
  const keep = useMutation({
    mutationFn: () => {
      const body = bodyOf(form, link, Date.now());
      if (!body) throw new Error("no date");
      return link ? api.changeShareLink(project.id, board.id, link.id, body) : api.createShareLink(project.id, board.id, body);
    },
    onSuccess: onKept,
  });
  const problemOf = (field: string): string | null => (keep.error instanceof ApiError && keep.error.field === field ? tellError(keep.error, speech).what : null);
  const isShort = form.password !== "" && form.password.length < LEAST_PASSWORD;
  return (
    <form
      className={styles.form}
      aria-label={link ? t("boardLink.change", { name: link.name }) : t("boardLink.new")}
      onSubmit={(event) => {
        event.preventDefault();
        keep.mutate();
      }}
    >
      <div className={styles.pair}>
        <TextField label={t("boardLink.name")} placeholder={t("boardLink.nameHint")} maxLength={100} value={form.name} problem={problemOf("name")} onChange={(event) => change({ name: event.target.value })} />
        <SelectField label={t("boardLink.lasts")} value={form.lasts} choices={LASTS.map((value) => ({ value, label: t(`boardLink.lasts.${value}`) }))} onPick={(lasts) => change({ lasts })} />
      </div>
      {form.lasts === "date" && <TextField label={t("boardLink.lastDay")} type="date" min={dayOf(new Date())} value={form.until} problem={problemOf("expires_at")} onChange={(event) => change({ until: event.target.value })} />}
      <Check label={t("boardLink.withPassword")} checked={form.hasPassword} onChange={(hasPassword) => change({ hasPassword, password: "" })} />
      {form.hasPassword && (
        <TextField
          label={t("field.password")}
          type="password"
          autoComplete="new-password"
          placeholder={link?.has_password ? t("boardLink.passwordStays") : undefined}
          hint={t("boardLink.passwordHint")}
          value={form.password}
          problem={isShort && keep.isError ? t("boardLink.passwordHint") : problemOf("password")}
          onChange={(event) => change({ password: event.target.value })}
        />
      )}
      <Check label={t("boardLink.mayChooseRange")} checked={form.rangeOpen} onChange={(rangeOpen) => change({ rangeOpen })} />
      <Check label={t("boardLink.mayEmbed")} checked={form.embed} onChange={(embed) => change({ embed })} />
      {form.embed && <LongField label={t("boardLink.embedWhere")} hint={problemOf("embed_from") ?? t("boardLink.embedHint")} rows={2} placeholder="https://wiki.example.com" value={form.from} onChange={(event) => change({ from: event.target.value })} />}
      {keep.error && !(keep.error instanceof ApiError && keep.error.field) && <Failure {...tellError(keep.error, speech)} />}
      <div className={styles.formFoot}>
        {onClose && <Button onClick={onClose}>{t("action.cancel")}</Button>}
        <Button look="primary" type="submit" busy={keep.isPending} disabled={!isComplete(form, link)}>
          {link ? t("action.save") : t("boardLink.create")}
        </Button>
      </div>
    </form>
  );
}
