import { setTimeout as sleep } from "node:timers/promises";
import type { Report } from "#e2e/load/faults/report.ts";
import type { LimitHistory } from "#e2e/load/limits.ts";
import type { Random } from "#e2e/load/random.ts";
import type { ApiProcesses } from "#e2e/process/api-processes.ts";
import type { TestPostgres } from "#e2e/support/postgres.ts";
import type { TestRedis } from "#e2e/support/redis.ts";
import { LEASE_MS } from "#lib/api-keys/lease.ts";
import { pool } from "#lib/database/client.ts";

type Stage = { processes: ApiProcesses; postgres: TestPostgres; redis: TestRedis; limits: LimitHistory };

/** Causes one fault after the other, and repairs each as a supervisor would. */
export async function causeFaults(
  random: Random,
  { processes, postgres, redis, limits }: Stage,
  end: number,
  report: Report,
  say: (line: string) => void,
  restartDashboard: () => Promise<void>,
): Promise<void> {
  const faults: Record<string, () => Promise<unknown>> = {
    "an API process is killed": async () => {
      const place = random.below(processes.all.length);
      await processes.all[place]?.end("SIGKILL");
      await processes.start(place);
    },
    "the dashboard is killed": restartDashboard,
    "PostgreSQL is stopped": async () => {
      await postgres.stop();
      await sleep(200 + random.below(600));
      await postgres.start();
    },
    "PostgreSQL's connections are terminated": () =>
      pool()
        .query(
          "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'",
        )
        .catch(() => {}),
    "a backend of PostgreSQL is killed": () => postgres.crash(),
    "Redis is killed": async () => {
      await redis.stop();
      await limits.whileAway();
      await redis.restart();
    },
    "Redis is flushed": () => redis.flush(),
    "an API process is paused": async () => {
      const server = random.pick(processes.all);
      server.process.kill("SIGSTOP");
      await sleep(LEASE_MS * (1 + random.next() * 3));
      server.process.kill("SIGCONT");
    },
  };
  // Each fault comes at least once, in a random order.
  const order = Object.keys(faults).sort(() => random.next() - 0.5);
  while (performance.now() < end || order.length > 0) {
    const name = order.shift() ?? random.pick(Object.keys(faults));
    report.faults[name] = (report.faults[name] ?? 0) + 1;
    say(name);
    await faults[name]?.();
    await sleep(100 + random.below(400));
  }
}
