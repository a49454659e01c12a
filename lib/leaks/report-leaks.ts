import type { UserId } from "#lib/accounts/model/user-id.ts";
import type { Caller } from "#lib/activity/record.ts";
import { outliveLeases } from "#lib/api-keys/lease.ts";
import { isSecret, secretId } from "#lib/api-keys/secret.ts";
import { pool } from "#lib/database/client.ts";
import { inTurn } from "#lib/leaks/in-turn.ts";
import type { Finding } from "#lib/leaks/model/schema.ts";
import { recordLeak } from "#lib/leaks/record-leak.ts";
import { err, ok, type Result } from "#lib/result.ts";

/** A text that was found and may be a key. */
export type FoundText = Finding & { text: string };
export type LeakedKey = { id: string; userId: UserId };

/** The activity shows the report, but not the reporter's address. */
const REPORTER: Caller = { actor: "system", address: null, userAgent: null };

/**
 * Finds the keys among texts and revokes them, as exactly as `revokeApiKey` does, or sets when they
 * are revoked: see {@link recordLeak}. Returns the keys by their text. Everything is stored when
 * this returns. Texts with invalid grammar or checksum cost no query, and one statement looks up
 * the rest.
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
 * Reports the user's own key, as {@link reportLeaks} does. It is revoked immediately, even if the
 * user chose 24 hours, because the dialog says so.
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
