export type Slice = { limit: number; offset: number };

/**
 * Reads one page of a list, or the last one if a URL asks for more. `matching` is the number of all
 * rows.
 */
export async function readPage<Found extends { matching: number }>(
  asked: number,
  size: number,
  read: (slice: Slice) => Promise<Found>,
): Promise<Found & { page: number; pages: number }> {
  const of = (page: number) => read({ limit: size, offset: (page - 1) * size });
  const found = await of(asked);
  const pages = Math.max(1, Math.ceil(found.matching / size));
  return asked <= pages ? { ...found, page: asked, pages } : { ...(await of(pages)), page: pages, pages };
}

/** Rows of an export's first page, few so that its first row comes at once. */
export const FIRST_ROWS = 50;

/**
 * Yields all rows page by page, a small page first. `read` starts each page after the last row of
 * the previous one.
 */
export async function* readAll<Row>(
  size: number,
  read: (last: Row | undefined, limit: number) => Promise<Row[]>,
): AsyncGenerator<Row[]> {
  let last: Row | undefined;
  let limit = Math.min(FIRST_ROWS, size);
  do {
    const rows = await read(last, limit);
    yield rows;
    last = rows.length < limit ? undefined : rows.at(-1);
    limit = size;
  } while (last);
}
