import { DEADLINE_MS } from "#lib/unconfirmed-writes/in-time.ts";

/**
 * SQL: the database's clock in milliseconds of the epoch. Volatile: a part of a statement reads it after the locks that it depends on,
 * and a condition on it must be in such a part, for a lock that another transaction gave up without a change isn't looked at again.
 */
export const CLOCK = "(extract(epoch FROM clock_timestamp()) * 1000)::float8";

/** An answer that took longer says too little of when its clock was read. */
const TRAVEL_MS = 500;

/** By how much the database's clock is ahead of this machine's, too little by an answer's way at most; null until it is known. */
let aheadMs: number | null = null;

/**
 * From when on nobody waits for a statement that is sent now: milliseconds of the epoch by the database's clock, so that no two
 * machines need the same time, and null while that is unknown. Such a statement that compares it with `clock_timestamp()` does
 * nothing when it is run late, also where the process that sent it is gone by then.
 */
export function statementDeadline(): number | null {
  return aheadMs === null ? null : Date.now() + aheadMs + DEADLINE_MS;
}

/** Learns from the answer to a statement that was sent at `sentAt` (`Date.now()`) and that read its clock last. */
export function hearClock(databaseMs: number, sentAt: number): void {
  const now = Date.now();
  if (now >= sentAt && now - sentAt <= TRAVEL_MS) aheadMs = databaseMs - now;
}

/**
 * Returns the error of a statement that did nothing because it was late; {@link isUnavailable} knows it. One that is waited for all the
 * same was late by a clock that was set or a database that moved: the next one learns it anew.
 */
export function lateness(): Error {
  aheadMs = null;
  return new Error("timeout exceeded before the database began");
}
