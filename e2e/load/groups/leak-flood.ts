import { setTimeout as sleep } from "node:timers/promises";
import type { BenchContext } from "#e2e/load/bench-context.ts";
import { AUTH_RATE } from "#e2e/load/groups/auth-beside-pages.ts";
import { steadyP99 } from "#e2e/load/latency.ts";
import { ROUNDS, SECONDS } from "#e2e/load/measure.ts";
import { median } from "#e2e/load/median.ts";
import { newAddress } from "#e2e/support/sign-up.ts";
import { generateSecret } from "#lib/api-keys/secret.ts";

const REPORTS = 10_000;
/** One address can send 60 an hour. */
const REPORTS_OF_ADDRESS = 50;
/** How long the flood runs before `/auth` is measured. */
const LEAD_MS = 1_000;

/**
 * Measures `/auth` at a fixed rate during 10,000 leak reports of unknown keys, in turns with none.
 */
export async function leakFlood(bench: BenchContext): Promise<void> {
  const database = await bench.keys();
  await bench.withServer(
    database,
    "api",
    async ({ url }) => {
      const auth = () =>
        steadyP99({ url: `${url}/api/v1/auth`, headers: database.hot, rate: AUTH_RATE, seconds: SECONDS });
      const p99 = { without: [] as number[], beside: [] as number[] };
      const rates: number[] = [];
      for (let round = 0; round < ROUNDS; round += 1) {
        p99.without.push(await auth());
        const start = performance.now();
        const flooding = flood(url, REPORTS / ROUNDS);
        // A flood that fails early is reported at its end.
        flooding.catch(() => {});
        await sleep(LEAD_MS);
        p99.beside.push(await auth());
        await flooding;
        rates.push(REPORTS / ROUNDS / ((performance.now() - start) / 1_000));
      }
      const without = median(p99.without);
      bench.report.judge(
        `/auth p99 at ${AUTH_RATE} a second, leak reports flooding`,
        median(p99.beside),
        { most: without * 2 + 5 },
        {
          unit: "ms",
          against: `${without.toFixed(2)} ms without; ${Math.round(median(rates))} reports a second, ${REPORTS} in all`,
          because: "2 times + 5 ms",
        },
      );
    },
    { TRUSTED_PROXIES: "127.0.0.1" },
  );
}

/** Sends reports from many addresses, as many in parallel as one measurement needs. */
async function flood(url: string, reports: number): Promise<void> {
  let sent = 0;
  let address = "";
  const send = async () => {
    while (sent < reports) {
      if (sent % REPORTS_OF_ADDRESS === 0) address = newAddress();
      sent += 1;
      const { status } = await fetch(`${url}/api/v1/leaks`, {
        method: "POST",
        body: JSON.stringify({ keys: [generateSecret()] }),
        headers: { "content-type": "application/json", "x-forwarded-for": address },
      });
      if (status !== 202) throw new Error(`A leak report answered ${status}.`);
    }
  };
  // Each takes half a second, so the flood lasts as long as the measurement.
  const atOnce = Math.ceil(reports / (2 * (SECONDS + LEAD_MS / 1_000)));
  await Promise.all(Array.from({ length: atOnce }, send));
}
