import { setTimeout as sleep } from "node:timers/promises";
import type { BenchContext } from "#e2e/load/bench-context.ts";
import {
  type DashboardLoad,
  floodSignInPages,
  floodSignIns,
  renderPages,
  runExports,
  signInByForm,
} from "#e2e/load/dashboard.ts";
import { holdUpkeep } from "#e2e/load/hold-upkeep.ts";
import { steadyP99 } from "#e2e/load/latency.ts";
import { ROUNDS, SECONDS } from "#e2e/load/measure.ts";
import { median } from "#e2e/load/median.ts";

export const AUTH_RATE = 300;
const PAGES_RATE = 4.5;
const EXPORTS = 32;
/** How long a load runs before it counts. */
const LEAD_MS = 1_000;

/**
 * Measures `/auth` at a fixed rate under several loads of the dashboard, each in turns with none.
 */
export async function authBesidePages(bench: BenchContext): Promise<void> {
  const database = await bench.large();
  const { large, postgres } = database;
  const held = await holdUpkeep(postgres.url);
  try {
    await bench.withServer(
      database,
      "all",
      async ({ url }) => {
        await held.check();
        const headers = { "x-api-key": large.secret };
        const auth = () => steadyP99({ url: `${url}/api/v1/auth`, headers, rate: AUTH_RATE, seconds: SECONDS });
        const cookie = await signInByForm(url, large);
        const pages = ["developer", "usage", "activity", "account"].map((page) => `${url}/settings/${page}`);
        const exports = ["usage", "activity", "developer"].map((page) => `${url}/settings/${page}/export`);
        const loads: [string, number, number, DashboardLoad][] = [
          [
            "pages rendered and exports running",
            1.5,
            1,
            async (_, seconds) =>
              (
                await Promise.all([
                  renderPages(pages, cookie, PAGES_RATE, seconds),
                  runExports(exports, cookie, EXPORTS, seconds),
                ])
              ).join("; "),
          ],
          ["sign-in pages flooding", 2, 5, floodSignInPages],
          ["sign-ins flooding", 2, 5, floodSignIns],
        ];
        for (const [name, times, plusMs, load] of loads) {
          const p99 = { without: [] as number[], beside: [] as number[] };
          let words = "";
          for (let round = 0; round < ROUNDS; round += 1) {
            p99.without.push(await auth());
            const loading = load(url, SECONDS + (2 * LEAD_MS) / 1000);
            // A load that fails early is reported at its end.
            loading.catch(() => {});
            await sleep(LEAD_MS);
            p99.beside.push(await auth());
            words = await loading;
            // Queues are empty after 2 s at most.
            await sleep(2_500);
          }
          const without = median(p99.without);
          bench.report.judge(
            `/auth p99 at ${AUTH_RATE} a second, ${name}`,
            median(p99.beside),
            { most: without * times + plusMs },
            {
              unit: "ms",
              against: `${without.toFixed(2)} ms without; ${words}`,
              because: `${times} times + ${plusMs} ms`,
            },
          );
        }
      },
      { TRUSTED_PROXIES: "127.0.0.1" },
    );
  } finally {
    await held.release();
  }
}
