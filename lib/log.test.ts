import { expect, test } from "vitest";
import { generateSecret } from "#lib/api-keys/secret.ts";
import { createLogger, printable } from "#lib/log.ts";

const secret = generateSecret();

test.each([
  ["headers", { request: { headers: { authorization: `Bearer ${secret}`, cookie: "session=tasty" } } }],
  ["a key in another header", { headers: { "x-api-key": secret } }],
  ["a form's password", { input: { email: "ada@example.com", password: "correct horse battery" } }],
  ["an error's message and stack", { err: new Error(`no such key: ${secret}`) }],
])("%s: no secret reaches a line", (_, fields) => {
  let lines = "";
  const logger = createLogger("info", { write: (line) => (lines += line) });
  logger.info(fields, `tried ${secret}`);
  logger.error(`failed with ${secret}`);
  expect(lines.trim().split("\n")).toHaveLength(2);
  expect(lines).toContain(`tried ${secret.slice(0, 7)}…`);
  for (const hidden of [secret, "tasty", "correct horse"]) expect(lines).not.toContain(hidden);
});

test("a name can't forge a line or change its direction", () => {
  expect(printable("a\nb\u202ec")).toBe("a\\u000ab\\u202ec");
});
