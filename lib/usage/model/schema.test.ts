import { expect, test } from "vitest";
import { requestIdIn } from "#lib/usage/model/schema.ts";

const ID = "593652c6-0a1b-4c2d-8e3f-5a6b7c8d9e0f";

test.each([
  ID,
  ` ${ID.toUpperCase()}\n`,
  `X-Request-Id: ${ID}`,
  `< x-request-id: ${ID}\r\n< content-type: application/json`,
  `{"level":"warn","requestId":"${ID}","status":401}`,
])("a request id is found in pasted text: %s", (text) => {
  expect(requestIdIn(text)).toBe(ID);
});

test.each(["", "drop table", ID.slice(0, -1), `${ID}0`, `f${ID}`, ID.replace("-4", "-f")])(
  "there is none in: %s",
  (text) => {
    expect(requestIdIn(text)).toBeNull();
  },
);
