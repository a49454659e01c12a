import pg from "pg";
import { pool } from "#lib/database/client.ts";

/** Runs statements that fill tables, without the product's time limits, then `ANALYZE`. */
export async function fill(...statements: [text: string, values?: unknown[]][]): Promise<void> {
  const client = new pg.Client(String(pool().options.connectionString));
  await client.connect();
  try {
    for (const [text, values] of statements) await client.query(text, values);
    await client.query("ANALYZE");
  } finally {
    await client.end();
  }
}
