import { removeInSteps } from "#lib/database/remove-in-steps.ts";

/** Removes usage by hour after 90 days. */
export function pruneUsageHours(signal?: AbortSignal): Promise<number> {
  return removeInSteps({ table: "UsageHour", by: "hour", where: `"hour" < now() - interval '90 days'` }, signal);
}

/** Removes an account's sums by hour, which only the chart of the last 24 hours shows. */
export function pruneUsageAccountHours(signal?: AbortSignal): Promise<number> {
  const where = `"hour" < now() - interval '2 days'`;
  return removeInSteps({ table: "UsageAccountHour", by: "hour", where }, signal);
}

/** SQL: the first UTC day of the 2 years for which usage by day is kept. */
const FIRST_DAY = `(now() AT TIME ZONE 'UTC')::date - 730`;

export function pruneUsageDays(signal?: AbortSignal): Promise<number> {
  return removeInSteps({ table: "UsageDay", by: "day", where: `"day" < ${FIRST_DAY}` }, signal);
}

/** Removes an account's sums together with the days of its keys. */
export function pruneUsageAccountDays(signal?: AbortSignal): Promise<number> {
  return removeInSteps({ table: "UsageAccountDay", by: "day", where: `"day" < ${FIRST_DAY}` }, signal);
}

export function pruneUsageKeyMonths(signal?: AbortSignal): Promise<number> {
  const where = `"month" < date_trunc('month', ${FIRST_DAY})`;
  return removeInSteps({ table: "UsageKeyMonth", by: "month", where }, signal);
}

/** Removes batch ids after a day, when nobody retries them any more. */
export function pruneUsageBatches(signal?: AbortSignal): Promise<number> {
  const where = `"writtenAt" < now() - interval '1 day'`;
  return removeInSteps({ table: "UsageBatch", by: "writtenAt", where }, signal);
}
