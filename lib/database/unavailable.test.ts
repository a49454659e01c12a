import { once } from "node:events";
import net from "node:net";
import type { Readable } from "node:stream";
import { to as copyTo } from "pg-copy-streams";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { createDatabase } from "#e2e/support/test-database.ts";
import { connectDatabase, database, disconnectDatabase, pool } from "#lib/database/client.ts";
import { createPool, openClient } from "#lib/database/connection.ts";
import { isRejectedForContent, isUnavailable, UnavailableError, wasRolledBack } from "#lib/database/unavailable.ts";

let url: string;
let drop: () => Promise<void>;
beforeAll(async () => {
  ({ url, drop } = await createDatabase("template0"));
});
afterAll(() => drop());

const errorOf = (work: Promise<unknown>) => work.catch((error: unknown) => error);

/** Counts the statements of the database that run `pg_sleep`. */
async function sleepers(): Promise<number> {
  const client = await openClient(url);
  const { rowCount } = await client.query(
    "SELECT FROM pg_stat_activity WHERE query LIKE '%pg_sleep(5)%' AND wait_event = 'PgSleep' AND datname = current_database()",
  );
  await client.end();
  return rowCount ?? 0;
}

/** Starts a proxy of the database server. `cut` breaks its connections without an error message. */
async function startProxy() {
  const server = new URL(url);
  const sockets = new Set<net.Socket>();
  const proxy = net.createServer((client) => {
    const upstream = net.connect(`${server.searchParams.get("host")}/.s.PGSQL.${server.port || 5432}`);
    for (const socket of [client, upstream]) sockets.add(socket.on("error", () => {}));
    client.pipe(upstream).pipe(client);
  });
  proxy.listen(0, "127.0.0.1");
  await once(proxy, "listening");
  const { port } = proxy.address() as net.AddressInfo;
  return {
    url: `postgresql://${server.username}@127.0.0.1:${port}${server.pathname}`,
    cut: () => {
      for (const socket of sockets) socket.destroy();
    },
    stop: () => proxy.close(),
  };
}

describe("an error that pg makes itself is UnavailableError", () => {
  test("for a connection that breaks under a statement of the pool, a client, a copy or Prisma", async () => {
    const proxy = await startProxy();
    const [broken, client] = [createPool(proxy.url, { max: 1 }), await openClient(proxy.url)];
    connectDatabase(proxy.url, 2);
    const errors = [
      errorOf(broken.query("SELECT pg_sleep(5)")),
      errorOf(client.query("SELECT pg_sleep(5)")),
      errorOf(database().$queryRaw`SELECT pg_sleep(5)::text`),
      errorOf(database().$transaction((tx) => tx.$queryRaw`SELECT pg_sleep(5)::text`)),
    ];
    const copying = await openClient(proxy.url);
    const copy: Readable = copying.query(copyTo("COPY (SELECT pg_sleep(5)) TO STDOUT"));
    const copyError = once(copy.resume(), "error").then(([error]) => error);
    await vi.waitFor(async () => expect(await sleepers()).toBe(5));
    proxy.cut();
    for (const error of await Promise.all([...errors, copyError])) expect(error).toBeInstanceOf(UnavailableError);
    expect(await errorOf(client.query("SELECT"))).toBeInstanceOf(UnavailableError);
    await Promise.all([broken.end(), disconnectDatabase()]);
    proxy.stop();
  });

  test("for a pool without a free connection and one that has ended", async () => {
    const small = createPool(url, { max: 1, connectionTimeoutMillis: 50 });
    const client = await small.connect();
    expect(await errorOf(small.query("SELECT"))).toBeInstanceOf(UnavailableError);
    expect(await errorOf(small.connect())).toBeInstanceOf(UnavailableError);
    client.release();
    await small.end();
    expect(await errorOf(small.query("SELECT"))).toBeInstanceOf(UnavailableError);
  });

  test("for an answer that doesn't come in time, to a statement as to a connection", async () => {
    const client = await openClient(url, { query_timeout: 50 });
    expect(await errorOf(client.query("SELECT pg_sleep(1)"))).toBeInstanceOf(UnavailableError);
    await client.end();
    const silent = net.createServer(() => {}).listen(0, "127.0.0.1");
    await once(silent, "listening");
    const { port } = silent.address() as net.AddressInfo;
    const silentUrl = `postgresql://nobody@127.0.0.1:${port}/none`;
    expect(await errorOf(openClient(silentUrl, { connectionTimeoutMillis: 50 }))).toBeInstanceOf(UnavailableError);
    const waiting = createPool(silentUrl, { max: 1, connectionTimeoutMillis: 50 });
    expect(await errorOf(waiting.query("SELECT"))).toBeInstanceOf(UnavailableError);
    await waiting.end();
    silent.close();
  });
});

describe("an error of the database is told by its SQLSTATE, from pg and from Prisma", () => {
  beforeAll(() => void connectDatabase(url, 2));
  afterAll(() => disconnectDatabase());

  test.each([
    ["statement_timeout", "SET LOCAL statement_timeout = 20; SELECT pg_sleep(1)::text", "unavailable"],
    ["too_many_connections", raise("53300"), "unavailable"],
    ["admin_shutdown", raise("57P01"), "unavailable, unknown"],
    ["numeric_value_out_of_range", "SELECT 2147483647 + 1", "content"],
    ["unique_violation", raise("23505"), "content"],
    ["an exception of a trigger", raise("P0001"), "content"],
    ["undefined_table", `SELECT 1 FROM "Missing"`, "neither"],
  ])("%s", async (_, statement, kind) => {
    const statements = statement.split("; ");
    const ofPrisma = errorOf(
      database().$transaction(async (tx) => {
        for (const each of statements) await tx.$executeRawUnsafe(each);
      }),
    );
    for (const error of [await errorOf(pool().query(`BEGIN; ${statement}`)), await ofPrisma]) {
      expect(isUnavailable(error)).toBe(kind.startsWith("unavailable"));
      expect(isRejectedForContent(error)).toBe(kind === "content");
      expect(wasRolledBack(error)).toBe(!kind.endsWith("unknown"));
    }
  });

  test("and any other error says nothing about the database", () => {
    for (const error of [new Error("connection terminated"), new TypeError("x"), undefined, "timeout exceeded"])
      for (const tells of [isUnavailable, wasRolledBack, isRejectedForContent]) expect(tells(error)).toBe(false);
  });
});

function raise(sqlState: string): string {
  return `DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = '${sqlState}';\nEND $$`;
}
