import { setTimeout as sleep } from "node:timers/promises";
import { isRejectedForContent, UnavailableError, wasRolledBack } from "#lib/database/unavailable.ts";
import { log } from "#lib/log.ts";

/** The API answers 503 in under 3 s when the database hangs. */
export const DEADLINE_MS = 2_500;
const RETRY_MS = 500;

/** Follow-ups of unconfirmed writes that are still running. */
const unconfirmed = new Set<Promise<void>>();

/**
 * Returns the database's answer, or throws {@link UnavailableError} after {@link DEADLINE_MS}. The
 * statement keeps running after that and may still take effect, as may a statement whose connection
 * broke.
 *
 * `followUp` then cancels or repeats the write. It is called until the database confirms it, so it
 * must be right whether the statement took effect, didn't, or still will. With `always` it is also
 * called if the database said that nothing changed.
 */
export async function inTime<T>(
  answer: Promise<T>,
  followUp?: () => Promise<unknown>,
  { always = false } = {},
): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new UnavailableError("the database did not answer in time")), DEADLINE_MS);
  });
  try {
    return await Promise.race([answer, deadline]);
  } catch (error) {
    if (followUp) confirm(answer, followUp, always);
    else answer.catch(() => {});
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

/** Resolves when every unconfirmed write is confirmed, or after `patienceMs`. */
export async function writesConfirmed(patienceMs: number): Promise<void> {
  await Promise.race([Promise.all(unconfirmed), sleep(patienceMs)]);
}

function confirm(answer: Promise<unknown>, followUp: () => Promise<unknown>, always: boolean): void {
  const confirmed = answer.then(
    () => retryUntilConfirmed(followUp),
    (error: unknown) => (wasRolledBack(error) && !always ? undefined : retryUntilConfirmed(followUp)),
  );
  unconfirmed.add(confirmed);
  void confirmed.then(() => unconfirmed.delete(confirmed));
}

async function retryUntilConfirmed(followUp: () => Promise<unknown>): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await followUp();
      return;
    } catch (error) {
      if (isRejectedForContent(error))
        return log().error({ err: error }, "an unconfirmed write stays as it is: the database rejects its follow-up");
      if (attempt === 1) log().warn({ err: error }, "a write is unconfirmed and is retried until it is confirmed");
      await sleep(RETRY_MS, undefined, { ref: false });
    }
  }
}
