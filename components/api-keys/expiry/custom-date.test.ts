import { afterAll, describe, expect, test } from "vitest";
import { dateAfter, endOfDay } from "#components/api-keys/expiry/custom-date.ts";

const own = process.env.TZ;
afterAll(() => {
  process.env.TZ = own;
});

/** Returns the local time, as a clock on the wall shows it. */
function wallTime(at: Date, timeZone: string): string {
  return at.toLocaleString("sv", { timeZone, dateStyle: "short", timeStyle: "medium" });
}

describe("a day ends where the next one begins, also where clocks are changed at midnight:", () => {
  test.each([
    ["UTC", "2027-03-28", "2027-03-28T23:59:59.999Z"],
    ["Europe/Berlin", "2027-03-28", "2027-03-28T21:59:59.999Z"],
    ["Europe/Berlin", "2027-10-31", "2027-10-31T22:59:59.999Z"],
    // At 24:00 it is 23:00 again.
    ["America/Santiago", "2027-04-03", "2027-04-04T03:59:59.999Z"],
    ["Asia/Beirut", "2027-10-30", "2027-10-30T21:59:59.999Z"],
    ["Africa/Cairo", "2027-10-28", "2027-10-28T21:59:59.999Z"],
    // At 24:00 it is 1:00.
    ["America/Santiago", "2027-09-04", "2027-09-05T03:59:59.999Z"],
    ["Asia/Beirut", "2027-03-27", "2027-03-27T21:59:59.999Z"],
    ["Africa/Cairo", "2027-04-29", "2027-04-29T21:59:59.999Z"],
    // At 1:00 it is 0:00 again, on the next day.
    ["Atlantic/Azores", "2027-10-30", "2027-10-30T23:59:59.999Z"],
    ["America/Havana", "2027-11-06", "2027-11-07T03:59:59.999Z"],
    // The day after it was left out.
    ["Pacific/Apia", "2011-12-29", "2011-12-30T09:59:59.999Z"],
  ])("%s %s", (zone, day, end) => {
    process.env.TZ = zone;
    const at = endOfDay(day);
    expect(at?.toISOString()).toBe(end);
    expect(wallTime(at as Date, zone)).toBe(`${day} 23:59:59`);
    expect(wallTime(new Date((at as Date).getTime() + 1), zone)).not.toContain(day);
  });
});

test.each([
  ["UTC", "2027-02-30"],
  ["Pacific/Apia", "2011-12-30"],
  ["UTC", "nothing"],
  ["UTC", ""],
])("%s has no %s", (zone, day) => {
  process.env.TZ = zone;
  expect(endOfDay(day)).toBeUndefined();
});

test("days are counted from the given instant in the reader's zone", () => {
  process.env.TZ = "America/Santiago";
  const now = new Date("2027-04-04T03:30:00Z");
  expect(dateAfter(now, { days: 1 })).toBe("2027-04-04");
  process.env.TZ = "UTC";
  expect(dateAfter(now, { days: 1 })).toBe("2027-04-05");
  expect(dateAfter(now, { years: 5 })).toBe("2032-04-04");
});
