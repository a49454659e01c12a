import { afterAll, beforeAll, expect, test } from "vitest";
import { useOwnDatabase } from "#e2e/support/test-database.ts";
import { expiresSoon } from "#lib/api-keys/key-conditions.ts";
import { isExpiringSoon } from "#lib/api-keys/model/expires-soon.ts";
import { database } from "#lib/database/client.ts";
import { DAY_MS } from "#lib/time/model/duration.ts";

const NOW = new Date("2026-03-01T12:00:00.000Z");

let close: () => Promise<void>;
beforeAll(async () => {
  close = await useOwnDatabase();
});
afterAll(() => close());

test.each([
  ["a new key of 7 days", 0, 7 * DAY_MS, false],
  ["a key of 7 days before its last fifth", 7 * DAY_MS * 0.8 - 1, 7 * DAY_MS * 0.2 + 1, false],
  ["a key of 7 days at the start of its last fifth", 7 * DAY_MS * 0.8, 7 * DAY_MS * 0.2, true],
  ["a key of a year before its last 7 days", 358 * DAY_MS - 1, 7 * DAY_MS + 1, false],
  ["a key of a year at the start of its last 7 days", 358 * DAY_MS, 7 * DAY_MS, true],
  ["a key of 35 days at the start of both", 28 * DAY_MS, 7 * DAY_MS, true],
  ["a key in its last millisecond", 30 * DAY_MS, 1, true],
])("%s: soon in TypeScript as in SQL", async (_, age, left, soon) => {
  const createdAt = new Date(NOW.getTime() - age);
  const expiresAt = new Date(NOW.getTime() + left);
  expect(isExpiringSoon({ createdAt, expiresAt }, NOW)).toBe(soon);
  const rows = await database().$queryRaw`
    SELECT ${expiresSoon(NOW)} AS "soon" FROM (SELECT ${createdAt}::timestamptz AS "createdAt", ${expiresAt}::timestamptz AS "expiresAt") k`;
  expect(rows).toEqual([{ soon }]);
});

test("a key without an end never expires soon", () => {
  expect(isExpiringSoon({ createdAt: NOW, expiresAt: null }, NOW)).toBe(false);
});
