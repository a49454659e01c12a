import { pool } from "#lib/database/client.ts";
import { inSteps } from "#lib/database/in-steps.ts";

/**
 * `changed` counts changed or deleted rows. `last` is how far the walk has come; null at the end of
 * the table.
 */
export type Step = { changed: number; last: string[] | null };
/**
 * Handles a bounded number of rows after a place in the table's order; null is the start. Safe to
 * repeat.
 */
type TakeStep = (after: string[] | null) => Promise<Step>;

/**
 * Walks through a table in steps and returns how many rows they changed. The next walk continues
 * where a process ended, in any process: starting over each time might never finish a large table.
 */
export async function walkInSteps(walk: string, step: TakeStep, signal?: AbortSignal): Promise<number> {
  let all = 0;
  await inSteps(async () => {
    const { changed, last } = await nextStep(walk, step);
    all += changed;
    return last !== null;
  }, signal);
  return all;
}

/** Takes the next step of a walk. After the last step the walk starts over. */
export async function nextStep(walk: string, step: TakeStep): Promise<Step> {
  const { rows } = await pool().query<{ after: string[] }>(`SELECT "after" FROM "UpkeepWalk" WHERE "walk" = $1`, [
    walk,
  ]);
  const taken = await step(rows[0]?.after ?? null);
  if (taken.last)
    await pool().query(
      `INSERT INTO "UpkeepWalk" ("walk", "after") VALUES ($1, $2) ON CONFLICT ("walk") DO UPDATE SET "after" = excluded."after"`,
      [walk, taken.last],
    );
  else if (rows[0]) await pool().query(`DELETE FROM "UpkeepWalk" WHERE "walk" = $1`, [walk]);
  return taken;
}
