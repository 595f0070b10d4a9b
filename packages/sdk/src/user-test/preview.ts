// A test as a participant meets it, in the editor: the same cards, which do nothing there.
import { languageOf } from "../survey/language.ts";
import { openBar } from "./bar.ts";
import type { UserTest } from "./definition.ts";
import { viewsOf } from "./views.ts";
import { wordsOf } from "./words.ts";

export interface PreviewOptions {
  test: UserTest;
  language: string;
  place: Element;
  isSmall: boolean;
  view: "welcome" | "task" | "running" | "end";
  task: number;
}

/** Returns how to take it away. */
export function preview({ test, language, place, isSmall, view, task }: PreviewOptions): () => void {
  const shown = languageOf(test.languages, language);
  const words = wordsOf(shown);
  const bar = openBar({ language: shown, words, place, isSmall });
  const views = viewsOf(test, shown, words, bar);
  const nothing = (): undefined => undefined;
  if (view === "welcome") views.welcome({ begin: nothing, decline: nothing });
  else if (view === "end") views.end(nothing);
  else if (view === "task") views.task(task, nothing);
  else views.running(task, true, nothing, { done: nothing, couldNot: nothing, leave: nothing });
  return () => bar.remove();
}
