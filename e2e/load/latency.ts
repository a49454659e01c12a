import autocannon from "autocannon";
import { SECONDS } from "#e2e/load/measure.ts";

type Load = { url: string; connections: number; rate: number; headers: Record<string, string> };

/**
 * Sends so many requests a second with autocannon, each second's as fast as they are answered and then none until the next. Returns
 * how many were answered and the milliseconds in which 99 of 100 were, from all their times: autocannon's own histogram has whole ones only.
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
        reject(new Error(`autocannon against ${url}: ${result.errors} errors, ${result.non2xx} refused`));
      else resolve();
    });
    run.on("response", (_client, _status, _bytes, ms) => times.push(ms));
  });
  times.sort((a, b) => a - b);
  return { requests: times.length, p99: times[Math.ceil(times.length * 0.99) - 1] as number };
}
