import { defineConfig } from "playwright/test";
import { BROWSER_ARGUMENTS, findBrowser } from "#e2e/support/browser.ts";
import { freePort } from "#e2e/support/free-port.ts";

// Workers evaluate this file again and find the port here.
process.env.E2E_PORT ??= String(await freePort());
const baseURL = `http://127.0.0.1:${process.env.E2E_PORT}`;

export default defineConfig({
  testDir: ".",
  testMatch: "*.spec.ts",
  outputDir: "../test-results",
  fullyParallel: true,
  forbidOnly: Boolean(process.env.CI),
  // One more than the cores of a small machine: tests also wait, for polls and for servers.
  workers: 3,
  // The second try tells a flaky test from a broken one. Both fail the run.
  retries: process.env.CI ? 1 : 0,
  failOnFlakyTests: true,
  timeout: 120_000,
  expect: { timeout: 20_000 },
  use: {
    baseURL,
    locale: "en-GB",
    timezoneId: "Europe/Berlin",
    // Drawing animations was an eighth of the CPU time. Specs about what happens meanwhile keep them.
    contextOptions: { reducedMotion: "reduce" },
    // A trace took half of the time of a run.
    screenshot: "only-on-failure",
    launchOptions: {
      executablePath: await findBrowser(),
      // A test's page ends before optimizing its code pays. Not for Lighthouse, which measures scripts.
      args: [...BROWSER_ARGUMENTS, "--js-flags=--no-opt --no-maglev"],
    },
  },
  webServer: {
    command: "node e2e/support/test-server.ts",
    cwd: "..",
    url: `${baseURL}/readyz`,
    timeout: 60_000,
    stdout: "ignore",
    stderr: "pipe",
    gracefulShutdown: { signal: "SIGTERM", timeout: 15_000 },
  },
});
