import { type ConfirmUserError, confirmUser } from "#lib/accounts/confirm-user.ts";
import type { UserId } from "#lib/accounts/model/user-id.ts";
import type { ProviderUser } from "#lib/accounts/provider-sign-in.ts";
import { lockSession, type StartedSession } from "#lib/accounts/sessions.ts";
import type { Throttled } from "#lib/accounts/throttle.ts";
import { type Caller, recordActivity } from "#lib/activity/record.ts";
import { database, type Transaction } from "#lib/database/client.ts";
import { queueMail } from "#lib/mail/queue-mail.ts";
import { err, ok, type Result } from "#lib/result.ts";

export type LinkProblem = "session_over" | "identity_taken" | "provider_linked";
export type UnlinkError = ConfirmUserError | "session_over" | "not_linked" | "last_sign_in_method";

/**
 * Adds a provider's identity to the sign-in methods of the account. The caller has confirmed the
 * user before the redirect to the provider. Linking an identity again succeeds.
 *
 * `identity_taken`: it belongs to another account. `provider_linked`: the account has another
 * identity of this provider.
 */
export function linkProvider(
  session: StartedSession,
  { provider, subject }: Pick<ProviderUser, "provider" | "subject">,
  caller: Caller,
): Promise<Result<undefined, LinkProblem>> {
  const { userId } = session;
  return database().$transaction(async (transaction) => {
    if (!(await lockSession(transaction, session))) return err("session_over");
    const { count } = await transaction.providerIdentity.createMany({
      data: [{ provider, subject, userId }],
      skipDuplicates: true,
    });
    if (count === 0) {
      const identity = await transaction.providerIdentity.findUnique({
        where: { provider_subject: { provider, subject } },
        select: { userId: true },
      });
      if (!identity) return err("provider_linked");
      return identity.userId === userId ? ok() : err("identity_taken");
    }
    await recordActivity(transaction, caller, { userId, action: "account.provider_linked", details: { provider } });
    await queueMail(transaction, userId, "account.sign_in_method_changed", { provider, change: "linked" });
    return ok();
  });
}

/**
 * Removes a sign-in method after confirming the user, but never the last one: a password or an
 * identity of a `configured` provider remains. The user's row is locked, so that parallel calls
 * leave one.
 */
export async function unlinkProvider(
  session: StartedSession,
  { provider, password }: { provider: string; password: string },
  configured: string[],
  caller: Caller,
): Promise<Result<undefined, UnlinkError> | Throttled> {
  const confirmed = await confirmUser(session, password, caller);
  if (!confirmed.ok) return confirmed;
  const { userId } = session;
  return database().$transaction(async (transaction) => {
    if (!(await lockSession(transaction, session))) return err("session_over");
    const removed = await transaction.$executeRaw`
      DELETE FROM "ProviderIdentity" i USING "User" u
      WHERE i."userId" = ${userId}::uuid AND i."provider" = ${provider} AND u."id" = i."userId" AND (
        u."passwordHash" IS NOT NULL OR EXISTS (
          SELECT 1 FROM "ProviderIdentity" o
          WHERE o."userId" = i."userId" AND o."provider" <> i."provider" AND o."provider" = ANY(${configured}::text[])))`;
    if (removed === 0)
      return err(
        (await transaction.providerIdentity.count({ where: { userId, provider } }))
          ? "last_sign_in_method"
          : "not_linked",
      );
    await recordActivity(transaction, caller, { userId, action: "account.provider_unlinked", details: { provider } });
    await queueMail(transaction, userId, "account.sign_in_method_changed", { provider, change: "unlinked" });
    return ok();
  });
}

/**
 * Unlinks every provider of an account, each with its own activity record. Returns their number.
 */
export async function unlinkEveryProvider(transaction: Transaction, userId: UserId, caller: Caller): Promise<number> {
  const unlinked = await transaction.$queryRaw<{ provider: string }[]>`
    DELETE FROM "ProviderIdentity" WHERE "userId" = ${userId}::uuid RETURNING "provider"`;
  for (const { provider } of unlinked)
    await recordActivity(transaction, caller, { userId, action: "account.provider_unlinked", details: { provider } });
  return unlinked.length;
}

type LinkedIdentity = { provider: string; subject: string; createdAt: Date };

/** Lists the provider identities that sign in to an account. */
export function listIdentities(userId: UserId): Promise<LinkedIdentity[]> {
  return database().providerIdentity.findMany({
    where: { userId },
    select: { provider: true, subject: true, createdAt: true },
    orderBy: { provider: "asc" },
  });
}
