import { z } from "zod";

export const ABOUT = ["api_key", "account"] as const;

/** What the URL of the activity page says; whatever doesn't fit shows everything. */
export const activityQuery = z.object({
  about: z.enum(ABOUT).nullable().catch(null),
  page: z.coerce.number().int().min(1).max(1_000_000).catch(1),
});
