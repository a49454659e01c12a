import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { fill } from "#e2e/support/fill.ts";
import { expectNoMoreReads, type MeasureReads, watchReads } from "#e2e/support/statement-reads.ts";
import { createKey } from "#e2e/support/test-api.ts";
import { createUser, useOwnDatabase } from "#e2e/support/test-database.ts";
import { database } from "#lib/database/client.ts";
import type { From } from "#lib/paging/model/keyset-page.ts";
import { findLoggedRequest, findLogsChoices, listFailedRequests, listLogs, listNewerLogs } from "#lib/usage/logs.ts";
import type { LoggedRequest } from "#lib/usage/model/log-rows.ts";
import { LOGS_PAGE } from "#lib/usage/model/log-rows.ts";
import type { LogsFilter } from "#lib/usage/model/logs-query.ts";

let close: () => Promise<void>;
let measure: MeasureReads;
beforeAll(async () => {
  close = await useOwnDatabase();
  measure = watchReads();
});
afterAll(() => close());

const ALL: LogsFilter = { key: null, status: null, reason: null, route: null, caller: null };
const ids = (rows: LoggedRequest[]) => rows.map(({ requestId }) => requestId);

async function userWithKey() {
  const { id } = await createUser();
  return { id, key: (await createKey(id)).key.id };
}
type Owner = Awaited<ReturnType<typeof userWithKey>>;

/** Adds requests a second apart, the latest first, or all at one instant. */
async function addRequests({ id, key }: Owner, failed: number, successful: number, seconds = 1): Promise<void> {
  const at = `now() - i * ${seconds} * interval '1 second'`;
  await fill(
    [
      `INSERT INTO "Refusal" ("requestId", "userId", "apiKeyId", "cause", "status", "route", "addressPrefix", "userAgent", "createdAt")
       SELECT gen_random_uuid(), $1, $2, 'revoked', 401, '/api/v1/key', '203.0.113.0/24', 'curl/8', ${at} FROM generate_series(1, $3::int) i`,
      [id, key, failed],
    ],
    [
      `INSERT INTO "RequestSample" ("apiKeyId", "minute", "requestId", "userId", "status", "route", "addressPrefix", "userAgent", "createdAt")
       SELECT $2, now() - i * interval '1 minute', gen_random_uuid(), $1, 204, '/api/v1/auth', '203.0.113.0/24', 'curl/8', ${at} FROM generate_series(1, $3::int) i`,
      [id, key, successful],
    ],
  );
}

const failedNow = ({ id, key }: Owner, change: { cause?: string; status?: number | null; createdAt?: Date } = {}) =>
  database().rejection.create({
    data: {
      requestId: randomUUID(),
      userId: id,
      apiKeyId: key,
      cause: "rate_limited",
      status: 429,
      route: "/api/v1/auth",
      addressPrefix: "198.51.100.0/24",
      userAgent: "node",
      createdAt: new Date(),
      ...change,
    },
    select: { requestId: true },
  });

test("pages have each request once, also of one instant and while more happens, and lead back", async () => {
  const ada = await userWithKey();
  await addRequests(ada, 1.5 * LOGS_PAGE, 1.2 * LOGS_PAGE, 0);
  const pages = [await listLogs(ada.id, ALL)];
  for (let from: From = pages[0]?.after ?? null; from; from = pages.at(-1)?.after ?? null) {
    await failedNow(ada);
    pages.push(await listLogs(ada.id, ALL, from));
  }
  expect(pages.map(({ rows }) => rows.length)).toEqual([LOGS_PAGE, LOGS_PAGE, 0.7 * LOGS_PAGE]);
  expect(new Set(pages.flatMap(({ rows }) => ids(rows))).size).toBe(2.7 * LOGS_PAGE);
  const back = await listLogs(ada.id, ALL, pages[2]?.before ?? null);
  expect(ids(back.rows)).toEqual(ids(pages[1]?.rows ?? []));
});

test("a filter by key, status, reason, route and caller shows what it says", async () => {
  const ada = await userWithKey();
  await addRequests(ada, 3, 2);
  await failedNow({ ...ada, key: (await createKey(ada.id)).key.id });
  await failedNow(ada, { cause: "error", status: 503 });
  const count = async (filter: Partial<LogsFilter>) => (await listLogs(ada.id, { ...ALL, ...filter })).rows.length;
  expect(await count({})).toBe(7);
  expect(await count({ key: ada.key })).toBe(6);
  expect(await Promise.all(["4xx", "401", "2xx", "5xx", "404"].map((status) => count({ status })))).toEqual([
    4, 3, 2, 1, 0,
  ]);
  expect(await Promise.all(["ok", "revoked", "failed", "to_come"].map((reason) => count({ reason })))).toEqual([
    2, 3, 5, 0,
  ]);
  expect(await count({ route: "/api/v1/auth" })).toBe(4);
  expect(await count({ caller: "198.51.100.0/24 node" })).toBe(2);
  expect(await count({ key: ada.key, status: "5xx", caller: "198.51.100.0/24 node" })).toBe(1);
  expect(await findLogsChoices(ada.id)).toMatchObject({
    statuses: [204, 401, 429, 503],
    reasons: ["error", "ok", "rate_limited", "revoked"],
    routes: ["/api/v1/auth", "/api/v1/key"],
    callers: ["198.51.100.0/24 node", "203.0.113.0/24 curl/8"],
  });
  expect((await findLogsChoices(ada.id)).keys).toHaveLength(2);
});

test("a row that an earlier version writes without a status has that of its cause", async () => {
  const ada = await userWithKey();
  for (const cause of ["rate_limited", "no_credits", "expired"]) await failedNow(ada, { cause, status: null });
  const { rows } = await listLogs(ada.id, ALL);
  expect(Object.fromEntries(rows.map(({ reason, status }) => [reason, status]))).toEqual({
    rate_limited: 429,
    no_credits: 403,
    expired: 401,
  });
});

test("a user sees no request of another user in any list, look-up, poll or filter", async () => {
  const [ada, bob] = [await userWithKey(), await userWithKey()];
  await addRequests(ada, 2, 2);
  const { rows } = await listLogs(ada.id, ALL);
  expect(rows).toHaveLength(4);
  for (const { requestId } of rows) {
    expect(await findLoggedRequest(ada.id, requestId)).toMatchObject({ requestId });
    expect(await findLoggedRequest(bob.id, requestId)).toBeNull();
  }
  expect((await listLogs(bob.id, ALL)).rows).toEqual([]);
  expect((await listLogs(bob.id, { ...ALL, key: ada.key })).rows).toEqual([]);
  expect(await listFailedRequests(bob.id, ada.key, 10)).toEqual([]);
  expect(await listFailedRequests(ada.id, ada.key, 10)).toHaveLength(2);
  expect(await listNewerLogs(ada.id, ALL, new Date(0))).toHaveLength(4);
  expect(await listNewerLogs(bob.id, ALL, new Date(0))).toEqual([]);
  const { keys, routes } = await findLogsChoices(bob.id);
  expect([keys, routes]).toEqual([[], []]);
});

test("a poll finds what another process wrote late, and nothing long before", async () => {
  const ada = await userWithKey();
  const now = Date.now();
  const late = await failedNow(ada, { createdAt: new Date(now - 10_000) });
  await failedNow(ada, { createdAt: new Date(now - 20_000) });
  expect(ids(await listNewerLogs(ada.id, ALL, new Date(now)))).toEqual([late.requestId]);
});

describe("of 20,000 requests that nothing has pruned yet no more is read than of 1,000", () => {
  let few: Owner;
  let many: Owner;
  beforeAll(async () => {
    [few, many] = [await userWithKey(), await userWithKey()];
    await addRequests(few, 1_000, 1_000);
    await addRequests(many, 20_000, 20_000);
  });
  const compare = async (work: (owner: Owner) => Promise<unknown>, rows: number) =>
    expectNoMoreReads(await measure(() => work(few)), await measure(() => work(many)), rows);

  test.each<[string, Partial<LogsFilter>]>([
    ["all", {}],
    ["one reason", { reason: "revoked" }],
    ["a filter that matches nothing", { route: "/nothing" }],
    ["a status", { status: "2xx" }],
  ])("by a page of %s, and by a poll", async (_, filter) => {
    await compare(({ id }) => listLogs(id, { ...ALL, ...filter }), 200);
    await compare(({ id }) => listNewerLogs(id, { ...ALL, ...filter }, new Date()), 200);
  });

  test("by a key's failed requests, and the choices of the filters", async () => {
    await compare(({ id, key }) => listFailedRequests(id, key, 10), 20);
    await compare(({ id }) => findLogsChoices(id), 2_000);
  });

  test("a page without a filter reads its own rows only", async () => {
    const { rows } = await measure(() => listLogs(many.id, ALL));
    // One row more than a page of each table, and their keys.
    expect(rows).toBeLessThanOrEqual(3 * (LOGS_PAGE + 1));
  });

  test("a page, and a poll, read the keys of their rows only", async () => {
    await fill([
      `INSERT INTO "ApiKey" ("id", "userId", "name", "environment", "prefix", "hash")
       SELECT gen_random_uuid(), $1, 'Key ' || i, 'production', 'gt_load', sha256(i::text::bytea) FROM generate_series(1, 5000) i`,
      [many.id],
    ]);
    for (const work of [() => listLogs(many.id, ALL), () => listNewerLogs(many.id, ALL, new Date())])
      expect((await measure(work)).rows).toBeLessThanOrEqual(3 * (LOGS_PAGE + 1));
  });

  test("a poll without news reads a few pages", async () => {
    const { statements, pages } = await measure(() => listNewerLogs(many.id, ALL, new Date(Date.now() + 60_000)));
    expect(statements).toBe(1);
    expect(pages).toBeLessThan(20);
  });
});
