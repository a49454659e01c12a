import { expect, test } from "vitest";
import { requestExamples } from "#components/request-examples/request-examples.ts";
import { KEY_SHAPE, keyIn, NO_KEY_PATTERN } from "#lib/api-keys/model/key-text.ts";
import { SEARCH_MAX, searchText } from "#lib/api-keys/model/list-view.ts";
import { generateSecret } from "#lib/api-keys/secret.ts";

const key = generateSecret();
const examples = requestExamples({ baseUrl: "https://goodtake.example.com", apiKey: key });

test.each(Object.entries(examples))("the key in our own %s example is found", (_, example) => {
  expect(keyIn(example)).toBe(key);
});

test("a whole key is preferred to a part of one, and a part is found if there is no whole key", () => {
  expect(keyIn(`not ${key.slice(0, 30)}, but ${key}\nor this`)).toBe(key);
  expect(keyIn(`my ${key.slice(0, 30)}!`)).toBe(key.slice(0, 30));
  expect(keyIn("gt_abcd… of gt_production")).toBeNull();
});

test.each([key, ` ${key} `, `Authorization: Bearer ${key.slice(0, 23)}`, "", "gt_abcd", "Production App"])(
  "a browser without JavaScript sends only text without a key's shape: %s",
  (text) => {
    expect(new RegExp(`^(?:${NO_KEY_PATTERN})$`, "v").test(text)).toBe(!KEY_SHAPE.test(text));
  },
);

test("a long text is cut off for the search, unless it holds a key", () => {
  expect(searchText("a".repeat(300))).toBe("a".repeat(SEARCH_MAX));
  expect(searchText(examples.cURL)).toBe("");
  expect(searchText("a".repeat(SEARCH_MAX - 10) + key)).toBe("");
});
