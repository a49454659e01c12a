import { randomUUID } from "node:crypto";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { LocalWindows } from "#lib/rate-limits/local-windows.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test("an account's window stays where it is while others open and end", () => {
  const windows = new LocalWindows();
  windows.count("early");
  for (const [later, requests] of [1, 2].entries()) {
    vi.advanceTimersByTime(30_000);
    windows.count(randomUUID());
    if (later === 0) windows.count("late");
    expect(windows.count("late").requests).toBe(requests + 1);
  }
  // The first window is over now, and the other one has half a minute left.
  expect(windows.count("early")).toEqual({ requests: 1, msLeft: 60_000 });
  expect(windows.count("late")).toEqual({ requests: 4, msLeft: 30_000 });
});

test("windows that have ended leave memory as others open", () => {
  const windows = new LocalWindows();
  for (let minute = 0; minute < 10; minute += 1) {
    for (let i = 0; i < 1_000; i += 1) windows.count(randomUUID());
    vi.advanceTimersByTime(60_000);
  }
  expect(windows.size).toBeLessThanOrEqual(2_000);
});

test("a window is a minute long to the millisecond, also at a fraction of one after hours", () => {
  const windows = new LocalWindows();
  for (let i = 0; i < 100; i += 1) {
    vi.advanceTimersByTime(123_456.789);
    expect(windows.count(randomUUID()).msLeft).toBe(60_000);
  }
});
