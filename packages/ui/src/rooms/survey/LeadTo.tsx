// Where the last card of a survey may lead: a user test that runs, or a study that is open, for who is willing to show or tell more.
import { useQuery } from "@tanstack/react-query";
import { api } from "@/api/client.ts";
import { useSpeech } from "@/i18n/language.tsx";
import { tellError } from "@/shell/errors.ts";
import { useProject } from "@/shell/session.tsx";
import { SelectField } from "@/ui/Field.tsx";
import { useToast } from "@/ui/Toast.tsx";

export interface Lead {
  url: string;
  label: Record<string, string>;
}

const LABEL = {
  test: { en: "Take part in a test", fr: "Participer à un test" },
  study: { en: "Talk with us", fr: "Parler avec nous" },
};

export function LeadTo({ url, onPick }: { url: string | undefined; onPick: (lead: Lead | undefined) => void }) {
  const speech = useSpeech();
  const { t } = speech;
  const project = useProject();
  const toast = useToast();
  const tests = useQuery({ queryKey: ["userTests", project.id], queryFn: () => api.userTests(project.id) });
  const studies = useQuery({ queryKey: ["studies", project.id], queryFn: () => api.studies(project.id) });
  const running = (tests.data?.tests ?? []).filter((test) => test.status === "running");
  const open = (studies.data?.studies ?? []).filter((study) => study.status === "open");
  if (running.length === 0 && open.length === 0) return null;
  const ofTest = (code: string): string => `${location.origin}/test/${code}`;
  const chosen = running.find((test) => url === ofTest(test.code));
  const pick = async (value: string): Promise<void> => {
    const [kind, id = ""] = value.split(" ");
    if (kind === "test") return onPick({ url: ofTest(id), label: LABEL.test });
    if (kind !== "study") return onPick(undefined);
    try {
      onPick({ url: `${location.origin}${(await api.study(project.id, id)).recruit_path}`, label: LABEL.study });
    } catch (error) {
      toast(tellError(error, speech).what);
    }
  };
  const isStudy = url?.startsWith(`${location.origin}/interview/`) ?? false;
  return (
    <SelectField
      label={t("survey.leadTo")}
      value={chosen ? `test ${chosen.code}` : isStudy ? "study" : ""}
      onPick={(value) => void pick(value)}
      choices={[
        { value: "", label: t("survey.leadTo.address") },
        ...(isStudy ? [{ value: "study", label: t("survey.leadTo.aStudy") }] : []),
        ...running.map((test) => ({ value: `test ${test.code}`, label: t("survey.leadTo.test", { name: test.name }) })),
        ...open.map((study) => ({ value: `study ${study.id}`, label: t("survey.leadTo.study", { name: study.title }) })),
      ]}
    />
  );
}
