import { afterAll, beforeAll, expect, test } from "vitest";
import { type ApiProcesses, differingBalances, startApiProcesses } from "#e2e/process/api-processes.ts";
import { isMissing } from "#e2e/support/installed.ts";
import { startRedis, type TestRedis } from "#e2e/support/redis.ts";
import { createRestrictedKey } from "#e2e/support/test-api.ts";
import { createDatabase, createUser } from "#e2e/support/test-database.ts";
import { creditsUsedThisMonth } from "#lib/credits/key-credits.ts";
import { findRemaining } from "#lib/credits/store.ts";
import { connectDatabase, disconnectDatabase } from "#lib/database/client.ts";

let processes: ApiProcesses;
let redis: TestRedis | undefined;
let drop: () => Promise<void>;
beforeAll(async () => {
  const created = await createDatabase();
  ({ drop } = created);
  connectDatabase(created.url, 5);
  if (!isMissing("redis-server")) redis = await startRedis();
  processes = await startApiProcesses(3, created.url, redis && { REDIS_URL: redis.url });
}, 60_000);
afterAll(async () => {
  await processes.end();
  await redis?.stop();
  await disconnectDatabase();
  await drop();
});

/** Sends 100 requests to the three processes at once, and returns how many had each status. */
async function statuses(secret: string, cost: number): Promise<Record<number, number>> {
  const answers = await Promise.all(
    Array.from({ length: 100 }, (_, i) =>
      fetch(`${processes.all[i % 3]?.url}/api/v1/auth?cost=${cost}`, { headers: { "x-api-key": secret } }),
    ),
  );
  return Object.fromEntries(
    [...Map.groupBy(answers, ({ status }) => status)].map(([status, all]) => [status, all.length]),
  );
}

test("of 100 parallel charges at three processes, a cap lets exactly its credits be spent", async () => {
  const { id: userId } = await createUser();
  const [capped, other] = [
    await createRestrictedKey(userId, { creditsPerMonth: 37 }),
    await createRestrictedKey(userId, { creditsPerMonth: 40 }),
  ];
  expect(await Promise.all([statuses(capped.secret, 1), statuses(other.secret, 2)])).toEqual([
    { 204: 37, 403: 63 },
    { 204: 20, 403: 80 },
  ]);
  expect(await creditsUsedThisMonth(userId, capped.key.id)).toBe(37);
  expect(await creditsUsedThisMonth(userId, other.key.id)).toBe(40);
  expect((await findRemaining(userId, null))?.credits).toBe(23);
  expect(await differingBalances()).toEqual([]);
});

test.skipIf(isMissing("redis-server"))(
  "of 100 parallel requests at three processes, a key's limit accepts exactly its number, and the rest is left for others",
  async () => {
    const { id: userId } = await createUser("Ada", "limited");
    const [slow, other] = [
      await createRestrictedKey(userId, { requestsPerMinute: 7 }),
      await createRestrictedKey(userId, {}),
    ];
    expect(await statuses(slow.secret, 0)).toEqual({ 204: 7, 429: 93 });
    expect(await statuses(other.secret, 0)).toEqual({ 204: 13, 429: 87 });
  },
);
