import { expect, test } from "vitest";
import { csvCell, csvResponse } from "#lib/http/csv.ts";

test.each([
  ["plain", "plain"],
  ["a,b", '"a,b"'],
  ['say "hi"', '"say ""hi"""'],
  ["two\nlines", '"two\nlines"'],
  ["=1+1", "'=1+1"],
  ["+49", "'+49"],
  ["-1", "'-1"],
  ["@SUM(A1)", "'@SUM(A1)"],
  ["\t=1", "'\t=1"],
  ['=HYPERLINK("x","y")', `"'=HYPERLINK(""x"",""y"")"`],
  [-5, "-5"],
  [null, ""],
  ["مفتاح 🌅", "مفتاح 🌅"],
])("%j becomes %j", (value, cell) => expect(csvCell(value)).toBe(cell));

test("a file is sent page by page, headed, and never kept by a cache", async () => {
  async function* pages() {
    yield [["=1", 2]];
    yield [["b", null]];
  }
  const answer = csvResponse("keys", ["name", "count"], pages());
  expect(answer.headers.get("content-disposition")).toBe('attachment; filename="keys.csv"');
  expect(answer.headers.get("cache-control")).toBe("private, no-store");
  expect(await answer.text()).toBe("name,count\r\n'=1,2\r\nb,\r\n");
});
