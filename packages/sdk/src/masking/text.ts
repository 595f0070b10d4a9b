// Texts made harmless. `maskText` leaves the shape and nothing else; `redactText` leaves the text and takes out what must never leave a browser.
const LETTER_OR_DIGIT = /[\p{L}\p{N}]/gu;
const MASK = "•";

export function maskText(text: string): string {
  return text.replace(LETTER_OR_DIGIT, MASK);
}

// Repetitions are bounded, so that no text, however long and odd, takes more than its length to read.
const EMAIL = /[\p{L}\p{N}._%+'-]{1,64}(?:@|%40)[\p{L}\p{N}.-]{1,99}\.\p{L}{2,}/giu;
const IBAN = /\b[A-Z]{2}\d{2}(?:[ -]?[A-Z0-9]){11,30}\b/g;
// Cards, phone numbers, national ids: seven digits or more with the marks people write between them.
const LONG_NUMBER = /[+(]?\d(?:[\s.\-/()]{0,2}\d){6,}/g;
const DIGIT = /\p{N}/gu;
/** Words that carry a secret by their shape: JSON web tokens, keys, hashes. */
const TOKEN = /\b(?=[\w-]{0,99}\d)(?=[\w-]{0,99}[A-Za-z])[\w-]{24,}(?:\.[\w-]+)*/g;

export function redactText(text: string): string {
  return text.replace(EMAIL, maskText).replace(TOKEN, maskText).replace(IBAN, maskText).replace(LONG_NUMBER, maskText);
}

/** Redacted, and without any digit. */
export function redactDigits(text: string): string {
  return redactText(text).replace(DIGIT, MASK);
}
