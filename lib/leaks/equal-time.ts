import { setTimeout as sleep } from "node:timers/promises";

/**
 * Longer than recording a leak and waiting for the leases takes, on a machine that isn't
 * overloaded.
 */
const STEP_MS = 500;

/**
 * Settles as `work` does, but only after a multiple of 500 ms: the time must not tell whether a
 * reported key exists.
 */
export async function inEqualTime<T>(work: Promise<T>): Promise<T> {
  const startedAt = performance.now();
  try {
    return await work;
  } finally {
    const tookMs = performance.now() - startedAt;
    await sleep(Math.ceil(tookMs / STEP_MS) * STEP_MS - tookMs);
  }
}
