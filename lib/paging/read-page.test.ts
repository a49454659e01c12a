import { expect, test } from "vitest";
import { readPage } from "#lib/paging/read-page.ts";

const listOf = (count: number) => {
  const all = Array.from({ length: count }, (_, i) => i);
  return async ({ limit, offset }: { limit: number; offset: number }) => ({
    rows: all.slice(offset, offset + limit),
    matching: count,
  });
};

test.each([
  ["the one that is asked for", 2, 5, { rows: [2, 3], page: 2, pages: 3 }],
  ["the last one", 3, 5, { rows: [4], page: 3, pages: 3 }],
  ["the last one where more is asked for", 999, 5, { rows: [4], page: 3, pages: 3 }],
  ["the last one where it is full", 999, 4, { rows: [2, 3], page: 2, pages: 2 }],
  ["the first one where there are no rows", 999, 0, { rows: [], page: 1, pages: 1 }],
] as const)("the page is %s", async (_, asked, count, page) => {
  expect(await readPage(asked, 2, listOf(count))).toEqual({ ...page, matching: count });
});
