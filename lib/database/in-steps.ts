import { setTimeout as sleep } from "node:timers/promises";

/**
 * Runs `step` until it returns false. Pauses after each step for as long as it took, so that
 * requests have the database to themselves half of the time.
 *
 * @throws {DOMException} named AbortError once `signal` is aborted. The step in progress is
 * finished first.
 */
export async function inSteps(step: () => Promise<boolean>, signal?: AbortSignal): Promise<void> {
  for (;;) {
    signal?.throwIfAborted();
    const startedAt = performance.now();
    if (!(await step())) return;
    await sleep(performance.now() - startedAt, undefined, signal && { signal });
  }
}
