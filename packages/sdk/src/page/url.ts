// Addresses without what identifies a person. An address carries ids in its path and secrets in its query; what is kept is named here, the rest is dropped.
import { guarded } from "../browser.ts";
import { redactText } from "../masking/text.ts";

export interface UrlForm {
  allowParameters: string[];
  /** Keep the path as it is, ids too. */
  keepIds: boolean;
  /** Whether what follows # is a path of the application rather than a place in the page. */
  hasHashRouter: boolean;
}

const KEPT_PARAMETER = /^(utm_\w+|page|sort|order|tab|lang)$/;
// An e-mail, a number of five digits or more, and what looks made by a machine: long hexadecimal, long words that mix letters and digits (UUIDs, tokens).
const ID_IN_PATH = /[^/]{1,99}(?:@|%40)[^/]+|(?=[\w-]{0,99}\d)(?=[\w-]{0,99}[a-z])[\w-]{20,}(?:\.[\w-]+)*|(?=[a-f]{0,99}\d)[0-9a-f]{12,}|\d{5,}/gi;

/** A path with `:id` in the place of ids, and without the slash at its end. */
export function pathForm(path: string): string {
  return path.replace(ID_IN_PATH, ":id").replace(/(.)\/+$/, "$1") || "/";
}

/** The address as it may leave: no user, no fragment, only parameters that are known to be harmless. */
export function hrefForm(href: string, form: UrlForm): string {
  const url = parsed(href);
  if (!url) return "";
  if (!url.protocol.startsWith("http")) return url.protocol;
  const query = [...url.searchParams]
    .filter(([name]) => KEPT_PARAMETER.test(name) || form.allowParameters.includes(name))
    .map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(redactText(value))}`)
    .join("&");
  return url.origin + placeIn(url, form.hasHashRouter, form.keepIds ? redactText : pathForm, query && `?${query}`);
}

/** The name of the page that an address shows, the same for all its ids: what page views are counted by. */
export function pageOf(href: string, hasHashRouter: boolean): string {
  const url = parsed(href);
  return url ? placeIn(url, hasHashRouter, pathForm, "") : "/";
}

/** utm_source and its like. */
export function campaignOf(href: string): Record<string, string> {
  const named = [...(parsed(href)?.searchParams ?? [])].filter(([name]) => name.startsWith("utm_"));
  return Object.fromEntries(named.map(([name, value]) => [name, redactText(value)]));
}

export function hostOf(href: string): string {
  return parsed(href)?.hostname ?? "";
}

/** Path, query and, of an application that keeps its pages there, fragment. A fragment may hold a query of its own: sign-in flows put tokens there. */
function placeIn(url: URL, hasHashRouter: boolean, form: (path: string) => string, query: string): string {
  return form(url.pathname) + query + (hasHashRouter && url.hash ? `#${form(url.hash.slice(1).split(/[?&=]/)[0] ?? "")}` : "");
}

function parsed(href: string): URL | undefined {
  return guarded(() => new URL(href, globalThis.location?.href ?? "http://localhost/"))();
}
