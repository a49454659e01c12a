import { spawn } from "node:child_process";
import { readFile } from "node:fs/promises";
import path from "node:path";
import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { serverEnvironment, startServer, type TestServer, temporaryDirectory } from "#e2e/support/start-server.ts";
import { startEmbedded } from "#lib/database/embedded.ts";

let data: Awaited<ReturnType<typeof temporaryDirectory>>;
beforeAll(async () => {
  data = await temporaryDirectory();
});
afterAll(() => data.remove());

/**
 * Runs a writer until `changes` are acknowledged, then kills it, the server and PostgreSQL at once.
 */
async function writeAndCrash(server: TestServer, changes: number): Promise<string[]> {
  const writer = spawn(process.execPath, ["e2e/process/key-writer.ts", data.directory], {
    env: serverEnvironment({ LOG_LEVEL: "silent" }),
    stdio: ["ignore", "pipe", "inherit"],
  });
  let output = "";
  await new Promise<void>((resolve) => {
    writer.stdout.setEncoding("utf8").on("data", (text: string) => {
      output += text;
      if (output.split("\n").length > changes) resolve();
    });
  });
  const postmaster = Number(
    (await readFile(path.join(data.directory, "postgres/postmaster.pid"), "utf8")).split("\n")[0],
  );
  // The postmaster is the leader of its own process group: its children go with it.
  process.kill(-postmaster, "SIGKILL");
  writer.kill("SIGKILL");
  await server.end("SIGKILL");
  return output.split("\n").slice(0, -1);
}

test("after a kill -9 of everything, twice, every acknowledged creation and revocation is there, with its record", async () => {
  const acknowledged: string[] = [];
  for (let round = 0; round < 2; round++) {
    acknowledged.push(...(await writeAndCrash(await startServer({ DATA_DIR: data.directory }), 200)));
  }
  const server = await startServer({ DATA_DIR: data.directory });
  const { url } = await startEmbedded(data.directory, "guest");
  const client = new pg.Client(url);
  await client.connect();
  const { rows } = await client.query<{ change: string }>(`
    SELECT substr("action", 9) || ' ' || "apiKeyId" AS "change" FROM "Activity" JOIN "ApiKey" ON "ApiKey"."id" = "apiKeyId"
    WHERE "action" = 'api_key.created' OR "revokedAt" IS NOT NULL`);
  const { rows: torn } = await client.query(`
    SELECT "id" FROM "ApiKey" WHERE ("revokedAt" IS NOT NULL)
      <> EXISTS (SELECT FROM "Activity" WHERE "apiKeyId" = "ApiKey"."id" AND "action" = 'api_key.revoked')`);
  await client.end();
  const stored = new Set(rows.map(({ change }) => change));
  expect(acknowledged.length).toBeGreaterThanOrEqual(400);
  expect(acknowledged.filter((change) => !stored.has(change))).toEqual([]);
  expect(torn).toEqual([]);
  expect(await server.end("SIGTERM")).toBe(0);
}, 120_000);
