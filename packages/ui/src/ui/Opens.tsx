// A number in a table that opens the people behind it; a plain one where nobody is.
import type { ReactNode } from "react";
import table from "./table.module.css";

interface OpensProps {
  nobody: boolean;
  /** Not underlined until it is pointed at: beside another number that opens the same. */
  quiet?: boolean;
  onOpen: () => void;
  children: ReactNode;
}

export function Opens({ nobody, quiet = false, onOpen, children }: OpensProps) {
  if (nobody) return children;
  return (
    <button type="button" className={quiet ? `${table.open} ${table.quiet}` : table.open} onClick={onOpen}>
      {children}
    </button>
  );
}
