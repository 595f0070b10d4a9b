// A number in a table that opens the people behind it; a plain one where nobody is, or where nothing opens.
import { createContext, use, type ReactNode } from "react";
import table from "./table.module.css";

/** Whether numbers only are read here: by whoever may not see what is behind them. */
export const NothingOpens = createContext(false);

interface OpensProps {
  nobody: boolean;
  /** Not underlined until it is pointed at: beside another number that opens the same. */
  quiet?: boolean;
  onOpen: () => void;
  children: ReactNode;
}

export function Opens({ nobody, quiet = false, onOpen, children }: OpensProps) {
  const nothing = use(NothingOpens);
  if (nobody || nothing) return children;
  return (
    <button type="button" className={quiet ? `${table.open} ${table.quiet}` : table.open} onClick={onOpen}>
      {children}
    </button>
  );
}
