// Texts made harmless. `maskText` leaves the shape and nothing else; `redactText` leaves the text and takes out what must never leave a browser.
const LETTER_OR_DIGIT = /[\p{L}\p{N}]/gu;
const MASK = "•";

export function maskText(text: string): string {
  return text.replace(LETTER_OR_DIGIT, MASK);
}

const EMAIL = /[\p{L}\p{N}._%+'-]+(?:@|%40)[\p{L}\p{N}.-]+\.\p{L}{2,}/giu;
const IBAN = /\b[A-Z]{2}\d{2}(?:[ -]?[A-Z0-9]){11,30}\b/gi;
// Cards, phone numbers, national ids: seven digits or more with the marks people write between them.
const LONG_NUMBER = /[+(]?\d(?:[\s.\-/()]{0,2}\d){6,}/g;
const DIGIT = /\p{N}/gu;
/** Words that carry a secret by their shape: JSON web tokens, keys, hashes. */
const TOKEN = /\b(?=[\w-]*\d)(?=[\w-]*[A-Za-z])[\w-]{24,}(?:\.[\w-]+)*/g;

export function redactText(text: string): string {
  return text.replace(EMAIL, maskText).replace(TOKEN, maskText).replace(IBAN, maskText).replace(LONG_NUMBER, maskText);
}

/** Redacted, and without any digit. */
export function redactDigits(text: string): string {
  return redactText(text).replace(DIGIT, MASK);
}
