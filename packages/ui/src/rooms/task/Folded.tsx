// On a phone what only some look for is folded; where there is room, it is simply there.
import { ChevronDown } from "lucide-react";
import { useState, type ReactNode } from "react";
import { useNarrow } from "@/ui/useNarrow.ts";
import styles from "./task.module.css";

export function Folded({ title, children }: { title: string; children: ReactNode }) {
  const isNarrow = useNarrow();
  const [isOpen, setOpen] = useState(false);
  if (!isNarrow) return children;
  return (
    <>
      <button type="button" className={styles.fold} aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
        {title}
        <ChevronDown aria-hidden />
      </button>
      {isOpen && children}
    </>
  );
}
