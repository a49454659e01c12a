import { afterAll, beforeAll, expect, test } from "vitest";
import { createPerson, useOwnDatabase } from "#e2e/test-database.ts";
import { exportActivity, listActivity } from "#lib/activity/read.ts";
import { pool } from "#lib/database/client.ts";

let close: () => Promise<void>;
beforeAll(async () => {
  close = await useOwnDatabase();
});
afterAll(() => close());

const record = (userId: string, action: string, count: number) =>
  pool().query(
    `INSERT INTO "Activity" ("id", "userId", "actor", "action", "createdAt")
     SELECT gen_random_uuid(), $1, 'user', $2, now() - interval '1 day' * (i / 700) FROM generate_series(0, $3::int - 1) i`,
    [userId, action, count],
  );

test("activity is exported whole, each record once, also of one instant and while more happens", async () => {
  const [ada, bob] = [await createPerson(), await createPerson("Bob")];
  await record(ada.id, "api_key.created", 1_200);
  await record(ada.id, "account.updated", 3);
  await record(bob.id, "api_key.created", 2);
  const before = (await listActivity(ada.id, { about: "api_key" }, { limit: 2_000 })).rows;
  const exported: typeof before = [];
  let pages = 0;
  for await (const rows of exportActivity(ada.id, { about: "api_key" })) {
    exported.push(...rows);
    pages += 1;
    await record(ada.id, "api_key.created", 1);
  }
  expect(pages).toBe(3);
  expect(exported).toEqual(before);
  expect(exported).toHaveLength(1_200);
});
