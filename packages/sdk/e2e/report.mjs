// Says of each test how it went, and counts them in the last line, as the repository's other runners do.
export default async function* report(source) {
  let passed = 0;
  let failed = 0;
  for await (const { type, data } of source) {
    if (type === "test:diagnostic" && data.message.startsWith("asked once more")) yield `     ${data.message}\n`;
    if ((type !== "test:pass" && type !== "test:fail") || data.details?.type === "suite") continue;
    if (type === "test:pass") passed += 1;
    else failed += 1;
    yield `${type === "test:pass" ? "ok  " : "FAIL"} ${data.name} (${Math.round(data.details.duration_ms)} ms)\n`;
    if (type === "test:fail") yield `${data.details.error?.cause?.stack ?? data.details.error?.stack ?? ""}\n`;
  }
  yield `Chromium: ${passed} passed, ${failed} failed\n`;
}
