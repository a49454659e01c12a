import type { UserId } from "#lib/accounts/model/user-id.ts";
import { type Caller, recordActivity } from "#lib/activity/record.ts";
import { outliveLeases } from "#lib/api-keys/lease.ts";
import { type Extension, extendedEnd } from "#lib/api-keys/model/extended-end.ts";
import { type Overlap, overlapEnd } from "#lib/api-keys/model/overlap-end.ts";
import { keyStatus } from "#lib/api-keys/model/status.ts";
import { type NoRoom, takeRoom } from "#lib/api-keys/room.ts";
import { lineOf, readLine, successorIn } from "#lib/api-keys/rotation-chain.ts";
import { displayPrefix, generateSecret, hashSecret } from "#lib/api-keys/secret.ts";
import { type ApiKey, FIELDS, lockApiKey, lockOwner, markRevoked } from "#lib/api-keys/store.ts";
import { database } from "#lib/database/client.ts";
import { Prisma } from "#lib/database/generated/client.ts";
import { nextStep, type Step } from "#lib/database/walk-in-steps.ts";
import { err, ok, type Result } from "#lib/result.ts";
import { noteCallersAtRotation } from "#lib/usage/recent.ts";

export type RotateError = "not_found" | "not_active" | "already_rotated";
type ExtendError = "not_found" | "not_active" | "not_replaced" | "ends_with_successor";

/** From the first success of the new key on. */
const ON_USE_HOURS = 24;
/** What a transaction can end in a fraction of the time that it has. */
const LOOKED_AT_KEYS = 500;
const BEFORE_ALL_IDS = "00000000-0000-0000-0000-000000000000";

/**
 * Makes a successor with the same name, environment and end, and lets the old key overlap. The secret is in this answer and
 * nowhere else. Of parallel rotations of a key one wins, the others are told `already_rotated`. With the overlap `now` the
 * old key is revoked, and refused everywhere when this returns.
 *
 * A key whose successor works no more is rotated again: the new one takes the place of the one that is gone.
 *
 * `not_active`: an expired or revoked key can't be rotated.
 */
export async function rotateApiKey(
  userId: UserId,
  id: string,
  overlap: Overlap,
  caller: Caller,
): Promise<Result<{ key: ApiKey; secret: string }, RotateError> | NoRoom> {
  const secret = generateSecret();
  const rotated = await database().$transaction(async (transaction) => {
    // The person's row first, as creating does, so that the two don't deadlock and the count is exact.
    if (!(await lockOwner(transaction, userId, caller))) return err("not_found");
    if (!(await lockApiKey(transaction, userId, id))) return err("not_found");
    const now = new Date();
    const old = await transaction.apiKey.findUniqueOrThrow({ where: { id, userId }, select: FIELDS });
    const line = await readLine(transaction, id);
    if (successorIn(line, now)) return err("already_rotated");
    if (keyStatus(old, now) !== "active") return err("not_active");
    // Both are active for a while, and count.
    const room = await takeRoom(transaction, userId, now, overlap === "now" ? 1 : 0);
    if (!room.ok) return room;
    if (overlap === "now") await markRevoked(transaction, userId, id, old.name, caller);
    // The end of a key that was rotated already is its overlap's; the one it was made with has passed to the last of its line.
    const gone = line.at(-1);
    const expiresAt = gone ? later(gone.expiresAt, old.expiresAt) : old.expiresAt;
    await transaction.apiKey.updateMany({ where: { userId, replacesId: id }, data: { replacesId: null } });
    const { name, environment } = old;
    const key = await transaction.apiKey.create({
      data: {
        userId,
        name,
        environment,
        expiresAt,
        replacesId: id,
        prefix: displayPrefix(secret),
        hash: hashSecret(secret),
        createdAt: now,
      },
      select: FIELDS,
    });
    const endsAt = overlapEnd(overlap, expiresAt, now);
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
    return ok({ key, secret });
  });
  if (rotated.ok && overlap === "now") await outliveLeases();
  return rotated;
}

/**
 * Gives a replaced key more time than it has: its end moves later by the choice, but not past its successor's. One that ends when
 * its successor is used still does, only its latest end moves.
 *
 * `not_active`: it has ended. `not_replaced`: it has no successor that works. `ends_with_successor`: it can't end later than it does.
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
    const old = await transaction.apiKey.findUniqueOrThrow({ where: { id, userId }, select: FIELDS });
    if (keyStatus(old, now) !== "active") return err("not_active");
    const successor = successorIn(await readLine(transaction, id), now);
    if (!successor) return err("not_replaced");
    const endsAt = old.expiresAt && extendedEnd(old.expiresAt, by, successor.expiresAt);
    if (!endsAt) return err("ends_with_successor");
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

/**
 * Sets the end of replaced keys whose successor was used with success: a day after that, or sooner if that was said before. Returns
 * their number. Each call looks at the next {@link LOOKED_AT_KEYS} that wait, so that it costs the same however many there are. One
 * that is looked at late loses nothing: the first success is known to the hour, and taken to be at that hour's end or just now,
 * never before it was. A request that was refused moves nobody to the new key.
 */
export async function endReplacedKeys(): Promise<number> {
  return (await nextStep("replaced keys", endSomeReplacedKeys)).changed;
}

function endSomeReplacedKeys(after: string[] | null): Promise<Step> {
  return database().$transaction(async (transaction) => {
    const page = await transaction.$queryRaw<{ id: string }[]>`
      SELECT "id" FROM "ApiKey" WHERE "endsOnUse" AND "id" > ${after?.[0] ?? BEFORE_ALL_IDS}::uuid
      ORDER BY "id" LIMIT ${LOOKED_AT_KEYS}`;
    const ids = page.map(({ id }) => id);
    // What has ended waits for nothing, and would be looked at forever.
    await transaction.$executeRaw`
      UPDATE "ApiKey" SET "endsOnUse" = false WHERE "id" = ANY (ARRAY(
        SELECT "id" FROM "ApiKey" WHERE "id" = ANY(${ids}::uuid[])
          AND ("deletedAt" IS NOT NULL OR "revokedAt" IS NOT NULL OR "expiresAt" <= now())
        ORDER BY "id" FOR NO KEY UPDATE SKIP LOCKED))`;
    // Looked up key by key, because a join reads everybody's usage for each.
    const ended = await transaction.$queryRaw<{ id: string; userId: UserId; name: string; expiresAt: Date }[]>`
      WITH "due" AS (
        SELECT k."id", least(now(), first."hour" + interval '1 hour') AS "usedAt"
        FROM "ApiKey" k, LATERAL (
          ${lineOf(Prisma.sql`k."id"`)}
          SELECT min((
            SELECT min(u."hour") FROM "UsageHour" u WHERE u."apiKeyId" = l."id" AND u."outcome" = 'ok'
          )) AS "hour" FROM "line" l
        ) first
        WHERE k."id" = ANY(${ids}::uuid[]) AND k."endsOnUse" AND first."hour" IS NOT NULL
        ORDER BY k."id" FOR NO KEY UPDATE OF k SKIP LOCKED
      )
      UPDATE "ApiKey" k
      SET "endsOnUse" = false, "expiresAt" = least(k."expiresAt", d."usedAt" + make_interval(hours => ${ON_USE_HOURS}::int))
      FROM "due" d WHERE k."id" = d."id"
      RETURNING k."id", k."userId", k."name", k."expiresAt"`;
    for (const { id, userId, name, expiresAt } of ended)
      await recordActivity(
        transaction,
        { actor: "system", address: null, userAgent: null },
        {
          userId,
          action: "api_key.overlap_ends",
          apiKeyId: id,
          details: { name, endsAt: expiresAt.toISOString() },
        },
      );
    const last = page.at(-1);
    return { changed: ended.length, last: last && page.length === LOOKED_AT_KEYS ? [last.id] : null };
  });
}

function later(one: Date | null, other: Date | null): Date | null {
  return one && other && (one > other ? one : other);
}
