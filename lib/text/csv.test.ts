import { expect, test } from "vitest";
import { csvCell, csvResponse } from "#lib/text/csv.ts";

test.each([
  ["plain", '"plain"'],
  ["a,b", '"a,b"'],
  ['say "hi"', '"say ""hi"""'],
  ["two\nlines", '"two\nlines"'],
  // LibreOffice and a German Excel split unquoted text at semicolons.
  ["Mozilla/5.0 (X11; Linux x86_64; rv:128.0)", '"Mozilla/5.0 (X11; Linux x86_64; rv:128.0)"'],
  ["=1+1", `"'=1+1"`],
  ["+49", `"'+49"`],
  ["-1", `"'-1"`],
  ["@SUM(A1)", `"'@SUM(A1)"`],
  ["\t=1", `"'\t'=1"`],
  ["\r=1", `"'\r'=1"`],
  [" =1", `"' =1"`],
  ["＝1+1", `"'＝1+1"`],
  ["＋1", `"'＋1"`],
  ["－1", `"'－1"`],
  ["＠SUM(A1)", `"'＠SUM(A1)"`],
  ["a;=1+1;@b; +1", `"a;'=1+1;'@b;' +1"`],
  ["a;＝1", `"a;'＝1"`],
  ["a\n=1", `"a\n'=1"`],
  ["a=1+1", '"a=1+1"'],
  ['=HYPERLINK("x","y")', `"'=HYPERLINK(""x"",""y"")"`],
  ["", '""'],
  [-5, "-5"],
  [null, ""],
  ["مفتاح 🌅", '"مفتاح 🌅"'],
])("%j becomes %j", (value, cell) => expect(csvCell(value)).toBe(cell));

test("a file begins with a byte order mark, and is never kept by a cache", async () => {
  async function* pages() {
    yield [["=1", 2]];
    yield [["b", null]];
  }
  const answer = csvResponse("keys", ["name", "count"], pages());
  expect(answer.headers.get("content-disposition")).toBe('attachment; filename="keys.csv"');
  expect(answer.headers.get("cache-control")).toBe("private, no-store");
  const bytes = Buffer.from(await answer.arrayBuffer());
  expect(bytes.toString()).toBe(`\uFEFF"name","count"\r\n"'=1",2\r\n"b",\r\n`);
});

test("a file is sent page by page: the second one is read when the first was taken", async () => {
  let read = 0;
  async function* pages() {
    for (; read < 1_000; read += 1) yield [["a"]];
  }
  const reader = csvResponse("keys", ["name"], pages()).body?.getReader();
  for (let taken = 0; taken < 3; taken += 1) await reader?.read();
  expect(read).toBeLessThan(5);
  await reader?.cancel();
});
