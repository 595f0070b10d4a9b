// What a page's main thread does while something goes on: its tasks as the browser's own trace tells them, in time of the clock and in time of the processor.

/** The tasks of the page's main thread during `work`, and when they began, since the page had loaded. `cpuMs` does not grow because the machine is busy with something else. */
export async function tasksDuring(browser, page, work) {
  // The page tells which process is its own.
  const mark = `sillage-cost-${Math.random().toString(36).slice(2)}`;
  await browser.startTracing(page, { categories: ["toplevel", "blink.user_timing"] });
  await work();
  await page.evaluate((name) => performance.mark(name), mark);
  const { traceEvents } = JSON.parse((await browser.stopTracing()).toString("utf8"));
  const own = traceEvents.find((event) => event.name === mark);
  if (!own) throw new Error("the trace does not name the page");
  const loadedAt = Math.max(0, ...traceEvents.filter((event) => event.name === "loadEventEnd" && event.pid === own.pid).map(({ ts }) => ts));
  if (!loadedAt) throw new Error("the trace does not say when the page had loaded");
  const isTask = ({ name, ph, pid, tid }) => ph === "X" && pid === own.pid && tid === own.tid && (name === "RunTask" || name === "ThreadControllerImpl::RunTask");
  const found = traceEvents.filter(isTask);
  // Some versions tell each task under both names.
  const name = found.some((event) => event.name === "RunTask") ? "RunTask" : "ThreadControllerImpl::RunTask";
  return found.filter((event) => event.name === name).map(({ ts, dur = 0, tdur = 0 }) => ({ at: ts / 1000, ms: dur / 1000, cpuMs: tdur / 1000, sinceLoadMs: (ts - loadedAt) / 1000 }));
}
