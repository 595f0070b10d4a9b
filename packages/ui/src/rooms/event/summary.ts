// An event's properties in one line, for lists. What is there in full is the table that a row opens.
import type { Messages } from "@/i18n/catalogue.ts";
import type { Formatter } from "@/format/format.ts";
import { valueName } from "@/question/words.ts";
import { signalName } from "@/rooms/recording/words.ts";

const SHOWN_PROPERTIES = 4;
/** What the tag's own events say of themselves, read without its name: where, what was felt, what went wrong. */
const TELLING = ["$page", "$signal", "$message", "$url"];

/** The properties that people sent (not the SDK's own). */
export function summary(properties: Record<string, unknown>, speech: Messages & { format: Formatter }): string {
  const telling = TELLING.flatMap((name) => {
    const value = properties[name];
    if (typeof value !== "string" || value === "") return [];
    return [name === "$signal" ? signalName(value, speech) : value];
  });
  const others = Object.entries(properties)
    .filter(([name, value]) => !name.startsWith("$") && !name.startsWith("mp_") && value !== null && typeof value !== "object")
    .map(([name, value]) => speech.t("trend.sentence.pair", { name, value: valueName(value, speech) }));
  return [...telling, ...others].slice(0, SHOWN_PROPERTIES).join(" · ");
}
