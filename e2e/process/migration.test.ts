import { cp, mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { type ApiProcesses, startApiProcesses } from "#e2e/process/api-processes.ts";
import { startPostgres, type TestPostgres } from "#e2e/support/postgres.ts";
import { temporaryDirectory } from "#e2e/support/start-server.ts";
import { createKey } from "#e2e/support/test-api.ts";
import { createUser } from "#e2e/support/test-database.ts";
import { startTraffic } from "#e2e/support/traffic.ts";
import { grantCredits } from "#lib/credits/store.ts";
import { connectDatabase, disconnectDatabase } from "#lib/database/client.ts";
import { migrate } from "#lib/database/migrate.ts";

let postgres: TestPostgres;
let processes: ApiProcesses;
let nextVersion: Awaited<ReturnType<typeof temporaryDirectory>>;
let backup: pg.Client;
let secret: string;
beforeAll(async () => {
  postgres = await startPostgres();
  processes = await startApiProcesses(1, postgres.url);
  connectDatabase(postgres.url, 4);
  const ada = await createUser();
  await grantCredits(ada.id, 1_000_000, { actor: "operator", address: null, userAgent: null });
  ({ secret } = await createKey(ada.id));
  await disconnectDatabase();
  nextVersion = await temporaryDirectory();
  await cp("prisma/migrations", nextVersion.directory, { recursive: true });
  backup = new pg.Client(postgres.url);
  await backup.connect();
});
afterAll(async () => {
  await backup.end();
  await processes.end();
  await postgres.remove();
  await nextVersion.remove();
});

test("a migration that waits for a running backup rejects no key check and no charge, and is applied when the backup ends", async () => {
  const folder = path.join(nextVersion.directory, "29990101000000_later");
  await mkdir(folder);
  await writeFile(
    path.join(folder, "migration.sql"),
    `ALTER TABLE "ApiKey" ADD COLUMN "later" INTEGER; ALTER TABLE "Balance" ADD COLUMN "later" INTEGER;`,
  );
  await backup.query("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
  await backup.query(`SELECT FROM "ApiKey", "User", "Balance", "Reservation"`);

  const statuses: Record<string, number> = {};
  let slowestMs = 0;
  const ask = (query: string) => async () => {
    const start = performance.now();
    const { status } = await fetch(`${processes.all[0]?.url}/api/v1/auth${query}`, {
      headers: { "x-api-key": secret },
    });
    statuses[status] = (statuses[status] ?? 0) + 1;
    slowestMs = Math.max(slowestMs, performance.now() - start);
    await sleep(20);
  };
  const traffic = startTraffic([ask(""), ask(""), ask("?cost=1"), ask("?cost=1")]);
  let applied = false;
  const migrated = migrate(postgres.url, nextVersion.directory).finally(() => {
    applied = true;
  });
  await vi.waitFor(() => expect(statuses[204]).toBeGreaterThan(800), { timeout: 30_000 });
  expect(applied).toBe(false);
  await backup.query("COMMIT");
  expect(await migrated).toEqual(["29990101000000_later"]);
  await traffic.stop();
  expect(Object.keys(statuses)).toEqual(["204"]);
  expect(slowestMs).toBeLessThan(1_000);
}, 60_000);
