// What comes over the page: a dialog that asks for one thing, and a panel at the side that shows what is behind a number.
import { X } from "lucide-react";
import { useEffect, useRef, useState, type ReactNode } from "react";
import { IconButton } from "./Button.tsx";
import { LayerContext } from "./layer.ts";
import styles from "./Panel.module.css";

interface PanelProps {
  title: ReactNode;
  closeLabel: string;
  onClose: () => void;
  children: ReactNode;
  footer?: ReactNode;
}

export function Dialog({ title, closeLabel, onClose, children, footer, wide }: PanelProps & { wide?: boolean }) {
  const ref = useRef<HTMLDialogElement>(null);
  const [layer, setLayer] = useState<HTMLElement | null>(null);
  useEffect(() => {
    const dialog = ref.current;
    setLayer(dialog);
    dialog?.showModal();
    return () => dialog?.close();
  }, []);
  return (
    <dialog
      ref={ref}
      className={`${styles.dialog} ${wide ? styles.wide : ""}`}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onMouseDown={(event) => event.target === ref.current && onClose()}
    >
      <div className={styles.inside}>
        <header className={styles.header}>
          <h2>{title}</h2>
          <IconButton label={closeLabel} icon={<X />} onClick={onClose} />
        </header>
        <div className={styles.body}>
          <LayerContext value={layer}>{children}</LayerContext>
        </div>
        {footer && <footer className={styles.footer}>{footer}</footer>}
      </div>
    </dialog>
  );
}

/** Beside the page, which stays usable; Escape closes it. */
export function SidePanel({ title, closeLabel, onClose, children, footer }: PanelProps) {
  const ref = useRef<HTMLElement>(null);
  useEffect(() => {
    const before = document.activeElement;
    ref.current?.focus();
    return () => {
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, []);
  return (
    <aside
      ref={ref}
      tabIndex={-1}
      className={styles.side}
      aria-label={typeof title === "string" ? title : undefined}
      onKeyDown={(event) => event.key === "Escape" && onClose()}
    >
      <header className={styles.header}>
        <h2>{title}</h2>
        <IconButton label={closeLabel} icon={<X />} onClick={onClose} />
      </header>
      <div className={styles.sideBody}>{children}</div>
      {footer && <footer className={styles.footer}>{footer}</footer>}
    </aside>
  );
}
