import { randomUUID } from "node:crypto";
import { cp, readdir } from "node:fs/promises";
import path from "node:path";
import pg from "pg";
import { expect, test, vi } from "vitest";
import { temporaryDirectory } from "#e2e/support/start-server.ts";
import { createDatabase } from "#e2e/support/test-database.ts";
import { startTraffic } from "#e2e/support/traffic.ts";
import { createPool } from "#lib/database/connection.ts";
import { migrate } from "#lib/database/migrate.ts";
import { type UsageRows, WRITE_USAGE } from "#lib/usage/batch.ts";

const ROWS = 100_000;
const KEYS = 200;
const WRITERS = 3;
const KEY = `lpad(to_hex(i % ${KEYS}), 32, '0')::uuid`;
const keyOf = (i: number) => `00000000-0000-0000-0000-${(i % KEYS).toString(16).padStart(12, "0")}`;

/** The statements of the version before the wider counters. */
const WRITE = WRITE_USAGE.replaceAll("bigint", "int")
  // It knew no log of successful requests and no status.
  .replace(/"samples" AS \([^;]*?\n {2}\), /, "")
  .replace('"cause", "status"', '"cause"')
  .replace('r."cause", r."status"', 'r."cause"');
const READ = `SELECT "apiKeyId", sum("requests")::int AS "requests" FROM "UsageHour" WHERE "apiKeyId" = ANY($1) GROUP BY 1`;
const NOTE = `
  WITH "before" AS (
    SELECT * FROM "UsageCaller" WHERE "apiKeyId" = $1 ORDER BY "addressPrefix", "userAgent", "route" FOR NO KEY UPDATE
  )
  UPDATE "UsageCaller" c SET "requestsBeforeRotation" = b."requests" FROM "before" b
  WHERE (c."apiKeyId", c."addressPrefix", c."userAgent", c."route") = (b."apiKeyId", b."addressPrefix", b."userAgent", b."route")`;

test("a process of the version before writes and reads on while the counters are widened, and nothing is lost", async () => {
  const { url, drop } = await createDatabase("template0");
  const before = await temporaryDirectory();
  for (const name of (await readdir("prisma/migrations")).filter((name) => name < "20261126153001"))
    await cp(path.join("prisma/migrations", name), path.join(before.directory, name), { recursive: true });
  await migrate(url, before.directory);
  const client = new pg.Client(url);
  await client.connect();
  await client.query(`INSERT INTO "UsageHour" ("apiKeyId", "hour", "outcome", "requests")
    SELECT ${KEY}, '2026-01-01'::timestamptz + i / ${KEYS} * interval '1 hour', 'ok', 1 FROM generate_series(0, ${ROWS - 1}) i`);
  await client.query(`INSERT INTO "UsageDay" ("apiKeyId", "day", "outcome", "requests")
    SELECT ${KEY}, '2020-01-01'::date + i / ${KEYS}, 'ok', 1 FROM generate_series(0, ${ROWS / 10 - 1}) i`);
  await client.query(`INSERT INTO "UsageCaller" ("apiKeyId", "addressPrefix", "userAgent", "route", "requests", "lastSeenAt")
    SELECT ${KEY}, '', 'agent ' || i / ${KEYS}, '/', 1, now() FROM generate_series(0, ${ROWS / 10 - 1}) i`);

  let written = 0;
  let slowestMs = 0;
  const pool = createPool(url, { max: WRITERS });
  let rounds = 0;
  const writeAsBefore = async () => {
    const round = rounds++;
    const keys = Array.from({ length: 20 }, (_, i) => keyOf(round * 7 + i));
    const at = new Date(Date.UTC(2026, 0, 1, round % 500)).toISOString();
    const rows: UsageRows = {
      counts: keys.map((apiKeyId) => ({ apiKeyId, hour: at, outcome: "ok", requests: 1 })),
      uses: [],
      callers: keys.map((apiKeyId) => ({
        apiKeyId,
        addressPrefix: "",
        userAgent: "agent 1",
        route: "/",
        requests: 1,
        at,
      })),
      rejections: [],
      samples: [],
    };
    const start = performance.now();
    await pool.query({ name: "write-usage", text: WRITE, values: [randomUUID(), JSON.stringify(rows)] });
    await pool.query({ name: "read-usage", text: READ, values: [keys.slice(0, 2)] });
    await pool.query({ name: "note-callers", text: NOTE, values: [keys[0]] });
    slowestMs = Math.max(slowestMs, performance.now() - start);
    written += keys.length;
  };
  const traffic = startTraffic(Array(WRITERS).fill(writeAsBefore));
  const names = await migrate(url, "prisma/migrations");
  const during = written;
  await vi.waitFor(() => expect(written).toBeGreaterThan(during + 100), { timeout: 10_000 });
  await traffic.stop();
  await pool.end();

  expect(names.length).toBeGreaterThanOrEqual(4);
  expect(during).toBeGreaterThan(0);
  expect(slowestMs).toBeLessThan(1_000);
  for (const [table, rows] of [
    ["UsageHour", ROWS],
    ["UsageDay", ROWS / 10],
    ["UsageCaller", ROWS / 10],
  ] as const) {
    const { rows: sums } = await client.query(
      `SELECT sum("requests") AS "sum", pg_typeof(min("requests"))::text AS "type" FROM "${table}"`,
    );
    expect(sums[0]).toEqual({ sum: String(rows + written), type: "bigint" });
  }
  const { rows: limits } = await client.query(
    `UPDATE "UsageHour" SET "requests" = 3000000000 WHERE "apiKeyId" = $1 RETURNING 1`,
    [keyOf(1)],
  );
  expect(limits.length).toBeGreaterThan(0);
  await client.end();
  await drop();
  await before.remove();
}, 600_000);
