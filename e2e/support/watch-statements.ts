import type pg from "pg";

export type Watched = {
  text: string;
  ms: number;
  /** Pages of 8 KiB that it read, from memory or disk. */
  pages: number;
  /** Rows that it looked at in tables and indexes, whether it used them or not. */
  rows: number;
};

type Plan = {
  "Actual Rows": number;
  "Actual Loops": number;
  "Rows Removed by Filter"?: number;
  "Rows Removed by Index Recheck"?: number;
  "Relation Name"?: string;
  "Shared Hit Blocks": number;
  "Shared Read Blocks": number;
  Plans?: Plan[];
};

const WATCH = `
  LOAD 'auto_explain';
  SET client_min_messages = log;
  SET auto_explain.log_min_duration = 0;
  SET auto_explain.log_analyze = on;
  SET auto_explain.log_buffers = on;
  SET auto_explain.log_timing = off;
  SET auto_explain.log_format = json`;

/** Collects what PostgreSQL itself says of each statement that the pool's connections run from now on. */
export function watchStatements(pool: pg.Pool): Watched[] {
  const watched: Watched[] = [];
  pool.on("connect", (client) => {
    client.on("notice", ({ message = "" }) => {
      const [, ms, json] = /^duration: ([\d.]+) ms {2}plan:\n([\s\S]*)$/.exec(message) ?? [];
      if (!json) return;
      const { "Query Text": text, Plan: plan } = JSON.parse(json) as { "Query Text": string; Plan: Plan };
      const pages = plan["Shared Hit Blocks"] + plan["Shared Read Blocks"];
      watched.push({ text, ms: Number(ms), pages, rows: rowsOf(plan) });
    });
    void client.query(WATCH);
  });
  return watched;
}

function rowsOf(plan: Plan): number {
  const { "Rows Removed by Filter": filtered = 0, "Rows Removed by Index Recheck": rechecked = 0 } = plan;
  const own = plan["Relation Name"] ? (plan["Actual Rows"] + filtered + rechecked) * plan["Actual Loops"] : 0;
  return (plan.Plans ?? []).reduce((sum, part) => sum + rowsOf(part), own);
}
