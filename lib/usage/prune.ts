import { removeInSteps } from "#lib/database/remove-in-steps.ts";

/** Usage by hour is kept for 90 days. */
export function pruneUsageHours(signal?: AbortSignal): Promise<number> {
  return removeInSteps({ table: "UsageHour", by: "hour", where: `"hour" < now() - interval '90 days'` }, signal);
}

/** Usage by day is kept for 2 years. */
export function pruneUsageDays(signal?: AbortSignal): Promise<number> {
  const where = `"day" < (now() AT TIME ZONE 'UTC')::date - 730`;
  return removeInSteps({ table: "UsageDay", by: "day", where }, signal);
}

/** A batch is known for a day: by then nobody tries again to write it. */
export function pruneUsageBatches(signal?: AbortSignal): Promise<number> {
  const where = `"writtenAt" < now() - interval '1 day'`;
  return removeInSteps({ table: "UsageBatch", by: "writtenAt", where }, signal);
}
