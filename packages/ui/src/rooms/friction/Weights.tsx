// What each signal is worth: open to everybody, changed by editors, a version with every change.
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Scale } from "lucide-react";
import { useState } from "react";
import { api } from "@/api/client.ts";
import type { FrictionWeight } from "@/api/types.ts";
import { useSpeech } from "@/i18n/language.tsx";
import { tellError } from "@/shell/errors.ts";
import { useProject } from "@/shell/session.tsx";
import { Button } from "@/ui/Button.tsx";
import { Dialog } from "@/ui/Panel.tsx";
import { Failure, SkeletonRows } from "@/ui/State.tsx";
import editors from "@/question/editors.module.css";
import { NumberHead } from "@/ui/NumberHead.tsx";
import table from "@/ui/table.module.css";
import { FACTORS, factorName } from "./friction.ts";

export function Weights() {
  const { t } = useSpeech();
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <Button size="small" icon={<Scale aria-hidden />} onClick={() => setOpen(true)}>
        {t("friction.weights")}
      </Button>
      {isOpen && <WeightsDialog onClose={() => setOpen(false)} />}
    </>
  );
}

function WeightsDialog({ onClose }: { onClose: () => void }) {
  const speech = useSpeech();
  const { t, format } = speech;
  const project = useProject();
  const client = useQueryClient();
  const key = ["friction-weights", project.id];
  const { data, error } = useQuery({ queryKey: key, queryFn: () => api.frictionWeights(project.id) });
  const [changed, setChanged] = useState<Record<string, FrictionWeight>>({});
  const save = useMutation({
    mutationFn: (weights: Record<string, FrictionWeight>) => api.changeFrictionWeights(project.id, weights),
    onSuccess: (next) => {
      client.setQueryData(key, next);
      void client.invalidateQueries({ queryKey: ["ask", project.id] });
      onClose();
    },
  });
  const weightOf = (factor: string): FrictionWeight => changed[factor] ?? data?.weights[factor] ?? { points: 0, cap: 0 };
  const failure = error ?? save.error;
  return (
    <Dialog
      title={t("friction.weights")}
      closeLabel={t("action.close")}
      onClose={onClose}
      footer={
        <>
          {data && (
            <Button onClick={() => setChanged(data.defaults)} disabled={save.isPending}>
              {t("friction.weightsReset")}
            </Button>
          )}
          <Button look="primary" disabled={!data || Object.keys(changed).length === 0 || save.isPending} onClick={() => data && save.mutate({ ...data.weights, ...changed })}>
            {t("action.save")}
          </Button>
        </>
      }
    >
      <p className={editors.quiet}>{data?.version ? t("friction.weightsVersion", { n: data.version, by: data.history[0]?.created_by ?? "", date: format.date(Date.parse(data.history[0]?.created_at ?? ""), project.timezone) }) : t("friction.weightsDefault")}</p>
      {failure && <Failure {...tellError(failure, speech)} />}
      {!data ? (
        <SkeletonRows rows={8} />
      ) : (
        <div className={table.wrap} style={{ maxHeight: "50vh" }} tabIndex={0} role="region" aria-label={t("friction.weights")}>
          <table className={table.table}>
            <thead>
              <tr>
                <th scope="col">{t("friction.column.factor")}</th>
                <NumberHead>{t("friction.column.points")}</NumberHead>
                <NumberHead>{t("friction.column.cap")}</NumberHead>
              </tr>
            </thead>
            <tbody>
              {FACTORS.map((factor) => (
                <tr key={factor}>
                  <th scope="row">{factorName(factor, speech)}</th>
                  {(["points", "cap"] as const).map((field) => (
                    <td key={field} className={table.number}>
                      <input
                        className={editors.input}
                        style={{ width: 76 }}
                        type="number"
                        min={0}
                        max={field === "points" ? 100 : 1000}
                        step={0.5}
                        aria-label={`${factorName(factor, speech)}: ${t(`friction.column.${field}`)}`}
                        value={weightOf(factor)[field]}
                        onChange={(event) => setChanged({ ...changed, [factor]: { ...weightOf(factor), [field]: Number(event.target.value) } })}
                      />
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </Dialog>
  );
}
