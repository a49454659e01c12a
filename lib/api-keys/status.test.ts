import { afterAll, beforeAll, expect, test } from "vitest";
import { useOwnDatabase } from "#e2e/support/test-database.ts";
import { hasStatus, isLive, statusAt } from "#lib/api-keys/key-conditions.ts";
import { isLiveKey, keyStatus, STATUSES } from "#lib/api-keys/model/status.ts";
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
  ["a key without an end", null, null, null, "active"],
  ["a key in its last millisecond", null, after(1), null, "active"],
  ["a key at the very instant of its end", null, NOW, null, "expired"],
  ["a key past its end", null, before(1), null, "expired"],
  ["a disabled key", null, null, before(1), "disabled"],
  ["a disabled key in its last millisecond", null, after(1), before(1), "disabled"],
  ["a disabled key past its end", null, before(1), before(2), "expired"],
  ["a revoked key", before(1), null, null, "revoked"],
  ["a revoked key that would still have time", before(1), after(86_400_000), null, "revoked"],
  ["a revoked key past its end", before(2), before(1), null, "revoked"],
  ["a revoked key that was disabled before", before(1), null, before(2), "revoked"],
  ["a revoked and disabled key past its end", before(2), before(1), before(3), "revoked"],
  // Clocks of two instances differ, and a change by one of them is in force on the other.
  ["a key that a clock ahead of ours revoked", after(1_000), null, null, "revoked"],
  ["a key that a clock ahead of ours disabled", null, null, after(1_000), "disabled"],
  ["a decoy", null, null, before(1), "decoy"],
  ["a decoy that is past an end", null, before(1), before(1), "decoy"],
  ["a revoked decoy", before(1), null, before(1), "revoked"],
  ["a leaked key in the last millisecond of its time", null, null, null, "active", after(1)],
  ["a leaked and disabled key in its time", null, null, before(1), "disabled", after(1)],
  ["a leaked key that expires in its time", null, before(1), null, "expired", after(1)],
  ["a leaked key at the very instant when its time is over", null, null, null, "revoked", NOW],
  ["a leaked key that expired before its time was over", null, before(2), null, "revoked", before(1)],
  ["a leaked and disabled key whose time is over", null, after(1), before(1), "revoked", before(1)],
  ["a leaked key that was revoked in its time", before(1), null, null, "revoked", after(1)],
] as const)(
  "%s has the same status in TypeScript and in SQL",
  async (what, revokedAt, expiresAt, disabledAt, status, revokesAt: Date | null = null) => {
    const decoy = what.includes("decoy");
    const key = { revokedAt, revokesAt, expiresAt, disabledAt, decoy };
    expect(keyStatus(key, NOW)).toBe(status);
    const inMs = (at: Date | null) => at?.getTime() ?? null;
    const ends = { revokedAt: inMs(revokedAt), revokesAt: inMs(revokesAt), expiresAt: inMs(expiresAt) };
    const ms = { ...ends, disabledAt: inMs(disabledAt), decoy };
    expect(keyStatus(ms, NOW.getTime())).toBe(status);
    const live = status === "active" || status === "disabled";
    expect(isLiveKey(key, NOW)).toBe(live);

    const conditions = STATUSES.map((each) => Prisma.sql`${hasStatus(each, NOW)} AS ${Prisma.raw(`"${each}"`)}`);
    const [row] = await database().$queryRaw<object[]>`
    SELECT ${statusAt(NOW)} AS "status", ${isLive(NOW)} AS "live", ${Prisma.join(conditions)}
    FROM (SELECT ${revokedAt}::timestamptz AS "revokedAt", ${expiresAt}::timestamptz AS "expiresAt",
                 ${disabledAt}::timestamptz AS "disabledAt", ${revokesAt}::timestamptz AS "revokesAt", ${decoy}::boolean AS "decoy") k`;
    const none = Object.fromEntries(STATUSES.map((each) => [each, false]));
    expect(row).toEqual({ status, live, ...none, [status]: true });
  },
);
