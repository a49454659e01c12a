import { log } from "#lib/log.ts";

/** A database that hangs must give the API's 503 in under 3 s (api.md), whatever step it hangs in. */
const DEADLINE_MS = 2_500;

/**
 * What the database answers, or an error that {@link isUnavailable} knows if it takes too long. The statement itself goes on, and
 * may still take effect: `undo` is told of an answer that nobody waits for any more.
 */
export async function inTime<T>(answer: Promise<T>, undo?: (late: T) => Promise<unknown>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new Error("timeout exceeded when waiting for the database"));
      if (undo)
        answer.then(undo).catch((error: unknown) => log().error({ err: error }, "a late change could not be undone"));
    }, DEADLINE_MS);
  });
  answer.catch(() => {});
  return Promise.race([answer, deadline]).finally(() => clearTimeout(timer));
}
