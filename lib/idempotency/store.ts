import { createHash } from "node:crypto";
import { type Reservation, reserve, type SpendError, type Spending, settle } from "#lib/credits/store.ts";
import { database } from "#lib/database/client.ts";
import { err, ok, type Result } from "#lib/result.ts";

/** What a client calls one piece of work, however often it asks for it (draft-ietf-httpapi-idempotency-key-header). */
export type IdempotencyKey = {
  key: string;
  /** What is asked for. The same key with another fingerprint is a mistake of the client. */
  fingerprint: Uint8Array<ArrayBuffer>;
};

/** `running`: the first request is not answered yet. `reused`: the first request asked for something else. */
export type BeginError = SpendError | "running" | "reused";

/** Either the reservation with which the work begins, or the answer of the work that was done. */
export type Begun = { reservation: Reservation } | { answer: string };

export const KEPT_HOURS = 24;

export function fingerprint(route: string, input: unknown): Uint8Array<ArrayBuffer> {
  return new Uint8Array(
    createHash("sha256")
      .update(JSON.stringify([route, input]))
      .digest(),
  );
}

/** Reserves for the first of all requests with one key. Of parallel ones, one begins. */
export async function beginOnce(
  { key, fingerprint }: IdempotencyKey,
  spending: Spending,
  seconds: number,
): Promise<Result<Begun, BeginError>> {
  const { userId } = spending;
  const claimed = await database().$transaction(async (transaction) => {
    await transaction.$executeRaw`
      DELETE FROM "IdempotencyRecord" WHERE "userId" = ${userId}::uuid AND "key" = ${key} AND "reservationId" IS NULL
        AND "createdAt" < now() - make_interval(hours => ${KEPT_HOURS}::int)`;
    const { count } = await transaction.idempotencyRecord.createMany({
      data: [{ userId, key, fingerprint }],
      skipDuplicates: true,
    });
    if (count === 0) return undefined;
    const reserved = await reserve(spending, seconds, transaction);
    const record = { where: { userId_key: { userId, key } }, select: { key: true } } as const;
    if (reserved.ok)
      await transaction.idempotencyRecord.update({ ...record, data: { reservationId: reserved.value.id } });
    else await transaction.idempotencyRecord.delete(record);
    return reserved;
  });
  if (claimed) return claimed.ok ? ok({ reservation: claimed.value }) : claimed;

  const record = await database().idempotencyRecord.findUnique({
    where: { userId_key: { userId, key } },
    select: { fingerprint: true, answer: true },
  });
  // Refunded between the two looks: whoever asks again begins it.
  if (!record) return err("running");
  if (!Buffer.from(record.fingerprint).equals(fingerprint)) return err("reused");
  return record.answer === null ? err("running") : ok({ answer: record.answer });
}

/** Keeps the answer and settles, both or neither. False where the reservation was refunded meanwhile. */
export function settleWithAnswer(reservationId: string, answer: string): Promise<boolean> {
  return database().$transaction(async (transaction) => {
    // Before the reservation goes, because it takes a record that still names it along.
    await transaction.idempotencyRecord.updateMany({
      where: { reservationId },
      data: { answer, reservationId: null },
    });
    // However late: the answer is there for whoever asks again.
    return settle(reservationId, transaction, null);
  });
}

/** Removes answers that are kept no longer; returns their number. */
export function pruneIdempotencyRecords(): Promise<number> {
  return database().$executeRaw`
    DELETE FROM "IdempotencyRecord"
    WHERE "reservationId" IS NULL AND "createdAt" < now() - make_interval(hours => ${KEPT_HOURS}::int)`;
}
