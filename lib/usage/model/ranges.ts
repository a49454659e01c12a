import { z } from "zod";

/** Days that a chart shows. A single one means the last 24 hours, by the hour. */
export const RANGES = [1, 7, 30, 90] as const;
export type Range = (typeof RANGES)[number];

/** Parses the range of days in a URL. Falls back to 30 days. */
export const rangeQuery = z.coerce
  .number()
  .pipe(z.literal([...RANGES]))
  .catch(30);

/** Names a range: "24 hours" or "30 days". */
export function rangeName(range: Range): string {
  return range === 1 ? "24 hours" : `${range} days`;
}
