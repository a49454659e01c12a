import type { UserId } from "#lib/accounts/model/user-id.ts";
import { type Caller, recordActivity } from "#lib/activity/record.ts";
import { markRevoked } from "#lib/api-keys/end-keys.ts";
import { type ApiKey, KEY_SELECT } from "#lib/api-keys/key-columns.ts";
import { claimKeySlot, type KeyLimitError } from "#lib/api-keys/key-limits.ts";
import { outliveLeases } from "#lib/api-keys/lease.ts";
import { lockApiKey, lockOwner } from "#lib/api-keys/locks.ts";
import { expiryInstant, lifetimeLimit, sameDuration } from "#lib/api-keys/model/expiry.ts";
import { type Extension, extendedEnd } from "#lib/api-keys/model/extended-end.ts";
import { type Overlap, overlapEnd } from "#lib/api-keys/model/overlap-end.ts";
import type { SuccessorExpiry } from "#lib/api-keys/model/schema.ts";
import { isLiveKey } from "#lib/api-keys/model/status.ts";
import { currentSuccessor, readSuccessors, successorDuration } from "#lib/api-keys/rotation-chain.ts";
import { displayParts, generateSecret, hashSecret } from "#lib/api-keys/secret.ts";
import { env } from "#lib/config/env.ts";
import { database } from "#lib/database/client.ts";
import { queueMail } from "#lib/mail/queue-mail.ts";
import { err, ok, type Result } from "#lib/result.ts";
import { noteCallersAtRotation } from "#lib/usage/recent.ts";

type RotateError = "not_found" | "not_active" | "disabled" | "already_rotated" | "expiry_out_of_range";
type ExtendError = "not_found" | "not_active" | "leaked" | "not_replaced" | "ends_with_successor" | "beyond_lifetime";

/**
 * Creates a successor with the same name, environment and restrictions and, by default, the same
 * duration. The old key overlaps. Only this answer holds the secret. Of parallel rotations of a
 * key, one succeeds and the others get `already_rotated`. With the overlap `now` the old key is
 * revoked, and every instance rejects it when this returns. A key whose successors aren't active
 * can be rotated again.
 *
 * `not_active`: an expired or revoked key can't be rotated. `disabled`: it must be enabled first.
 * `expiry_out_of_range`: as in `createApiKey`.
 */
export async function rotateApiKey(
  userId: UserId,
  id: string,
  overlap: Overlap,
  caller: Caller,
  expiry: SuccessorExpiry = { type: "same" },
): Promise<Result<{ key: ApiKey; secret: string }, RotateError> | KeyLimitError> {
  const secret = generateSecret();
  const rotated = await database().$transaction(async (transaction) => {
    if (!(await lockOwner(transaction, userId, caller))) return err("not_found");
    if (!(await lockApiKey(transaction, userId, id))) return err("not_found");
    const now = new Date();
    const old = await transaction.apiKey.findUniqueOrThrow({ where: { id, userId }, select: KEY_SELECT });
    const successors = await readSuccessors(transaction, userId, id);
    if (currentSuccessor(successors, now)) return err("already_rotated");
    if (!isLiveKey(old, now)) return err("not_active");
    if (old.disabledAt) return err("disabled");
    const last = successors.at(-1);
    const limit = lifetimeLimit(now, env().MAX_KEY_LIFETIME_DAYS);
    const expiresAt =
      expiry.type === "same"
        ? sameDuration(successorDuration(old, last), now, limit)
        : expiryInstant(expiry, now, limit);
    if (expiresAt === "out_of_range") return err("expiry_out_of_range");
    // Both keys count while both are active.
    const slot = await claimKeySlot(transaction, userId, now, overlap === "now" ? 1 : 0);
    if (!slot.ok) return slot;
    if (overlap === "now") await markRevoked(transaction, userId, [id], caller, now);
    await transaction.apiKey.updateMany({ where: { userId, replacesId: id }, data: { replacesId: null } });
    const { name, environment, note, scopes, allowedNetworks, requestsPerMinute, creditsPerMonth } = old;
    const key = await transaction.apiKey.create({
      data: {
        userId,
        name,
        environment,
        note,
        scopes,
        allowedNetworks,
        requestsPerMinute,
        creditsPerMonth,
        expiresAt,
        replacesId: id,
        ...displayParts(secret),
        hash: hashSecret(secret),
        createdAt: now,
      },
      select: KEY_SELECT,
    });
    const latestEnd = last ? later(last.expiresAt, old.expiresAt) : old.expiresAt;
    const endsAt = overlapEnd(overlap, [expiresAt, latestEnd, old.revokesAt], now);
    if (overlap !== "now") {
      await transaction.apiKey.update({
        where: { id, userId },
        data: { expiresAt: endsAt, endsOnUse: overlap === "on_use" },
        select: { id: true },
      });
      await noteCallersAtRotation(transaction, id);
    }
    await recordActivity(transaction, caller, {
      userId,
      action: "api_key.rotated",
      apiKeyId: id,
      details: { name, successor: key.id, overlap, endsAt: endsAt.toISOString() },
    });
    await recordActivity(transaction, caller, {
      userId,
      action: "api_key.created",
      apiKeyId: key.id,
      details: { name, environment, expiresAt: expiresAt?.toISOString() ?? null, replaces: id },
    });
    await queueMail(transaction, userId, "api_key.rotated", {
      key: { id, name, prefix: old.prefix, environment },
      successorId: key.id,
    });
    return ok({ key, secret });
  });
  if (rotated.ok && overlap === "now") await outliveLeases();
  return rotated;
}

/**
 * Extends a replaced key by the choice, but not past its successor's expiry. A key that ends on use
 * still does: only its latest end moves.
 *
 * `not_active`: it has ended. `leaked`: the time of a leaked key's revocation can't change.
 * `not_replaced`: it has no active successor. `ends_with_successor`: it already ends as late as it
 * can. `beyond_lifetime`: it would outlive `MAX_KEY_LIFETIME_DAYS`.
 */
export async function extendOverlap(
  userId: UserId,
  id: string,
  by: Extension,
  caller: Caller,
): Promise<Result<undefined, ExtendError>> {
  return database().$transaction(async (transaction) => {
    if (!(await lockApiKey(transaction, userId, id))) return err("not_found");
    const now = new Date();
    const old = await transaction.apiKey.findUniqueOrThrow({ where: { id, userId }, select: KEY_SELECT });
    if (!isLiveKey(old, now)) return err("not_active");
    if (old.revokesAt) return err("leaked");
    const successor = currentSuccessor(await readSuccessors(transaction, userId, id), now);
    if (!successor) return err("not_replaced");
    const endsAt = old.expiresAt && extendedEnd(old.expiresAt, by, successor.expiresAt);
    if (!endsAt) return err("ends_with_successor");
    const limit = lifetimeLimit(old.createdAt, env().MAX_KEY_LIFETIME_DAYS);
    if (limit && endsAt > limit) return err("beyond_lifetime");
    await transaction.apiKey.update({ where: { id, userId }, data: { expiresAt: endsAt }, select: { id: true } });
    await recordActivity(transaction, caller, {
      userId,
      action: "api_key.overlap_extended",
      apiKeyId: id,
      details: { name: old.name, endsAt: endsAt.toISOString() },
    });
    return ok();
  });
}

function later(one: Date | null, other: Date | null): Date | null {
  return one && other && (one > other ? one : other);
}
