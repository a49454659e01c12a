import { afterAll, beforeAll, expect, test } from "vitest";
import { createUser, useOwnDatabase } from "#e2e/support/test-database.ts";
import type { UserId } from "#lib/accounts/model/user-id.ts";
import { listApiKeys } from "#lib/api-keys/list.ts";
import { DEFAULT_VIEW } from "#lib/api-keys/model/list-view.ts";
import { database } from "#lib/database/client.ts";

let close: () => Promise<void>;
let ada: UserId;
beforeAll(async () => {
  close = await useOwnDatabase();
  ada = (await createUser()).id;
  const keys = [
    ["Production App", "gt_abcd", "wxyz"],
    ["50 % off_peak", "gt_ABcd", null],
    ["Übersetzer", "gt_zzzz", "0000"],
  ] as const;
  for (const [i, [name, prefix, lastFour]] of keys.entries())
    await database().apiKey.create({
      data: { userId: ada, name, prefix, lastFour, environment: "production", hash: new Uint8Array(32).fill(i) },
      select: { id: true },
    });
});
afterAll(() => close());

test.each([
  ["app", ["Production App"]],
  ["PRODUCTION a", ["Production App"]],
  ["über", ["Übersetzer"]],
  ["%", ["50 % off_peak"]],
  ["f_p", ["50 % off_peak"]],
  ["off-peak", []],
  ["\\", []],
  ["gt_ab", ["Production App"]],
  ["gt_AB", ["50 % off_peak"]],
  ["gt_abcd…", ["Production App"]],
  ["gt_abcd…wx", ["Production App"]],
  ["gt_abcd...wxyz", ["Production App"]],
  ["gt_abcd…0000", []],
  ["g", ["50 % off_peak", "Production App", "Übersetzer"]],
  ["gt_%", []],
  ["…0000", ["Übersetzer"]],
])("the search for %j finds names and shown keys", async (q, names) => {
  const { rows } = await listApiKeys(ada, { ...DEFAULT_VIEW, q, sort: "name", direction: "asc" }, new Date());
  expect(rows.map(({ name }) => name)).toEqual(names);
});
