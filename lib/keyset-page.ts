import { z } from "zod";
import { type Direction, readKeysetPage } from "#lib/keyset.ts";

/** The place of a row in a list: what the list is sorted by, as text, and the row's id. */
export type Place = { value: string; id: string };
/** Where a page begins, as it stands in an address; null for the start of the list. */
export type From = (Place & { direction: Direction }) | null;

/** The rows of a page, and where the pages before and after it begin; null where there is none. */
export type LinkedPage<Row> = { rows: Row[]; newer: From; older: From };

/** Reads a page of a list that is sorted by one value and the id, with the way to the pages beside it. */
export async function readLinkedPage<Row>(
  size: number,
  from: From,
  placeOf: (row: Row) => Place,
  read: (direction: Direction, place: Place | undefined, limit: number) => Promise<Row[]>,
): Promise<LinkedPage<Row>> {
  const { rows, hasNewer, hasOlder } = await readKeysetPage(size, from ? { [from.direction]: from } : {}, read);
  const [first, last] = [rows[0], rows.at(-1)];
  return {
    rows,
    newer: hasNewer && first ? { ...placeOf(first), direction: "after" } : null,
    older: hasOlder && last ? { ...placeOf(last), direction: "before" } : null,
  };
}

/** A page's start as a parameter of an address; null for the start of the list. */
export function fromText(from: From): string | null {
  return from && `${from.direction}_${from.value}_${from.id}`;
}

/** Reads the start of a page from an address; the start of the list for whatever doesn't fit. */
export const fromParameter = (value: z.ZodType<string>) =>
  z
    .preprocess(
      (text) => {
        const [direction, of, id] = typeof text === "string" ? text.split("_") : [];
        return { direction, value: of, id };
      },
      z.object({ direction: z.enum(["before", "after"]), value, id: z.guid() }),
    )
    .nullable()
    .catch(null);
