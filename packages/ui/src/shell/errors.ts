// What an error of the server is called on screen: what, why, how to mend it. The code chooses the sentence; the
// server's own message is the why where it knows better than we do.
import { ApiError } from "@/api/client.ts";
import type { Messages } from "@/i18n/catalogue.ts";

export interface Told {
  what: string;
  why?: string;
  mend?: string;
}

export function tellError(error: unknown, { t }: Messages): Told {
  if (!(error instanceof ApiError)) return { what: t("error.unexpected.what"), why: error instanceof Error ? error.message : undefined, mend: t("error.unexpected.mend") };
  switch (error.code) {
    case "unreachable":
      return { what: t("error.unreachable.what"), mend: t("error.unreachable.mend") };
    case "unauthenticated":
      return { what: t("error.unauthenticated.what"), mend: t("error.unauthenticated.mend") };
    case "forbidden":
      return { what: t("error.forbidden.what"), mend: t("error.forbidden.mend") };
    case "not_found":
      return { what: t("error.not_found.what"), mend: t("error.not_found.mend") };
    case "timed_out":
      return { what: t("error.timed_out.what"), mend: t("error.timed_out.mend") };
    case "limit_exceeded":
      return { what: t("error.limit_exceeded.what"), why: error.message, mend: t("error.limit_exceeded.mend") };
    case "cancelled":
      return { what: t("error.cancelled.what"), mend: t("error.cancelled.mend") };
    case "unavailable":
      return { what: t("error.unavailable.what"), why: error.message, mend: t("error.unavailable.mend") };
    default:
      if (error.status === 401) return { what: t("error.unauthenticated.what"), mend: t("error.unauthenticated.mend") };
      if (error.status >= 400 && error.status < 500)
        return { what: t("error.refused.what"), why: error.field ? t("error.refused.whyField", { field: error.field, message: error.message }) : error.message, mend: t("error.refused.mend") };
      return { what: t("error.unexpected.what"), why: error.message, mend: t("error.unexpected.mend") };
  }
}
