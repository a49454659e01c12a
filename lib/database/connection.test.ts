import { glob, readFile } from "node:fs/promises";
import { expect, test } from "vitest";

test("no other module of the product opens a connection of its own", async () => {
  const opening: string[] = [];
  for await (const file of glob(["server.ts", "{lib,scripts,app,components}/**/*.{ts,tsx}"]))
    if (!file.endsWith(".test.ts") && /\bnew (pg\.|PrimaryClient\b)/.test(await readFile(file, "utf8")))
      opening.push(file);
  expect(opening).toEqual(["lib/database/connection.ts"]);
});
