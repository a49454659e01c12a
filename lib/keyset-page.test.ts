import { expect, test } from "vitest";
import { z } from "zod";
import type { Direction } from "#lib/keyset.ts";
import { type From, fromParameter, fromText, type Place, readLinkedPage } from "#lib/keyset-page.ts";

const id = (n: number) => `00000000-0000-4000-8000-${String(n).padStart(12, "0")}`;

/** A list of numbers, the largest first. */
function listOf(numbers: number[]) {
  const read = async (direction: Direction, place: Place | undefined, limit: number) => {
    const sorted = [...numbers].sort((a, b) => b - a);
    const at = Number(place?.value);
    if (direction === "after")
      return sorted
        .reverse()
        .filter((n) => n > at)
        .slice(0, limit);
    return sorted.filter((n) => !place || n < at).slice(0, limit);
  };
  return (from: From) => readLinkedPage(3, from, (n) => ({ value: String(n), id: id(n) }), read);
}

test("pages lead through a list and back, each row once", async () => {
  const read = listOf([1, 2, 3, 4, 5, 6, 7]);
  const pages = [await read(null)];
  while (pages.at(-1)?.older) pages.push(await read(pages.at(-1)?.older ?? null));
  expect(pages.map(({ rows }) => rows)).toEqual([[7, 6, 5], [4, 3, 2], [1]]);
  expect(pages[0]?.newer).toBeNull();
  const back = await read(pages[2]?.newer ?? null);
  expect(back.rows).toEqual([4, 3, 2]);
  expect((await read(back.newer)).rows).toEqual([7, 6, 5]);
  expect((await read(back.older)).rows).toEqual([1]);
});

test("rows that come in meanwhile make no gap and no duplicate; the first page is whole", async () => {
  const numbers = [1, 2, 3, 4, 5, 6];
  const read = listOf(numbers);
  const first = await read(null);
  numbers.push(7, 8);
  const second = await read(first.older);
  expect(second.rows).toEqual([3, 2, 1]);
  expect(second.older).toBeNull();
  expect((await read(second.newer)).rows).toEqual([6, 5, 4]);
  const newest = await read((await read(second.newer)).newer);
  expect(newest.rows).toEqual([8, 7, 6]);
  expect(newest.newer).toBeNull();
});

test("a page whose rows are gone is the first one, and that of an empty list is empty", async () => {
  expect((await listOf([5, 6])({ direction: "before", value: "5", id: id(5) })).rows).toEqual([6, 5]);
  expect(await listOf([])(null)).toEqual({ rows: [], newer: null, older: null });
});

test("a page's start goes into an address and back; what is none is the start of the list", () => {
  const schema = fromParameter(z.iso.datetime());
  const from = { direction: "before", value: "2026-11-26T18:00:00.000Z", id: id(1) } as const;
  expect(schema.parse(fromText(from))).toEqual(from);
  for (const text of [undefined, "", "before", "beside_2026-11-26T18:00:00.000Z_1", `before_x_${id(1)}`, ["a", "b"]])
    expect(schema.parse(text)).toBeNull();
});
