// A list to choose from, with its search box: arrows move, Enter takes, typing narrows. Every picker is made of it.
import { Check as CheckMark, Search } from "lucide-react";
import { useEffect, useId, useMemo, useRef, useState, type KeyboardEvent, type ReactNode } from "react";
import styles from "./OptionList.module.css";

export interface Option {
  value: string;
  label: string;
  /** At the right, small: a count, a type. */
  hint?: string;
  icon?: ReactNode;
  /** Options with the same group stand together under its name. */
  group?: string;
  /** Other words by which it is found. */
  words?: string;
}

interface OptionListProps {
  options: Option[];
  onPick: (value: string) => void;
  selected?: string | readonly string[];
  placeholder: string;
  /** The list is made elsewhere for each text typed (a search on the server). */
  onSearch?: (text: string) => void;
  loading?: boolean;
  empty: string;
  /** Lets one take what one typed, though the list lacks it; says so with this text. */
  takeTyped?: (text: string) => string;
  searchable?: boolean;
}

export function OptionList({ options, onPick, selected, placeholder, onSearch, loading, empty, takeTyped, searchable = true }: OptionListProps) {
  const [text, setText] = useState("");
  const [active, setActive] = useState(0);
  const listRef = useRef<HTMLUListElement>(null);
  const id = useId();
  const shown = useMemo(() => {
    const wanted = folded(text);
    // What comes later would push away what somebody is about to click.
    if (loading && wanted === "") return [];
    const found = onSearch || wanted === "" ? options : options.filter((option) => folded(`${option.label} ${option.words ?? ""}`).includes(wanted));
    const typed = text.trim();
    const offersTyped = takeTyped && typed !== "" && !options.some((option) => option.value === typed);
    return offersTyped ? [...found, { value: typed, label: takeTyped(typed) }] : found;
  }, [options, text, loading, onSearch, takeTyped]);
  const chosen = new Set(typeof selected === "string" ? [selected] : selected);

  useEffect(() => setActive(0), [text]);
  useEffect(() => {
    listRef.current?.querySelector(`[data-index="${active}"]`)?.scrollIntoView({ block: "nearest" });
  }, [active]);

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      const step = event.key === "ArrowDown" ? 1 : -1;
      setActive((at) => (shown.length === 0 ? 0 : (at + step + shown.length) % shown.length));
    } else if (event.key === "Enter") {
      const option = shown[active];
      if (!option) return;
      event.preventDefault();
      onPick(option.value);
    }
  };

  return (
    <div className={styles.box} onKeyDown={onKeyDown}>
      {searchable && (
        <div className={styles.search}>
          <Search aria-hidden />
          <input
            value={text}
            placeholder={placeholder}
            aria-label={placeholder}
            role="combobox"
            aria-expanded
            aria-controls={id}
            aria-activedescendant={shown.length > 0 ? `${id}-${active}` : undefined}
            onChange={(event) => {
              setText(event.target.value);
              onSearch?.(event.target.value);
            }}
          />
        </div>
      )}
      <ul ref={listRef} id={id} role="listbox" aria-label={placeholder} className={styles.list} tabIndex={searchable ? -1 : 0} aria-busy={loading}>
        {shown.map((option, index) => (
          <li key={`${option.group ?? ""} ${option.value}`} role="presentation">
            {option.group && option.group !== shown[index - 1]?.group && <p className={styles.group}>{option.group}</p>}
            <div
              id={`${id}-${index}`}
              role="option"
              data-index={index}
              data-active={index === active || undefined}
              aria-selected={chosen.has(option.value)}
              className={styles.option}
              onMouseMove={() => setActive(index)}
              onClick={() => onPick(option.value)}
            >
              {option.icon}
              <span className={styles.label}>{option.label}</span>
              {option.hint && <span className={styles.hint}>{option.hint}</span>}
              {chosen.has(option.value) && <CheckMark className={styles.mark} aria-hidden />}
            </div>
          </li>
        ))}
        {shown.length === 0 && <li className={styles.empty}>{loading ? "…" : empty}</li>}
      </ul>
    </div>
  );
}

/** Without case and accents, as one types when in a hurry. */
function folded(text: string): string {
  return text.normalize("NFD").replace(/\p{Diacritic}/gu, "").toLowerCase();
}
