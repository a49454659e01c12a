import { hash, randomUUID } from "node:crypto";
import { applyEmail } from "#lib/accounts/apply-email.ts";
import type { UserId } from "#lib/accounts/model/user-id.ts";
import { type Policy, readThrottleWait, reserve, type Throttled } from "#lib/accounts/throttle.ts";
import type { Caller } from "#lib/activity/record.ts";
import { type Database, database, type Transaction } from "#lib/database/client.ts";
import { Prisma } from "#lib/database/generated/client.ts";
import { removeInSteps } from "#lib/database/remove-in-steps.ts";
import { linkToken } from "#lib/mail/link-token.ts";
import { queueMail } from "#lib/mail/queue-mail.ts";
import { err, ok, type Result } from "#lib/result.ts";

const LINK_HOURS = 24;
const DAY_S = 86_400;
/** At most three emails a day to one address, no matter who requests them. */
const ADDRESS: Policy = { free: 2, firstWaitS: DAY_S, maxWaitS: DAY_S, forgetS: DAY_S / 3 };
/** At most ten a day from one account, which could name other addresses. */
const ACCOUNT: Policy = { free: 9, firstWaitS: DAY_S, maxWaitS: DAY_S, forgetS: DAY_S / 10 };

const addressScope = (email: string) => `verification of ${hash("sha256", email, "base64url")}`;

/** Counts one mail to an address that isn't verified, or tells how long the next one waits. */
export function reserveUnverified(transaction: Transaction, email: string): Promise<{ ok: true } | Throttled> {
  return reserve(addressScope(email), ADDRESS, transaction);
}

/**
 * Emails a link that verifies an address and makes it the account's. Stores only the link's hash.
 * Older unused links stop working.
 */
export async function mailEmailLink(
  transaction: Transaction,
  userId: UserId,
  email: string,
): Promise<{ ok: true } | Throttled> {
  const ofAddress = await reserveUnverified(transaction, email);
  if (!ofAddress.ok) return ofAddress;
  const ofAccount = await reserve(`verifications of ${userId}`, ACCOUNT, transaction);
  if (!ofAccount.ok) return ofAccount;
  const seed = randomUUID();
  await transaction.emailLink.deleteMany({ where: { userId, usedAt: null } });
  await transaction.$executeRaw`
    INSERT INTO "EmailLink" ("tokenHash", "userId", "email", "expiresAt")
    VALUES (${hashToken(linkToken(seed))}, ${userId}::uuid, ${email}, now() + make_interval(hours => ${LINK_HOURS}))`;
  await queueMail(transaction, userId, "account.verify_email", { seed }, email);
  return { ok: true };
}

/**
 * Ends the links that would give an account another address. A new password is often chosen because
 * another user knew the old one, and with it could ask for such a link.
 */
export async function dropEmailChange(transaction: Transaction, userId: UserId): Promise<void> {
  await transaction.$executeRaw`
    DELETE FROM "EmailLink" l USING "User" u
    WHERE l."userId" = ${userId}::uuid AND l."usedAt" IS NULL AND u."id" = l."userId" AND u."email" <> l."email"`;
}

type EmailState = {
  email: string;
  isVerified: boolean;
  /** The address and time of the latest link that can still be opened. */
  sent: { to: string; at: Date } | undefined;
};

/**
 * Reads whether an account's address is verified, the latest link that can still be opened, and the
 * seconds until another link can be sent.
 */
export async function readEmailState(userId: UserId): Promise<EmailState & { waitSeconds: number }> {
  const state = await readState(database(), userId);
  return { ...state, waitSeconds: await readThrottleWait(addressScope(state.sent?.to ?? state.email)) };
}

async function readState(db: Database | Transaction, userId: UserId): Promise<EmailState> {
  const [user] = await db.$queryRaw<{ email: string; isVerified: boolean; to: string | null; at: Date | null }[]>`
    SELECT u."email", u."emailVerifiedAt" IS NOT NULL AS "isVerified", l."email" AS "to", l."createdAt" AS "at"
    FROM "User" u LEFT JOIN LATERAL (SELECT "email", "createdAt" FROM "EmailLink"
      WHERE "userId" = u."id" AND "usedAt" IS NULL AND "expiresAt" > now() ORDER BY "createdAt" DESC LIMIT 1) l ON true
    WHERE u."id" = ${userId}::uuid`;
  const { email, isVerified, to, at } = user as NonNullable<typeof user>;
  return { email, isVerified, sent: to && at ? { to, at } : undefined };
}

/** Emails another link to the address that isn't verified yet. Does nothing if there is none. */
export function resendEmailLink(userId: UserId): Promise<{ ok: true } | Throttled> {
  return database().$transaction(async (transaction) => {
    // A password change ends links. With the lock it comes before or after this.
    await transaction.$queryRaw`SELECT 1 FROM "User" WHERE "id" = ${userId}::uuid FOR NO KEY UPDATE`;
    const { email, isVerified, sent } = await readState(transaction, userId);
    if (isVerified && !sent) return { ok: true };
    return mailEmailLink(transaction, userId, sent?.to ?? email);
  });
}

/**
 * Verifies the address that a link was sent to, and makes it the account's. If a link is redeemed
 * several times in parallel, one call succeeds.
 *
 * `invalid_link`: unknown, used, over a day old, replaced, or of a disabled account. `email_taken`:
 * another account now has the address.
 */
export async function redeemEmailLink(
  token: string,
  caller: Caller,
): Promise<Result<{ email: string }, "invalid_link" | "email_taken">> {
  try {
    return await database().$transaction(async (transaction) => {
      const [link] = await transaction.$queryRaw<{ userId: UserId; email: string; from: string }[]>`
        SELECT u."id" AS "userId", l."email", u."email" AS "from"
        FROM "EmailLink" l JOIN "User" u ON u."id" = l."userId"
        WHERE l."tokenHash" = ${hashToken(token)} AND u."disabledAt" IS NULL FOR NO KEY UPDATE OF u`;
      if (!link) return err("invalid_link");
      const used = await transaction.$executeRaw`
        UPDATE "EmailLink" SET "usedAt" = now()
        WHERE "tokenHash" = ${hashToken(token)} AND "usedAt" IS NULL AND "expiresAt" > now()`;
      if (used === 0) return err("invalid_link");
      await applyEmail(transaction, link.userId, { from: link.from, to: link.email, isVerified: true }, caller);
      return ok({ email: link.email });
    });
  } catch (error) {
    if (error instanceof Prisma.PrismaClientKnownRequestError && error.code === "P2002") return err("email_taken");
    throw error;
  }
}

/** Removes links that expired over a day ago, and returns their number. */
export function pruneEmailLinks(signal?: AbortSignal): Promise<number> {
  const where = `"expiresAt" < now() - interval '1 day'`;
  return removeInSteps({ table: "EmailLink", by: "expiresAt", where }, signal);
}

function hashToken(token: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(hash("sha256", token, "buffer"));
}
