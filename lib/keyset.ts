/** The place where a page of a list begins: behind the row before it (`before` it in time), or ahead of the row behind it. */
export type Position<Place> = { before?: Place | undefined; after?: Place | undefined };

export type KeysetPage<Row> = { rows: Row[]; hasNewer: boolean; hasOlder: boolean };

/** Rows `before` a place are older than it, the newest first; those `after` it are newer, the oldest first. */
export type Direction = "before" | "after";

/**
 * Reads a page of a list, the newest first, from a place on. It costs the same on each page, and a row that comes meanwhile moves
 * none of them. A place that nothing is older or newer than gives the newest page.
 */
export async function readKeysetPage<Row, Place>(
  size: number,
  { before, after }: Position<Place>,
  read: (direction: Direction, place: Place | undefined, limit: number) => Promise<Row[]>,
): Promise<KeysetPage<Row>> {
  if (after !== undefined) {
    const newer = await read("after", after, size + 1);
    if (newer.length > size) return { rows: newer.slice(0, size).reverse(), hasNewer: true, hasOlder: true };
  } else if (before !== undefined) {
    const older = await read("before", before, size + 1);
    if (older.length > 0) return { rows: older.slice(0, size), hasNewer: true, hasOlder: older.length > size };
  }
  const newest = await read("before", undefined, size + 1);
  return { rows: newest.slice(0, size), hasNewer: false, hasOlder: newest.length > size };
}

/** SQL: how rows stand to a place, and the order in which they are read from there. */
export const KEYSET_SQL = { before: ["<", "DESC"], after: [">", "ASC"] } as const satisfies Record<
  Direction,
  [comparison: string, order: string]
>;
