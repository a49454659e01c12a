import { populate } from "#e2e/load/faults/accounts.ts";
import { ask } from "#e2e/load/faults/ask.ts";
import { causeFaults } from "#e2e/load/faults/cause-faults.ts";
import { checkTheEnd } from "#e2e/load/faults/check-the-end.ts";
import { makeChanges } from "#e2e/load/faults/make-changes.ts";
import type { Report } from "#e2e/load/faults/report.ts";
import { LimitHistory } from "#e2e/load/limits.ts";
import { Random } from "#e2e/load/random.ts";
import { startApiProcesses } from "#e2e/process/api-processes.ts";
import { startPostgres } from "#e2e/support/postgres.ts";
import { startRedis } from "#e2e/support/redis.ts";
import { startServer } from "#e2e/support/start-server.ts";
import { connectDatabase, disconnectDatabase } from "#lib/database/client.ts";

const INSTANCES = 3;
const AUTH_SECRET = "k3J9mQ2xV7bN5tR8wY1zL4cF6hD0gS+a";

export type Options = {
  seed: number;
  /** How long faults and changes go on under load. */
  seconds: number;
  /** Revocations to make in that time. */
  revocations: number;
  /** Requests in flight. */
  parallel: number;
  say?: (line: string) => void;
};

/**
 * Runs three API processes and a dashboard on one PostgreSQL and one Redis, under load. Meanwhile
 * it kills, pauses and restarts processes, stops the database and Redis, and changes keys, tiers,
 * accounts and credits. It checks every answer against what was confirmed before its request began.
 */
export async function runFaults({ seed, seconds, revocations, parallel, say = () => {} }: Options): Promise<Report> {
  const random = new Random(seed);
  const report: Report = {
    requests: 0,
    statuses: {},
    faults: {},
    revocations: 0,
    restricted: {},
    limitedAlone: 0,
    violations: [],
  };
  const postgres = await startPostgres();
  const redis = await startRedis();
  const processes = await startApiProcesses(INSTANCES, postgres.url, { REDIS_URL: redis.url });
  const startDashboard = () =>
    startServer({ ROLE: "dashboard", DATABASE_URL: postgres.url, AUTH_SECRET, TIERS_FILE: processes.tiersFile });
  let dashboard = await startDashboard();
  connectDatabase(postgres.url, 8);
  try {
    const { accounts, keys } = await populate(60, Math.max(5, Math.ceil(revocations / 30)));
    const limits = new LimitHistory(INSTANCES, accounts.filter(({ limited }) => limited).length);
    const end = performance.now() + seconds * 1_000;
    let over = false;
    const running = () => !over;
    // A third of the load uses limited keys, which would hardly reach their limits otherwise, and a
    // third uses keys whose restrictions have changed.
    const limitedKeys = keys.filter(({ account }) => account.limited);
    const restrictedKeys = () => keys.filter(({ restricting }) => restricting.begun > 0);
    const load = Array.from({ length: parallel }, async (_, i) => {
      while (running()) {
        const some = [limitedKeys, restrictedKeys(), []][i % 3] ?? [];
        await ask(random, processes, some.length > 0 ? some : keys, limits, report);
      }
    });
    const changes = makeChanges(random, accounts, keys, { running, count: revocations, ms: seconds * 1_000 }, report);
    const faults = causeFaults(random, { processes, postgres, redis, limits }, end, report, say, async () => {
      await dashboard.end("SIGKILL");
      dashboard = await startDashboard();
    }).finally(() => {
      over = true;
    });
    await Promise.all([...load, changes, faults]);
    await checkTheEnd(processes, dashboard, accounts, keys, report);
    const { faults: had } = report;
    const lostCounts = (had["Redis is killed"] ?? 0) + (had["Redis is flushed"] ?? 0);
    report.violations.push(...limits.violations(lostCounts, had["an API process is killed"] ?? 0));
    report.limitedAlone = limits.limitedAlone;
  } finally {
    await disconnectDatabase();
    await dashboard.end("SIGKILL");
    await processes.end();
    await redis.stop();
    await postgres.remove();
  }
  return report;
}
