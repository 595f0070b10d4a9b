// The tag as a script of a page: `<script async src="https://…/sillage.js" data-key="wk_…"></script>`, with or without the snippet before it. Without data-key, the page
// calls `sillage.init`. A page under a policy that forbids inline scripts gives its options in data-options, as JSON.
import { doc, guarded, say, win } from "./browser.ts";
import type { LoadPart } from "./part.ts";
import type { Options } from "./settings.ts";
import { createTag } from "./tag.ts";

guarded(() => {
  const script = doc.currentScript as HTMLScriptElement | null;
  // Not `dataset`: it answers with whatever a page put on Object.prototype.
  const said = (what: string): string | undefined => script?.getAttribute(`data-${what}`) ?? undefined;
  const name = said("name") ?? "sillage";
  const page = win as unknown as Record<string, unknown>;
  const waiting = page[name] as unknown[][] | { state?: unknown } | undefined;
  if (waiting && "state" in waiting) return;
  const folder = (script?.src ?? "").replace(/[^/]*$/, "");
  const load = ((part: string) => import(/* @vite-ignore */ `${folder}parts/${part}.js`)) as LoadPart;
  const tag = createTag(load, said("host") ?? new URL(folder || "/", win.location.href).origin);
  page[name] = tag;
  const key = said("key");
  if (key) tag.init({ ...optionsOf(said("options")), key });
  // What the page asked for while the script was on its way: ["people.set", …].
  if (Array.isArray(waiting)) {
    for (const [call, ...values] of waiting) {
      const work = String(call).split(".").reduce((of: unknown, step) => (of as Record<string, unknown> | undefined)?.[step], tag);
      if (typeof work === "function") work(...values);
      else say("call", call);
    }
  }
})();

function optionsOf(text: string | undefined): Partial<Options> {
  try {
    return JSON.parse(text ?? "{}") as Partial<Options>;
  } catch {
    say("data-options");
    return {};
  }
}
