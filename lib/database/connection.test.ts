import { glob, readFile } from "node:fs/promises";
import { expect, test } from "vitest";

test("no other module of the product opens a connection of its own", async () => {
  const files = await Array.fromAsync(glob("{lib,scripts,app,components}/**/*.{ts,tsx}"));
  const opening: string[] = [];
  for (const file of [...files, "server.ts"])
    if (!file.endsWith(".test.ts") && /\bnew (pg\.|PrimaryClient\b)/.test(await readFile(file, "utf8")))
      opening.push(file);
  expect(opening).toEqual(["lib/database/connection.ts"]);
});
