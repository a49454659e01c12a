import { expect, test, vi } from "vitest";
import { hearClock, lateness, statementDeadline } from "#lib/database/clock.ts";
import { HOUR_MS } from "#lib/time/model/duration.ts";

test("a statement's deadline is by the database's clock, however wrong either machine's is", () => {
  vi.useFakeTimers({ now: 1_000_000_000 });
  expect(statementDeadline()).toBeNull();
  hearClock(Date.now() + HOUR_MS, Date.now() - 10);
  expect(statementDeadline()).toBe(Date.now() + HOUR_MS + 2_500);
  hearClock(Date.now() - HOUR_MS, Date.now() - 10);
  expect(statementDeadline()).toBe(Date.now() - HOUR_MS + 2_500);
  // On its way for too long to say what time it is now.
  hearClock(Date.now() + HOUR_MS, Date.now() - 2_000);
  expect(statementDeadline()).toBe(Date.now() - HOUR_MS + 2_500);
  vi.useRealTimers();
});

test("a statement that was too late by a clock that was set is an error once, and the clock is learned anew", () => {
  hearClock(Date.now(), Date.now());
  expect(statementDeadline()).not.toBeNull();
  expect(lateness().message).toMatch("timeout exceeded");
  expect(statementDeadline()).toBeNull();
});
