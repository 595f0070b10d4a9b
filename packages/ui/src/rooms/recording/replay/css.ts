// Style sheets as they may be played: every address in them that would be fetched is taken out. The frame's own policy forbids
// fetching anyway; this is the second lock, which holds where a browser reads the first one differently.

/** Letters written as escapes, by which `url(` hides: no style sheet of good will does that. */
const ESCAPED_LETTER = /\\0{0,4}([46][1-9a-f]|[57][0-9a])(?![0-9a-f])[ \t\r\n\f]?/gi;
/** A letter of `url` or `import` after a backslash that is no hex digit: `u\rl(`. */
const PLAIN_ESCAPE = /\\([g-z])/gi;
const COMMENT = /\/\*[^]*?(\*\/|$)/g;
const IMPORT = /@import\b[^;{}]*(;|$|(?=[{}]))/gi;
const ADDRESS = /\b(url|src)\(\s*("[^"]*"|'[^']*'|[^)"']*)\s*\)?/gi;
const IMAGE_SET = /(-webkit-)?image-set\((?:[^()]|\([^()]*\))*\)?/gi;
const SUSPECT = /url|src|import|image-set|\\/i;

/** What is part of the style sheet itself: a drawing in it, or a mark in the page. */
const INSIDE = /^(#|data:(image|font)\/|data:application\/(font|x-font))/i;
const NOTHING = 'url("data:,")';

export function withoutAddresses(css: string): string {
  if (!SUSPECT.test(css)) return css;
  let plain = css;
  if (plain.includes("\\")) {
    plain = plain.replace(ESCAPED_LETTER, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
    if (/\\[g-z]/i.test(plain)) plain = plain.replace(PLAIN_ESCAPE, "$1");
  }
  // A comment inside a word ends the word, so none may be hidden by it; but what stands in one is no address either.
  if (plain.includes("/*")) plain = plain.replace(COMMENT, (comment) => (comment === "/* rr_split */" ? comment : " "));
  return plain
    .replace(IMPORT, "")
    .replace(IMAGE_SET, NOTHING)
    .replace(ADDRESS, (whole, _name: string, written: string) => {
      const address = written.trim().replace(/^["']|["']$/g, "").trim();
      return INSIDE.test(address) ? whole : NOTHING;
    });
}
