// Links to a board: their addresses, the code that puts one into another page, and what its form says.
import type { NewShareLink, ShareLink } from "@/api/board.ts";

export function addressOf(token: string): string {
  return `${location.origin}/shared/boards/${token}`;
}

/** A frame for the HTML of another page. */
export function embedCode(token: string, title: string): string {
  const escaped = title.replaceAll("&", "&amp;").replaceAll('"', "&quot;").replaceAll("<", "&lt;");
  return `<iframe src="${addressOf(token)}?embed=1" title="${escaped}" width="100%" height="800" style="border:0" loading="lazy"></iframe>`;
}

export const LASTS = ["never", "7", "30", "90", "date"] as const;
const DAY_MS = 86_400_000;

export interface LinkForm {
  name: string;
  lasts: (typeof LASTS)[number];
  /** The last day on which it opens, as a date field has it. */
  until: string;
  hasPassword: boolean;
  /** A new one; empty where the old one stays. */
  password: string;
  embed: boolean;
  /** Origins, as they were typed. */
  from: string;
  rangeOpen: boolean;
}

export function formOf(link: ShareLink | null): LinkForm {
  if (!link) return { name: "", lasts: "never", until: "", hasPassword: false, password: "", embed: false, from: "", rangeOpen: true };
  return {
    name: link.name,
    lasts: link.expires_at ? "date" : "never",
    until: link.expires_at ? dayOf(new Date(link.expires_at)) : "",
    hasPassword: link.has_password,
    password: "",
    embed: link.embed,
    from: link.embed_from.join("\n"),
    rangeOpen: link.range_open,
  };
}

/** As the server is told; null while a date is missing. */
export function bodyOf(form: LinkForm, link: ShareLink | null, now: number): NewShareLink | null {
  if (form.lasts === "date" && form.until === "") return null;
  const isSameDay = link?.expires_at && form.lasts === "date" && form.until === dayOf(new Date(link.expires_at));
  const expires_at =
    form.lasts === "never" ? null : isSameDay ? (link.expires_at ?? null) : form.lasts === "date" ? new Date(`${form.until}T23:59:59`).toISOString() : new Date(now + Number(form.lasts) * DAY_MS).toISOString();
  const password = form.hasPassword ? (form.password === "" ? undefined : form.password) : link?.has_password ? "" : undefined;
  return {
    name: form.name.trim(),
    expires_at,
    ...(password === undefined ? {} : { password }),
    embed: form.embed,
    embed_from: form.embed ? form.from.split(/[\s,]+/).filter((one) => one !== "") : [],
    range_open: form.rangeOpen,
  };
}

/** A password is to be typed where there is none yet. */
export function isComplete(form: LinkForm, link: ShareLink | null): boolean {
  const wantsDay = form.lasts === "date" && form.until === "";
  const wantsPassword = form.hasPassword && form.password === "" && !link?.has_password;
  return !wantsDay && !wantsPassword;
}

/** A day of this clock as a date field has it. */
export function dayOf(at: Date): string {
  const two = (n: number): string => String(n).padStart(2, "0");
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
}
