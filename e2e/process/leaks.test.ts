import { afterAll, beforeAll, expect, test } from "vitest";
import { type ApiProcesses, startApiProcesses } from "#e2e/process/api-processes.ts";
import { startPostgres, type TestPostgres } from "#e2e/support/postgres.ts";
import { createKey } from "#e2e/support/test-api.ts";
import { createUser } from "#e2e/support/test-database.ts";
import { connectDatabase, database, disconnectDatabase } from "#lib/database/client.ts";

let postgres: TestPostgres;
let processes: ApiProcesses;
beforeAll(async () => {
  postgres = await startPostgres();
  processes = await startApiProcesses(2, postgres.url);
  connectDatabase(postgres.url, 4);
}, 120_000);
afterAll(async () => {
  await disconnectDatabase();
  await processes.end();
  await postgres.remove();
});

function report(url: string, secret: string) {
  const body = JSON.stringify({ keys: [secret], source: "Scanner", url: "https://example.com/a.js" });
  return fetch(`${url}/api/v1/leaks`, { method: "POST", body, headers: { "content-type": "application/json" } });
}

test("once a report is answered, no instance accepts the key", async () => {
  const ada = await createUser();
  const urls = processes.all.map(({ url }) => url) as [string, string];
  const auth = (secret: string) =>
    Promise.all(
      urls.map(async (url) => (await fetch(`${url}/api/v1/auth`, { headers: { "x-api-key": secret } })).status),
    );
  for (let i = 0; i < 5; i += 1) {
    const { secret } = await createKey(ada.id);
    expect(await auth(secret)).toEqual([204, 204]);
    expect((await report(urls[0], secret)).status).toBe(202);
    expect(await auth(secret)).toEqual([401, 401]);
  }
}, 60_000);

test("a kill -9 loses no answered report and leaves none half recorded", async () => {
  const ada = await createUser();
  const answered: string[] = [];
  const stored = () => database().leakReport.count({ where: { userId: ada.id } });
  for (let round = 0; round < 3; round += 1) {
    const keys = await Promise.all(Array.from({ length: 20 }, () => createKey(ada.id)));
    const server = processes.all[0] as ApiProcesses["all"][number];
    const before = await stored();
    const first = Promise.withResolvers<void>();
    const reports = keys.map(async ({ key, secret }) => {
      const answer = await report(server.url, secret).catch(() => undefined);
      if (answer?.status === 202) answered.push(key.id);
      if (answer) first.resolve();
    });
    // In the last round it is killed while it records, before it answers.
    if (round < 2) await first.promise;
    else await expect.poll(stored, { interval: 1 }).toBeGreaterThan(before);
    await server.end("SIGKILL");
    await Promise.all(reports);
    await processes.start(0);
  }
  expect(answered.length).toBeGreaterThan(0);
  const rows = await database().$queryRaw<{ id: string; parts: boolean[] }[]>`
    SELECT "id", ARRAY["leakedAt" IS NOT NULL, "revokedAt" IS NOT NULL,
      EXISTS (SELECT FROM "LeakReport" WHERE "apiKeyId" = k."id"),
      EXISTS (SELECT FROM "Activity" WHERE "apiKeyId" = k."id" AND "action" = 'api_key.leaked'),
      EXISTS (SELECT FROM "Activity" WHERE "apiKeyId" = k."id" AND "action" = 'api_key.revoked')] AS "parts"
    FROM "ApiKey" k WHERE "userId" = ${ada.id}::uuid`;
  expect(rows.filter(({ parts }) => new Set(parts).size > 1)).toEqual([]);
  const recorded = new Set(rows.filter(({ parts }) => parts[0]).map(({ id }) => id));
  expect(answered.filter((id) => !recorded.has(id))).toEqual([]);
}, 120_000);
