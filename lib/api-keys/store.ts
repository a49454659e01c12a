import type { UserId } from "#lib/accounts/model/user-id.ts";
import { isSessionAlive } from "#lib/accounts/sessions.ts";
import { type Caller, recordActivity } from "#lib/activity/record.ts";
import { outliveLeases } from "#lib/api-keys/lease.ts";
import { type CreateApiKeyInput, EXPIRY_MAX_YEARS, EXPIRY_PRESETS } from "#lib/api-keys/model/schema.ts";
import { type NoRoom, takeRoom } from "#lib/api-keys/room.ts";
import { displayPrefix, generateSecret, hashSecret } from "#lib/api-keys/secret.ts";
import { database, type Transaction } from "#lib/database/client.ts";
import type { ApiKeyModel } from "#lib/database/generated/models.ts";
import { err, ok, type Result } from "#lib/result.ts";

/** What is read of a key. Never the hash. */
export const FIELDS = {
  id: true,
  name: true,
  environment: true,
  prefix: true,
  createdAt: true,
  expiresAt: true,
  revokedAt: true,
  lastUsedAt: true,
  lastUsedAddress: true,
  lastUsedAgent: true,
} as const;
export type ApiKey = Pick<ApiKeyModel, keyof typeof FIELDS>;

const DAY_MS = 86_400_000;

/**
 * Makes a key. The secret is in this answer and nowhere else: only its hash is stored.
 *
 * `session_over`: the account was deleted, or its session ended, a moment ago in another browser.
 * `expiry_out_of_range`: the custom instant isn't in the future or is more than 5 years ahead.
 */
export async function createApiKey(
  userId: UserId,
  input: CreateApiKeyInput,
  caller: Caller,
): Promise<Result<{ key: ApiKey; secret: string }, "expiry_out_of_range" | "session_over"> | NoRoom> {
  const secret = generateSecret();
  return database().$transaction(async (transaction) => {
    if (!(await lockOwner(transaction, userId, caller))) return err("session_over");
    // Read after the wait for the lock, so that presets and the count see the same instant.
    const now = new Date();
    const expiresAt = expiryInstant(input.expiry, now);
    if (expiresAt === "out_of_range") return err("expiry_out_of_range");
    const room = await takeRoom(transaction, userId, now);
    if (!room.ok) return room;
    const key = await transaction.apiKey.create({
      data: {
        userId,
        name: input.name,
        environment: input.environment,
        prefix: displayPrefix(secret),
        hash: hashSecret(secret),
        createdAt: now,
        expiresAt,
      },
      select: FIELDS,
    });
    await recordActivity(transaction, caller, {
      userId,
      action: "api_key.created",
      apiKeyId: key.id,
      details: { name: key.name, environment: key.environment, expiresAt: expiresAt?.toISOString() ?? null },
    });
    return ok({ key, secret });
  });
}

function expiryInstant(expiry: CreateApiKeyInput["expiry"], now: Date): Date | null | "out_of_range" {
  if (expiry.type === "never") return null;
  if (expiry.type === "preset") return new Date(now.getTime() + EXPIRY_PRESETS[expiry.preset] * DAY_MS);
  const latest = new Date(now);
  // A day more than 5 years, because the end of that day in a zone west of ours is tomorrow here.
  latest.setUTCFullYear(latest.getUTCFullYear() + EXPIRY_MAX_YEARS);
  latest.setUTCDate(latest.getUTCDate() + 2);
  return expiry.at > now && expiry.at <= latest ? expiry.at : "out_of_range";
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
 * Revokes once and for good: of parallel revocations one succeeds, the others are told `already_revoked`. When it returns, every
 * request that starts is refused, on every instance.
 */
export async function revokeApiKey(
  userId: UserId,
  id: string,
  caller: Caller,
): Promise<Result<undefined, "not_found" | "already_revoked">> {
  const revoked = await database().$transaction(async (transaction) => {
    const key = await lockApiKey(transaction, userId, id);
    if (!key) return err("not_found");
    return (await markRevoked(transaction, userId, id, key.name, caller)) ? ok() : err("already_revoked");
  });
  // Who is told that it was revoked already may rely on that as well.
  if (revoked.ok || revoked.error === "already_revoked") await outliveLeases();
  return revoked;
}

/** Takes a key out of the list; an active one is revoked in the same transaction, as exactly as by {@link revokeApiKey}. */
export async function deleteApiKey(
  userId: UserId,
  id: string,
  caller: Caller,
): Promise<Result<undefined, "not_found">> {
  const deleted = await database().$transaction(async (transaction) => {
    const key = await lockApiKey(transaction, userId, id);
    if (!key) return err("not_found");
    await markRevoked(transaction, userId, id, key.name, caller);
    await transaction.apiKey.update({ where: { id, userId }, data: { deletedAt: new Date() }, select: { id: true } });
    await recordActivity(transaction, caller, {
      userId,
      action: "api_key.deleted",
      apiKeyId: id,
      details: { name: key.name },
    });
    return ok();
  });
  if (deleted.ok) await outliveLeases();
  return deleted;
}

/**
 * For what counts a user's keys. It lets others record activity of that user, which points at the row: `FOR UPDATE` would not, and
 * somebody who holds a key and records what became of it would wait for somebody who holds the user and waits for that key.
 * False where the account was deleted, or the caller's session ended while this waited for the lock.
 */
export async function lockOwner(transaction: Transaction, userId: UserId, { sessionId }: Caller): Promise<boolean> {
  const owner = await transaction.$queryRaw<unknown[]>`
    SELECT 1 FROM "User" WHERE "id" = ${userId}::uuid AND "deletedAt" IS NULL FOR NO KEY UPDATE`;
  if (owner.length === 0) return false;
  return sessionId === undefined || isSessionAlive(transaction, userId, sessionId);
}

export async function lockApiKey(
  transaction: Transaction,
  userId: UserId,
  id: string,
): Promise<{ name: string } | undefined> {
  const rows = await transaction.$queryRaw<{ name: string }[]>`
    SELECT "name" FROM "ApiKey"
    WHERE "id" = ${id}::uuid AND "userId" = ${userId}::uuid AND "deletedAt" IS NULL FOR UPDATE`;
  return rows[0];
}

export async function markRevoked(
  transaction: Transaction,
  userId: UserId,
  id: string,
  name: string,
  caller: Caller,
): Promise<boolean> {
  const { count } = await transaction.apiKey.updateMany({
    where: { id, userId, revokedAt: null },
    data: { revokedAt: new Date() },
  });
  if (count === 0) return false;
  await recordActivity(transaction, caller, { userId, action: "api_key.revoked", apiKeyId: id, details: { name } });
  return true;
}
