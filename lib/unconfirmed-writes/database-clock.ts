import { UnavailableError } from "#lib/database/unavailable.ts";
import { DEADLINE_MS } from "#lib/unconfirmed-writes/in-time.ts";

/**
 * SQL: the database's clock in milliseconds since the epoch. It is volatile. Read it in a part of
 * the statement that runs after the locks, and put conditions on it into such a part: PostgreSQL
 * doesn't check a condition again after a lock that another transaction released without a change.
 */
export const CLOCK_MS = "(extract(epoch FROM clock_timestamp()) * 1000)::float8";

/** The longest round trip from which the database's time is believed. */
const ROUND_TRIP_MAX_MS = 500;

/**
 * How far the database's clock is ahead of this machine's, minus up to one answer's way; null until
 * it is known.
 */
let aheadMs: number | null = null;

/**
 * Returns the time after which nobody waits for a statement sent now, in milliseconds since the
 * epoch by the database's clock, or null while that clock is unknown. A statement that compares it
 * with `clock_timestamp()` does nothing when it runs late, even if the process that sent it is
 * gone. The clocks of the machines don't need to agree.
 */
export function statementDeadline(): number | null {
  return aheadMs === null ? null : Date.now() + aheadMs + DEADLINE_MS;
}

/**
 * Syncs with the database's clock from a statement that was sent at `sentAt` (`Date.now()`) and
 * read its clock last.
 */
export function syncClock(databaseMs: number, sentAt: number): void {
  const now = Date.now();
  if (now >= sentAt && now - sentAt <= ROUND_TRIP_MAX_MS) aheadMs = databaseMs - now;
}

/**
 * Returns the error of a statement that ran late and did nothing. Also forgets the clock: if the
 * caller is still waiting, the clock was set or the database moved.
 */
export function lateError(): UnavailableError {
  aheadMs = null;
  return new UnavailableError("the statement reached the database after its deadline");
}
