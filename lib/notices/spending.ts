import { isDeepStrictEqual } from "node:util";
import type { UserId } from "#lib/accounts/model/user-id.ts";
import { tierOf } from "#lib/config/tiers-file.ts";
import { database, pool } from "#lib/database/client.ts";
import { inSteps } from "#lib/database/in-steps.ts";
import { isMailOn, queueMail } from "#lib/mail/queue-mail.ts";
import { judge, type Spent } from "#lib/notices/model/spent.ts";

const STEP_ACCOUNTS = 500;
const BEFORE_ALL_IDS = "00000000-0000-0000-0000-000000000000";
type Account = Spent & { userId: UserId; tier: string };

/**
 * SQL: the accounts after `$1` that moved credits today or yesterday. Those days are still open, so
 * the index of open days finds them.
 */
const SPENDING = `
  SELECT b."userId", u."tier", b."credits", b."afterAdding",
    to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-01') AS "month",
    CASE WHEN b."month" = date_trunc('month', now() AT TIME ZONE 'UTC')::date THEN b."requests" ELSE 0 END AS "requests",
    CASE WHEN n."userId" IS NOT NULL THEN jsonb_build_object('credits', n."credits", 'creditsLevel', n."creditsLevel",
      'month', n."month", 'quotaLevel', n."quotaLevel") END AS "noticed"
  FROM (
    SELECT DISTINCT "userId" FROM "CreditDayTotal"
    WHERE "closing" IS NULL AND "day" >= (now() AT TIME ZONE 'UTC')::date - 1 AND "userId" > $1
    ORDER BY 1 LIMIT ${STEP_ACCOUNTS}
  ) d JOIN "Balance" b ON b."userId" = d."userId" JOIN "User" u ON u."id" = d."userId" AND u."disabledAt" IS NULL
  LEFT JOIN "SpendingNotice" n ON n."userId" = d."userId" ORDER BY 1`;

/**
 * Notifies owners once when their credits are at 20% of the balance after credits were last added,
 * or at 0, and when 80% or 100% of the monthly quota is used. Returns the number of accounts whose
 * state changed.
 */
export async function noticeSpending(signal?: AbortSignal): Promise<number> {
  if (!isMailOn()) return 0;
  let all = 0;
  let after = BEFORE_ALL_IDS;
  await inSteps(async () => {
    const { rows } = await pool().query<Account>(SPENDING, [after]);
    for (const account of rows) if (await notice(account)) all += 1;
    after = rows.at(-1)?.userId ?? after;
    return rows.length > 0;
  }, signal);
  return all;
}

async function notice({ userId, tier, ...spent }: Account): Promise<boolean> {
  const quota = tierOf(userId, tier).requestsPerMonth;
  const { noticed, news } = judge(spent, quota);
  if (isDeepStrictEqual(noticed, spent.noticed)) return false;
  await database().$transaction(async (transaction) => {
    const data = { ...noticed, month: new Date(noticed.month) };
    await transaction.spendingNotice.upsert({ where: { userId }, create: { userId, ...data }, update: data });
    const { credits, requests } = spent;
    if (news.credits) await queueMail(transaction, userId, "credits.low", { credits });
    if (news.quota && quota !== null) await queueMail(transaction, userId, "quota.near", { requests, quota });
  });
  return true;
}
