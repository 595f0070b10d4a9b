// Page groups: rules that put pages under one name, tried on addresses and on the traffic of the last days while they are written.
import { useMutation, useQuery, useQueryClient, keepPreviousData } from "@tanstack/react-query";
import { ArrowDown, ArrowUp, Check as CheckMark, Plus, Trash2 } from "lucide-react";
import { useMemo, useState } from "react";
import { api } from "@/api/client.ts";
import type { PageMapping, PageMappingCheck, PageRule } from "@/api/types.ts";
import { useSpeech } from "@/i18n/language.tsx";
import { usePageMappings } from "@/question/names.ts";
import { tellError } from "@/shell/errors.ts";
import { RemoveDialog } from "@/shell/RemoveDialog.tsx";
import { useProject } from "@/shell/session.tsx";
import { Button, IconButton } from "@/ui/Button.tsx";
import { Check, InlineSelect, LongField, Segmented, TextField } from "@/ui/Field.tsx";
import { Card } from "@/ui/Page.tsx";
import { Empty, Failure, SkeletonRows } from "@/ui/State.tsx";
import table from "@/ui/table.module.css";
import { useToast } from "@/ui/Toast.tsx";
import { useSettled } from "@/ui/useSettled.ts";
import { complete, fitting, moved, OPERATORS, type DraftRule, type PageOperator } from "./pageRules.ts";
import styles from "./PageMappingSettings.module.css";

const NEW = "";
const SETTLED_MS = 400;
const DEPTHS = ["1", "2", "3"] as const;

export function PageMappingSettings() {
  const speech = useSpeech();
  const { mappings, loading, error } = usePageMappings();
  const [chosen, setChosen] = useState<string | null>(null);
  if (loading) return <SkeletonRows rows={6} />;
  if (error != null) return <Failure {...tellError(error, speech)} />;
  const open = chosen === NEW ? undefined : (mappings.find((one) => one.id === chosen) ?? mappings[0]);
  return <Mapping key={open ? `${open.id} ${open.version}` : NEW} mapping={open} all={mappings} onChoose={setChosen} />;
}

let nextKey = 0;
const draft = (rule: PageRule): DraftRule => ({ key: (nextKey += 1), op: rule.op ?? "glob", value: rule.value, group: rule.group });

function Mapping({ mapping, all, onChoose }: { mapping: PageMapping | undefined; all: PageMapping[]; onChoose: (id: string | null) => void }) {
  const speech = useSpeech();
  const { t } = speech;
  const project = useProject();
  const client = useQueryClient();
  const toast = useToast();
  const mayChange = project.role !== "viewer";
  const [name, setName] = useState(mapping?.name ?? (all.length === 0 ? t("pageMapping.firstName") : ""));
  const [isDefault, setDefault] = useState(mapping?.is_default ?? all.length === 0);
  const [rules, setRules] = useState<DraftRule[]>(() => (mapping?.rules ?? []).map(draft));
  const [urls, setUrls] = useState("");
  const [removing, setRemoving] = useState(false);
  const whole = useMemo(() => complete(rules), [rules]);
  const tried = useSettled(whole.rules, SETTLED_MS);
  const asked = useSettled(urls, SETTLED_MS).split("\n").map((url) => url.trim()).filter((url) => url !== "").slice(0, 200);
  const check = useQuery({
    queryKey: ["pageMappingCheck", project.id, tried, asked],
    queryFn: ({ signal }) => api.checkPageMapping(project.id, { rules: tried, urls: asked }, signal),
    placeholderData: keepPreviousData,
    retry: false,
  });
  const changed = async (words: string) => {
    for (const key of ["pageMappings", "properties", "values", "ask"]) await client.invalidateQueries({ queryKey: [key, project.id] });
    toast(words);
  };
  const save = useMutation({
    mutationFn: () => {
      const body = { name: name.trim(), description: mapping?.description ?? "", is_default: isDefault, rules: whole.rules };
      return mapping ? api.changePageMapping(project.id, mapping.id, body) : api.createPageMapping(project.id, body);
    },
    onSuccess: async (saved) => {
      await changed(t("toast.saved"));
      onChoose(saved.id);
    },
  });
  const before = JSON.stringify(mapping?.rules ?? []);
  const isChanged = mapping === undefined || name.trim() !== mapping.name || isDefault !== mapping.is_default || JSON.stringify(whole.rules) !== before || whole.rules.length !== rules.length;
  const isReady = name.trim() !== "" && whole.rules.length === rules.length && isChanged;
  const accept = (rule: PageRule) => setRules((now) => fitting(now, draft(rule)));
  return (
    <>
      <Card
        title={t("settings.pageMappings")}
        aside={
          all.length > 0 && (
            <InlineSelect
              label={t("pageMapping.which")}
              choices={[...all.map((one) => ({ value: one.id, label: one.is_default ? t("pageMapping.isDefault", { name: one.name }) : one.name })), ...(mayChange || !mapping ? [{ value: NEW, label: t("pageMapping.create") }] : [])]}
              value={mapping?.id ?? NEW}
              onPick={onChoose}
            />
          )
        }
      >
        <p className={styles.text}>{t("pageMapping.text")}</p>
        {all.length === 0 && rules.length === 0 && <Empty title={t("pageMapping.none")} text={t("pageMapping.noneText")} />}
        <fieldset className={styles.fields} disabled={!mayChange} aria-label={t("settings.pageMappings")}>
          <div className={styles.head}>
            <TextField label={t("keys.name")} value={name} maxLength={200} placeholder={t("pageMapping.namePlaceholder")} onChange={(event) => setName(event.target.value)} />
            <Check label={t("pageMapping.makeDefault")} checked={isDefault} disabled={mapping?.is_default === true || all.length === 0} onChange={setDefault} />
          </div>
          <Rules rules={rules} onChange={setRules} places={whole.places} traffic={check.data?.traffic} />
          <div className={styles.buttons}>
            <Button icon={<Plus aria-hidden />} onClick={() => setRules([...rules, { key: (nextKey += 1), op: "glob", value: "", group: "" }])}>
              {t("pageMapping.addRule")}
            </Button>
            <span className={styles.space} />
            {mapping && (
              <Button look="quiet" icon={<Trash2 aria-hidden />} onClick={() => setRemoving(true)}>
                {t("action.remove")}
              </Button>
            )}
            <Button look="primary" busy={save.isPending} disabled={!isReady} onClick={() => save.mutate()}>
              {t("action.save")}
            </Button>
          </div>
        </fieldset>
        {save.error && <Failure {...tellError(save.error, speech)} />}
        {check.error && <Failure {...tellError(check.error, speech)} />}
      </Card>
      {check.data && <Traffic check={check.data} rules={tried} />}
      {mayChange && <Suggestions rules={tried} onAccept={accept} />}
      <TestBox urls={urls} onUrls={setUrls} check={asked.length > 0 ? check.data : undefined} rules={tried} />
      {mapping && <Versions mapping={mapping} mayChange={mayChange} onRestore={(kept) => setRules(kept.map(draft))} />}
      {removing && mapping && <Remove mapping={mapping} onDone={() => changed(t("toast.removed")).then(() => onChoose(null))} onClose={() => setRemoving(false)} />}
    </>
  );
}

interface RulesProps {
  rules: DraftRule[];
  onChange: (rules: DraftRule[]) => void;
  /** Where each rule stands among those that are tried; -1 while it is not complete. */
  places: number[];
  traffic: PageMappingCheck["traffic"] | undefined;
}

function Rules({ rules, onChange, places, traffic }: RulesProps) {
  const { t, format } = useSpeech();
  if (rules.length === 0) return null;
  const change = (at: number, part: Partial<DraftRule>) => onChange(rules.map((rule, index) => (index === at ? { ...rule, ...part } : rule)));
  return (
    <ol className={styles.rules}>
      {rules.map((rule, at) => {
        const views = traffic?.by_rule[places[at] ?? -1];
        return (
          <li key={rule.key} className={styles.rule}>
            <span className={styles.place}>{at + 1}</span>
            <InlineSelect label={t("pageMapping.op")} choices={OPERATORS.map((value) => ({ value, label: t(`pageMapping.op.${value}`) }))} value={rule.op as PageOperator} onPick={(op) => change(at, { op })} />
            <input className={styles.input} aria-label={t("pageMapping.value")} value={rule.value} maxLength={1000} spellCheck={false} placeholder="/orders/*" onChange={(event) => change(at, { value: event.target.value })} />
            <span className={styles.arrow} aria-hidden>
              →
            </span>
            <input className={styles.input} aria-label={t("pageMapping.group")} value={rule.group} maxLength={200} placeholder={t("pageMapping.groupPlaceholder")} onChange={(event) => change(at, { group: event.target.value })} />
            <span className={styles.views} title={t("pageMapping.viewsHint")}>
              {traffic && views !== undefined && traffic.views > 0 ? format.percent(views / traffic.views) : "–"}
            </span>
            <span className={styles.tools}>
              <IconButton label={t("pageMapping.up", { n: at + 1 })} icon={<ArrowUp />} disabled={at === 0} onClick={() => onChange(moved(rules, at, -1))} />
              <IconButton label={t("pageMapping.down", { n: at + 1 })} icon={<ArrowDown />} disabled={at === rules.length - 1} onClick={() => onChange(moved(rules, at, 1))} />
              <IconButton label={t("pageMapping.removeRule", { n: at + 1 })} icon={<Trash2 />} onClick={() => onChange(rules.filter((_, index) => index !== at))} />
            </span>
          </li>
        );
      })}
    </ol>
  );
}

/** What the rules leave out, and where they contradict each other. */
function Traffic({ check: { traffic }, rules }: { check: PageMappingCheck; rules: PageRule[] }) {
  const { t, format } = useSpeech();
  if (traffic.views === 0) return null;
  const share = traffic.unmapped_views / traffic.views;
  return (
    <Card title={t("pageMapping.traffic")}>
      <p className={styles.text}>
        {traffic.unmapped_views === 0
          ? t("pageMapping.allMapped", { n: traffic.views, count: format.number(traffic.views) })
          : t("pageMapping.unmapped", { share: format.percent(share), n: traffic.unmapped_views, count: format.number(traffic.unmapped_views), pages: traffic.unmapped_in_all })}
      </p>
      {traffic.unmapped.length > 0 && (
        <Listed
          label={t("pageMapping.unmappedPages")}
          heads={[t("pageMapping.page"), t("pageMapping.views"), t("journey.column.share")]}
          rows={traffic.unmapped.slice(0, 12).map((one) => [one.page, format.number(one.views), format.percent(one.views / traffic.views)])}
        />
      )}
      {traffic.overlaps.length > 0 && (
        <>
          <p className={styles.text}>{t("pageMapping.overlaps", { n: traffic.overlaps_in_all })}</p>
          <Listed
            label={t("pageMapping.overlapping")}
            heads={[t("pageMapping.address"), t("pageMapping.views"), t("pageMapping.rulesMet")]}
            rows={traffic.overlaps.slice(0, 12).map((one) => [one.url, format.number(one.views), one.rules.map((rule) => `${rule + 1} ${rules[rule]?.group ?? ""}`).join(" · ")])}
          />
        </>
      )}
    </Card>
  );
}

/** The first column is text, the second a number; the third is either. */
function Listed({ label, heads, rows }: { label: string; heads: string[]; rows: string[][] }) {
  return (
    <div className={table.wrap} tabIndex={0} role="region" aria-label={label}>
      <table className={table.table}>
        <thead>
          <tr>
            {heads.map((head, at) => (
              <th key={head} scope="col" className={at === 0 ? table.wide : at === 1 ? table.number : undefined}>
                {head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row[0]}>
              {row.map((cell, at) => (
                <td key={heads[at]} className={at === 0 ? `${table.wide} ${styles.address}` : at === 1 ? table.number : undefined}>
                  {cell}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Suggestions({ rules, onAccept }: { rules: PageRule[]; onAccept: (rule: PageRule) => void }) {
  const { t, format } = useSpeech();
  const project = useProject();
  const [depth, setDepth] = useState<(typeof DEPTHS)[number]>("1");
  const { data } = useQuery({
    queryKey: ["pageMappingSuggestions", project.id, rules, depth],
    queryFn: ({ signal }) => api.suggestPageRules(project.id, { rules, depth: Number(depth), home: t("pageMapping.home") }, signal),
    placeholderData: keepPreviousData,
    retry: false,
  });
  if (!data) return null;
  return (
    <Card title={t("pageMapping.suggestions")} aside={<Segmented label={t("pageMapping.depth")} choices={DEPTHS.map((value) => ({ value, label: t("pageMapping.depthOf", { n: Number(value) }) }))} value={depth} onPick={setDepth} />} flush>
      {data.suggestions.length === 0 ? (
        <p className={styles.padded}>{t("pageMapping.noSuggestions")}</p>
      ) : (
        <ul className={styles.suggestions} aria-label={t("pageMapping.suggestions")}>
          {data.suggestions.map(({ rule, pages, share, examples }) => (
            <li key={`${rule.op} ${rule.value}`}>
              <Button size="small" icon={<CheckMark aria-hidden />} onClick={() => onAccept(rule)} aria-label={t("pageMapping.acceptNamed", { group: rule.group })}>
                {t("pageMapping.accept")}
              </Button>
              <span className={styles.suggestion}>
                <strong>{rule.group}</strong>
                <code>
                  {t(`pageMapping.op.${rule.op as PageOperator}`)} {rule.value}
                </code>
                <span className={table.muted} title={examples.join("\n")}>
                  {t("pageMapping.suggested", { n: pages, share: format.percent(share) })}
                </span>
              </span>
            </li>
          ))}
        </ul>
      )}
    </Card>
  );
}

function TestBox({ urls, onUrls, check, rules }: { urls: string; onUrls: (urls: string) => void; check: PageMappingCheck | undefined; rules: PageRule[] }) {
  const { t } = useSpeech();
  return (
    <Card title={t("pageMapping.test")}>
      <LongField label={t("pageMapping.testUrls")} value={urls} spellCheck={false} placeholder="https://www.example.com/orders/12345" hint={t("pageMapping.testHint")} onChange={(event) => onUrls(event.target.value)} />
      {check && check.urls.length > 0 && (
        <ul className={styles.tested} aria-label={t("pageMapping.test")}>
          {check.urls.map((one, at) => (
            <li key={at}>
              <code>{one.url}</code>
              <span>
                → <strong>{one.group}</strong> <span className={table.muted}>{one.rules.length === 0 ? t("pageMapping.noRule") : t("pageMapping.byRules", { n: one.rules.length, rules: one.rules.map((rule) => `${rule + 1} (${rules[rule]?.value ?? ""})`).join(", ") })}</span>
              </span>
            </li>
          ))}
        </ul>
      )}
    </Card>
  );
}

function Versions({ mapping, mayChange, onRestore }: { mapping: PageMapping; mayChange: boolean; onRestore: (rules: PageRule[]) => void }) {
  const { t, format } = useSpeech();
  const project = useProject();
  const { data } = useQuery({ queryKey: ["pageMappings", project.id, mapping.id, mapping.version], queryFn: () => api.pageMapping(project.id, mapping.id) });
  if (!data || data.versions.length < 2) return null;
  return (
    <Card title={t("pageMapping.versions")} flush>
      <ul className={styles.suggestions} aria-label={t("pageMapping.versions")}>
        {data.versions.map((version) => (
          <li key={version.version}>
            {mayChange && (
              <Button size="small" disabled={version.version === mapping.version} onClick={() => onRestore(version.rules)}>
                {t("pageMapping.restore")}
              </Button>
            )}
            <span className={styles.suggestion}>
              <strong>{t("pageMapping.version", { n: version.version })}</strong>
              <span className={table.muted}>{t("pageMapping.versionBy", { n: version.rules.length, who: version.created_by, when: format.moment(version.created_at) })}</span>
            </span>
          </li>
        ))}
      </ul>
    </Card>
  );
}

function Remove({ mapping, onDone, onClose }: { mapping: PageMapping; onDone: () => void; onClose: () => void }) {
  const { t } = useSpeech();
  const project = useProject();
  const removing = useMutation({ mutationFn: () => api.removePageMapping(project.id, mapping.id), onSuccess: onDone });
  return (
    <RemoveDialog title={t("pageMapping.removeTitle", { name: mapping.name })} remove={removing} onClose={onClose}>
      {t("pageMapping.removeText")}
    </RemoveDialog>
  );
}
