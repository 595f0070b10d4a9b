// The main path of every screen, in both languages, and once, in the language of its tag, what has no language in it, against a running server that holds events:
//   BASE_URL=http://127.0.0.1:7070 EMAIL=… PASSWORD=… npm run e2e
import { defineConfig } from "@playwright/test";
import { STATE } from "./e2e/words.ts";

const executablePath = process.env.CHROMIUM ?? "/usr/bin/chromium";

export default defineConfig({
  testDir: "e2e",
  outputDir: process.env.E2E_OUTPUT ?? "node_modules/.e2e",
  timeout: 45_000,
  expect: { timeout: 10_000 },
  retries: process.env.CI ? 1 : 0,
  workers: 1,
  reporter: [["list"]],
  use: {
    baseURL: process.env.BASE_URL ?? "http://127.0.0.1:7070",
    viewport: { width: 1440, height: 900 },
    launchOptions: { executablePath, args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking"] },
    screenshot: "only-on-failure",
    contextOptions: { reducedMotion: "reduce" },
  },
  projects: [
    { name: "sign in", testMatch: /signin\.setup\.ts/ },
    { name: "en", dependencies: ["sign in"], grepInvert: /@fr\b/, use: { locale: "en-GB", storageState: STATE } },
    { name: "fr", dependencies: ["sign in"], grepInvert: /@en\b/, use: { locale: "fr-FR", storageState: STATE } },
  ],
});
