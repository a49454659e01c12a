import { anonymize } from "#lib/accounts/anonymize.ts";
import { type ConfirmUserError, confirmUser } from "#lib/accounts/confirm-user.ts";
import { emailAddress } from "#lib/accounts/model/schema.ts";
import { lockSession, type StartedSession } from "#lib/accounts/sessions.ts";
import type { Throttled } from "#lib/accounts/throttle.ts";
import { type Caller, recordActivity } from "#lib/activity/record.ts";
import { deleteEveryApiKey, TRANSACTION_MS } from "#lib/api-keys/bulk.ts";
import { outliveLeases } from "#lib/api-keys/lease.ts";
import { database, type Transaction } from "#lib/database/client.ts";
import { err, ok, type Result } from "#lib/result.ts";

type DeleteAccountError = ConfirmUserError | "session_over" | "wrong_email";

/**
 * Deletes an account after confirming the user; an account without a password also needs its
 * address typed (`wrong_email`). When this returns, no instance accepts a session or a key of the
 * account, and the address is free.
 *
 * The row stays, anonymized, because the ledger and the activity reference it. Activity is
 * append-only and is pruned after `ACTIVITY_DAYS`, with the former names and addresses in it; the
 * record of the deletion contains neither.
 */
export async function deleteAccount(
  session: StartedSession,
  proof: { password: string; email: string },
  caller: Caller,
): Promise<Result<undefined, DeleteAccountError> | Throttled> {
  const confirmed = await confirmUser(session, proof.password, caller);
  if (!confirmed.ok) return confirmed;
  const address = confirmed.value.by === "session" ? emailAddress.safeParse(proof.email).data : undefined;
  if (confirmed.value.by === "session" && !address) return err("wrong_email");
  const deleted = await database().$transaction(
    (transaction) => anonymizeAccount(transaction, session, address, caller),
    {
      timeout: TRANSACTION_MS,
    },
  );
  if (deleted.ok) await outliveLeases();
  return deleted;
}

/**
 * Locks the user's row: what adds a key, a session or a sign-in method waits, then finds no
 * account.
 */
async function anonymizeAccount(
  transaction: Transaction,
  session: StartedSession,
  address: string | undefined,
  caller: Caller,
): Promise<Result<undefined, "session_over" | "wrong_email">> {
  const { userId } = session;
  const user = await lockSession(transaction, session);
  if (!user) return err("session_over");
  if (address !== undefined && address !== user.email) return err("wrong_email");
  const keys = await deleteEveryApiKey(transaction, userId, caller);
  await transaction.session.deleteMany({ where: { userId } });
  await transaction.providerIdentity.deleteMany({ where: { userId } });
  await transaction.passwordLink.deleteMany({ where: { userId } });
  await transaction.emailLink.deleteMany({ where: { userId } });
  await transaction.mail.deleteMany({ where: { userId } });
  // Last, because no row can reference the account once it is anonymized.
  await transaction.$executeRawUnsafe(anonymize(`SELECT $1::uuid AS "id", now() AS "deletedAt"`), userId);
  await recordActivity(transaction, caller, { userId, action: "account.deleted", details: { keys } });
  return ok();
}
