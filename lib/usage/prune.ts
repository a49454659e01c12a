import { removeInSteps } from "#lib/database/remove-in-steps.ts";

/** Usage by hour is kept for 90 days. */
export function pruneUsageHours(signal?: AbortSignal): Promise<number> {
  return removeInSteps({ table: "UsageHour", by: "hour", where: `"hour" < now() - interval '90 days'` }, signal);
}

/** SQL: usage by day is kept for 2 years. */
const FIRST_DAY = `(now() AT TIME ZONE 'UTC')::date - 730`;

export function pruneUsageDays(signal?: AbortSignal): Promise<number> {
  return removeInSteps({ table: "UsageDay", by: "day", where: `"day" < ${FIRST_DAY}` }, signal);
}

/** The sums of an account go with the days of its keys. */
export function pruneUsageAccountDays(signal?: AbortSignal): Promise<number> {
  return removeInSteps({ table: "UsageAccountDay", by: "day", where: `"day" < ${FIRST_DAY}` }, signal);
}

export function pruneUsageKeyMonths(signal?: AbortSignal): Promise<number> {
  const where = `"month" < date_trunc('month', ${FIRST_DAY})`;
  return removeInSteps({ table: "UsageKeyMonth", by: "month", where }, signal);
}

/** A batch is known for a day: by then nobody tries again to write it. */
export function pruneUsageBatches(signal?: AbortSignal): Promise<number> {
  const where = `"writtenAt" < now() - interval '1 day'`;
  return removeInSteps({ table: "UsageBatch", by: "writtenAt", where }, signal);
}
