import { Agent, request } from "node:http";
import os from "node:os";
import { setTimeout as sleep } from "node:timers/promises";

/** The load: requests a second, and for how long. */
export type SteadyLoad = { url: string; headers: Record<string, string>; rate: number; seconds: number };
/**
 * The milliseconds of each answer, and the number of requests that got none or a status other than
 * 200 and 204.
 */
export type SteadyResult = { times: number[]; failed: number };

/**
 * Sends requests at a fixed rate without waiting for answers, so that a pause of the server counts
 * in full.
 */
async function run({ url, headers, rate, seconds }: SteadyLoad): Promise<SteadyResult> {
  const agent = new Agent({ keepAlive: true });
  const result: SteadyResult = { times: [], failed: 0 };
  const ask = () =>
    new Promise<void>((resolve) => {
      const sentAt = performance.now();
      const end = (ok: boolean) => {
        if (ok) result.times.push(performance.now() - sentAt);
        else result.failed += 1;
        resolve();
      };
      const sent = request(url, { agent, headers }, (answer) => {
        answer.resume().once("end", () => end(answer.statusCode === 204 || answer.statusCode === 200));
      });
      sent.once("error", () => end(false)).end();
    });
  // Warms up connections and code.
  for (let i = 0; i < rate / 2; i += 1) await ask();
  Object.assign(result, { times: [], failed: 0 });
  const all: Promise<void>[] = [];
  for (const start = performance.now(); all.length < rate * seconds; await sleep(1))
    while (all.length < Math.min(rate * seconds, ((performance.now() - start) / 1000) * rate)) all.push(ask());
  await Promise.all(all);
  agent.destroy();
  return result;
}

try {
  // Time that this process waits for a core is not the server's.
  os.setPriority(-15);
} catch {
  // Only root may.
}
const result = await run(JSON.parse(process.argv[2] ?? "") as SteadyLoad);
process.stdout.write(JSON.stringify(result));
