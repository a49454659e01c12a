import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { createKey, startApi, type TestApi } from "#e2e/support/test-api.ts";
import { createUser, useOwnDatabase } from "#e2e/support/test-database.ts";
import type { UserId } from "#lib/accounts/model/user-id.ts";
import { deleteApiKey } from "#lib/api-keys/store.ts";
import { creditsByDay } from "#lib/credits/ledger.ts";
import { pool } from "#lib/database/client.ts";
import type { From } from "#lib/paging/model/keyset-page.ts";
import { err } from "#lib/result.ts";
import { DAY_MS } from "#lib/time/model/duration.ts";
import { usageByKey } from "#lib/usage/by-key.ts";
import { flushUsage } from "#lib/usage/recorder.ts";

const CALLER = { actor: "user", address: null, userAgent: null } as const;
const MONTH = new Date().toISOString().slice(0, 7);

let api: TestApi;
let close: () => Promise<void>;
let ada: { id: UserId };
beforeAll(async () => {
  close = await useOwnDatabase();
  // The provider always fails, so an image is charged and refunded.
  api = await startApi(async () => err("upstream_error"));
});
afterAll(async () => {
  api.close();
  await close();
});
beforeEach(async () => {
  ada = await createUser("Ada", "scale");
});

const read = (size = 100, from: From = null) => usageByKey(ada.id, MONTH, size, from);
const image = (secret: string) =>
  api.call(
    "/bytedance/generate-image",
    { method: "POST", headers: { "content-type": "application/json" }, body: '{"prompt":"A cat"}' },
    secret,
  );

describe("usage by key", () => {
  test("has the requests that each key made and the credits that they cost, net of refunds", async () => {
    const [busy, dear, unused] = [await createKey(ada.id), await createKey(ada.id), await createKey(ada.id)];
    for (const path of ["/key", "/key", "/auth?cost=2", "/auth?cost=1000"]) await api.call(path, {}, busy.secret);
    await api.call("/auth?cost=30", {}, dear.secret);
    expect((await image(dear.secret)).status).toBe(502);
    await flushUsage();
    const { rows } = await read();
    expect(rows).toEqual([
      { id: busy.key.id, name: busy.key.name, prefix: busy.key.prefix, requests: 4, ok: 3, credits: 2 },
      { id: dear.key.id, name: dear.key.name, prefix: dear.key.prefix, requests: 2, ok: 1, credits: 30 },
    ]);
    expect(rows.map(({ id }) => id)).not.toContain(unused.key.id);
    const now = new Date();
    expect(await creditsByDay(ada.id, 3, now)).toEqual(
      [2, 1, 0].map((ago) => ({
        day: new Date(now.getTime() - ago * DAY_MS).toISOString().slice(0, 10),
        credits: ago === 0 ? 32 : 0,
      })),
    );
  });

  test("shows only the user's own keys", async () => {
    const bob = await createUser("Bob", "scale");
    const { secret, key } = await createKey(bob.id);
    await api.call("/auth?cost=5", {}, secret);
    await flushUsage();
    expect(await read()).toEqual({ rows: [], before: null, after: null });
    expect((await usageByKey(bob.id, MONTH, 100)).rows).toMatchObject([{ id: key.id, credits: 5 }]);
  });

  test("keeps deleted keys", async () => {
    const { secret, key } = await createKey(ada.id);
    await api.call("/auth?cost=5", {}, secret);
    await deleteApiKey(ada.id, key.id, CALLER);
    await flushUsage();
    expect((await read()).rows).toMatchObject([{ id: key.id, requests: 1, ok: 1, credits: 5 }]);
  });

  test("is paged, the busiest first, with exact counts", async () => {
    const keys = [await createKey(ada.id), await createKey(ada.id), await createKey(ada.id)];
    for (const [i, { secret }] of keys.entries())
      for (let n = 0; n <= i; n += 1) await api.call("/auth?cost=1", {}, secret);
    await flushUsage();
    const first = await read(2);
    const second = await read(2, first.after);
    expect([first, second].map(({ rows }) => rows.map(({ requests, credits }) => [requests, credits]))).toEqual([
      [
        [3, 3],
        [2, 2],
      ],
      [[1, 1]],
    ]);
    expect(second.after).toBeNull();
    expect((await read(2, second.before)).rows).toEqual(first.rows);
  });

  test("lists a key that spent credits without a counted request at the end", async () => {
    const keys = [await createKey(ada.id), await createKey(ada.id), await createKey(ada.id), await createKey(ada.id)];
    for (const { secret } of keys.slice(0, 2)) await api.call("/auth?cost=1", {}, secret);
    await flushUsage();
    // The process that charged these ended before it counted the requests.
    for (const { key } of keys.slice(2))
      await pool().query(
        `INSERT INTO "CreditMovement" ("userId", "kind", "amount", "apiKeyId") VALUES ($1, 'charged', -5, $2)`,
        [ada.id, key.id],
      );
    const all = (await read()).rows;
    expect(all.map(({ requests, ok, credits }) => [requests, ok, credits])).toEqual([
      [1, 1, 1],
      [1, 1, 1],
      [0, 0, 5],
      [0, 0, 5],
    ]);
    const pages = [await read(1)];
    for (let next = pages[0]?.after; next; next = pages.at(-1)?.after) pages.push(await read(1, next));
    expect(pages.flatMap(({ rows }) => rows)).toEqual(all);
    const back = [await read(1, pages.at(-1)?.before)];
    for (let next = back[0]?.before; next; next = back.at(-1)?.before) back.push(await read(1, next));
    expect(back.flatMap(({ rows }) => rows).slice(0, 3)).toEqual(all.slice(0, 3).reverse());
  });

  test("covers a UTC month for requests and credits, in any time zone of the session", async () => {
    const { key } = await createKey(ada.id);
    for (const [i, at] of ["2026-10-31T23:59:59.999Z", "2026-11-01T00:00:00Z", "2026-11-30T23:59:59Z"].entries()) {
      await pool().query(`INSERT INTO "UsageDay" VALUES ($1, $2::timestamptz AT TIME ZONE 'UTC', 'ok', $3)`, [
        key.id,
        at,
        10 ** i,
      ]);
      await pool().query(
        `INSERT INTO "CreditMovement" ("userId", "kind", "amount", "apiKeyId", "createdAt") VALUES ($1, 'charged', $2, $3, $4)`,
        [ada.id, -(10 ** i), key.id, at],
      );
    }
    const of = async (month: string) => (await usageByKey(ada.id, month, 100)).rows;
    expect(await of("2026-10")).toMatchObject([{ requests: 1, credits: 1 }]);
    expect(await of("2026-11")).toMatchObject([{ requests: 110, credits: 110 }]);

    const sessions = await Promise.all(Array.from({ length: pool().options.max }, () => pool().connect()));
    for (const session of sessions) {
      await session.query("SET TimeZone = 'America/New_York'");
      session.release();
    }
    expect(await of("2026-11")).toMatchObject([{ requests: 110, credits: 110 }]);
    for (const session of sessions) await session.end();
  });
});
