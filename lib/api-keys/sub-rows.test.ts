import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { createKey } from "#e2e/support/test-api.ts";
import { createUser, useOwnDatabase } from "#e2e/support/test-database.ts";
import type { UserId } from "#lib/accounts/model/user-id.ts";
import type { Caller } from "#lib/activity/record.ts";
import { readUsageSummary } from "#lib/api-keys/bulk.ts";
import { listApiKeys } from "#lib/api-keys/list.ts";
import { DEFAULT_VIEW, type ListQuery, UNFILTERED } from "#lib/api-keys/model/list-view.ts";
import type { Overlap } from "#lib/api-keys/model/overlap-end.ts";
import { rotateApiKey } from "#lib/api-keys/rotation.ts";
import { deleteApiKey, revokeApiKey } from "#lib/api-keys/store.ts";
import { database } from "#lib/database/client.ts";

const CALLER: Caller = { actor: "user", address: null, userAgent: null };

let close: () => Promise<void>;
let ada: UserId;
beforeAll(async () => {
  close = await useOwnDatabase();
});
afterAll(() => close());
beforeEach(async () => {
  ada = (await createUser()).id;
});

async function rotate(id: string, overlap: Overlap = "24h") {
  const rotated = await rotateApiKey(ada, id, overlap, CALLER);
  if (!rotated.ok) throw new Error(rotated.error);
  return rotated.value.key;
}

/** The ids of a page, those of sub-rows after a dash. */
async function list(view: Partial<ListQuery> = {}) {
  const { rows, matching, topRows, page } = await listApiKeys(ada, { ...DEFAULT_VIEW, ...view }, new Date());
  return { rows: rows.map(({ id, isSubRow }) => (isSubRow ? `-${id}` : id)), matching, topRows, page };
}

test("an old key is a sub-row of its successor, in any order, and takes no place among the 25 of a page", async () => {
  const { key: old } = await createKey(ada);
  const keys = [];
  for (let i = 0; i < 24; i += 1) keys.unshift((await createKey(ada)).key.id);
  const successor = await rotate(old.id);
  expect(await list()).toEqual({
    rows: [successor.id, `-${old.id}`, ...keys],
    matching: 26,
    topRows: 25,
    page: 1,
  });
  const reversed = await list({ direction: "asc" });
  expect(reversed.rows).toEqual([...keys.toReversed(), successor.id, `-${old.id}`]);
  expect((await list({ page: 2 })).page).toBe(1);
});

test("every old key of a chain is a sub-row of the one that replaces them", async () => {
  const { key: first } = await createKey(ada);
  const second = await rotate(first.id);
  const third = await rotate(second.id);
  const { rows, topRows } = await list();
  expect([rows[0], rows.slice(1).toSorted(), topRows]).toEqual([
    third.id,
    [`-${first.id}`, `-${second.id}`].toSorted(),
    1,
  ]);
});

test("an old key that alone matches is a row of its own", async () => {
  const { key: old } = await createKey(ada);
  const successor = await rotate(old.id);
  expect((await list({ q: old.prefix })).rows).toEqual([old.id]);
  expect((await list({ q: successor.prefix })).rows).toEqual([successor.id]);
});

test("a key whose successor has ended or left the list is a row of its own", async () => {
  const { key: revoked } = await createKey(ada);
  const one = await rotate(revoked.id);
  const { key: deleted } = await createKey(ada);
  const other = await rotate(deleted.id);
  await revokeApiKey(ada, one.id, CALLER);
  await deleteApiKey(ada, other.id, CALLER);
  expect((await list()).rows.toSorted()).toEqual([deleted.id, one.id, revoked.id].toSorted());
});

test("an old key that has ended is a row of its own, and never used or still used old keys are found", async () => {
  const { key: ended } = await createKey(ada);
  const after = await rotate(ended.id, "now");
  const { key: used } = await createKey(ada);
  const unused = await createKey(ada);
  const [next, last] = [await rotate(used.id), await rotate(unused.key.id)];
  await database().apiKey.update({ where: { id: used.id }, data: { lastUsedAt: new Date() }, select: { id: true } });
  expect((await list({ status: "revoked" })).rows).toEqual([ended.id]);
  expect((await list({ use: "old_key" })).rows).toEqual([used.id]);
  expect((await list({ use: "never" })).rows).toEqual([last.id, `-${unused.key.id}`, next.id, after.id]);
});

test("all keys that match are the sub-rows, too, for a change of all of them", async () => {
  const { key: old } = await createKey(ada);
  await rotate(old.id);
  const summary = await readUsageSummary(ada, { all: true, ids: [], view: UNFILTERED }, new Date(Date.now() + 1));
  expect([summary.keys, (await list()).matching]).toEqual([2, 2]);
});

test("a key is found by the form that the list shows, with its last four characters", async () => {
  const { key } = await createKey(ada);
  await createKey(ada);
  expect(key.lastFour).toMatch(/^[0-9A-Za-z]{4}$/);
  for (const q of [`${key.prefix}…${key.lastFour}`, `${key.prefix}...${key.lastFour?.slice(0, 2)}`, `${key.prefix}…`])
    expect((await list({ q })).rows, q).toEqual([key.id]);
  expect((await list({ q: `${key.prefix}…....` })).rows).toEqual([key.id]);
  expect((await list({ q: `${key.prefix}…%%%%` })).rows).toEqual([]);
});
