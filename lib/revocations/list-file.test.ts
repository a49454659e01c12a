import { createHash } from "node:crypto";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { expect, test } from "vitest";
import { temporaryDirectory } from "#e2e/support/start-server.ts";
import { checksumLine, headerLine, type ListEntry, readEntries } from "#lib/revocations/list-file.ts";

const AT = "2026-11-27T00:00:00Z";
const KEY = "0a2f6c1e-7d35-4b0e-9a51-3c5d8e2f4b60";

async function read(entries: object[]): Promise<ListEntry[]> {
  const { directory, remove } = await temporaryDirectory();
  const file = path.join(directory, "list.jsonl");
  const lines = headerLine("installation", AT) + entries.map((entry) => `${JSON.stringify(entry)}\n`).join("");
  await writeFile(file, lines + checksumLine(createHash("sha256").update(lines).digest("hex")));
  const found: ListEntry[] = [];
  for await (const entry of readEntries(file)) found.push(entry);
  await remove();
  return found;
}

test("keys with the most permissions and networks are read in full", async () => {
  const restrictions = {
    scopes: Array.from({ length: 100 }, (_, i) => `${"a".repeat(60)}:${i}`),
    allowedNetworks: Array.from({ length: 50 }, (_, i) => `2001:0db8:85a3:1234:5678:8a2e:0370:${1000 + i}/128`),
    requestsPerMinute: 2_147_483_647,
    creditsPerMonth: 0,
  };
  const entry = { key: KEY, at: AT, restrictions };
  expect(await read(Array.from({ length: 200 }, () => entry))).toEqual(Array.from({ length: 200 }, () => entry));
});

test("fields of a later version are ignored, so that a rollback can use the list", async () => {
  const entries = [
    { key: KEY, at: AT, revokedAt: AT, later: 1, restrictions: { scopes: [], later: 1 } },
    { account: KEY, at: AT, disabledAt: AT, later: {} },
  ];
  expect(await read(entries)).toEqual([
    {
      key: KEY,
      at: AT,
      revokedAt: AT,
      restrictions: { scopes: [], allowedNetworks: null, requestsPerMinute: null, creditsPerMonth: null },
    },
    { account: KEY, at: AT, disabledAt: AT },
  ]);
});
