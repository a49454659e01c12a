import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["{lib,components,scripts,e2e/process}/**/*.test.{ts,tsx}"],
    globalSetup: ["e2e/database-setup.ts"],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    server: { deps: { inline: ["next-auth"] } },
    env: { NODE_ENV: "test", LOG_LEVEL: "silent" },
  },
});
