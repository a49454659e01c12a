import { expect } from "vitest";
import type { ApiProcesses } from "#e2e/process/api-processes.ts";
import { startTraffic } from "#e2e/support/traffic.ts";

type Answer = { url: string; status: number; code: string | null; policy: string; start: number };

/** Sends requests with a key to all instances without a pause, until it is stopped. */
export function startKeyLoad({ all }: ApiProcesses, secret: string, query = "") {
  const answers: Answer[] = [];
  const ask = async (url: string) => {
    const start = performance.now();
    const { status, headers } = await fetch(`${url}/api/v1/auth${query}`, { headers: { "x-api-key": secret } });
    const [code, policy] = [headers.get("goodtake-error"), headers.get("ratelimit-policy") ?? ""];
    answers.push({ url, status, code, policy, start });
  };
  const traffic = startTraffic(all.flatMap(({ url }) => [() => ask(url), () => ask(url)]));
  const since = (from: number) => answers.filter(({ start }) => start > from);
  return {
    /**
     * Returns the answers to requests that start from now on, once each instance has answered some.
     */
    async next(): Promise<Answer[]> {
      const from = performance.now();
      const fewest = () => Math.min(...all.map(({ url }) => since(from).filter((answer) => answer.url === url).length));
      await expect.poll(fewest, { timeout: 20_000, interval: 5 }).toBeGreaterThan(3);
      return since(from);
    },
    since,
    stop: traffic.stop,
  };
}
