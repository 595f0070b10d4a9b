// The factors of friction and their names.
import type { MessageKey } from "@/i18n/catalogue.ts";
import type { Speech } from "@/report/room.ts";

export const FACTORS = [
  "rage_click", "error_click", "failed_request", "js_error", "dead_click", "dead_click_on_control", "slow_click", "very_slow_click", "repeated_clicks", "reload_burst", "u_turn", "back_and_forth", "loop",
  "scroll_bounce", "thrashed_cursor", "form_refill", "validation_error", "submit_retry", "form_abandon", "slow_page", "zoom_burst",
] as const;

export function factorName(factor: string, { t }: Speech): string {
  return (FACTORS as readonly string[]).includes(factor) ? t(`friction.factor.${factor}` as MessageKey) : factor;
}

export function shareOf(share: number | null): string {
  return share === null ? "" : String(share);
}
