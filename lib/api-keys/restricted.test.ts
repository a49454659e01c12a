import { afterAll, beforeAll, expect, test } from "vitest";
import { CALLER } from "#e2e/support/rotated-keys.ts";
import { createKey } from "#e2e/support/test-api.ts";
import { createUser, useOwnDatabase } from "#e2e/support/test-database.ts";
import { revokeApiKeys } from "#lib/api-keys/bulk.ts";
import { IS_RESTRICTED } from "#lib/api-keys/key-conditions.ts";
import { exportApiKeys, listApiKeys } from "#lib/api-keys/list.ts";
import { DEFAULT_VIEW, type ListQuery, UNFILTERED } from "#lib/api-keys/model/list-view.ts";
import { isRestricted, restrictionColumns, UNRESTRICTED } from "#lib/api-keys/model/restrictions.ts";
import { changeRestrictions } from "#lib/api-keys/restrict.ts";
import { database } from "#lib/database/client.ts";

let close: () => Promise<void>;
beforeAll(async () => {
  close = await useOwnDatabase();
});
afterAll(() => close());

test.each([
  ["full access", {}, false],
  ["one permission", { scopes: ["images:write"] }, true],
  ["no permission", { scopes: [] }, true],
  ["a network", { allowedNetworks: ["192.0.2.0/24"] }, true],
  ["requests per minute", { requestsPerMinute: 1 }, true],
  ["no credits", { creditsPerMonth: 0 }, true],
] as const)("a key with %s is restricted or not, the same in TypeScript and in SQL", async (_, some, expected) => {
  const columns = restrictionColumns({ ...UNRESTRICTED, ...structuredClone(some) } as never);
  const { scopes, allowedNetworks, requestsPerMinute, creditsPerMonth } = columns;
  expect(isRestricted(columns)).toBe(expected);
  const [row] = await database().$queryRaw<object[]>`
    SELECT ${IS_RESTRICTED} AS "restricted"
    FROM (SELECT ${scopes}::text AS "scopes", ${allowedNetworks}::text AS "allowedNetworks",
                 ${requestsPerMinute}::int AS "requestsPerMinute", ${creditsPerMonth}::int AS "creditsPerMonth") k`;
  expect(row).toEqual({ restricted: expected });
});

test("a filter by restricted or unrestricted keys selects exactly those, also in the export and for bulk revocation", async () => {
  const { id: userId } = await createUser();
  const narrow = (await createKey(userId)).key.id;
  const full = (await createKey(userId)).key.id;
  await changeRestrictions(userId, narrow, { ...UNRESTRICTED, scopes: [] }, CALLER);
  for (const [restricted, expected] of [
    ["yes", [narrow]],
    ["no", [full]],
    [null, [full, narrow]],
  ] as const) {
    const query: ListQuery = { ...DEFAULT_VIEW, restricted };
    const { rows, matching } = await listApiKeys(userId, query, new Date());
    expect([matching, rows.map(({ id }) => id)]).toEqual([expected.length, expected]);
    const exported: string[] = [];
    for await (const keys of exportApiKeys(userId, query, new Date())) exported.push(...keys.map(({ id }) => id));
    expect(exported).toEqual(expected);
  }
  const view = { ...UNFILTERED, restricted: "no" } as const;
  const selection = { all: true, ids: [], view, confirmedAt: new Date(), confirmedKeys: 1 };
  expect(await revokeApiKeys(userId, selection, CALLER)).toEqual({ ok: true, value: { keys: 1 } });
  const left = await database().apiKey.findMany({ where: { userId, revokedAt: null }, select: { id: true } });
  expect(left).toEqual([{ id: narrow }]);
});
