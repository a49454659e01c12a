import { expect, test } from "vitest";
import { fillIn, markdownTable } from "#components/docs/markdown-text.ts";

test("each value is put in its place, as it is", () => {
  expect(fillIn("{{a}} and {{b}}, {{a}}", { a: "$&", b: "{{c}}" })).toBe("$& and {{c}}, $&");
});

test("a value that is missing is an error", () => {
  expect(() => fillIn("{{a}} {{b}}", { a: "1" })).toThrow("{{b}}");
});

test("a vertical line in a cell doesn't begin the next one", () => {
  expect(markdownTable(["A", "B"], [["x | y", 1]])).toBe("| A | B |\n| --- | --- |\n| x \\| y | 1 |");
});
