/** The place of a row in a list: the value that the list is sorted by, and the row's id. */
export type Place = { value: string; id: string };
/** Where a page begins: after a place of the list or before it. Null is the start of the list. */
export type From = (Place & { towards: "later" | "earlier" }) | null;

export type KeysetPage<Row> = {
  rows: Row[];
  /** Where the previous and the next page begin; null if there is none. */
  before: From;
  after: From;
};

/**
 * Reads one page of a list. It reads only the rows of that page, however long the list is. `read`
 * returns up to `limit` rows next to a place, the nearest first. No row is repeated or missing on
 * the next page while rows are added.
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
  // The first page is always full, and a page past the end shows the first one.
  if (from && (backwards ? !hasMore : found.length === 0)) return readKeysetPage(size, null, placeOf, read);
  const rows = backwards ? found.slice(0, size).reverse() : found.slice(0, size);
  const [first, last] = [rows[0], rows.at(-1)];
  return {
    rows,
    before: from && first ? { ...placeOf(first), towards: "earlier" } : null,
    after: (backwards || hasMore) && last ? { ...placeOf(last), towards: "later" } : null,
  };
}

/** Writes a page's start as a URL parameter; null for the first page. */
export function fromText(from: From): string | null {
  return from && `${from.towards}_${from.value}_${from.id}`;
}
