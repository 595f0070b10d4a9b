// The people of a project, latest seen first; a search by name, e-mail or id.
import { keepPreviousData, useInfiniteQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { api } from "@/api/client.ts";
import type { Person } from "@/api/types.ts";
import { useSpeech } from "@/i18n/language.tsx";
import { personName, propertyName, valueName } from "@/question/words.ts";
import { tellError } from "@/shell/errors.ts";
import { useProject } from "@/shell/session.tsx";
import { moveWithArrows } from "@/ui/arrowKeys.ts";
import { Button } from "@/ui/Button.tsx";
import { Page } from "@/ui/Page.tsx";
import { Empty, Failure, SkeletonRows } from "@/ui/State.tsx";
import table from "@/ui/table.module.css";
import { useSettled } from "@/ui/useSettled.ts";
import styles from "./person.module.css";

const PAGE = 50;

export function PeopleRoom() {
  const speech = useSpeech();
  const { t, format } = speech;
  const project = useProject();
  const navigate = useNavigate();
  const { find = "" } = useSearch({ from: "/signed-in/p/$project/people" });
  const [text, setText] = useState(find);
  const settled = useSettled(text.trim(), 200);
  useEffect(() => {
    void navigate({ to: ".", search: { find: settled === "" ? undefined : settled }, replace: true });
  }, [settled, navigate]);
  const query = useInfiniteQuery({
    queryKey: ["people", project.id, settled],
    initialPageParam: null as string | null,
    queryFn: ({ pageParam, signal }) => api.people(project.id, { search: settled, limit: PAGE, before: pageParam }, signal),
    getNextPageParam: (last) => last.next ?? undefined,
    placeholderData: keepPreviousData,
  });
  const people = query.data?.pages.flatMap((page) => page.people) ?? [];
  const total = query.data?.pages[0]?.total ?? 0;
  const columns = commonProperties(people);
  return (
    <Page title={t("room.people")} aside={query.data && <span className={table.muted}>{t("people.total", { n: total, shown: format.number(total) })}</span>}>
      <section className={styles.panel}>
        <div className={styles.bar}>
          <input className={styles.find} type="search" value={text} placeholder={t("people.find")} aria-label={t("people.find")} onChange={(event) => setText(event.target.value)} />
        </div>
        {query.isPending && (
          <div className={styles.pad}>
            <SkeletonRows rows={12} />
          </div>
        )}
        {query.error && (
          <div className={styles.pad}>
            <Failure {...tellError(query.error, speech)} />
          </div>
        )}
        {query.data && people.length === 0 && (settled === "" ? <Empty title={t("people.none")} text={t("people.noneText")} /> : <Empty title={t("people.notFound", { text: settled })} text={t("people.notFoundText")} />)}
        {people.length > 0 && (
          <div className={table.wrap}>
            <table className={table.table}>
              <thead>
                <tr>
                  <th scope="col" className={table.pinned}>
                    {t("people.person")}
                  </th>
                  <th scope="col">{t("people.lastSeen")}</th>
                  <th scope="col" className={styles.more}>
                    {t("people.firstSeen")}
                  </th>
                  {columns.map((name) => (
                    <th key={name} scope="col" className={styles.more}>
                      {propertyName(name, speech)}
                    </th>
                  ))}
                </tr>
              </thead>
              <tbody onKeyDown={moveWithArrows}>
                {people.map((person) => (
                  <tr key={person.id}>
                    <th scope="row" className={table.pinned}>
                      <Link to="/p/$project/people/$person" params={{ project: String(project.id), person: person.id }} className={styles.link} data-row>
                        <Avatar name={person.name ?? person.email ?? person.id} />
                        <span>
                          <strong>{person.name ?? person.email ?? personName(person.id, speech)}</strong>
                          {(person.name || personName(person.id, speech) !== person.id) && <small title={person.email ?? person.id}>{person.email ?? person.id}</small>}
                        </span>
                      </Link>
                    </th>
                    <td>{person.last_seen ? format.ago(person.last_seen, Date.now()) : "–"}</td>
                    <td className={styles.more}>{person.first_seen ? format.date(person.first_seen, project.timezone) : "–"}</td>
                    {columns.map((name) => (
                      <td key={name} className={styles.more}>
                        {person.properties[name] == null ? <span className={table.muted}>–</span> : valueName(person.properties[name], speech)}
                      </td>
                    ))}
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        )}
        {query.hasNextPage && (
          <div className={styles.pad}>
            <Button busy={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
              {t("action.more")}
            </Button>
          </div>
        )}
      </section>
    </Page>
  );
}

/** The four properties that most of the shown people have: what tells them apart. */
function commonProperties(people: Person[]): string[] {
  const counts = new Map<string, number>();
  for (const person of people) {
    for (const [name, value] of Object.entries(person.properties)) {
      if (!name.startsWith("$") && value !== null && typeof value !== "object" && !/^(name|email|avatar|first_name|last_name)$/i.test(name)) counts.set(name, (counts.get(name) ?? 0) + 1);
    }
  }
  return [...counts.entries()].toSorted((a, b) => b[1] - a[1] || a[0].localeCompare(b[0])).slice(0, 4).map(([name]) => name);
}

export function Avatar({ name }: { name: string }) {
  const words = name.replace(/[$:@].*$/, "").split(/[\s._-]+/).filter(Boolean);
  const letters = `${words[0]?.[0] ?? "?"}${words.length > 1 ? (words.at(-1)?.[0] ?? "") : ""}`.toUpperCase();
  return (
    <span className={styles.avatar} aria-hidden>
      {letters}
    </span>
  );
}
