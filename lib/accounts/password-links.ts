import { hash, randomBytes, randomUUID } from "node:crypto";
import { dropEmailChange, reserveUnverified } from "#lib/accounts/email-links.ts";
import { unlinkEveryProvider } from "#lib/accounts/linked-providers.ts";
import type { RedeemInput } from "#lib/accounts/model/schema.ts";
import type { UserId } from "#lib/accounts/model/user-id.ts";
import { hashPassword } from "#lib/accounts/password.ts";
import { passwordWeakness } from "#lib/accounts/password-strength.ts";
import { endSessionsOf } from "#lib/accounts/sessions.ts";
import { type Caller, recordActivity } from "#lib/activity/record.ts";
import { type ActiveKeys, readActiveKeys } from "#lib/api-keys/active-keys.ts";
import { revokeEveryApiKey, TRANSACTION_MS } from "#lib/api-keys/bulk.ts";
import { outliveLeases } from "#lib/api-keys/lease.ts";
import { database } from "#lib/database/client.ts";
import { removeInSteps } from "#lib/database/remove-in-steps.ts";
import { linkToken } from "#lib/mail/link-token.ts";
import { queueMail } from "#lib/mail/queue-mail.ts";
import { err, ok, type Result } from "#lib/result.ts";

const LINK_HOURS = 1;

/**
 * Creates the token of a link that sets a password once, within an hour. Emails it, or returns it
 * for the operator to pass on. Stores only its hash. An older unused link stops working.
 *
 * `not_found`: no account has the address. For a mail also: its account is disabled, or the address
 * isn't verified and has had its mails of the day.
 */
export async function createPasswordLink(
  email: string,
  caller: Caller,
  { mailed = false } = {},
): Promise<Result<{ token: string; expiresAt: Date }, "not_found">> {
  const seed = randomUUID();
  const token = mailed ? linkToken(seed) : randomBytes(32).toString("base64url");
  return database().$transaction(async (transaction) => {
    const [user] = await transaction.$queryRaw<{ id: UserId; isVerified: boolean }[]>`
      SELECT "id", "emailVerifiedAt" IS NOT NULL AS "isVerified" FROM "User" WHERE "email" = ${email} AND "deletedAt" IS NULL
        AND NOT (${mailed} AND "disabledAt" IS NOT NULL) FOR UPDATE`;
    if (!user) return err("not_found");
    if (mailed && !user.isVerified && !(await reserveUnverified(transaction, email)).ok) return err("not_found");
    await transaction.passwordLink.deleteMany({ where: { userId: user.id, usedAt: null } });
    const [link] = await transaction.$queryRaw<{ expiresAt: Date }[]>`
      INSERT INTO "PasswordLink" ("tokenHash", "userId", "mailed", "expiresAt")
      VALUES (${hashToken(token)}, ${user.id}::uuid, ${mailed}, now() + make_interval(hours => ${LINK_HOURS})) RETURNING "expiresAt"`;
    if (mailed) await queueMail(transaction, user.id, "account.reset_password", { seed });
    await recordActivity(transaction, caller, {
      userId: user.id,
      action: "account.password_link_created",
      details: {},
    });
    return ok({ token, expiresAt: (link as { expiresAt: Date }).expiresAt });
  });
}

/** Returns the path of the form. The token is in the fragment, which browsers send to no server. */
export function passwordLinkPath(token: string): string {
  return `/password-link#${token}`;
}

/**
 * Reads the active keys of the account that a link is for, because its user decides whether to keep
 * them. Undefined if the account's address is verified, because then nobody else created the keys.
 */
export async function readPasswordLink(token: string): Promise<Result<ActiveKeys | undefined, "invalid_link">> {
  const user = await findUserOfLink(token);
  if (!user) return err("invalid_link");
  return ok(user.isVerified ? undefined : await readActiveKeys(database(), user.id));
}

/**
 * Hands the account over to the user of the link: sets the password, signs out every browser,
 * unlinks every provider, ends links to another address, and keeps or revokes the keys. If the
 * address was never verified, another user may have created the account, so the user decides about
 * its keys. A link that was emailed verifies the address. If a link is redeemed several times in
 * parallel, one call succeeds.
 *
 * `invalid_link`: unknown, used, over an hour old, or of a disabled account; the answer doesn't
 * tell which. `keys_undecided`: an unverified account has active keys, and the input doesn't say
 * whether to keep them. `keys_changed`: the active keys aren't the ones that the user saw.
 */
export async function redeemPasswordLink(
  { token, password, keys, seen }: RedeemInput,
  caller: Caller,
): Promise<
  Result<
    { email: string },
    "invalid_link" | "common_password" | "own_name_password" | "busy" | "keys_undecided" | "keys_changed"
  >
> {
  // Checked first, so that a guessed token costs no Argon2 work and a weak password doesn't use up
  // the link.
  const user = await findUserOfLink(token);
  if (!user) return err("invalid_link");
  const weakness = passwordWeakness(password, user);
  if (weakness) return err(weakness);
  const passwordHash = await hashPassword(password, caller.address);
  if (passwordHash === "busy") return err("busy");

  const redeemed = await database().$transaction(
    async (transaction) => {
      // Locks the user first, as every change does: a disabled or deleted account gets no password,
      // and no key is created.
      const enabled = await transaction.$queryRaw<unknown[]>`
        SELECT 1 FROM "User" WHERE "id" = ${user.id}::uuid AND "disabledAt" IS NULL FOR NO KEY UPDATE`;
      if (enabled.length === 0) return err("invalid_link");
      const active = await readActiveKeys(transaction, user.id);
      const decided = user.isVerified || keys === "revoke" || (keys === "keep" && seen === active.fingerprint);
      if (active.total > 0 && !decided) return err(keys ? "keys_changed" : "keys_undecided");
      const used = await transaction.$executeRaw`
        UPDATE "PasswordLink" SET "usedAt" = now()
        WHERE "tokenHash" = ${hashToken(token)} AND "usedAt" IS NULL AND "expiresAt" > now()`;
      if (used === 0) return err("invalid_link");
      const emailVerifiedAt = user.isMailed && !user.isVerified ? new Date() : undefined;
      await transaction.user.update({
        where: { id: user.id },
        data: { passwordHash, ...(emailVerifiedAt && { emailVerifiedAt }) },
        select: { id: true },
      });
      const providersUnlinked = await unlinkEveryProvider(transaction, user.id, caller);
      const keysRevoked = keys === "revoke" ? await revokeEveryApiKey(transaction, user.id, caller) : 0;
      await dropEmailChange(transaction, user.id);
      const sessionsEnded = await endSessionsOf(transaction, user.id);
      await recordActivity(transaction, caller, {
        userId: user.id,
        action: "account.password_changed",
        details: {
          by: "password_link",
          sessionsEnded,
          providersUnlinked,
          keysRevoked,
          keysKept: keys === "revoke" ? 0 : active.total,
        },
      });
      await queueMail(transaction, user.id, "account.password_changed", { sessionsEnded });
      return ok({ email: user.email });
    },
    { timeout: TRANSACTION_MS },
  );
  if (redeemed.ok && keys === "revoke") await outliveLeases();
  return redeemed;
}

type UserOfLink = { id: UserId; email: string; name: string; isVerified: boolean; isMailed: boolean };

async function findUserOfLink(token: string): Promise<UserOfLink | undefined> {
  const [user] = await database().$queryRaw<UserOfLink[]>`
    SELECT u."id", u."email", u."name", u."emailVerifiedAt" IS NOT NULL AS "isVerified", l."mailed" AS "isMailed" FROM "PasswordLink" l JOIN "User" u ON u."id" = l."userId"
    WHERE l."tokenHash" = ${hashToken(token)} AND l."usedAt" IS NULL AND l."expiresAt" > now()
      AND u."disabledAt" IS NULL`;
  return user;
}

/**
 * Removes links that expired over a day ago, used or not; returns their number. The activity keeps
 * that they existed.
 */
export function prunePasswordLinks(signal?: AbortSignal): Promise<number> {
  const where = `"expiresAt" < now() - interval '1 day'`;
  return removeInSteps({ table: "PasswordLink", by: "expiresAt", where }, signal);
}

function hashToken(token: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(hash("sha256", token, "buffer"));
}
