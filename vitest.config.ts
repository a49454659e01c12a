import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["{lib,components,scripts,e2e/process}/**/*.test.{ts,tsx}"],
    globalSetup: ["e2e/support/database-setup.ts"],
    // Most tests wait for processes and databases, so the default of half the cores leaves a small
    // machine idle.
    maxWorkers: Math.max(3, Math.floor(availableParallelism() / 2)),
    testTimeout: 60_000,
    hookTimeout: 60_000,
    server: { deps: { inline: ["next-auth"] } },
    env: { NODE_ENV: "test", LOG_LEVEL: "silent" },
  },
});
