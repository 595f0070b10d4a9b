// The constants of the signals F1 to F15 (px.md 2.3): settings of a project, with what holds without.
export interface FrictionSettings {
  rageClicks: number;
  rageGapMs: number;
  rageRadiusPx: number;
  /** Whole words of labels on which fast clicks are meant. */
  stepperWords: string[];
  /** Labels that consist of nothing else. */
  stepperSigns: string[];
  deadWatchMs: number;
  deadWatchWhilePendingMs: number;
  /** A part of the page that changes so often by itself in ten seconds answers no click. */
  restlessChanges: number;
  slowMs: number;
  verySlowMs: number;
  errorAfterClickMs: number;
  requestAfterClickMs: number;
  requestEndsWithinMs: number;
  /** Statuses from 400 to 499 that are an answer, not a failure. */
  expectedStatuses: number[];
  repeatedClicks: number;
  repeatedWithinMs: number;
  uTurnDwellMs: number;
  backAndForthMs: number;
  loopVisits: number;
  loopWithinMs: number;
  loopVisitsInSession: number;
  redirectMs: number;
  /** Pages that people pass through without meaning to. A regular expression. */
  passingPages: string;
  thrashPathPx: number;
  thrashReversals: number;
  thrashVectorPx: number;
  thrashNetShare: number;
  thrashRestMs: number;
  scrollReversals: number;
  scrollTravelShare: number;
  scrollDistanceShare: number;
  refills: number;
  submitRetries: number;
  submitWithinMs: number;
  validationAfterSubmitMs: number;
  /** Events of the site by which its forms have succeeded, beside a submit: an editor that saves by itself is not given up when its page goes. */
  successEvents: string[];
  reloads: number;
  reloadsWithinMs: number;
  slowLcpMs: number;
  poorLcpMs: number;
  poorInpMs: number;
  poorCls: number;
  failedRequestAfterActionMs: number;
  typingPauseMs: number;
  hoverBeforeClickMs: number;
  pinches: number;
  pinchesWithinMs: number;
}

export const FRICTION: FrictionSettings = {
  rageClicks: 3,
  rageGapMs: 1000,
  rageRadiusPx: 30,
  stepperWords: ["next", "previous", "prev", "suivant", "précédent", "more", "plus", "add", "ajouter", "load", "charger"],
  stepperSigns: ["+", "-", "−", "–", ">", "<", "»", "«", "→", "←"],
  deadWatchMs: 2500,
  deadWatchWhilePendingMs: 7000,
  restlessChanges: 3,
  slowMs: 1000,
  verySlowMs: 3000,
  errorAfterClickMs: 1000,
  requestAfterClickMs: 500,
  requestEndsWithinMs: 10_000,
  expectedStatuses: [401, 403, 404, 409, 422],
  repeatedClicks: 3,
  repeatedWithinMs: 30_000,
  uTurnDwellMs: 7000,
  backAndForthMs: 120_000,
  loopVisits: 3,
  loopWithinMs: 60_000,
  loopVisitsInSession: 4,
  redirectMs: 300,
  passingPages: "log-?in|sign-?in|log-?out|oauth|sso|callback",
  thrashPathPx: 800,
  thrashReversals: 5,
  thrashVectorPx: 15,
  thrashNetShare: 0.2,
  thrashRestMs: 5000,
  scrollReversals: 6,
  scrollTravelShare: 0.25,
  scrollDistanceShare: 4,
  refills: 2,
  submitRetries: 2,
  submitWithinMs: 60_000,
  validationAfterSubmitMs: 1500,
  successEvents: [],
  reloads: 2,
  reloadsWithinMs: 30_000,
  slowLcpMs: 2500,
  poorLcpMs: 4000,
  poorInpMs: 500,
  poorCls: 0.25,
  failedRequestAfterActionMs: 10_000,
  typingPauseMs: 10_000,
  hoverBeforeClickMs: 5000,
  pinches: 2,
  pinchesWithinMs: 10_000,
};
