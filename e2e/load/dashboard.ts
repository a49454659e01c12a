import { pool } from "#lib/database/client.ts";

/** Gives a person so many keys, some of them used. */
export async function insertKeysOf(email: string, count: number): Promise<void> {
  await pool().query(
    `INSERT INTO "ApiKey" ("id", "userId", "name", "environment", "prefix", "hash", "createdAt", "lastUsedAt")
     SELECT gen_random_uuid(), u."id", 'Key ' || i, 'production', 'gt_load', sha256((u."id" || i::text)::bytea),
            now() - i * interval '1 minute', CASE WHEN i % 3 = 0 THEN now() - i * interval '1 second' END
     FROM "User" u, generate_series(1, $2::int) i WHERE u."email" = $1`,
    [email, count],
  );
  await pool().query("ANALYZE");
}
