import { setTimeout as sleep } from "node:timers/promises";

const INTERVAL_MS = 20;

/**
 * Reads every 20 ms until there is a value.
 *
 * @throws if there is none in time.
 */
export async function until<T>(read: () => Promise<T | undefined | false>, timeoutMs = 30_000): Promise<T> {
  for (const end = performance.now() + timeoutMs; performance.now() < end; await sleep(INTERVAL_MS)) {
    const value = await read();
    if (value) return value;
  }
  throw new Error(`Nothing came within ${timeoutMs} ms of: ${read}`);
}
