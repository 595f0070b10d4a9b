import { describe, expect, it } from "vitest";
import { withoutAddresses } from "./css.ts";

const EVIL = "https://evil.example/x.png";
const NOTHING = 'url("data:,")';

describe("a style sheet that is played", () => {
  it.each([
    [`a { background: url(${EVIL}) }`, `a { background: ${NOTHING} }`],
    [`a { background: url( "${EVIL}" ) }`, `a { background: ${NOTHING} }`],
    [`a { background: url('${EVIL}') no-repeat }`, `a { background: ${NOTHING} no-repeat }`],
    [`a { background: URL(/api/me) }`, `a { background: ${NOTHING} }`],
    [`a { background: u\\72 l(${EVIL}) }`, `a { background: ${NOTHING} }`],
    [`a { background: u\\000072l(${EVIL}) }`, `a { background: ${NOTHING} }`],
    [`a { background: \\u\\r\\l(${EVIL}) }`, `a { background: ${NOTHING} }`],
    [`a { background: image-set("${EVIL}" 1x, url(${EVIL}) 2x) }`, `a { background: ${NOTHING} }`],
    [`a { background: -webkit-image-set(url(${EVIL}) 1x) }`, `a { background: ${NOTHING} }`],
    [`@import url(${EVIL}); a { color: red }`, " a { color: red }"],
    [`@import "${EVIL}" screen; a { color: red }`, " a { color: red }"],
    [`@\\69mport "${EVIL}"; a { color: red }`, " a { color: red }"],
    [`a { background: url(${EVIL}`, `a { background: ${NOTHING}`],
  ])("asks for nothing: %s", (css, expected) => {
    expect(withoutAddresses(css)).toBe(expected);
  });

  it.each([
    ".md\\:flex { display: flex }",
    ".w-1\\/2 { width: 50% }",
    ".icon::before { content: \"\\f101\" }",
    "a { background: url(data:image/png;base64,AAAA) }",
    "a { fill: url(#gradient) }",
    "@font-face { font-family: x; src: url(data:font/woff2;base64,AAAA) }",
    "a { color: red } /* rr_split */ b { color: blue }",
    "p { color: rebeccapurple }",
  ])("stays as it was where it asks for nothing: %s", (css) => {
    expect(withoutAddresses(css)).toBe(css);
  });
});
