import { until } from "#e2e/support/until.ts";
import { DAY_MS } from "#lib/time/model/duration.ts";

/** Longer than the part of a test takes whose requests must be of one day. */
const MARGIN_MS = 25_000;

/**
 * Waits at the end of a UTC day until the next one has begun, so that what a test counts by day is
 * of one day.
 */
export async function awayFromMidnight(): Promise<void> {
  await until(async () => DAY_MS - (Date.now() % DAY_MS) > MARGIN_MS, MARGIN_MS + 5_000);
}
