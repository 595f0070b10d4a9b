// F6 u_turn, back_and_forth, loop; F10 reload_burst: the pages of one tab, in the order in which they were seen.
import { lastOf, type Found, type MakeDetector } from "../detector.ts";
import type { FrictionSettings } from "../settings.ts";

export interface Visit {
  page: string;
  /** A hash of the address: two products are one page and two addresses. */
  address: string;
  t: number;
  isReload: boolean;
  hasActivity: boolean;
  hasSubmit: boolean;
}

/** Remembers its visits in `kept`, which outlives a page load where the device may be written to. */
export function makePages(kept: { read(): Visit[]; write(visits: Visit[]): void }) {
  const make: MakeDetector = (settings, emit) => {
    let visits = kept.read();
    const passing = new RegExp(settings.passingPages, "i");
    return {
      take(input) {
        const last = lastOf(visits);
        if (input.kind === "page") {
          if (input.navigation === "session") visits = [];
          visits = [...visits, { page: input.page, address: input.address, t: input.t, isReload: input.navigation === "reload", hasActivity: false, hasSubmit: false }].slice(-60);
          const found = reloads(visits, settings) ?? returns(visits, settings, passing);
          if (found) emit(found);
          // What was told is over, and the next one begins here; a u-turn may still become more.
          if (found && found.name !== "u_turn") visits = visits.slice(-1);
        } else if (last && (input.kind === "click" || input.kind === "key" || input.kind === "scroll")) last.hasActivity = true;
        else if (last && input.kind === "submit") last.hasSubmit = true;
        else if (input.kind !== "leave") return;
        kept.write(visits);
      },
    };
  };
  return make;
}

function reloads(visits: Visit[], settings: FrictionSettings): Found | undefined {
  const now = lastOf(visits);
  if (!now?.isReload) return undefined;
  const burst = visits.filter((visit) => visit.isReload && visit.page === now.page && now.t - visit.t <= settings.reloadsWithinMs);
  return burst.length >= settings.reloads ? { name: "reload_burst", t: now.t, page: now.page, severity: 1, detail: { $reloads: burst.length } } : undefined;
}

function returns(all: Visit[], settings: FrictionSettings, passing: RegExp): Found | undefined {
  const walk = meant(all, settings, passing);
  const [a, b, here] = walk.slice(-3);
  const now = lastOf(walk);
  if (!now || lastOf(all)?.page !== now.page) return undefined;
  const same = walk.filter((visit) => visit.page === now.page);
  const soon = same.filter((visit) => now.t - visit.t <= settings.loopWithinMs);
  const isList = isListAndDetails(walk, now.page) || (b !== undefined && isListAndDetails(walk, b.page));
  const isHurried = soon.length >= settings.loopVisits;
  if ((isHurried || same.length >= settings.loopVisitsInSession) && !isList) return { name: "loop", t: now.t, page: now.page, severity: 1, detail: { $visits: isHurried ? soon.length : same.length } };
  if (!a || !b || !here || a.page !== here.page || a.page === b.page) return undefined;
  const [z] = walk.slice(-4);
  if (walk.length >= 4 && z && z.page === b.page && here.t - z.t <= settings.backAndForthMs && !isList) {
    return { name: "back_and_forth", t: z.t, page: here.page, severity: 1, detail: { $other_page: b.page } };
  }
  const dwellMs = here.t - b.t;
  return dwellMs < settings.uTurnDwellMs && !b.hasSubmit ? { name: "u_turn", t: b.t, page: b.page, severity: 1, detail: { $dwell_ms: dwellMs } } : undefined;
}

/** Without pages passed through and redirects; the same page twice in a row, a reload for one, is one visit. */
function meant(all: Visit[], settings: FrictionSettings, passing: RegExp): Visit[] {
  const walk: Visit[] = [];
  all.forEach((visit, i) => {
    const next = all[i + 1];
    const isRedirect = next !== undefined && next.t - visit.t < settings.redirectMs && !visit.hasActivity;
    if (isRedirect || passing.test(visit.page) || lastOf(walk)?.page === visit.page) return;
    walk.push(visit);
  });
  return walk;
}

/** From a list to its details and back, each time another: how lists are read. */
function isListAndDetails(walk: Visit[], list: string): boolean {
  const between = walk.filter((visit, i) => walk[i - 1]?.page === list && visit.page !== list);
  const isOnePage = new Set(between.map((visit) => visit.page)).size < between.length;
  return between.length >= 2 && isOnePage && new Set(between.map((visit) => visit.address)).size === between.length;
}
