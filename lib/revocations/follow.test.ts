import { mkdir, readFile } from "node:fs/promises";
import path from "node:path";
import pg from "pg";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { startPostgres, type TestPostgres } from "#e2e/support/postgres.ts";
import { CALLER } from "#e2e/support/seed.ts";
import { temporaryDirectory } from "#e2e/support/start-server.ts";
import { createKey } from "#e2e/support/test-api.ts";
import { createUser } from "#e2e/support/test-database.ts";
import { disableAccount, enableAccount } from "#lib/accounts/store.ts";
import { revokeApiKey } from "#lib/api-keys/store.ts";
import { connectDatabase, database, disconnectDatabase } from "#lib/database/client.ts";
import { migrate } from "#lib/database/migrate.ts";
import { followRevocations } from "#lib/revocations/follow.ts";
import { LIST_NAME, type ListEntry, readEntries } from "#lib/revocations/list-file.ts";

let postgres: TestPostgres;
let root: string;
let remove: () => Promise<void>;
beforeAll(async () => {
  postgres = await startPostgres();
  await migrate(postgres.url, "prisma/migrations");
  connectDatabase(postgres.url, 10);
});
afterAll(async () => {
  await disconnectDatabase();
  await postgres.remove();
});

let following: ReturnType<typeof followRevocations>[] = [];
beforeEach(async () => {
  ({ directory: root, remove } = await temporaryDirectory());
});
afterEach(async () => {
  await Promise.all(following.map((follower) => follower.stop()));
  following = [];
  await remove();
});

function follow(directory = root): string {
  following.push(followRevocations(directory));
  return path.join(directory, LIST_NAME);
}

async function lastEntry(file: string, id: string): Promise<ListEntry | undefined> {
  let last: ListEntry | undefined;
  for await (const entry of readEntries(file))
    if (("key" in entry && entry.key === id) || ("account" in entry && entry.account === id)) last = entry;
  return last;
}

const expectEntry = (file: string, id: string, expected: object) =>
  vi.waitFor(async () => expect(await lastEntry(file, id)).toMatchObject(expected), { timeout: 20_000, interval: 50 });

const REVOKED = { revokedAt: expect.any(String) };
const DISABLED = { disabledAt: expect.any(String) };

test("changes from before and after the start are in the list, and the last one counts", async () => {
  const ada = await createUser();
  const [before, meanwhile, kept] = [await createKey(ada.id), await createKey(ada.id), await createKey(ada.id)];
  await revokeApiKey(ada.id, before.key.id, CALLER);
  const file = follow();
  await expectEntry(file, before.key.id, REVOKED);
  await revokeApiKey(ada.id, meanwhile.key.id, CALLER);
  await disableAccount(ada.id, CALLER);
  await expectEntry(file, meanwhile.key.id, REVOKED);
  await expectEntry(file, ada.id, DISABLED);
  await enableAccount(ada.id, CALLER);
  await vi.waitFor(async () => expect(await lastEntry(file, ada.id)).not.toHaveProperty("disabledAt"), 10_000);
  expect(await lastEntry(file, kept.key.id)).toBeUndefined();
  const text = await readFile(file, "utf8");
  for (const secret of [before.secret, ada.email, "Production"]) expect(text).not.toContain(secret);
});

test("a change whose transaction was still open when a later one was seen is not missed", async () => {
  const ada = await createUser();
  const [slow, quick] = [await createKey(ada.id), await createKey(ada.id)];
  const file = follow();
  const client = new pg.Client(postgres.url);
  await client.connect();
  await client.query("BEGIN");
  await client.query(`UPDATE "ApiKey" SET "revokedAt" = now() WHERE "id" = $1`, [slow.key.id]);
  await revokeApiKey(ada.id, quick.key.id, CALLER);
  await expectEntry(file, quick.key.id, REVOKED);
  expect(await lastEntry(file, slow.key.id)).toBeUndefined();
  await client.query("COMMIT");
  await client.end();
  await expectEntry(file, slow.key.id, REVOKED);
});

test("a crash of PostgreSQL, which then reuses transaction ids, loses no change", async () => {
  const ada = await createUser();
  const { key } = await createKey(ada.id);
  const file = follow();
  await disableAccount(ada.id, CALLER);
  await expectEntry(file, ada.id, DISABLED);
  const client = new pg.Client(postgres.url);
  client.on("error", () => {});
  await client.connect();
  for (let i = 0; i < 40; i += 1) await client.query("BEGIN; SELECT pg_current_xact_id(); ROLLBACK");
  const { rows } = await client.query<{ pid: number }>("SELECT pg_backend_pid() AS pid");
  process.kill(Number(rows[0]?.pid), "SIGKILL");
  const revoke = () => revokeApiKey(ada.id, key.id, CALLER);
  await vi.waitFor(revoke, { timeout: 10_000, interval: 20 });
  await expectEntry(file, key.id, REVOKED);
});

test("the list has all changes, also more than one answer can name", async () => {
  const ada = await createUser();
  const file = follow();
  await vi.waitFor(() => readFile(file), 10_000);
  await database().$executeRaw`
    INSERT INTO "ApiKey" ("id", "userId", "name", "environment", "prefix", "hash", "revokedAt")
    SELECT gen_random_uuid(), ${ada.id}::uuid, 'Key', 'staging', 'gt_aaaa', sha256(convert_to(${ada.id} || i, 'UTF8')), now()
    FROM generate_series(1, 10001) i`;
  const keys = await database().apiKey.findMany({ where: { userId: ada.id }, select: { id: true } });
  await vi.waitFor(
    async () => {
      const listed = new Set<string>();
      for await (const entry of readEntries(file)) if ("key" in entry) listed.add(entry.key);
      expect(keys.filter(({ id }) => !listed.has(id))).toEqual([]);
    },
    { timeout: 20_000, interval: 200 },
  );
});

test("a list that can't be written blocks no revocation, and has it once it can be written", async () => {
  const ada = await createUser();
  const { key } = await createKey(ada.id);
  const directory = path.join(root, "unplugged");
  const file = follow(directory);
  expect(await revokeApiKey(ada.id, key.id, CALLER)).toMatchObject({ ok: true });
  await mkdir(directory);
  await expectEntry(file, key.id, REVOKED);
});

test("a clean stop writes the last changes, and the next start rewrites the list without repetitions", async () => {
  const ada = await createUser();
  const { key } = await createKey(ada.id);
  const file = follow();
  await vi.waitFor(() => readFile(file), 10_000);
  for (let i = 0; i < 3; i += 1) {
    await disableAccount(ada.id, CALLER);
    await enableAccount(ada.id, CALLER);
  }
  await database().apiKey.update({ where: { id: key.id }, data: { revokedAt: new Date() } });
  await following.pop()?.stop();
  expect(await lastEntry(file, key.id)).toMatchObject(REVOKED);
  const count = async () => (await readFile(file, "utf8")).split(ada.id).length - 1;
  expect(await count()).toBeGreaterThan(1);
  follow();
  await vi.waitFor(async () => expect(await count()).toBe(1), 10_000);
});
