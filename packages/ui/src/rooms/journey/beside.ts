// What journeys are compared with: the period before, another segment of the answer, or another device. It lies in the view, so that a link shows both.
import type { JourneyQuestion } from "@/question/question.ts";
import type { Asked } from "@/report/useAsk.ts";
import { begin } from "@/rooms/heatmap/beside.ts";

export const DEVICE_TYPES = ["Desktop", "Mobile", "Tablet"] as const;

/** `previous`, `device:<type>`, or the values of a segment as JSON. */
export function besideQuestion(beside: unknown, asked: Asked<"journey">): JourneyQuestion | null {
  if (typeof beside !== "string") return null;
  const { breakdown: _, ...question } = asked.question;
  if (beside === "previous") return { ...question, range: begin("previous", asked).range };
  const device = DEVICE_TYPES.find((one) => beside === `device:${one}`);
  if (device === undefined) return null;
  const ofDevice = { property: "$device_type", op: "is" as const, value: device };
  return { ...question, filter: question.filter ? { all: [question.filter, ofDevice] } : ofDevice };
}
