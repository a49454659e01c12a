import { setTimeout as sleep } from "node:timers/promises";

/** Caches believe an answer of the database for this long from when its query was sent. */
export const LEASE_MS = 250;

/** Allows for clocks that run at slightly different speeds, and for timers that end early. */
export const MARGIN_MS = 15;

/**
 * Waits until no cache believes an answer from before now. Called between the commit of a change
 * that must be in force on every instance and its confirmation. No message is sent to the
 * instances, so none can be lost.
 */
export async function outliveLeases(): Promise<void> {
  await sleep(LEASE_MS + MARGIN_MS);
}
