// Light or dark: what the system says, unless the person chose. Charts need the colours as text, so they are read here too.
import { createContext, use, useEffect, useLayoutEffect, useMemo, useState, type ReactNode } from "react";
import { flushSync } from "react-dom";
import { remember, remembered } from "./browser.ts";

export type ThemeChoice = "system" | "light" | "dark";
export type Theme = "light" | "dark";

const STORED_THEME = "sillage.theme";
const ThemeContext = createContext<{ theme: Theme; choice: ThemeChoice; choose: (choice: ThemeChoice) => void }>({ theme: "light", choice: "system", choose: () => {} });

export function Themed({ children }: { children: ReactNode }) {
  const [choice, setChoice] = useState<ThemeChoice>(() => {
    const stored = remembered(STORED_THEME);
    return stored === "light" || stored === "dark" ? stored : "system";
  });
  const [systemIsDark, setSystemIsDark] = useState(() => matchMedia("(prefers-color-scheme: dark)").matches);
  useEffect(() => {
    const query = matchMedia("(prefers-color-scheme: dark)");
    const follow = () => setSystemIsDark(query.matches);
    query.addEventListener("change", follow);
    return () => query.removeEventListener("change", follow);
  }, []);
  // Paper is light, whatever the theme. Styles know by themselves; pictures are drawn again, before the page is taken.
  const [isPaper, setPaper] = useState(() => matchMedia("print").matches);
  useEffect(() => {
    const query = matchMedia("print");
    const follow = () => flushSync(() => setPaper(query.matches));
    query.addEventListener("change", follow);
    return () => query.removeEventListener("change", follow);
  }, []);
  const chosen: Theme = choice === "system" ? (systemIsDark ? "dark" : "light") : choice;
  const theme = isPaper ? "light" : chosen;
  // Before paint: no flash of the other ground.
  useLayoutEffect(() => {
    document.documentElement.dataset.theme = chosen;
  }, [chosen]);
  const value = useMemo(
    () => ({
      theme,
      choice,
      choose: (next: ThemeChoice) => {
        remember(STORED_THEME, next);
        setChoice(next);
      },
    }),
    [theme, choice],
  );
  return <ThemeContext value={value}>{children}</ThemeContext>;
}

export function useTheme() {
  return use(ThemeContext);
}
