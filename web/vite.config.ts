import react from "@vitejs/plugin-react";
import tailwindcss from "@tailwindcss/vite";
import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const target = process.env.TANDEM_URL ?? "http://127.0.0.1:8080";
const proxy = { "/api": { target, ws: true } };

export default defineConfig({
  plugins: [react(), tailwindcss()],
  // As it is written: only others need it compiled.
  resolve: { alias: { "@tandem/sdk": fileURLToPath(new URL("sdk/src/index.ts", import.meta.url)) } },
  build: {
    target: "es2022",
    // The server sends a strict content security policy: nothing may be inlined.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  server: {
    host: "127.0.0.1",
    port: 5173,
    proxy,
  },
  preview: { host: "127.0.0.1", proxy },
  test: {
    environment: "node",
    include: ["src/**/*.test.ts", "sdk/src/**/*.test.ts", "sdk/scripts/*.test.mjs"],
  },
});
