import type { UserId } from "#lib/accounts/model/user-id.ts";
import { type Caller, recordActivity } from "#lib/activity/record.ts";
import { markDeleted, revokeAndTell } from "#lib/api-keys/end-keys.ts";
import { type ApiKey, KEY_SELECT } from "#lib/api-keys/key-columns.ts";
import { claimKeySlot, type KeyLimitError } from "#lib/api-keys/key-limits.ts";
import { namesUnknownScope } from "#lib/api-keys/known-scopes.ts";
import { outliveLeases } from "#lib/api-keys/lease.ts";
import { lockApiKey, lockOwner } from "#lib/api-keys/locks.ts";
import { expiryInstant, lifetimeLimit } from "#lib/api-keys/model/expiry.ts";
import { isRestricted, type Restrictions, restrictionColumns, UNRESTRICTED } from "#lib/api-keys/model/restrictions.ts";
import type { CreateApiKeyInput } from "#lib/api-keys/model/schema.ts";
import { displayParts, generateSecret, hashSecret } from "#lib/api-keys/secret.ts";
import { env } from "#lib/config/env.ts";
import { database } from "#lib/database/client.ts";
import { queueMail } from "#lib/mail/queue-mail.ts";
import { err, ok, type Result } from "#lib/result.ts";

type CreateError = "expiry_out_of_range" | "unknown_scope" | "session_over";

/**
 * Creates a key, or a decoy that never works. Only this answer holds the secret: the database keeps
 * its hash.
 *
 * `session_over`: the account was deleted, or its session ended, while this waited.
 * `expiry_out_of_range`: the custom instant isn't in the future or is more than 5 years ahead, or
 * the key would outlive `MAX_KEY_LIFETIME_DAYS`.
 * `unknown_scope`: the installation has no such permission.
 */
export async function createApiKey(
  userId: UserId,
  input: CreateApiKeyInput & { restrictions?: Restrictions; decoy?: true },
  caller: Caller,
): Promise<Result<{ key: ApiKey; secret: string }, CreateError> | KeyLimitError> {
  const secret = generateSecret();
  const { restrictions = UNRESTRICTED, decoy = false } = input;
  if (namesUnknownScope(restrictions)) return err("unknown_scope");
  const columns = restrictionColumns(restrictions);
  return database().$transaction(async (transaction) => {
    if (!(await lockOwner(transaction, userId, caller))) return err("session_over");
    // Read after the wait for the lock, so that presets and the count use the same instant.
    const now = new Date();
    const expiresAt = expiryInstant(input.expiry, now, decoy ? null : lifetimeLimit(now, env().MAX_KEY_LIFETIME_DAYS));
    if (expiresAt === "out_of_range") return err("expiry_out_of_range");
    const slot = await claimKeySlot(transaction, userId, now);
    if (!slot.ok) return slot;
    const key = await transaction.apiKey.create({
      data: {
        userId,
        name: input.name,
        environment: input.environment,
        ...displayParts(secret),
        hash: hashSecret(secret),
        createdAt: now,
        expiresAt,
        ...columns,
        ...(decoy && { decoy, disabledAt: now }),
      },
      select: KEY_SELECT,
    });
    await recordActivity(transaction, caller, {
      userId,
      action: "api_key.created",
      apiKeyId: key.id,
      details: {
        name: key.name,
        environment: key.environment,
        expiresAt: expiresAt?.toISOString() ?? null,
        ...(isRestricted(columns) ? { restrictions } : {}),
        ...(decoy ? { decoy } : {}),
      },
    });
    const { id, name, environment } = key;
    await queueMail(transaction, userId, "api_key.created", { id, name, environment });
    return ok({ key, secret });
  });
}

export async function renameApiKey(
  userId: UserId,
  id: string,
  name: string,
  caller: Caller,
): Promise<Result<undefined, "not_found">> {
  return database().$transaction(async (transaction) => {
    const before = await lockApiKey(transaction, userId, id);
    if (!before) return err("not_found");
    if (before.name === name) return ok();
    await transaction.apiKey.update({ where: { id, userId }, data: { name }, select: { id: true } });
    await recordActivity(transaction, caller, {
      userId,
      action: "api_key.renamed",
      apiKeyId: id,
      details: { from: before.name, to: name },
    });
    return ok();
  });
}

/**
 * Revokes a key permanently. Of parallel revocations one succeeds and the others get
 * `already_revoked`. Every instance rejects requests that start after this returned.
 */
export async function revokeApiKey(
  userId: UserId,
  id: string,
  caller: Caller,
): Promise<Result<undefined, "not_found" | "already_revoked">> {
  const revoked = await database().$transaction(async (transaction) => {
    if (!(await lockApiKey(transaction, userId, id))) return err("not_found");
    return (await revokeAndTell(transaction, userId, [id], caller)) === 1 ? ok() : err("already_revoked");
  });
  // The promise holds for a caller that gets `already_revoked`, too.
  if (revoked.ok || revoked.error === "already_revoked") await outliveLeases();
  return revoked;
}

/** Changes a key's note. The record of the change doesn't hold the text. */
export async function noteApiKey(
  userId: UserId,
  id: string,
  note: string,
  caller: Caller,
): Promise<Result<undefined, "not_found">> {
  return database().$transaction(async (transaction) => {
    const key = await lockApiKey(transaction, userId, id);
    if (!key) return err("not_found");
    const { count } = await transaction.apiKey.updateMany({
      where: { id, userId, note: { not: note } },
      data: { note },
    });
    if (count === 1)
      await recordActivity(transaction, caller, {
        userId,
        action: "api_key.note_changed",
        apiKeyId: id,
        details: { name: key.name },
      });
    return ok();
  });
}

/**
 * Removes a key from the list and revokes it, as exactly as {@link revokeApiKey} does. Returns
 * when.
 */
export async function deleteApiKey(
  userId: UserId,
  id: string,
  caller: Caller,
): Promise<Result<{ deletedAt: Date }, "not_found">> {
  const deleted = await database().$transaction(async (transaction) => {
    if (!(await lockApiKey(transaction, userId, id))) return err("not_found");
    return ok({ deletedAt: await markDeleted(transaction, userId, [id], caller) });
  });
  if (deleted.ok) await outliveLeases();
  return deleted;
}
