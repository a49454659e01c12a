import { execFile } from "node:child_process";
import path from "node:path";
import { promisify } from "node:util";
import autocannon from "autocannon";
import { SECONDS } from "#e2e/load/measure.ts";
import type { SteadyLoad, SteadyResult } from "#e2e/load/steady-client.ts";

type Load = { url: string; connections: number; rate: number; headers: Record<string, string> };

/**
 * Sends requests at a rate with autocannon: those of each second as fast as they are answered, then
 * none until the next. Returns the number of answers and the milliseconds of 99 in 100.
 * Autocannon's own histogram has whole milliseconds only.
 */
export async function loadAtRate({
  url,
  connections,
  rate,
  headers,
}: Load): Promise<{ requests: number; p99: number }> {
  const times: number[] = [];
  await new Promise<void>((resolve, reject) => {
    const run = autocannon({ url, connections, duration: SECONDS, overallRate: rate, headers }, (error, result) => {
      if (error) reject(error);
      else if (result.errors > 0 || result.non2xx > 0)
        reject(new Error(`autocannon against ${url}: ${result.errors} errors, ${result.non2xx} rejected`));
      else resolve();
    });
    run.on("response", (_client, _status, _bytes, ms) => times.push(ms));
  });
  return { requests: times.length, p99: percentile(times, 99) };
}

/**
 * Sends requests evenly from a process of its own. Returns the milliseconds of 99 in 100, where a
 * failed request counts as infinite.
 */
export async function steadyP99(load: SteadyLoad): Promise<number> {
  const client = path.join(import.meta.dirname, "steady-client.ts");
  const { stdout } = await promisify(execFile)(process.execPath, [client, JSON.stringify(load)], {
    maxBuffer: 2 ** 26,
  });
  const { times, failed } = JSON.parse(stdout) as SteadyResult;
  return percentile([...times, ...Array<number>(failed).fill(Number.POSITIVE_INFINITY)], 99);
}

/** Returns the given percentile, or NaN for an empty list. */
export function percentile(values: number[], percent: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.ceil(sorted.length * (percent / 100)) - 1] ?? Number.NaN;
}
