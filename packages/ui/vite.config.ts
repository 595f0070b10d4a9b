import { fileURLToPath } from "node:url";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

// `npm run dev` serves the screens and sends everything else to a running server (or to dev/mock-server.mjs).
const server = process.env.SILLAGE_URL ?? "http://127.0.0.1:7070";
// The host stays as the browser said it: the server compares it with the page's origin.
const proxy = Object.fromEntries(["/api", "/v1", "/track", "/engage"].map((path) => [path, { target: server, changeOrigin: false }]));

export default defineConfig({
  plugins: [react()],
  resolve: { alias: { "@": fileURLToPath(new URL("./src", import.meta.url)) } },
  build: { target: "es2022", chunkSizeWarningLimit: 700 },
  server: {
    host: "127.0.0.1",
    port: 5173,
    proxy,
  },
  preview: { host: "127.0.0.1", proxy },
  test: { include: ["src/**/*.test.{ts,tsx}"], environment: "node" },
});
