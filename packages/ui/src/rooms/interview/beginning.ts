// What a new study begins with: office hours, and a consent that says what guests need to know.
import type { StudyDefinition } from "@/api/interview.ts";

const WORKING_DAYS = [1, 2, 3, 4, 5];

export function beginning(host: { name: string; email: string }, timezone: string): StudyDefinition {
  return {
    goal: "",
    minutes: 30,
    meeting_url: "",
    wanted: 5,
    host,
    timezone,
    availability: WORKING_DAYS.flatMap((weekday) => [
      { weekday, from: "09:30", to: "12:00" },
      { weekday, from: "14:00", to: "17:00" },
    ]),
    every_minutes: 30,
    buffer_before_minutes: 0,
    buffer_after_minutes: 15,
    notice_hours: 24,
    max_a_day: 3,
    horizon_days: 21,
    approval: "automatic",
    screener: [],
    consent: {
      en: "We would like to understand how you work with our product. There are no right or wrong answers, and you may stop at any moment.\n\nOnly our team sees notes and recordings. We delete all of it whenever you ask. You have to be 18 or older.",
      fr: "Nous aimerions comprendre comment vous utilisez notre produit. Il n’y a ni bonne ni mauvaise réponse, et vous pouvez arrêter à tout moment.\n\nSeule notre équipe voit les notes et les enregistrements. Nous supprimons tout dès que vous le demandez. Il faut avoir 18 ans ou plus.",
    },
    invitation: { en: "", fr: "" },
    incentive: { en: "", fr: "" },
    observers: [],
  };
}
