import type { ReactNode } from "react";
import table from "./table.module.css";

/** The head of a column of numbers, above them at the right. */
export function NumberHead({ title, children }: { title?: string; children: ReactNode }) {
  return (
    <th scope="col" className={table.number} title={title}>
      {children}
    </th>
  );
}
