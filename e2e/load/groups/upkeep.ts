import { setTimeout as sleep } from "node:timers/promises";
import type pg from "pg";
import type { BenchContext } from "#e2e/load/bench-context.ts";
import { AUTH_RATE } from "#e2e/load/groups/auth-beside-pages.ts";
import { holdUpkeep, isUpkeepRunning } from "#e2e/load/hold-upkeep.ts";
import { steadyP99 } from "#e2e/load/latency.ts";
import { ROUNDS, SECONDS } from "#e2e/load/measure.ts";
import { median } from "#e2e/load/median.ts";
import { openClient } from "#lib/database/connection.ts";

/** How long the last round watches unfinished scheduled work. */
const WATCHED_MS = Number(process.env.BENCH_UPKEEP_SECONDS ?? 120) * 1_000;

/** Measures scheduled work on years of history: its slowest statement, and `/auth` beside it. */
export async function upkeep(bench: BenchContext): Promise<void> {
  const database = await bench.large();
  const { large, postgres } = database;
  const client = await openClient(postgres.url);
  try {
    await client.query("CREATE EXTENSION IF NOT EXISTS pg_stat_statements");
    const p99 = { without: [] as number[], beside: [] as number[] };
    let running = 0;
    let failed = 0;
    const auth = (url: string) =>
      steadyP99({
        url: `${url}/api/v1/auth`,
        headers: { "x-api-key": large.secret },
        rate: AUTH_RATE,
        seconds: SECONDS,
      });
    await client.query("SELECT pg_stat_statements_reset()");
    for (let round = 1; round <= ROUNDS; round += 1) {
      const held = await holdUpkeep(postgres.url);
      await bench.withServer(database, "all", async ({ url }) => {
        await held.check();
        p99.without.push(await auth(url));
      });
      await held.release();
      // Scheduled work starts with the process.
      await bench.withServer(database, "all", async ({ url, output }) => {
        p99.beside.push(await auth(url));
        if (await isUpkeepRunning(postgres.url)) running += 1;
        for (
          const end = performance.now() + WATCHED_MS;
          round === ROUNDS && performance.now() < end;
          await sleep(1_000)
        )
          if (!(await isUpkeepRunning(postgres.url))) break;
        // pg_stat_statements has no statement that timed out.
        if (output().includes("is tried again")) failed += 1;
      });
    }
    const without = median(p99.without);
    bench.report.judge(
      `/auth p99 at ${AUTH_RATE} a second, scheduled work`,
      median(p99.beside),
      { most: without * 1.5 + 1 },
      {
        unit: "ms",
        against: `${without.toFixed(2)} ms without; still at work at the end of ${running} of ${ROUNDS} rounds`,
        because: "1.5 times + 1 ms",
      },
    );
    await judgeSlowest(bench, client);
    bench.report.judge("runs of scheduled work that failed", failed, { most: 0 });
  } finally {
    await client.end();
  }
}

async function judgeSlowest(bench: BenchContext, client: pg.Client): Promise<void> {
  const { rows } = await client.query<{ ms: number; calls: number; query: string }>(
    `SELECT max_exec_time AS "ms", calls::int, regexp_replace(left(query, 120), '\\s+', ' ', 'g') AS "query"
     FROM pg_stat_statements ORDER BY max_exec_time DESC LIMIT 1`,
  );
  const { rows: all } = await client.query<{ removals: number }>(
    `SELECT coalesce(sum(calls), 0)::int AS "removals" FROM pg_stat_statements WHERE query LIKE '%DELETE FROM%'`,
  );
  bench.report.judge(
    "slowest statement of scheduled work",
    rows[0]?.ms ?? Number.NaN,
    { most: 500 },
    { unit: "ms", against: `${rows[0]?.query}; of ${all[0]?.removals} deletions` },
  );
}
