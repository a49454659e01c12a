import { z } from "zod";

/** The place of a row in a list: what the list is sorted by, and the row's id. */
export type Place = { value: string; id: string };
/** Where a page begins: after a place of the list, or before it. Null is the start of the list. */
export type From = (Place & { towards: "later" | "earlier" }) | null;

export type KeysetPage<Row> = {
  rows: Row[];
  /** Where the page before begins, and the one after; null where there is none. */
  before: From;
  after: From;
};

/**
 * A page of a list that reads only the rows that it shows, however long the list is and however far into it the page lies. `read`
 * gets up to `limit` rows beside a place, the nearest first. No row is on two pages and none is missing while others are added.
 */
export async function readKeysetPage<Row>(
  size: number,
  from: From,
  placeOf: (row: Row) => Place,
  read: (from: From, limit: number) => Promise<Row[]>,
): Promise<KeysetPage<Row>> {
  const found = await read(from, size + 1);
  const hasMore = found.length > size;
  const backwards = from?.towards === "earlier";
  // The start of the list is a whole page, and there is no page where nothing is.
  if (from && (backwards ? !hasMore : found.length === 0)) return readKeysetPage(size, null, placeOf, read);
  const rows = backwards ? found.slice(0, size).reverse() : found.slice(0, size);
  const [first, last] = [rows[0], rows.at(-1)];
  return {
    rows,
    before: from && first ? { ...placeOf(first), towards: "earlier" } : null,
    after: (backwards || hasMore) && last ? { ...placeOf(last), towards: "later" } : null,
  };
}

/** A page's start as a parameter of an address, and back; null for what is none. */
export function fromText(from: From): string | null {
  return from && `${from.towards}_${from.value}_${from.id}`;
}

/** Reads the start of a page from an address; the start of the list for whatever doesn't fit. */
export const fromParameter = (value: z.ZodType<string>) =>
  z
    .preprocess(
      (text) => {
        const [towards, of, id] = typeof text === "string" ? text.split("_") : [];
        return { towards, value: of, id };
      },
      z.object({ towards: z.enum(["later", "earlier"]), value, id: z.guid() }),
    )
    .nullable()
    .catch(null);
