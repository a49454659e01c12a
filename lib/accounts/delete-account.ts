import { anonymize } from "#lib/accounts/anonymize.ts";
import { confirmPerson, type PersonError } from "#lib/accounts/confirm-user.ts";
import { emailAddress } from "#lib/accounts/model/schema.ts";
import { lockSession, type StartedSession } from "#lib/accounts/sessions.ts";
import type { Throttled } from "#lib/accounts/throttle.ts";
import { type Caller, recordActivity } from "#lib/activity/record.ts";
import { deleteEveryApiKey, TRANSACTION_MS } from "#lib/api-keys/bulk.ts";
import { outliveLeases } from "#lib/api-keys/lease.ts";
import { database, type Transaction } from "#lib/database/client.ts";
import { err, ok, type Result } from "#lib/result.ts";

type DeleteAccountError = PersonError | "session_over" | "wrong_email";

/**
 * Deletes the account of whoever proves to be its person; without a password, also by typing the address (`wrong_email`). When it
 * returns, no session and no key of it is accepted on any instance, and the address is free.
 *
 * The row stays as a tombstone without name, address or way in: the ledger and the activity point at it. Activity is append-only
 * and goes by itself after `ACTIVITY_DAYS`, with the former names and addresses in it; the record of the deletion holds neither.
 */
export async function deleteAccount(
  session: StartedSession,
  proof: { password: string; email: string },
  caller: Caller,
): Promise<Result<undefined, DeleteAccountError> | Throttled> {
  const confirmed = await confirmPerson(session, proof.password, caller);
  if (!confirmed.ok) return confirmed;
  const address = confirmed.value.by === "session" ? emailAddress.safeParse(proof.email).data : undefined;
  if (confirmed.value.by === "session" && !address) return err("wrong_email");
  const deleted = await database().$transaction((transaction) => bury(transaction, session, address, caller), {
    timeout: TRANSACTION_MS,
  });
  if (deleted.ok) await outliveLeases();
  return deleted;
}

/** Whatever gives the account a key, a session or a way in waits for the lock, and then finds it deleted. */
async function bury(
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
  // At the end, because nothing can point at the row any more.
  await transaction.$executeRawUnsafe(anonymize(`SELECT $1::uuid AS "id", now() AS "deletedAt"`), userId);
  await recordActivity(transaction, caller, { userId, action: "account.deleted", details: { keys } });
  return ok();
}
