import type { UserId } from "#lib/accounts/model/user-id.ts";
import { keyCreditsOfMonth } from "#lib/credits/key-credits.ts";
import { database, pool } from "#lib/database/client.ts";
import { inSteps } from "#lib/database/in-steps.ts";
import { isMailOn, queueMail } from "#lib/mail/queue-mail.ts";

const STEP_KEYS = 500;

type Reached = {
  id: string;
  userId: UserId;
  name: string;
  prefix: string;
  environment: string;
  cap: number;
  /** As text: `pg` makes a date an instant in the time zone of this process. */
  month: string;
};

const MONTH = `date_trunc('month', now() AT TIME ZONE 'UTC')::date`;

/**
 * SQL: the keys that have reached their spending cap without a notice, of accounts that recently
 * moved credits.
 */
const REACHED = `
  SELECT k."id", k."userId", k."name", k."prefix", k."environment"::text AS "environment", k."creditsPerMonth" AS "cap", ${MONTH}::text AS "month"
  FROM (
    SELECT DISTINCT "userId" FROM "CreditDayTotal" WHERE "closing" IS NULL AND "day" >= (now() AT TIME ZONE 'UTC')::date - 1
  ) d JOIN "User" u ON u."id" = d."userId" AND u."disabledAt" IS NULL
  JOIN "ApiKey" k ON k."userId" = d."userId" AND k."creditsPerMonth" > 0 AND k."deletedAt" IS NULL AND k."revokedAt" IS NULL
  LEFT JOIN "SpendingCapNotice" n ON n."apiKeyId" = k."id" AND n."month" = ${MONTH} AND n."credits" >= k."creditsPerMonth"
  WHERE n."apiKeyId" IS NULL AND ${keyCreditsOfMonth('k."userId"', 'k."id"')} >= k."creditsPerMonth"
  ORDER BY k."userId", k."id" LIMIT ${STEP_KEYS}`;

/**
 * Notifies owners that a key reached its spending cap, once for each month and cap. Returns the
 * number of keys.
 */
export async function noticeSpendingCaps(signal?: AbortSignal): Promise<number> {
  if (!isMailOn()) return 0;
  let all = 0;
  await inSteps(async () => {
    const { rows } = await pool().query<Reached>(REACHED);
    for (const keys of Map.groupBy(rows, ({ userId }) => userId).values()) await notice(keys);
    all += rows.length;
    return rows.length === STEP_KEYS;
  }, signal);
  return all;
}

async function notice(keys: Reached[]): Promise<void> {
  await database().$transaction(async (transaction) => {
    for (const { id: apiKeyId, cap: credits, month } of keys) {
      const data = { month: new Date(month), credits };
      await transaction.spendingCapNotice.upsert({
        where: { apiKeyId },
        create: { apiKeyId, ...data },
        update: data,
      });
    }
    const [first] = keys;
    if (first)
      await queueMail(transaction, first.userId, "api_key.cap_reached", {
        keys: keys.map(({ id, name, prefix, environment, cap }) => ({ id, name, prefix, environment, cap })),
      });
  });
}
