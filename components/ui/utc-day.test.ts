import { expect, test } from "vitest";
import { longDay, shortDay, weekday } from "#components/ui/utc-day.ts";
import { DAY_MS } from "#lib/time/model/duration.ts";

test("days of four years read as `Intl` writes them", () => {
  const format = (options: Intl.DateTimeFormatOptions) =>
    new Intl.DateTimeFormat("en", { ...options, timeZone: "UTC" });
  const [short, named, long] = [
    format({ month: "short", day: "numeric" }),
    format({ weekday: "short", month: "short", day: "numeric" }),
    format({ dateStyle: "long" }),
  ];
  for (let day = 0; day < 4 * 366; day += 1) {
    const at = new Date(Date.UTC(2024, 0, 1) + day * DAY_MS + 3_600_000);
    expect([shortDay(at), weekday(at), longDay(at.toISOString().slice(0, 10))]).toEqual(
      [short, named, long].map((each) => each.format(at)),
    );
  }
});
