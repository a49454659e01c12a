import type { UserId } from "#lib/accounts/model/user-id.ts";
import type { Caller } from "#lib/activity/record.ts";
import { outliveLeases } from "#lib/api-keys/lease.ts";
import { isSecret, secretId } from "#lib/api-keys/secret.ts";
import { pool } from "#lib/database/client.ts";
import { inTurn } from "#lib/leaks/in-turn.ts";
import type { Finding } from "#lib/leaks/model/schema.ts";
import { recordLeak } from "#lib/leaks/record-leak.ts";
import { err, ok, type Result } from "#lib/result.ts";

/** A text that was found in public and may be a key. */
export type FoundText = Finding & { text: string };
export type LeakedKey = { id: string; userId: UserId };

/** The owner learns of the report, and not from which address it came. */
const REPORTER: Caller = { actor: "system", address: null, userAgent: null };

/**
 * Records the found texts that are keys and revokes these keys, as exactly as `revokeApiKey` does,
 * or sets when they are revoked: see {@link recordLeak}.
 * Returns them by their text. Everything is stored when this returns. Texts that fail grammar or
 * checksum cost no query, and the others are looked up in one statement.
 */
export async function reportLeaks(found: FoundText[], caller = REPORTER): Promise<Map<string, LeakedKey>> {
  const keys = await inTurn(() => record(found, caller));
  // Not in its turn: reports that wait must not tell by their time that there was a key before them.
  if (keys.size > 0) await outliveLeases();
  return keys;
}

async function record(found: FoundText[], caller: Caller): Promise<Map<string, LeakedKey>> {
  const keys = await findKeys(found.map(({ text }) => text).filter(isSecret));
  const matched = found.flatMap(({ text, source, url }) => {
    const key = keys.get(text);
    return key ? [{ ...key, finding: { source, url } }] : [];
  });
  const groups = Map.groupBy(matched, ({ userId, finding }) => JSON.stringify([userId, finding]));
  for (const [first, ...others] of groups.values())
    if (first)
      await recordLeak(
        first.userId,
        [first, ...others].map(({ id }) => id),
        first.finding,
        caller,
      );
  return keys;
}

/**
 * Records that a user found a key of their own, as {@link reportLeaks} does. It is revoked at once,
 * whatever the account chose, as the dialog says.
 */
export async function reportOwnLeak(
  userId: UserId,
  id: string,
  caller: Caller,
): Promise<Result<undefined, "not_found">> {
  const recorded = await recordLeak(userId, [id], { source: "You", url: "" }, caller, { atOnce: true });
  if (recorded === 0) return err("not_found");
  await outliveLeases();
  return ok();
}

async function findKeys(secrets: string[]): Promise<Map<string, LeakedKey>> {
  if (secrets.length === 0) return new Map();
  const byHash = new Map(secrets.map((secret) => [secretId(secret), secret]));
  const { rows } = await pool().query<LeakedKey & { hash: string }>({
    name: "find-leaked-keys",
    text: `SELECT k."id", k."userId", h AS "hash" FROM unnest((SELECT $1::text[])) h
           JOIN "ApiKey" k ON k."hash" = decode(h, 'hex')`,
    values: [[...byHash.keys()]],
  });
  return new Map(rows.map(({ hash, id, userId }) => [byHash.get(hash) as string, { id, userId }]));
}
