import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { variables } from "#lib/config/variables.ts";
import { configurationPage, exampleFile } from "#scripts/configuration-files.ts";

test("docs/configuration.md says what the schema says; `npm run configuration` writes it", () => {
  expect(readFileSync("docs/configuration.md", "utf8")).toBe(configurationPage());
});

test(".env.example has every variable of the schema; `npm run configuration` writes it", () => {
  expect(readFileSync(".env.example", "utf8")).toBe(exampleFile());
});

test.each(Object.entries(variables.shape))("the value of %s in .env.example is accepted", (name, schema) => {
  const [, value] = new RegExp(`^# ${name}=(.*)$`, "m").exec(exampleFile()) ?? [];
  expect(schema.safeParse(value).error).toBeUndefined();
});
