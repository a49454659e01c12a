import type pg from "pg";
import { expect } from "vitest";
import { pool } from "#lib/database/client.ts";

/** A statement that the product sent, as PostgreSQL itself explains it. */
export type WatchedStatement = {
  text: string;
  ms: number;
  /** Pages of 8 KiB that it looked at, in memory or on disk; independent of the machine's load. */
  pages: number;
  /** Rows that it looked at in tables and indexes, whether it used them or not. */
  rows: number;
  /** Estimated bytes of the rows that it sorted. */
  sorted: number;
};

/** What the statements of some work read in all. */
export type Reads = { statements: number; pages: number; rows: number; sorted: number };

export type MeasureReads = (work: () => Promise<unknown>) => Promise<Reads>;

type Plan = {
  "Node Type": string;
  "Plan Width": number;
  "Actual Rows": number;
  "Actual Loops": number;
  "Rows Removed by Filter"?: number;
  "Rows Removed by Index Recheck"?: number;
  "Relation Name"?: string;
  "Shared Hit Blocks": number;
  "Shared Read Blocks": number;
  "Temp Read Blocks": number;
  Plans?: Plan[];
};

const EXPLAIN_ALL = `
  LOAD 'auto_explain';
  SET client_min_messages = log;
  SET auto_explain.log_min_duration = 0;
  SET auto_explain.log_analyze = on;
  SET auto_explain.log_buffers = on;
  SET auto_explain.log_timing = off;
  SET auto_explain.log_format = json`;

/** Collects each statement of the connections that a pool opens from now on. */
export function watchStatements(watchedPool: pg.Pool): WatchedStatement[] {
  const watched: WatchedStatement[] = [];
  watchedPool.on("connect", (client) => {
    client.on("notice", ({ message = "" }) => {
      const [, ms, json] = /^duration: ([\d.]+) ms {2}plan:\n([\s\S]*)$/.exec(message) ?? [];
      if (!json) return;
      const { "Query Text": text, Plan: plan } = JSON.parse(json) as { "Query Text": string; Plan: Plan };
      const pages = plan["Shared Hit Blocks"] + plan["Shared Read Blocks"] + plan["Temp Read Blocks"];
      watched.push({ text, ms: Number(ms), pages, rows: rowsOf(plan), sorted: sortedIn(plan) });
    });
    void client.query(EXPLAIN_ALL);
  });
  return watched;
}

function rowsOf(plan: Plan): number {
  const { "Rows Removed by Filter": filtered = 0, "Rows Removed by Index Recheck": rechecked = 0 } = plan;
  const own = plan["Relation Name"] ? (plan["Actual Rows"] + filtered + rechecked) * plan["Actual Loops"] : 0;
  return (plan.Plans ?? []).reduce((sum, part) => sum + rowsOf(part), own);
}

function sortedIn(plan: Plan): number {
  const own = plan["Node Type"] === "Sort" ? plan["Plan Width"] : 0;
  return (plan.Plans ?? []).reduce(
    (sum, part) => sum + part["Actual Rows"] * part["Actual Loops"] * own + sortedIn(part),
    0,
  );
}

/** Returns what measures the reads of some work. Call it before the pool has a connection. */
export function watchReads(): MeasureReads {
  const watched = watchStatements(pool());
  return async (work) => {
    // The first run also looks up the catalog.
    await work();
    watched.length = 0;
    await work();
    const sum = (of: "pages" | "rows" | "sorted") => watched.reduce((all, statement) => all + statement[of], 0);
    return { statements: watched.length, pages: sum("pages"), rows: sum("rows"), sorted: sum("sorted") };
  };
}

/**
 * Expects no more reads of a large account than of a small one. Each of the `rows` of a page may
 * lie in a page of the table by itself, and an index may be a level deeper.
 */
export function expectNoMoreReads(small: Reads, large: Reads, rows: number): void {
  expect(small.pages).toBeGreaterThan(0);
  expect(large.statements).toBeLessThanOrEqual(small.statements);
  expect(large.pages).toBeLessThanOrEqual(small.pages * 1.5 + rows);
}
