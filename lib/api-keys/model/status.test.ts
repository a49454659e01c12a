import { expect, test } from "vitest";
import { keyStatus } from "#lib/api-keys/model/status.ts";

const NOW = new Date("2026-03-01T12:00:00.000Z");
const before = (ms: number) => new Date(NOW.getTime() - ms);
const after = (ms: number) => before(-ms);

test.each([
  ["a key without an end", null, null, "active"],
  ["a key in its last millisecond", null, after(1), "active"],
  ["a key at the very instant of its end", null, NOW, "expired"],
  ["a key past its end", null, before(1), "expired"],
  ["a revoked key", before(1), null, "revoked"],
  ["a revoked key that would still have time", before(1), after(86_400_000), "revoked"],
  ["a revoked key past its end: revocation is for good", before(2), before(1), "revoked"],
  // Clocks of two instances differ: what one has revoked is revoked for the other, however early.
  ["a key that a clock ahead of ours revoked", after(1_000), null, "revoked"],
] as const)("%s", (_, revokedAt, expiresAt, status) => {
  expect(keyStatus({ revokedAt, expiresAt }, NOW)).toBe(status);
});
