import pg from "pg";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { startPostgres, type TestPostgres } from "#e2e/support/postgres.ts";
import { createKey } from "#e2e/support/test-api.ts";
import { createUser } from "#e2e/support/test-database.ts";
import type { UserId } from "#lib/accounts/model/user-id.ts";
import { KeyCache } from "#lib/api-keys/key-cache.ts";
import type { CacheQuery } from "#lib/api-keys/key-cache-queries.ts";
import { secretId } from "#lib/api-keys/secret.ts";
import { queryPool, verifySecret } from "#lib/api-keys/verify.ts";
import { connectDatabase, disconnectDatabase, onBrokenConnection, pool } from "#lib/database/client.ts";
import { migrate } from "#lib/database/migrate.ts";
import { isUnavailable } from "#lib/database/unavailable.ts";
import { log } from "#lib/log.ts";

let postgres: TestPostgres;
let ada: { id: UserId };
let cache: KeyCache;
let query: CacheQuery = queryPool;
beforeAll(async () => {
  postgres = await startPostgres();
  await migrate(postgres.url, "prisma/migrations");
  connectDatabase(postgres.url, 4);
  // Rolled-back transactions are not written soon, as on a busy server.
  await pool().query("ALTER SYSTEM SET wal_writer_delay = '10s'");
  await pool().query("SELECT pg_reload_conf()");
  ada = await createUser();
});
afterAll(async () => {
  await disconnectDatabase();
  await postgres.remove();
});
beforeEach(() => {
  cache = new KeyCache((statement) => query(statement));
});
afterEach(() => {
  cache.close();
  query = queryPool;
  vi.restoreAllMocks();
});

/** Stops the clocks until they are advanced, so that a lease lasts however slow the machine is. */
function stopClocks() {
  const [monotonic, wall] = [performance.now(), Date.now()];
  const clocks = [vi.spyOn(performance, "now"), vi.spyOn(Date, "now")];
  const advance = (ms: number) => {
    clocks[0]?.mockReturnValue(monotonic + ms);
    clocks[1]?.mockReturnValue(wall + ms);
  };
  advance(0);
  return advance;
}

async function handOutTransactionIds(count: number): Promise<void> {
  const client = await pool().connect();
  for (let i = 0; i < count; i += 1) {
    await client.query("BEGIN");
    await client.query("SELECT pg_current_xact_id()");
    await client.query("ROLLBACK");
  }
  client.release();
}

/** Waits until no connection of the pool is from before. */
async function untilBack(): Promise<void> {
  const all = () => Promise.all(Array.from({ length: 4 }, () => pool().query("SELECT")));
  await vi.waitFor(all, { timeout: 20_000, interval: 20 });
}

test("a revocation after a crash of the database is not missed, although its transaction id was used before", async () => {
  const { key, secret } = await createKey(ada.id);
  const hash = secretId(secret);
  const advance = stopClocks();
  await handOutTransactionIds(40);
  expect(await cache.find(hash)).toMatchObject({ revokedAt: null });
  await postgres.crash();
  await untilBack();
  await pool().query(`UPDATE "ApiKey" SET "revokedAt" = now() WHERE "id" = $1`, [key.id]);
  // The next renewal comes before the lease runs out.
  advance(90);
  await vi.waitFor(async () => expect(await cache.find(hash)).toMatchObject({ revokedAt: expect.any(Number) }), {
    timeout: 3_000,
  });
});

test("a look-up that another run of the database answers is an error, and the next query renews the lease", async () => {
  const [known, other] = [await createKey(ada.id), await createKey(ada.id)].map(({ secret }) => secretId(secret));
  stopClocks();
  await cache.find(known as string);
  await postgres.crash();
  await untilBack();
  await expect(Promise.resolve(cache.find(other as string))).rejects.toSatisfy(isUnavailable);
  expect(cache.size).toBe(0);
  expect(await cache.find(other as string)).toMatchObject({ revokedAt: null });
});

test("an answer from another run of the database empties the cache", async () => {
  const hash = secretId((await createKey(ada.id)).secret);
  await cache.find(hash);
  expect(cache.size).toBe(1);
  // As after a crash; the transactions go on.
  await pool().query("SELECT pg_stat_reset_shared('bgwriter')");
  await vi.waitFor(() => expect(cache.size).toBe(0), { interval: 5 });
});

test("a renewal that fails empties the cache and ends the lease", async () => {
  const hash = secretId((await createKey(ada.id)).secret);
  const advance = stopClocks();
  await cache.find(hash);
  await pool().query(`ALTER TABLE "User" RENAME TO "Away"`);
  advance(90);
  await vi.waitFor(() => expect(cache.size).toBe(0));
  await expect(cache.find(hash)).rejects.toThrow("does not exist");
  await pool().query(`ALTER TABLE "Away" RENAME TO "User"`);
  expect(await cache.find(hash)).toMatchObject({ revokedAt: null });
});

test("an idle connection that breaks ends the lease", async () => {
  const { secret } = await createKey(ada.id);
  stopClocks();
  await verifySecret(secret);
  expect(verifySecret(secret)).not.toBeInstanceOf(Promise);
  const atOnce = Promise.withResolvers<boolean>();
  const listener = () => {
    const verification = verifySecret(secret);
    atOnce.resolve(!(verification instanceof Promise));
    Promise.resolve(verification).catch(() => {});
  };
  onBrokenConnection.add(listener);
  // All connections that the pool may have.
  await Promise.all(Array.from({ length: 4 }, () => pool().query("SELECT pg_sleep(0.05)")));
  await vi.waitFor(() => expect(pool().idleCount).toBe(4));
  const others = new pg.Client(postgres.url);
  await others.connect();
  await others.query(
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'",
  );
  await others.end();
  expect(await atOnce.promise).toBe(false);
  onBrokenConnection.delete(listener);
  await untilBack();
});

test("after a pause of the machine, which stops its clocks, no earlier answer is believed", async () => {
  const hash = secretId((await createKey(ada.id)).secret);
  const warned = vi.spyOn(log(), "warn");
  const advance = stopClocks();
  await cache.find(hash);
  await pool().query("SELECT pg_sleep(0.4)");
  advance(90);
  await vi.waitFor(() => expect(cache.size).toBe(0));
  expect(warned).toHaveBeenCalledWith({ stoodStillMs: expect.any(Number) }, expect.stringContaining("stood still"));
});

test("a standby renews no lease and answers no look-up", async () => {
  const [known, other] = [await createKey(ada.id), await createKey(ada.id)].map(({ secret }) => secretId(secret));
  stopClocks();
  await cache.find(known as string);
  await postgres.asStandby(async (standby) => {
    query = async (statement) => (await standby.query(statement)).rows[0];
    for (const hash of [other, known])
      await expect(Promise.resolve(cache.find(hash as string))).rejects.toSatisfy(isUnavailable);
    query = queryPool;
  });
  await untilBack();
  expect(await cache.find(known as string)).toMatchObject({ revokedAt: null });
});
