// A short word after something was done. Read aloud, gone after a while, never the only sign of an error.
import { createContext, use, useCallback, useEffect, useState, type ReactNode } from "react";
import styles from "./Toast.module.css";

const SHOWN_MS = 4000;
const ToastContext = createContext<(text: string) => void>(() => {});

export function Toasts({ children }: { children: ReactNode }) {
  const [toast, setToast] = useState<{ text: string; id: number } | null>(null);
  const say = useCallback((text: string) => setToast((last) => ({ text, id: (last?.id ?? 0) + 1 })), []);
  useEffect(() => {
    if (!toast) return;
    const timer = setTimeout(() => setToast(null), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [toast]);
  return (
    <ToastContext value={say}>
      {children}
      <div className={styles.place} role="status" aria-live="polite">
        {toast && (
          <p key={toast.id} className={styles.toast}>
            {toast.text}
          </p>
        )}
      </div>
    </ToastContext>
  );
}

export function useToast(): (text: string) => void {
  return use(ToastContext);
}
