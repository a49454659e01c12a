import { z } from "zod";

export const RANGES = [7, 30, 90] as const;
export type Range = (typeof RANGES)[number];

/** The range that a URL asks for; 30 days for whatever doesn't fit. */
export const rangeQuery = z.coerce
  .number()
  .pipe(z.literal([...RANGES]))
  .catch(30);
