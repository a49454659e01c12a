import { spawnSync } from "node:child_process";
import { mkdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { setLocalZone } from "#e2e/support/postgres.ts";
import { startEmbedded } from "#lib/database/embedded.ts";

/** The data folder of the browser tests' server, through which the tests reach its database. */
export const TEST_DATA_DIRECTORY = path.join(tmpdir(), `goodtake-e2e-${process.env.E2E_PORT}`);

if (import.meta.main) {
  // Tests of an older build would fail, or pass, for words that are no longer in the sources.
  const { status } = spawnSync(process.execPath, ["scripts/build.ts", "--check"], { stdio: "inherit" });
  if (status !== 0) process.exit(1);
  rmSync(TEST_DATA_DIRECTORY, { recursive: true, force: true });
  mkdirSync(TEST_DATA_DIRECTORY, { mode: 0o755 });
  process.on("exit", () => rmSync(TEST_DATA_DIRECTORY, { recursive: true, force: true }));
  Object.assign(process.env, {
    GOODTAKE_ENV_FILE: "none",
    DATA_DIR: TEST_DATA_DIRECTORY,
    HOST: "127.0.0.1",
    PORT: process.env.E2E_PORT,
    // Each test has an address of its own, so that throttling by address stays on.
    TRUSTED_PROXIES: "127.0.0.1",
    LOG_LEVEL: "info",
  });
  const { url, stop } = await startEmbedded(TEST_DATA_DIRECTORY, "guest");
  await setLocalZone(url).finally(stop);
  await import("../../server.ts");
}
