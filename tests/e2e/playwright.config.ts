import { defineConfig } from "@playwright/test";

// Real parts only: the server as built, Debian's Chromium, baresip and SIPp, each on ports and in folders of its own.
export default defineConfig({
  testDir: "./specs",
  outputDir: "./results",
  timeout: 90_000,
  expect: { timeout: 15_000 },
  // Calls are real time and audio is judged by the frame: two at once is what two cores carry.
  workers: 2,
  fullyParallel: false,
  // `make test` retries twice: a machine that stalls for a moment makes a gap in real-time sound; a fault shows every time. A retried test
  // is reported as flaky.
  reporter: [["list"]],
  use: { trace: "retain-on-failure", screenshot: "only-on-failure" },
});
