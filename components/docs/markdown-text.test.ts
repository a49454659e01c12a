import { marked, type Tokens } from "marked";
import { expect, test } from "vitest";
import { escapeMarkdown, fillIn, markdownTable } from "#components/docs/markdown-text.ts";

test("each value is put in its place, as it is", () => {
  expect(fillIn("{{a}} and {{b}}, {{a}}", { a: "$&", b: "{{c}}" })).toBe("$& and {{c}}, $&");
});

test("a value that is missing is an error", () => {
  expect(() => fillIn("{{a}} {{b}}", { a: "1" })).toThrow("{{b}}");
});

test("a vertical line in a cell doesn't begin the next one", () => {
  expect(markdownTable(["A", "B"], [["x | y", 1]])).toBe("| A | B |\n| --- | --- |\n| x \\| y | 1 |");
});

test.each([
  "Read & <b>write</b>",
  "*all* of_it_ ~~all~~ `x`",
  "[a](b) ![c](d)",
  "a \\ b \\* c",
  "https://example.com www.example.com a@example.com",
  "x | y",
])("text stays text in a cell: %s", (text) => {
  const [table] = marked.lexer(markdownTable(["A"], [[escapeMarkdown(text)]]));
  const [cell] = (table as Tokens.Table).rows[0] ?? [];
  expect(cell?.tokens.map(({ type }) => type).filter((type) => !["text", "escape"].includes(type))).toEqual([]);
  expect(cell?.tokens.map((token) => (token as Tokens.Text).text).join("")).toBe(text);
});
