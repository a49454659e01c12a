import { afterAll, beforeAll, expect, test } from "vitest";
import { useOwnDatabase } from "#e2e/support/test-database.ts";
import { hasStatus, statusAt } from "#lib/api-keys/key-conditions.ts";
import { keyStatus, STATUSES } from "#lib/api-keys/model/status.ts";
import { database } from "#lib/database/client.ts";
import { Prisma } from "#lib/database/generated/client.ts";

const NOW = new Date("2026-03-01T12:00:00.000Z");
const before = (ms: number) => new Date(NOW.getTime() - ms);
const after = (ms: number) => before(-ms);

let close: () => Promise<void>;
beforeAll(async () => {
  close = await useOwnDatabase();
});
afterAll(() => close());

test.each([
  ["a key without an end", null, null, "active"],
  ["a key in its last millisecond", null, after(1), "active"],
  ["a key at the very instant of its end", null, NOW, "expired"],
  ["a key past its end", null, before(1), "expired"],
  ["a revoked key", before(1), null, "revoked"],
  ["a revoked key that would still have time", before(1), after(86_400_000), "revoked"],
  ["a revoked key past its end", before(2), before(1), "revoked"],
  // Clocks of two instances differ, and a revocation by one of them is in force on the other.
  ["a key that a clock ahead of ours revoked", after(1_000), null, "revoked"],
] as const)("%s has the same status in TypeScript and in SQL", async (_, revokedAt, expiresAt, status) => {
  expect(keyStatus({ revokedAt, expiresAt }, NOW)).toBe(status);
  const ms = { revokedAt: revokedAt?.getTime() ?? null, expiresAt: expiresAt?.getTime() ?? null };
  expect(keyStatus(ms, NOW.getTime())).toBe(status);

  const conditions = STATUSES.map((each) => Prisma.sql`${hasStatus(each, NOW)} AS ${Prisma.raw(`"${each}"`)}`);
  const [row] = await database().$queryRaw<object[]>`
    SELECT ${statusAt(NOW)} AS "status", ${Prisma.join(conditions)}
    FROM (SELECT ${revokedAt}::timestamptz AS "revokedAt", ${expiresAt}::timestamptz AS "expiresAt") k`;
  const others = { active: false, expired: false, revoked: false };
  expect(row).toEqual({ status, ...others, [status]: true });
});
