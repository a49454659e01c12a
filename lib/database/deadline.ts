/** A database that hangs must give the API's 503 in under 3 s (api.md), whatever step it hangs in. */
const DEADLINE_MS = 2_500;

/**
 * What the database answers, or an error that {@link isUnavailable} knows if it takes too long. The statement itself goes on, and
 * may still take effect.
 */
export async function inTime<T>(answer: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error("timeout exceeded when waiting for the database")), DEADLINE_MS);
  });
  answer.catch(() => {});
  return Promise.race([answer, deadline]).finally(() => clearTimeout(timer));
}
