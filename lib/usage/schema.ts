import { z } from "zod";
import { dayPlace } from "#lib/credits/model/ledger-places.ts";
import { rangeQuery } from "#lib/usage/ranges.ts";

const page = z.coerce.number().int().min(1).max(1_000_000).catch(1);

/** What the address of the usage page says: the range, which page of its keys, and where the page of the ledger begins. */
export const usageQuery = z.object({ days: rangeQuery, keys: page, before: dayPlace, after: dayPlace });

const UUID = /\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/i;

/** The request id in what somebody pasted, which may be a whole line of headers or of a log; null where there is none. */
export function requestIdIn(text: string): string | null {
  const id = z.uuid().safeParse(UUID.exec(text)?.[0].toLowerCase());
  return id.success ? id.data : null;
}
