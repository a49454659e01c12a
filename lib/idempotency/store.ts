import { createHash } from "node:crypto";
import type { UserId } from "#lib/accounts/model/user-id.ts";
import type { SpendError, Spending } from "#lib/credits/spending.ts";
import { type Reservation, reserve, settle } from "#lib/credits/store.ts";
import { database } from "#lib/database/client.ts";
import { inSteps } from "#lib/database/in-steps.ts";
import { pruneStep, STEP_ROWS } from "#lib/database/remove-in-steps.ts";
import { err, ok, type Result } from "#lib/result.ts";
import { cancelCharge } from "#lib/unconfirmed-writes/cancel-charge.ts";

/**
 * A client's name for one piece of work, the same for every retry
 * (draft-ietf-httpapi-idempotency-key-header).
 */
export type IdempotencyKey = {
  key: string;
  /**
   * Identifies the route and the input. The same key with another fingerprint is a mistake of the
   * client.
   */
  fingerprint: Uint8Array<ArrayBuffer>;
};

/**
 * `running`: the first request is not answered yet. `reused`: the first request had another input.
 * `too_large`: the first request was answered and paid, but its answer was too large to store.
 */
export type BeginError = SpendError | "running" | "reused" | "too_large";

/** Either a reservation for new work, or the stored answer of finished work. */
type Begun = { reservation: Reservation } | { answer: string };

const KEPT_HOURS = 24;
/** Larger answers are delivered but not stored. */
export const STORED_MAX_BYTES = 1_048_576;
/**
 * Bytes of answers that one statement removes within 500 ms. A single larger answer is removed
 * alone.
 */
const PRUNED_BYTES_MAX = 16 * 1024 * 1024;

export function fingerprint(route: string, input: unknown): Uint8Array<ArrayBuffer> {
  return new Uint8Array(
    createHash("sha256")
      .update(JSON.stringify([route, input]))
      .digest(),
  );
}

/** Reserves as `id` for the first request with a key. Of parallel requests exactly one begins. */
export async function beginOnce(
  idempotencyKey: IdempotencyKey,
  spending: Spending,
  seconds: number,
  id: string,
): Promise<Result<Begun, BeginError>> {
  const { userId } = spending;
  const { key, fingerprint } = idempotencyKey;
  const reserved = await reserve(spending, seconds, id, idempotencyKey);
  if (reserved.ok) return ok({ reservation: reserved.value });
  const freed = await database().$executeRaw`
    DELETE FROM "IdempotencyRecord" WHERE "userId" = ${userId}::uuid AND "key" = ${key} AND "reservationId" IS NULL
      AND "createdAt" < now() - make_interval(hours => ${KEPT_HOURS}::int)`;
  if (freed > 0) return beginOnce(idempotencyKey, spending, seconds, id);

  const record = await database().idempotencyRecord.findUnique({
    where: { userId_key: { userId, key } },
    select: { fingerprint: true, answer: true, reservationId: true },
  });
  // The first request was refunded between the two queries, so the next retry begins anew.
  if (!record) return reserved;
  if (!Buffer.from(record.fingerprint).equals(fingerprint)) return err("reused");
  if (record.answer !== null) return ok({ answer: record.answer });
  return err(record.reservationId === null ? "too_large" : "running");
}

/**
 * Stores the answer (null if it is too large) and settles, both or neither. Returns false if the
 * reservation was already settled or refunded.
 */
export function settleWithAnswer(userId: UserId, reservationId: string, answer: string | null): Promise<boolean> {
  // No deadline: a late answer still serves the next retry.
  return settle(userId, reservationId, { answer, deadline: null });
}

/**
 * Cancels the charge for an answer that is neither delivered nor stored, so that the same key
 * begins anew.
 */
export async function cancelUnstored({ key }: IdempotencyKey, id: string, spending: Spending): Promise<void> {
  await cancelCharge(id, spending);
  await database().idempotencyRecord.deleteMany({
    where: { userId: spending.userId, key, reservationId: null, answer: null },
  });
}

/**
 * Removes answers that are older than {@link KEPT_HOURS}, in steps short enough for the statement
 * timeout. Returns how many it removed.
 */
export async function pruneIdempotencyRecords(signal?: AbortSignal): Promise<number> {
  let all = 0;
  await inSteps(async () => {
    const removed = await pruneStep(REMOVE_SOME, [KEPT_HOURS]);
    all += removed.length;
    return removed.length > 0;
  }, signal);
  return all;
}

const REMOVE_SOME = `
  WITH "old" AS (
    SELECT ctid AS "place", "createdAt", "userId", "key", pg_column_size("answer") AS "bytes" FROM "IdempotencyRecord"
    WHERE "reservationId" IS NULL AND "createdAt" < now() - make_interval(hours => $1::int)
    ORDER BY "createdAt" LIMIT ${STEP_ROWS} FOR UPDATE SKIP LOCKED
  ), "counted" AS (
    SELECT "place", sum("bytes") OVER (ORDER BY "createdAt", "userId", "key") - "bytes" AS "before" FROM "old"
  )
  DELETE FROM "IdempotencyRecord" WHERE ctid = ANY (ARRAY(
    SELECT "place" FROM "counted" WHERE coalesce("before", 0) < ${PRUNED_BYTES_MAX}
  )) RETURNING 1`;
