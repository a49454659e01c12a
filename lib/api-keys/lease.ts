import { setTimeout as sleep } from "node:timers/promises";

/** What a cache has heard from the database is believed for so long from the moment the question was sent. */
export const LEASE_MS = 250;

/** For clocks that don't run at exactly the same speed, and timers that end early. */
export const MARGIN_MS = 15;

/**
 * To be awaited between the commit of a change that must be in force everywhere and its confirmation: whatever any instance
 * believed before the commit, it believes no longer. This holds without a message to anybody, and so without any that could be lost.
 */
export async function outliveLeases(): Promise<void> {
  await sleep(LEASE_MS + MARGIN_MS);
}
