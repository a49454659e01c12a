import { setTimeout as sleep } from "node:timers/promises";
import { isRefusedForContent, wasRolledBack } from "#lib/database/unavailable.ts";
import { log } from "#lib/log.ts";

/** A database that hangs must give the API's 503 in under 3 s (api.md), whatever step it hangs in. */
export const DEADLINE_MS = 2_500;
const RETRY_MS = 500;

/** What may have taken effect without anybody being told so, and is not undone yet. */
const doubtful = new Set<Promise<void>>();

/**
 * What the database answers, or an error that {@link isUnavailable} knows if it takes too long. The statement itself goes on, and
 * may still take effect, as may one whose connection broke: then `undo` is called until the database has answered it. It must be
 * right whether the statement took effect, didn't, or will.
 */
export async function inTime<T>(answer: Promise<T>, undo?: () => Promise<unknown>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error("timeout exceeded when waiting for the database")), DEADLINE_MS);
  });
  try {
    return await Promise.race([answer, deadline]);
  } catch (error) {
    if (undo) doubt(answer, undo);
    else answer.catch(() => {});
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

/** Returns when nothing is left to undo, or after `patienceMs`. */
export async function doubtsSettled(patienceMs: number): Promise<void> {
  await Promise.race([Promise.all(doubtful), sleep(patienceMs)]);
}

function doubt(answer: Promise<unknown>, undo: () => Promise<unknown>): void {
  const undone = answer.then(
    () => undoSurely(undo),
    // Told by the database itself that nothing happened.
    (error: unknown) => (wasRolledBack(error) ? undefined : undoSurely(undo)),
  );
  doubtful.add(undone);
  void undone.then(() => doubtful.delete(undone));
}

async function undoSurely(undo: () => Promise<unknown>): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await undo();
      return;
    } catch (error) {
      if (isRefusedForContent(error)) return log().error({ err: error }, "a change that nobody was told of is final");
      if (attempt === 1)
        log().warn({ err: error }, "a change that nobody was told of can't be undone yet and is tried again");
      await sleep(RETRY_MS, undefined, { ref: false });
    }
  }
}
