// F9: what goes wrong in a form. A form's episode runs from the first touch of a field to its success or to the page's end; success is a submit that leads to another page, with
// nothing found wrong in between, or an event that the site named.
import type { FieldPlace, MakeDetector } from "../detector.ts";

interface Field {
  nChanges: number;
  isEmptied: boolean;
  isRefillTold: boolean;
  focusedAt: number | undefined;
  /** How long it had the focus, in all. */
  ms: number;
}

interface Episode {
  form: string;
  isForm: boolean;
  fields: Map<string, Field>;
  lastField: string;
  submits: number[];
  isRetryTold: boolean;
  wrongAt: number;
  hasFailed: boolean;
  /** The site said so by an event. */
  isDone: boolean;
}

export interface FormSummary {
  form: string;
  last_field: string;
  n_submits: number;
  fields: { field: string; changes: number; ms: number }[];
}

/** `told` is called with what is known of each form when its page ends. */
export function makeForms(told: (forms: FormSummary[]) => void) {
  const make: MakeDetector = (settings, emit) => {
    let episodes = new Map<string, Episode>();

    function episodeOf({ form, isForm }: FieldPlace): Episode {
      const known = episodes.get(form);
      if (known) return known;
      const made: Episode = { form, isForm, fields: new Map(), lastField: "", submits: [], isRetryTold: false, wrongAt: -Infinity, hasFailed: false, isDone: false };
      episodes.set(form, made);
      return made;
    }

    function fieldOf(episode: Episode, name: string): Field {
      const known = episode.fields.get(name);
      if (known) return known;
      const made: Field = { nChanges: 0, isEmptied: false, isRefillTold: false, focusedAt: undefined, ms: 0 };
      episode.fields.set(name, made);
      episode.lastField = name;
      return made;
    }

    /** One validation error per attempt, however many fields the browser names. */
    function wrong(episode: Episode, t: number, field: string): void {
      const isNew = t - episode.wrongAt > settings.validationAfterSubmitMs;
      episode.wrongAt = t;
      episode.hasFailed = true;
      if (isNew) emit({ name: "validation_error", t, selector: field || episode.form, severity: 1, detail: { $form: episode.form } });
    }

    function submitted(episode: Episode, t: number): void {
      episode.submits = [...episode.submits.filter((before) => t - before <= settings.submitWithinMs), t];
      if (episode.submits.length < settings.submitRetries || episode.isRetryTold) return;
      episode.isRetryTold = true;
      emit({ name: "submit_retry", t, selector: episode.form, severity: 1, detail: { $submits: episode.submits.length } });
    }

    function refilled(episode: Episode, name: string, field: Field, t: number): void {
      if (field.isRefillTold) return;
      field.isRefillTold = true;
      emit({ name: "form_refill", t, selector: name, severity: 1, detail: { $form: episode.form, $changes: field.nChanges } });
    }

    /** The page ends: what was begun and not sent, or sent and refused, was given up. */
    function end(t: number): void {
      const forms: FormSummary[] = [];
      for (const episode of episodes.values()) {
        const lastSubmit = episode.submits[episode.submits.length - 1];
        const isWrongSince = lastSubmit !== undefined && episode.wrongAt >= lastSubmit;
        const hasSucceeded = episode.isDone || (lastSubmit !== undefined && !isWrongSince);
        const nChanged = [...episode.fields.values()].filter((field) => field.nChanges > 0).length;
        forms.push({ form: episode.form, last_field: episode.lastField, n_submits: episode.submits.length, fields: [...episode.fields].map(([field, { nChanges, ms }]) => ({ field, changes: nChanges, ms })) });
        if (episode.isForm && nChanged > 0 && !hasSucceeded) emit({ name: "form_abandon", t, selector: episode.form, severity: 1, detail: { $last_field: episode.lastField, $changed_fields: nChanged } });
      }
      episodes = new Map();
      if (forms.length) told(forms);
    }

    return {
      take(input) {
        switch (input.kind) {
          case "focus":
            if (input.isEditable) {
              const episode = episodeOf(input);
              fieldOf(episode, input.field).focusedAt = input.t;
              episode.lastField = input.field;
            }
            break;
          case "blur": {
            const field = episodes.get(input.form)?.fields.get(input.field);
            if (field?.focusedAt !== undefined) field.ms += input.t - field.focusedAt;
            if (field) field.focusedAt = undefined;
            break;
          }
          case "change": {
            const episode = episodeOf(input);
            const field = fieldOf(episode, input.field);
            episode.lastField = input.field;
            field.nChanges += 1;
            episode.isDone = false;
            // Changed, and changed again so many times; or emptied because it was refused.
            if (!input.isChoice && (field.nChanges > settings.refills || (input.isEmpty && episode.hasFailed))) refilled(episode, input.field, field, input.t);
            break;
          }
          case "invalid":
            // The browser itself stopped the submit: that was an attempt, too.
            if (input.t - episodeOf(input).wrongAt > settings.validationAfterSubmitMs) submitted(episodeOf(input), input.t);
            wrong(episodeOf(input), input.t, input.field);
            break;
          case "submit":
            submitted(episodeOf(input), input.t);
            break;
          case "event":
            if (settings.successEvents.includes(input.name)) for (const episode of episodes.values()) episode.isDone = true;
            break;
          case "alert":
            for (const episode of episodes.values()) {
              const lastSubmit = episode.submits[episode.submits.length - 1];
              if (lastSubmit !== undefined && input.t - lastSubmit <= settings.validationAfterSubmitMs) wrong(episode, input.t, "");
            }
            break;
          case "page":
            if (input.navigation !== "load" && input.navigation !== "reload") end(input.t);
            break;
          case "leave":
            end(input.t);
            break;
          default:
        }
      },
    };
  };
  return make;
}
