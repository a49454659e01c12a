import { z } from "zod";
import { rangeQuery } from "#lib/usage/ranges.ts";

const page = z.coerce.number().int().min(1).max(1_000_000).catch(1);

/** What the URL of the usage page says: the range, and which page of its keys and of the ledger. */
export const usageQuery = z.object({ days: rangeQuery, keys: page, movements: page });
