import { DEADLINE_MS } from "#lib/database/deadline.ts";

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
 * To be asked about a statement that changed nothing.
 *
 * @throws what {@link isUnavailable} knows, if it was too late. One that is waited for all the same was late by a clock that was set
 * or a database that moved: the next one learns it anew.
 */
export function refuseLate(databaseMs: number, deadline: number | null): void {
  if (deadline === null || databaseMs < deadline) return;
  aheadMs = null;
  throw new Error("timeout exceeded before the database began");
}
