import { randomUUID } from "node:crypto";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { LocalWindows } from "#lib/rate-limits/local-windows.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const bucket = (id: string, limit = 1_000) => ({ id, limit, policy: "free" });
/** Counts a request in one bucket. */
const count = (windows: LocalWindows, id: string) => windows.count([bucket(id)]).windows[0];

test("an account's window stays where it is while others open and end", () => {
  const windows = new LocalWindows();
  count(windows, "early");
  for (const [later, requests] of [1, 2].entries()) {
    vi.advanceTimersByTime(30_000);
    count(windows, randomUUID());
    if (later === 0) count(windows, "late");
    expect(count(windows, "late")?.requests).toBe(requests + 1);
  }
  // The first window is over now, and the other one has half a minute left.
  expect(count(windows, "early")).toEqual({ requests: 1, msLeft: 60_000 });
  expect(count(windows, "late")).toEqual({ requests: 4, msLeft: 30_000 });
});

test("windows that have ended leave memory as others open", () => {
  const windows = new LocalWindows();
  for (let minute = 0; minute < 10; minute += 1) {
    for (let i = 0; i < 1_000; i += 1) count(windows, randomUUID());
    vi.advanceTimersByTime(60_000);
  }
  expect(windows.size).toBeLessThanOrEqual(2_000);
});

test("a key's window leaves memory with its account's, and a rejected request opens none", () => {
  const windows = new LocalWindows();
  for (let minute = 0; minute < 10; minute += 1) {
    for (let i = 0; i < 1_000; i += 1) windows.count([bucket(randomUUID()), bucket(randomUUID())]);
    vi.advanceTimersByTime(60_000);
  }
  expect(windows.size).toBeLessThanOrEqual(4_000);

  windows.count([bucket("full", 1)]);
  const { size } = windows;
  for (let i = 0; i < 1_000; i += 1) {
    const { counted, windows: found } = windows.count([bucket("full", 1), bucket(randomUUID())]);
    expect([counted, ...found]).toEqual([false, { requests: 1, msLeft: 60_000 }, { requests: 0, msLeft: 60_000 }]);
  }
  expect(windows.size).toBe(size);
});

test("a window is a minute long to the millisecond, also at a fraction of one after hours", () => {
  const windows = new LocalWindows();
  for (let i = 0; i < 100; i += 1) {
    vi.advanceTimersByTime(123_456.789);
    expect(count(windows, randomUUID())?.msLeft).toBe(60_000);
  }
});
