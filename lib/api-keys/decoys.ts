import type { UserId } from "#lib/accounts/model/user-id.ts";
import { type Caller, recordEach } from "#lib/activity/record.ts";
import { hasStatus, isOwned } from "#lib/api-keys/key-conditions.ts";
import { tellOfKeys } from "#lib/api-keys/tell-of-keys.ts";
import { database, type Transaction } from "#lib/database/client.ts";
import { Prisma } from "#lib/database/generated/client.ts";
import { log } from "#lib/log.ts";
import { HOUR_MS, MINUTE_MS } from "#lib/time/model/duration.ts";

/** Decoys whose recent use this process remembers, bounded to save memory. */
const NOTED_MAX = 10_000;
const noted = new Map<string, number>();

/** A use of a decoy and its origin. */
export type DecoyUse = { userId: UserId; apiKeyId: string; address: string; userAgent: string | undefined };

/**
 * Records a use of a decoy after the answer was sent. Does nothing within a minute of the last
 * record, so that a flood doesn't load the database. If recording fails, the next use is recorded.
 */
export function noteDecoyUse({ userId, apiKeyId, address, userAgent }: DecoyUse): Promise<void> {
  const now = Date.now();
  if (now - (noted.get(apiKeyId) ?? 0) < MINUTE_MS) return Promise.resolve();
  if (noted.size >= NOTED_MAX) noted.clear();
  noted.set(apiKeyId, now);
  const caller: Caller = { actor: "system", address: address || null, userAgent: userAgent ?? null };
  return database()
    .$transaction((transaction) => recordDecoyUse(transaction, userId, [apiKeyId], caller, new Date()))
    .catch((error: unknown) => {
      noted.delete(apiKeyId);
      log().warn({ err: error, apiKeyId }, "the use of a decoy could not be recorded");
    });
}

/** Records that decoys were used and notifies their owner, at most once an hour for each decoy. */
export async function recordDecoyUse(
  transaction: Transaction,
  userId: UserId,
  ids: string[],
  caller: Caller,
  at: Date,
): Promise<void> {
  await recordEach(
    transaction,
    caller,
    { userId, action: "api_key.decoy_used", at },
    Prisma.sql`UPDATE "ApiKey" SET "decoyUsedAt" = ${at}
      WHERE ${isOwned(userId)} AND "id" = ANY(${ids}::uuid[]) AND ${hasStatus("decoy", at)}
        AND ("decoyUsedAt" IS NULL OR "decoyUsedAt" <= ${new Date(at.getTime() - HOUR_MS)})
      RETURNING "id", "name"`,
  );
  await tellOfKeys(
    transaction,
    userId,
    "api_key.decoy_used",
    Prisma.sql`"id" = ANY(${ids}::uuid[]) AND "decoyUsedAt" = ${at}`,
    { address: caller.address },
  );
}
