import { globSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";

test("no other module of the product opens a connection of its own", () => {
  const files = ["server.ts", ...globSync("{lib,scripts,app,components}/**/*.{ts,tsx}")];
  const opening = files.filter(
    (file) => !file.endsWith(".test.ts") && /\bnew (pg\.|PrimaryClient\b)/.test(readFileSync(file, "utf8")),
  );
  expect(opening).toEqual(["lib/database/connection.ts"]);
});
