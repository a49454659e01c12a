import type { UserId } from "#lib/accounts/model/user-id.ts";
import { isReplaced } from "#lib/api-keys/rotation-chain.ts";
import { database } from "#lib/database/client.ts";
import { Prisma } from "#lib/database/generated/client.ts";
import { inSteps } from "#lib/database/in-steps.ts";
import { isMailOn, queueMail } from "#lib/mail/queue-mail.ts";

const STEP_KEYS = 500;
/**
 * An expiry that is longer ago is no news, for example after a restore or when email is first set
 * up.
 */
const PAST_DAYS = 3;

type DueKey = {
  id: string;
  userId: UserId;
  name: string;
  prefix: string;
  environment: string;
  expiresAt: Date;
  daysBefore: number;
};

/**
 * SQL: the keys that expire in 30, 7 or 1 days or have expired, and whose owner hasn't been
 * notified. Leaves out a notice that is due before half of the key's life has passed, replaced
 * keys, whose end is part of a rotation, and leaked keys, whose email named their end.
 */
const DUE = Prisma.sql`
  SELECT d."id", d."userId", d."name", d."prefix", d."environment", d."expiresAt", d."daysBefore" FROM (
    SELECT k."id", k."userId", k."name", k."prefix", k."environment"::text AS "environment", k."expiresAt", (
        SELECT min("days") FROM unnest(ARRAY[0, 1, 7, 30]) "days"
        WHERE k."expiresAt" <= now() + make_interval(days => "days")
          AND 2 * make_interval(days => "days") <= k."expiresAt" - k."createdAt"
      ) AS "daysBefore"
    FROM "ApiKey" k JOIN "User" u ON u."id" = k."userId" AND u."disabledAt" IS NULL
    WHERE k."deletedAt" IS NULL AND k."revokedAt" IS NULL AND k."revokesAt" IS NULL AND k."disabledAt" IS NULL
      AND k."expiresAt" > now() - interval '${Prisma.raw(String(PAST_DAYS))} days' AND k."expiresAt" <= now() + interval '30 days'
      AND NOT ${isReplaced(Prisma.sql`k."id"`, Prisma.sql`least(now(), k."expiresAt")`)}
  ) d LEFT JOIN "ExpiryNotice" n ON n."apiKeyId" = d."id" AND n."expiresAt" = d."expiresAt"
  WHERE d."daysBefore" IS NOT NULL AND (n."daysBefore" IS NULL OR n."daysBefore" > d."daysBefore")
  ORDER BY d."userId", d."id" LIMIT ${STEP_KEYS}`;

/**
 * Notifies owners about keys that expire in 30, 7 or 1 days and about expired keys, once each, with
 * one email for all keys of an account that are due together. Returns the number of keys.
 */
export async function noticeExpiringKeys(signal?: AbortSignal): Promise<number> {
  if (!isMailOn()) return 0;
  let all = 0;
  await inSteps(async () => {
    const rows = await database().$queryRaw<DueKey[]>(DUE);
    for (const keys of Map.groupBy(rows, ({ userId }) => userId).values()) await notice(keys);
    all += rows.length;
    return rows.length === STEP_KEYS;
  }, signal);
  return all;
}

async function notice(keys: DueKey[]): Promise<void> {
  const [first] = keys;
  if (!first) return;
  await database().$transaction(async (transaction) => {
    for (const { id: apiKeyId, expiresAt, daysBefore } of keys)
      await transaction.expiryNotice.upsert({
        where: { apiKeyId },
        create: { apiKeyId, expiresAt, daysBefore },
        update: { expiresAt, daysBefore },
      });
    for (const [kind, isDue] of [
      ["api_key.expiring", (days: number) => days > 0],
      ["api_key.expired", (days: number) => days === 0],
    ] as const) {
      const due = keys.filter(({ daysBefore }) => isDue(daysBefore));
      const shown = due.map(({ id, name, prefix, environment, expiresAt }) => ({
        id,
        name,
        prefix,
        environment,
        expiresAt: expiresAt.toISOString(),
      }));
      if (shown.length > 0) await queueMail(transaction, first.userId, kind, { keys: shown });
    }
  });
}
