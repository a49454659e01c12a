import pg from "pg";
import { expect } from "vitest";
import { pool } from "#lib/database/client.ts";

/** What statements read, as PostgreSQL itself counted it while it ran them. */
export type Reads = { statements: number; buffers: number };

export type MeasureReads = (work: () => Promise<unknown>) => Promise<Reads>;

const SETTINGS = `
  LOAD 'auto_explain'; SET client_min_messages = log; SET auto_explain.log_min_duration = 0; SET auto_explain.log_analyze = on;
  SET auto_explain.log_timing = off; SET auto_explain.log_buffers = on; SET auto_explain.log_format = json`;

/**
 * Lets PostgreSQL explain each statement that the pool sends, with its own values. Called before the pool has a connection. Buffers
 * are pages of 8 KB that a statement looks at, in memory or not: a figure that doesn't depend on how busy the machine is.
 */
export function watchReads(): MeasureReads {
  let reads: Reads = { statements: 0, buffers: 0 };
  pool().on("connect", (client) => {
    client.on("notice", ({ message = "" }: { message?: string | undefined }) => {
      const [, plan] = /plan:\n([\s\S]*)/.exec(message) ?? [];
      if (!plan) return;
      const { Plan } = JSON.parse(plan) as { Plan: Record<string, number> };
      reads.statements += 1;
      for (const name of ["Shared Hit Blocks", "Shared Read Blocks", "Temp Read Blocks"])
        reads.buffers += Plan[name] ?? 0;
    });
    void client.query(SETTINGS);
  });
  return async (work) => {
    // What is done for the first time looks more up.
    await work();
    reads = { statements: 0, buffers: 0 };
    await work();
    return { ...reads };
  };
}

/**
 * Of a large account no more is read than of a small one, but that each row of a page may lie in a page of the table by itself, and that
 * an index is a level deeper.
 */
export function expectNoMoreReads(small: Reads, large: Reads, rows: number): void {
  expect(small.buffers).toBeGreaterThan(0);
  expect(large.statements).toBeLessThanOrEqual(small.statements);
  expect(large.buffers).toBeLessThanOrEqual(small.buffers * 1.5 + rows);
}

/** Runs statements that take longer than those of the product may: they fill a table, and then the planner is told of it. */
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
