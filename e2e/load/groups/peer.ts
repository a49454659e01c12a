import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { BenchContext } from "#e2e/load/bench-context.ts";
import { measure, rate } from "#e2e/load/measure.ts";
import { startNode } from "#e2e/load/set-up.ts";
import { startRedis } from "#e2e/support/redis.ts";
import { pool } from "#lib/database/client.ts";

const PEERS = path.join(import.meta.dirname, "../peers");

/** Measures better-auth's API keys, each set-up alone on the machine. */
export async function peer(bench: BenchContext): Promise<void> {
  if (!existsSync(path.join(PEERS, "node_modules"))) {
    const installed = spawnSync("npm", ["install", "--no-audit", "--no-fund"], { cwd: PEERS, stdio: "inherit" });
    if (installed.status !== 0) throw new Error("better-auth could not be installed.");
  }
  const database = await bench.keys();
  const redis = await startRedis();
  const theirs: Record<string, number> = {};
  try {
    for (const [name, env] of [
      ["PostgreSQL", {}],
      ["Redis", { REDIS_URL: redis.url }],
    ] as const) {
      await pool().query("DROP DATABASE IF EXISTS better_auth");
      await pool().query("CREATE DATABASE better_auth");
      const url = new URL(database.postgres.url);
      url.pathname = "/better_auth";
      const server = await startNode(["better-auth.js"], PEERS, { DATABASE_URL: url.href, ...env });
      const { port, key } = JSON.parse(server.line);
      const measured = await measure({ url: `http://127.0.0.1:${port}/`, headers: { "X-API-Key": key } }, 16);
      if (measured.rejected > 0) throw new Error(`better-auth rejected ${measured.rejected} requests`);
      theirs[name] = measured.rate;
      server.end();
      await sleep(1_000);
    }
  } finally {
    await redis.stop();
  }
  const ours = await bench.withServer(database, "api", ({ url }) =>
    measure({ url: `${url}/api/v1/auth`, headers: database.hot }, 16),
  );
  for (const [name, value] of Object.entries(theirs))
    bench.report.judge(
      `against better-auth's API keys in ${name}`,
      ours.rate / value,
      { least: 20 },
      { unit: "times", against: `${rate(ours.rate)} and ${rate(value)}` },
    );
}
