import { z } from "zod";
import { ledgerDay } from "#lib/credits/model/ledger-row.ts";
import { fromParameter } from "#lib/paging/model/from-parameter.ts";
import { rangeQuery } from "#lib/usage/model/ranges.ts";

const BIGINT_MAX = 2n ** 63n - 1n;
const count = z
  .string()
  .regex(/^\d{1,19}$/)
  .refine((digits) => BigInt(digits) <= BIGINT_MAX);
const month = z
  .string()
  .regex(/^20\d\d-(0[1-9]|1[0-2])$/)
  .nullable()
  .catch(null);

/**
 * Parses the URL of the usage page: the range, the month of its keys, and the pages of keys and
 * ledger.
 */
export const usageQuery = z.object({
  days: rangeQuery,
  month,
  keys: fromParameter(count),
  ledger: fromParameter(ledgerDay),
});

const UUID = /\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/i;

/**
 * Finds the request id in pasted text, which may be a whole line of headers or of a log. Returns
 * null if there is none.
 */
export function requestIdIn(text: string): string | null {
  const id = z.uuid().safeParse(UUID.exec(text)?.[0].toLowerCase());
  return id.success ? id.data : null;
}
