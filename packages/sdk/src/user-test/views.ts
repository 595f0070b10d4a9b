// The cards of a test, the same in the page and in the editor's preview.
import type { Text } from "../survey/definition.ts";
import type { Bar, Choice } from "./bar.ts";
import type { UserTest } from "./definition.ts";
import type { Words } from "./words.ts";

export interface Views {
  welcome(choices: { begin(): string | undefined; decline(): void }): void;
  task(at: number, start: () => void): void;
  running(at: number, isOpen: boolean, onFold: (isOpen: boolean) => void, choices: { done(): void; couldNot(): void; leave(): void }): void;
  leaving(choices: { leave(): void; stay(): void }): void;
  end(close: () => void): void;
}

export function viewsOf(test: UserTest, language: string, words: Words, bar: Bar): Views {
  const said = (text: Text | undefined): string => text?.[language] ?? text?.[test.languages[0] as string] ?? "";
  const number = (at: number): string => `${words.task(at + 1, test.tasks.length)}, ${words.left(test.tasks.length - at - 1)}`;
  const choice = (label: string, work: Choice["work"], look?: Choice["look"]): Choice => ({ label, work, ...(look && { look }) });
  return {
    welcome({ begin, decline }) {
      bar.card({
        title: words.hello,
        texts: [said(test.intro), said(test.guidelines)],
        notes: [words.recorded, words.free],
        ticks: [words.agreeToTakePart, words.agreeToRecording],
        ...(test.policy && { link: { url: test.policy, label: words.policy } }),
        choices: [choice(words.decline, decline, "quiet"), choice(words.begin, () => (bar.ticked().every(Boolean) ? begin() : words.bothNeeded))],
      });
    },
    task(at, start) {
      const task = test.tasks[at];
      const limit = task?.time_limit_s ? [words.limit(Math.max(1, Math.round(task.time_limit_s / 60)))] : [];
      bar.card({ above: number(at), title: said(task?.title), texts: [said(task?.scenario)], notes: limit, choices: [choice(words.start, start)] });
    },
    running(at, isOpen, onFold, { done, couldNot, leave }) {
      const task = test.tasks[at];
      bar.panel({ above: words.task(at + 1, test.tasks.length), title: said(task?.title), texts: [said(task?.scenario)], isOpen, onFold, choices: [choice(words.done, done), choice(words.couldNot, couldNot, "quiet"), choice(words.leave, leave, "link")] });
    },
    leaving({ leave, stay }) {
      bar.card({ title: words.leaveAsk, texts: [words.leaveText], choices: [choice(words.leave, leave, "quiet"), choice(words.stay, stay)] });
    },
    end(close) {
      bar.card({ title: said(test.end.title), texts: [said(test.end.text)], notes: [words.thanks], choices: [choice(words.close, close)] });
    },
  };
}
