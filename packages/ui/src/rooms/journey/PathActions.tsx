// What can be done with a path that was clicked: look at its people and recordings, go on from there, follow it as a funnel, ask or look at its last page.
import { Link } from "@tanstack/react-router";
import { useSpeech } from "@/i18n/language.tsx";
import type { JourneyQuestion, Selector } from "@/question/question.ts";
import { TEMPLATES } from "@/rooms/survey/templates.ts";
import { useProject } from "@/shell/session.tsx";
import table from "@/ui/table.module.css";

/** The event that comes to a node. Null where a map of events names nodes: then a name may be either. */
export function selectorOf(node: string, question: JourneyQuestion): Selector | null {
  const by = question.node ?? "event";
  if (by === "event") return { event: node };
  if (typeof by !== "string") return null;
  if (by === "page") return { event: null, label: node, where: { property: "$current_url", op: "matches", value: addressesOf(node) } };
  return { event: null, label: node, where: { property: `$${by}`, op: "is", value: node } };
}

/** The addresses that are one page: with a slash at their end, and whatever parameters. */
function addressesOf(page: string): string {
  const written = page === "/" ? "" : page.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");
  return `^${written}/*([?#].*)?$`;
}

/** The path of the page that a node is; null where it is an event or a named group. */
export function pageOf(node: string, question: JourneyQuestion): string | null {
  const by = question.node ?? "event";
  if (by === "event") return null;
  if (/^https?:\/\//.test(node)) return node.replace(/^https?:\/\/[^/]+/, "") || "/";
  return node.startsWith("/") ? node : null;
}

export function PathActions({ path, question }: { path: string[]; question: JourneyQuestion }) {
  const { t } = useSpeech();
  const project = useProject();
  const params = { project: String(project.id) };
  const inTime = question.direction === "reverse" ? path.toReversed() : path;
  const steps = inTime.map((node) => selectorOf(node, question));
  const last = path.at(-1);
  const page = last === undefined ? null : pageOf(last, question);
  const { range, filter } = question;
  const among = { range, ...(filter ? { filter } : {}) };
  const survey = TEMPLATES.find((one) => one.id === "exit")?.definition;
  return (
    <>
      {steps.length > 1 && steps.length <= 20 && steps.every((step) => step !== null) && (
        <Link className={table.open} to="/p/$project/funnels" params={params} search={{ q: { kind: "funnel", steps, order: "ordered", count: question.over === "person" ? "person" : "session", window: { n: 30, unit: "day" }, ...among } }}>
          {t("journey.asFunnel")}
        </Link>
      )}
      {page !== null && (
        <>
          <Link className={table.open} to="/p/$project/heatmaps" params={params} search={{ q: { kind: "heatmap", page, ...among } }}>
            {t("journey.heatmap", { page })}
          </Link>
          {project.role !== "viewer" && survey && (
            <Link className={table.open} to="/p/$project/surveys/$survey" params={{ ...params, survey: "new" }} search={{ q: { ...survey, pages: [{ op: "is", value: page }] } }}>
              {t("journey.survey", { page })}
            </Link>
          )}
        </>
      )}
    </>
  );
}
