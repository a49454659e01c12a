import { expect, test, vi } from "vitest";

import { HOUR_MS } from "#lib/time/model/duration.ts";

import { lateError, statementDeadline, syncClock } from "#lib/unconfirmed-writes/database-clock.ts";

test("a statement's deadline is by the database's clock, however wrong either machine's is", () => {
  vi.useFakeTimers({ now: 1_000_000_000 });
  expect(statementDeadline()).toBeNull();
  syncClock(Date.now() + HOUR_MS, Date.now() - 10);
  expect(statementDeadline()).toBe(Date.now() + HOUR_MS + 2_500);
  syncClock(Date.now() - HOUR_MS, Date.now() - 10);
  expect(statementDeadline()).toBe(Date.now() - HOUR_MS + 2_500);
  // Took too long to say what time it is now.
  syncClock(Date.now() + HOUR_MS, Date.now() - 2_000);
  expect(statementDeadline()).toBe(Date.now() - HOUR_MS + 2_500);
  vi.useRealTimers();
});

test("a statement that ran late is an error, and the clock is synced anew", () => {
  syncClock(Date.now(), Date.now());
  expect(statementDeadline()).not.toBeNull();
  expect(lateError().message).toMatch("timeout exceeded");
  expect(statementDeadline()).toBeNull();
});
