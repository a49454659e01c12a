import { z } from "zod";
import { fromParameter } from "#lib/paging/model/from-parameter.ts";

/** PostgreSQL stores no NUL, and has no year 0. */
const text = (max: number) =>
  z
    .string()
    .min(1)
    .max(max)
    .regex(/^[^\0]*$/)
    .nullable()
    .catch(null);
const EPOCH = "1970-01-01T00:00:00Z";
const time = z.iso.datetime().refine((value) => value >= "0001");

/** The filters of Logs. A value that doesn't fit is ignored. */
const filter = {
  key: z.uuid().nullable().catch(null),
  /** A status, or a class of them: `429`, `4xx`. */
  status: z
    .string()
    .regex(/^[1-5](\d\d|xx)$/)
    .nullable()
    .catch(null),
  reason: z
    .string()
    .max(64)
    .regex(/^[a-z_]+$/)
    .nullable()
    .catch(null),
  route: text(200),
  /** Network and user agent, as {@link callerOf} writes them. */
  caller: text(300),
};

/** Parses the URL of Logs: filters, page and look-up. */
export const logsQuery = z.object({
  ...filter,
  page: fromParameter(time),
  /** Text that may have a request id in it. */
  request: z.string().trim().catch(""),
});

/** Parses the URL of a poll: the filters, and the time of the latest known request. */
export const newerLogsQuery = z.object({ ...filter, since: time.refine((value) => value >= EPOCH).catch(EPOCH) });

export type LogsFilter = Omit<z.output<typeof newerLogsQuery>, "since">;
export type LogsQuery = Partial<LogsFilter> & { page?: z.output<typeof logsQuery>["page"] };

/** Writes a caller as one text, for the filter. */
export function callerOf({ addressPrefix, userAgent }: { addressPrefix: string; userAgent: string }): string {
  return `${addressPrefix} ${userAgent}`;
}
