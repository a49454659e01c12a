import { expect, test } from "vitest";
import { gridlines, labeledSlots, lineLabel } from "#components/usage/chart/chart-scale.ts";
import { DAY_MS, HOUR_MS } from "#lib/time/model/duration.ts";

test.for([
  [1, [0, 1]],
  [3, [0, 1, 2, 3]],
  [7, [0, 2, 4, 6, 8]],
  [10, [0, 5, 10]],
  [99, [0, 25, 50, 75, 100]],
  [1_500, [0, 500, 1_000, 1_500]],
  [1_501, [0, 500, 1_000, 1_500, 2_000]],
  [123_456, [0, 50_000, 100_000, 150_000]],
] as const)("gridlines up to %i are round", ([max, lines]) => {
  expect(gridlines(max)).toEqual(lines);
});

test("there are two to six gridlines, the last one not below the largest count", () => {
  for (let max = 1; max < 1e16; max = Math.ceil(max * 1.07)) {
    const lines = gridlines(max);
    expect(lines.length).toBeGreaterThanOrEqual(2);
    expect(lines.length).toBeLessThanOrEqual(6);
    expect(lines.at(-1)).toBeGreaterThanOrEqual(max);
    expect(lines.every(Number.isInteger)).toBe(true);
  }
});

test("gridlines read as `Intl` writes them, in short from 10,000 on", () => {
  const short = new Intl.NumberFormat("en", { notation: "compact" });
  for (let max = 1; max < 5e14; max = Math.ceil(max * 1.07))
    for (const line of gridlines(max))
      expect(lineLabel(line)).toBe(line < 10_000 ? line.toLocaleString("en") : short.format(line));
});

const today = new Date("2026-11-26T00:00:00Z");
const days = (count: number) =>
  Array.from({ length: count }, (_, i) => new Date(today.getTime() - (count - 1 - i) * DAY_MS));

test.for([
  [1, ["11-26"]],
  [3, ["11-24", "11-25", "11-26"]],
  [7, ["11-20", "11-22", "11-24", "11-26"]],
  [30, ["11-02", "11-08", "11-14", "11-20", "11-26"]],
  [40, ["10-25", "11-02", "11-10", "11-18", "11-26"]],
  [90, ["09-15", "10-03", "10-21", "11-08", "11-26"]],
] as const)("of %i days about five are labeled, today among them", ([count, labels]) => {
  const all = days(count);
  expect(labeledSlots(all, "day").map((i) => all[i]?.toISOString().slice(5, 10))).toEqual(labels);
});

test("of 24 hours the quarters of the UTC day are labeled", () => {
  const hours = Array.from({ length: 24 }, (_, i) => new Date(today.getTime() + (i - 9) * HOUR_MS));
  expect(labeledSlots(hours, "hour").map((i) => hours[i]?.getUTCHours())).toEqual([18, 0, 6, 12]);
});
