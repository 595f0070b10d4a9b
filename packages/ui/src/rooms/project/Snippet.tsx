// How to send events: the ways that work today, each a block to copy.
import { useQuery } from "@tanstack/react-query";
import { Copy } from "lucide-react";
import { useState } from "react";
import { api } from "@/api/client.ts";
import type { Project } from "@/api/types.ts";
import { useSpeech } from "@/i18n/language.tsx";
import { Button } from "@/ui/Button.tsx";
import { copyText } from "@/ui/browser.ts";
import { Segmented } from "@/ui/Field.tsx";
import { useToast } from "@/ui/Toast.tsx";
import styles from "./Snippet.module.css";

type Way = "tag" | "mixpanel" | "node" | "python" | "http" | "files";

export function Snippet({ project }: { project: Project }) {
  const { t } = useSpeech();
  const toast = useToast();
  const [way, setWay] = useState<Way>("tag");
  const status = useQuery({ queryKey: ["status"], queryFn: api.status, staleTime: Infinity });
  const code = snippets(location.origin, project.write_key, status.data?.tag_path ?? "/s")[way];
  const hint = way === "tag" ? t("snippet.tagHint") : way === "files" ? t("snippet.filesHint") : way === "http" ? t("snippet.httpHint") : t("snippet.mixpanelHint");
  return (
    <div className={styles.snippet}>
      <Segmented<Way>
        label={t("snippet.way")}
        value={way}
        onPick={setWay}
        choices={[
          { value: "tag", label: t("snippet.tag") },
          { value: "mixpanel", label: "mixpanel-browser" },
          { value: "node", label: "Node" },
          { value: "python", label: "Python" },
          { value: "http", label: "curl" },
          { value: "files", label: t("snippet.files") },
        ]}
      />
      <div className={styles.code}>
        <pre tabIndex={0}>{code}</pre>
        <Button size="small" icon={<Copy aria-hidden />} onClick={() => void copyText(code).then((done) => toast(done ? t("toast.copied") : t("toast.notCopied")))}>
          {t("action.copy")}
        </Button>
      </div>
      <p className={styles.hint}>{hint}</p>
    </div>
  );
}

function snippets(origin: string, key: string, tagPath: string): Record<Way, string> {
  const host = origin.replace(/^https?:\/\//, "");
  const protocol = origin.startsWith("https") ? "https" : "http";
  return {
    tag: `<script async src="${origin}${tagPath}/sillage.js"
  data-key="${key}"
  data-host="${origin}"></script>`,
    files: `sillage import events.csv.gz \\
  --url ${origin} \\
  --key ${key}`,
    http: `curl ${origin}/v1/events \\
  -H 'Authorization: Bearer ${key}' \\
  -H 'Content-Type: application/json' \\
  -d '[{"event": "Sign up", "distinct_id": "anna@example.com",
        "properties": {"plan": "free"}}]'`,
    mixpanel: `import mixpanel from "mixpanel-browser";

mixpanel.init("${key}", { api_host: "${origin}", track_pageview: true });
mixpanel.identify("anna@example.com");
mixpanel.track("Sign up", { plan: "free" });`,
    node: `const mixpanel = require("mixpanel").init("${key}", {
  host: "${host}", protocol: "${protocol}",
});

mixpanel.track("Sign up", { distinct_id: "anna@example.com", plan: "free" });`,
    python: `from mixpanel import Mixpanel, Consumer

mp = Mixpanel("${key}", consumer=Consumer(
    events_url="${origin}/track", people_url="${origin}/engage"))
mp.track("anna@example.com", "Sign up", {"plan": "free"})`,
  };
}
