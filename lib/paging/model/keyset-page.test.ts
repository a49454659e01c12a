import { expect, test } from "vitest";
import { z } from "zod";
import { fromParameter } from "#lib/paging/model/from-parameter.ts";
import { type From, fromText, readKeysetPage } from "#lib/paging/model/keyset-page.ts";

const id = (n: number) => `00000000-0000-4000-8000-${String(n).padStart(12, "0")}`;

/** A list of numbers, the largest first. */
function listOf(numbers: number[]) {
  const read = async (from: From, limit: number) => {
    const sorted = [...numbers].sort((a, b) => b - a);
    const at = Number(from?.value);
    if (from?.towards === "earlier")
      return sorted
        .filter((n) => n > at)
        .reverse()
        .slice(0, limit);
    return sorted.filter((n) => !from || n < at).slice(0, limit);
  };
  return (from: From) => readKeysetPage(3, from, (n) => ({ value: String(n), id: id(n) }), read);
}

test("pages lead through a list and back, each row once", async () => {
  const read = listOf([1, 2, 3, 4, 5, 6, 7]);
  const pages = [await read(null)];
  while (pages.at(-1)?.after) pages.push(await read(pages.at(-1)?.after ?? null));
  expect(pages.map(({ rows }) => rows)).toEqual([[7, 6, 5], [4, 3, 2], [1]]);
  expect(pages[0]?.before).toBeNull();
  const back = await read(pages[2]?.before ?? null);
  expect(back.rows).toEqual([4, 3, 2]);
  expect((await read(back.before)).rows).toEqual([7, 6, 5]);
  expect((await read(back.after)).rows).toEqual([1]);
});

test("rows added meanwhile make no gap and no duplicate; the first page is full", async () => {
  const numbers = [1, 2, 3, 4, 5, 6];
  const read = listOf(numbers);
  const first = await read(null);
  numbers.push(7, 8);
  const second = await read(first.after);
  expect(second.rows).toEqual([3, 2, 1]);
  expect(second.after).toBeNull();
  expect((await read(second.before)).rows).toEqual([6, 5, 4]);
  const newest = await read((await read(second.before)).before);
  expect(newest.rows).toEqual([8, 7, 6]);
  expect(newest.before).toBeNull();
});

test("a page whose rows are gone is the first one, and that of an empty list is empty", async () => {
  expect((await listOf([5, 6])({ towards: "later", value: "5", id: id(5) })).rows).toEqual([6, 5]);
  expect(await listOf([])(null)).toEqual({ rows: [], before: null, after: null });
});

test("a page's start survives a URL; an invalid one is the start of the list", () => {
  const schema = fromParameter(z.iso.datetime());
  const from = { towards: "later", value: "2026-11-26T18:00:00.000Z", id: id(1) } as const;
  expect(schema.parse(fromText(from))).toEqual(from);
  for (const text of [undefined, "", "later", "sideways_2026-11-26T18:00:00.000Z_1", `later_x_${id(1)}`, ["a", "b"]])
    expect(schema.parse(text)).toBeNull();
});
