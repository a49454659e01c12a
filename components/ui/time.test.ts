import { expect, test } from "vitest";
import { formatNumber } from "#components/ui/number.ts";
import { relativeTime } from "#components/ui/time.tsx";
import { DAY_MS } from "#lib/time/model/duration.ts";

const now = new Date("2026-03-29T12:00:00Z");
const relative = new Intl.RelativeTimeFormat("en", { numeric: "auto" });
const UNITS = { year: 365 * 86_400, month: 30 * 86_400, day: 86_400, hour: 3_600, minute: 60 } as const;

test.each(Object.entries(UNITS))("times that are %ss away have the words of Intl", (unit, seconds) => {
  for (const count of [-11, -2, -1, 1, 2, 11])
    for (const more of [0, seconds / 40]) {
      const at = new Date(now.getTime() + Math.sign(count) * (Math.abs(count) * seconds + more) * 1000);
      expect(relativeTime(at, now)).toBe(relative.format(count, unit as keyof typeof UNITS));
    }
});

test("what begins to run out is as far away as it was said to be", () => {
  for (const [days, words] of [
    [1, "in 24 hours"],
    [7, "in 7 days"],
    [30, "in 30 days"],
    [365, "in 12 months"],
  ] as const)
    expect(relativeTime(new Date(now.getTime() + days * DAY_MS - 60_000), now)).toBe(words);
  expect(relativeTime(new Date(now.getTime() + 6.9 * DAY_MS), now)).toBe("in 6 days");
});

test("within a minute it is now", () => {
  expect(relativeTime(now, now)).toBe("just now");
  expect(relativeTime(new Date(now.getTime() - 59_999), now)).toBe("just now");
  expect(relativeTime(new Date(now.getTime() + 59_999), now)).toBe("in less than a minute");
});

test("numbers are grouped as Intl groups them", () => {
  for (const number of [0, 7, 999, 1_000, 12_345, 999_999, 1_000_000, 1_234_567_890])
    expect(formatNumber(number)).toBe(number.toLocaleString("en"));
});
