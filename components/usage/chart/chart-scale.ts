import { formatNumber } from "#components/ui/number.ts";

const STEPS = [1, 2, 2.5, 5, 10];
const LINES = 4;
const LABELS = 5;
const HOURS_BETWEEN = 6;

export type Unit = "hour" | "day";

/** Returns the gridlines of counts up to `max`: rounded whole numbers from 0 on, at most six. */
export function gridlines(max: number): number[] {
  const rough = Math.max(1, max / LINES);
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = STEPS.map((each) => each * power).find((each) => each >= rough && Number.isInteger(each)) ?? rough;
  return Array.from({ length: Math.ceil(max / step) + 1 }, (_, i) => i * step);
}

const SUFFIXES = [
  [1e12, "T"],
  [1e9, "B"],
  [1e6, "M"],
  [1e3, "K"],
] as const;

/** Formats the number of a gridline: "7,500", "25K", "2.5M". */
export function lineLabel(line: number): string {
  const [unit, suffix] = (line >= 10_000 && SUFFIXES.find(([unit]) => line >= unit)) || [1, ""];
  return formatNumber(line / unit) + suffix;
}

/**
 * Returns the indexes of about five slots whose time is shown: full quarters of a UTC day, or every
 * few days back from today.
 */
export function labeledSlots(times: Date[], unit: Unit): number[] {
  const last = times.length - 1;
  const days = Math.ceil(times.length / LABELS);
  const isLabeled = (at: Date, i: number) =>
    unit === "hour" ? at.getUTCHours() % HOURS_BETWEEN === 0 : (last - i) % days === 0;
  return times.flatMap((at, i) => (isLabeled(at, i) ? [i] : []));
}
