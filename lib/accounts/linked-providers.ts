import { confirmPerson, type PersonError } from "#lib/accounts/confirm-user.ts";
import type { ProviderPerson } from "#lib/accounts/provider-sign-in.ts";
import { lockSession, type StartedSession } from "#lib/accounts/sessions.ts";
import type { Throttled } from "#lib/accounts/throttle.ts";
import { type Caller, recordActivity } from "#lib/activity/record.ts";
import { database, type Transaction } from "#lib/database/client.ts";
import { err, ok, type Result } from "#lib/result.ts";

export type LinkProblem = "session_over" | "identity_taken" | "provider_linked";
export type UnlinkError = PersonError | "session_over" | "not_linked" | "last_way_in";

/**
 * Makes a provider's identity a way in to the account of a session that is alive. That it is the person who wants this was
 * made sure of before the way to the provider. Linking what is linked to the account already succeeds.
 *
 * `identity_taken`: it signs somebody in to another account. `provider_linked`: the account has another identity of this provider.
 */
export function linkProvider(
  session: StartedSession,
  { provider, subject }: Pick<ProviderPerson, "provider" | "subject">,
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
    return ok();
  });
}

/**
 * Removes a way in, for whoever proves to be the person, but never the last one: a password has to remain, or an identity of a
 * provider that is `configured`. The person's row is locked, so that of parallel unlinkings one way in survives.
 */
export async function unlinkProvider(
  session: StartedSession,
  { provider, password }: { provider: string; password: string },
  configured: string[],
  caller: Caller,
): Promise<Result<undefined, UnlinkError> | Throttled> {
  const confirmed = await confirmPerson(session, password, caller);
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
        (await transaction.providerIdentity.count({ where: { userId, provider } })) ? "last_way_in" : "not_linked",
      );
    await recordActivity(transaction, caller, { userId, action: "account.provider_unlinked", details: { provider } });
    return ok();
  });
}

/** Removes every provider, for an account that is handed over; recorded one by one. Returns their number. */
export async function unlinkEveryProvider(transaction: Transaction, userId: string, caller: Caller): Promise<number> {
  const unlinked = await transaction.$queryRaw<{ provider: string }[]>`
    DELETE FROM "ProviderIdentity" WHERE "userId" = ${userId}::uuid RETURNING "provider"`;
  for (const { provider } of unlinked)
    await recordActivity(transaction, caller, { userId, action: "account.provider_unlinked", details: { provider } });
  return unlinked.length;
}

type LinkedIdentity = { provider: string; subject: string; createdAt: Date };

/** The identities that sign in to an account. */
export function listIdentities(userId: string): Promise<LinkedIdentity[]> {
  return database().providerIdentity.findMany({
    where: { userId },
    select: { provider: true, subject: true, createdAt: true },
    orderBy: { provider: "asc" },
  });
}
