import { once } from "node:events";
import { globSync, readFileSync } from "node:fs";
import net from "node:net";
import pg from "pg";
import { afterEach, beforeEach, describe, expect, inject, test } from "vitest";
import { isMissing } from "#e2e/support/installed.ts";
import { startPgBouncer } from "#e2e/support/pgbouncer.ts";
import { LOCAL_ZONE } from "#e2e/support/postgres.ts";
import { createDatabase } from "#e2e/support/test-database.ts";
import { connectDatabase, database, disconnectDatabase } from "#lib/database/client.ts";
import { createPool, openClient } from "#lib/database/connection.ts";
import { isUnavailable, UnsuitableServerError } from "#lib/database/unavailable.ts";

test("no other module of the product opens a connection of its own", () => {
  const files = ["server.ts", ...globSync("{lib,scripts,app,components}/**/*.{ts,tsx}")];
  const opening = files.filter(
    (file) => !file.endsWith(".test.ts") && /\bnew (pg\.|PrimaryClient\b)/.test(readFileSync(file, "utf8")),
  );
  expect(opening).toEqual(["lib/database/connection.ts"]);
});

test("a connection that breaks while it is checked is an error and doesn't end the process", async () => {
  const server = new URL(inject("serverUrl"));
  // Passes everything on until the first query.
  const cutter = net.createServer((client) => {
    const upstream = net.connect(`${server.searchParams.get("host")}/.s.PGSQL.${server.port || 5432}`);
    upstream.pipe(client);
    client.on("data", (data) => (/^[PQ]/.test(data.toString("latin1")) ? client.destroy() : upstream.write(data)));
    client.on("close", () => upstream.destroy());
  });
  cutter.listen(0, "127.0.0.1");
  await once(cutter, "listening");
  const { port } = cutter.address() as net.AddressInfo;
  const pool = createPool(`postgresql://${server.username}@127.0.0.1:${port}${server.pathname}`, { max: 1 });
  await expect(pool.query("SELECT 1")).rejects.toSatisfy(isUnavailable);
  await pool.end();
  cutter.close();
});

describe("a connection", () => {
  let url: string;
  let drop: () => Promise<void>;
  beforeEach(async () => {
    ({ url, drop } = await createDatabase("template0"));
  });
  afterEach(() => drop());

  async function asOperator(...statements: string[]): Promise<pg.QueryResultRow[]> {
    const client = new pg.Client(url);
    await client.connect();
    try {
      for (const statement of statements.slice(0, -1)) await client.query(statement);
      return (await client.query(statements.at(-1) ?? "")).rows;
    } finally {
      await client.end();
    }
  }

  test("has the zone UTC, also where the server, the database and the role have another", async () => {
    const name = new URL(url).pathname.slice(1);
    await asOperator(
      `ALTER DATABASE ${name} SET TimeZone = 'Asia/Tokyo'`,
      `ALTER ROLE goodtake IN DATABASE ${name} SET TimeZone = 'America/New_York'`,
    );
    expect(await asOperator("SHOW TimeZone")).toEqual([{ TimeZone: "America/New_York" }]);
    const client = await openClient(url);
    expect((await client.query("SHOW TimeZone")).rows).toEqual([{ TimeZone: "UTC" }]);
    await client.end();
    await asOperator(`ALTER ROLE goodtake IN DATABASE ${name} RESET ALL`);
  });

  test("whose zone something changes to another one than UTC is rejected with a sentence, and so is one of a pool", async () => {
    await asOperator(
      `CREATE FUNCTION move() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN SET TimeZone = 'Asia/Tokyo'; END $$`,
      `CREATE EVENT TRIGGER move ON login EXECUTE FUNCTION move()`,
      "SELECT",
    );
    await expect(openClient(url)).rejects.toThrow(/^A new connection to the database has the time zone Asia\/Tokyo/);
    const pool = createPool(url, { max: 1 });
    const error = await pool.query("SELECT").catch((error: unknown) => error);
    expect(error).toBeInstanceOf(UnsuitableServerError);
    expect(isUnavailable(error)).toBe(true);
    expect(pool.totalCount).toBe(0);
    await pool.end();
    connectDatabase(url, 2);
    expect(await database().$queryRaw`SELECT 1`.catch((error: unknown) => error)).toSatisfy(isUnavailable);
    await disconnectDatabase();
  });

  test.skipIf(isMissing("pgbouncer"))(
    "has the zone UTC through PgBouncer, whose connections others used before",
    async () => {
      const bouncer = await startPgBouncer(url);
      const local = new pg.Client(bouncer.url);
      await local.connect();
      const pool = createPool(bouncer.url, { max: 10 });
      for (let i = 0; i < 20; i += 1) {
        const [{ rows: utc }, { rows: other }] = await Promise.all([
          pool.query("SHOW TimeZone"),
          local.query("SHOW TimeZone"),
        ]);
        expect([utc, other]).toEqual([[{ TimeZone: "UTC" }], [{ TimeZone: LOCAL_ZONE }]]);
      }
      const zones = await Promise.all(Array.from({ length: 50 }, () => pool.query("SHOW TimeZone")));
      expect(new Set(zones.map(({ rows }) => rows[0]?.TimeZone))).toEqual(new Set(["UTC"]));
      await local.end();
      await pool.end();
      await bouncer.stop();
    },
  );
});
