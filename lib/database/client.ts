import { PrismaPg } from "@prisma/adapter-pg";
import type pg from "pg";
import { createPool } from "#lib/database/connection.ts";
import { PrismaClient } from "#lib/database/generated/client.ts";
import { UnavailableError } from "#lib/database/unavailable.ts";

export type Database = PrismaClient;
export type Transaction = Parameters<Parameters<PrismaClient["$transaction"]>[0]>[0];

type Connected = { pool: pg.Pool; prisma: PrismaClient };
const shared = globalThis as { goodtakeDatabase?: Connected };

/** The API turns a database that doesn't answer into a 503 in under 3 s. */
const CONNECTION_TIMEOUT_MS = 2_000;
const STATEMENT_TIMEOUT_MS = 2_500;
const APPLICATION_NAME = "goodtake";

/** Called when an idle connection breaks, because the server may have ended. */
export const onBrokenConnection = new Set<() => void>();

/** Opens the only pool of the process. Next's copy of this module finds it on `globalThis`. */
export function connectDatabase(url: string, poolSize: number): Connected {
  if (shared.goodtakeDatabase) throw new Error("The database is connected already.");
  const pool = createPool(url, {
    max: poolSize,
    connectionTimeoutMillis: CONNECTION_TIMEOUT_MS,
    statement_timeout: STATEMENT_TIMEOUT_MS,
    query_timeout: STATEMENT_TIMEOUT_MS + 500,
    idle_in_transaction_session_timeout: 10_000,
    application_name: APPLICATION_NAME,
    keepAlive: true,
  });
  pool.on("error", () => {
    for (const listener of onBrokenConnection) listener();
  });
  const prisma = new PrismaClient({
    adapter: new PrismaPg(pool),
    transactionOptions: { maxWait: CONNECTION_TIMEOUT_MS, timeout: 10_000 },
  });
  shared.goodtakeDatabase = { pool, prisma };
  return shared.goodtakeDatabase;
}

export async function disconnectDatabase(): Promise<void> {
  const connected = shared.goodtakeDatabase;
  shared.goodtakeDatabase = undefined;
  await connected?.prisma.$disconnect();
  await connected?.pool.end();
}

export function database(): PrismaClient {
  return connected().prisma;
}

export function pool(): pg.Pool {
  return connected().pool;
}

function connected(): Connected {
  if (!shared.goodtakeDatabase) throw new UnavailableError("the database is not connected");
  return shared.goodtakeDatabase;
}
