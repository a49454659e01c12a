type Slice = { limit: number; offset: number };

/** A page of a list, which is the last one where an address asks for more; `matching` is the number of all rows. */
export async function readPage<T>(
  asked: number,
  size: number,
  read: (slice: Slice) => Promise<{ rows: T[]; matching: number }>,
): Promise<{ rows: T[]; matching: number; page: number; pages: number }> {
  const of = (page: number) => read({ limit: size, offset: (page - 1) * size });
  const found = await of(asked);
  const pages = Math.max(1, Math.ceil(found.matching / size));
  return asked <= pages ? { ...found, page: asked, pages } : { ...(await of(pages)), page: pages, pages };
}
