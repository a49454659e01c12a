import { z } from "zod";

export const RANGES = [7, 30, 90] as const;
export type Range = (typeof RANGES)[number];

/** Parses the range of days in a URL. Falls back to 30 days. */
export const rangeQuery = z.coerce
  .number()
  .pipe(z.literal([...RANGES]))
  .catch(30);
