import { z } from "zod";
import { fromParameter } from "#lib/paging/model/from-parameter.ts";

/** PostgreSQL has no year 0. */
const hasYear = (text: string) => text >= "0001";
const day = z.iso.date().refine(hasYear).nullable().catch(null);

/** Parses the query of the activity page. A value that doesn't fit is ignored. */
export const activityQuery = z.object({
  about: z
    .string()
    .max(64)
    .regex(/^[a-z_]+(\.[a-z_]+)?$/)
    .nullable()
    .catch(null),
  key: z.uuid().nullable().catch(null),
  from: day,
  to: day,
  page: fromParameter(z.iso.datetime().refine(hasYear)),
});
export type ActivityQuery = z.output<typeof activityQuery>;
