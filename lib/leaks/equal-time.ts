import { setTimeout as sleep } from "node:timers/promises";

/**
 * Longer than it takes to record a leak and outlive the leases, unless the machine is overloaded.
 */
const STEP_MS = 500;

/**
 * Settles as `work` does, but only after a multiple of 500 ms, so that the time doesn't reveal
 * whether a reported key exists.
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
