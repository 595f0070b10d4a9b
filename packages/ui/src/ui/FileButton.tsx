// A button that asks for a file of the reader's machine.
import { Upload } from "lucide-react";
import { useRef } from "react";
import { Button } from "./Button.tsx";

interface FileButtonProps {
  /** What the file is, read aloud. */
  label: string;
  /** What stands on the button, where it is not that. */
  text?: string;
  accept?: string;
  busy?: boolean;
  onFile: (file: File) => void;
}

export function FileButton({ label, text, accept, busy, onFile }: FileButtonProps) {
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <input
        ref={input}
        type="file"
        hidden
        accept={accept}
        aria-label={label}
        onChange={(event) => {
          const file = event.target.files?.[0];
          if (file) onFile(file);
          // The same file, changed and chosen again, is another one.
          event.target.value = "";
        }}
      />
      <Button size="small" icon={<Upload aria-hidden />} busy={busy} onClick={() => input.current?.click()}>
        {text ?? label}
      </Button>
    </>
  );
}
