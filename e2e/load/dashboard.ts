import { pool } from "#lib/database/client.ts";
import { env } from "#lib/env.ts";

/** Gives a person so many keys, some of them used; as many active as a person may have, and the older ones revoked. */
export async function insertKeysOf(email: string, count: number): Promise<void> {
  await pool().query(
    `INSERT INTO "ApiKey" ("id", "userId", "name", "environment", "prefix", "hash", "createdAt", "lastUsedAt", "revokedAt")
     SELECT gen_random_uuid(), u."id", 'Key ' || i, 'production', 'gt_load', sha256((u."id" || i::text)::bytea),
            now() - i * interval '1 minute', CASE WHEN i % 3 = 0 THEN now() - i * interval '1 second' END,
            CASE WHEN i > ${env().MAX_ACTIVE_KEYS} THEN now() - i * interval '1 second' END
     FROM "User" u, generate_series(1, $2::int) i WHERE u."email" = $1`,
    [email, count],
  );
  await pool().query("ANALYZE");
}
