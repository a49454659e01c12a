import { setTimeout as sleep } from "node:timers/promises";
import { isRefusedForContent, wasRolledBack } from "#lib/database/unavailable.ts";
import { log } from "#lib/log.ts";

/** A database that hangs must give the API's 503 in under 3 s (api.md), whatever step it hangs in. */
export const DEADLINE_MS = 2_500;
const RETRY_MS = 500;

/** What may have taken effect without anybody being told so, and is not followed up yet. */
const doubtful = new Set<Promise<void>>();

/**
 * What the database answers, or an error that {@link isUnavailable} knows if it takes too long. The statement itself goes on, and
 * may still take effect, as may one whose connection broke: then `followUp`, which undoes or repeats it, is called until the database
 * has answered it. It must be right whether the statement took effect, didn't, or will. `always` calls it also where the database
 * itself said that nothing happened, because something must.
 */
export async function inTime<T>(
  answer: Promise<T>,
  followUp?: () => Promise<unknown>,
  { always = false } = {},
): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error("timeout exceeded when waiting for the database")), DEADLINE_MS);
  });
  try {
    return await Promise.race([answer, deadline]);
  } catch (error) {
    if (followUp) doubt(answer, followUp, always);
    else answer.catch(() => {});
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

/** Returns when nothing is left to follow up, or after `patienceMs`. */
export async function doubtsSettled(patienceMs: number): Promise<void> {
  await Promise.race([Promise.all(doubtful), sleep(patienceMs)]);
}

function doubt(answer: Promise<unknown>, followUp: () => Promise<unknown>, always: boolean): void {
  const settled = answer.then(
    () => untilConfirmed(followUp),
    (error: unknown) => (wasRolledBack(error) && !always ? undefined : untilConfirmed(followUp)),
  );
  doubtful.add(settled);
  void settled.then(() => doubtful.delete(settled));
}

async function untilConfirmed(followUp: () => Promise<unknown>): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await followUp();
      return;
    } catch (error) {
      if (isRefusedForContent(error)) return log().error({ err: error }, "a change that nobody was told of is final");
      if (attempt === 1)
        log().warn(
          { err: error },
          "a change that nobody was told of is unconfirmed and is tried again until it is confirmed",
        );
      await sleep(RETRY_MS, undefined, { ref: false });
    }
  }
}
