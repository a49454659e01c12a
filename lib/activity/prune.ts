import { env } from "#lib/config/env.ts";
import { removeInSteps } from "#lib/database/remove-in-steps.ts";

/** Removes records older than `ACTIVITY_DAYS`; returns their number. */
export function pruneActivity(signal?: AbortSignal, days: number = env().ACTIVITY_DAYS): Promise<number> {
  const where = `"createdAt" < now() - make_interval(days => $1::int)`;
  return removeInSteps({ table: "Activity", by: "createdAt", where, values: [days] }, signal);
}
