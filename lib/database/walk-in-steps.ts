import { pool } from "#lib/database/client.ts";
import { inSteps } from "#lib/database/in-steps.ts";

/** `changed` rows were changed or deleted, and the walk has come to `last`; null at the end of the table. */
export type Step = { changed: number; last: string[] | null };
/** Looks at a bounded number of rows behind a place in a table's order; null is its beginning. Repeating it does no harm. */
export type TakeStep = (after: string[] | null) => Promise<Step>;

/**
 * Goes through a table in steps, and returns how many rows they changed. Where a process ends in between, the next walk goes on
 * there, in whatever process: on a large table one that starts at the beginning each time may never come to the end.
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

/** Takes the next step of a walk. After the last one it begins anew. */
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
