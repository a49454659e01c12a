import { setTimeout as sleep } from "node:timers/promises";
import { type BenchContext, KEYS } from "#e2e/load/bench-context.ts";
import { type Figure, keysIn, measureInTurns, rate, ratio, type Target } from "#e2e/load/measure.ts";
import { median } from "#e2e/load/median.ts";
import { residentMegabytes } from "#e2e/load/process-usage.ts";
import { insertKeys, writeKeyScript, zipf } from "#e2e/load/set-up.ts";
import { wrk } from "#e2e/load/wrk.ts";
import { generateSecret } from "#lib/api-keys/secret.ts";
import { pool } from "#lib/database/client.ts";

/**
 * Measures many keys, good and bad: their rate, and what they ask of the database and of memory.
 */
export async function manyKeys(bench: BenchContext): Promise<void> {
  const database = await bench.keys();
  const { secrets, hot } = database;
  const script = (name: string, keys: string[], picks?: Uint32Array) =>
    writeKeyScript(bench.directory, name, keys, picks);
  const bad = (name: string, change: (key: string) => string) => script(name, secrets.slice(0, 50_000).map(change));
  const scripts = {
    zipf: await script("zipf", secrets, zipf(KEYS, 1_000_000)),
    few: await script("few", secrets.slice(0, 1_000)),
    malformed: await bad("malformed", (key) => `${key.slice(0, -1)}!`),
    checksum: await bad("checksum", (key) => key.slice(0, 20) + (key[20] === "a" ? "b" : "a") + key.slice(21)),
    unknown: await script("unknown", Array.from({ length: 500_000 }, generateSecret)),
    many: await script("many", await insertKeys(200_000)),
  };
  await bench.withServer(database, "api", async (server) => {
    const url = `${server.url}/api/v1/auth`;
    const bare = await bench.bare(server.url, hot);
    for (const connections of [16, 256]) {
      const { few, malformed, checksum } = await measureInTurns(
        {
          few: { url, keys: scripts.few },
          malformed: { url, keys: scripts.malformed },
          checksum: { url, keys: scripts.checksum },
        },
        connections,
      );
      // Requests to a service never stop for a second, as they do between two runs of wrk. The
      // cache would be empty again.
      const others = setInterval(() => void fetch(url, { headers: hot }), 100);
      await wrk({ url, connections, seconds: 10, keys: scripts.zipf });
      const { bareByScript, byZipf } = await measureInTurns(
        { bareByScript: { url: bare.url, keys: scripts.zipf }, byZipf: { url, keys: scripts.zipf } },
        connections,
      );
      clearInterval(others);
      if (byZipf.rejected + few.rejected > 0) throw new Error("Requests with good keys were rejected");
      const judge = (figure: string, measured: Figure, against: Figure, what: string, least: number) =>
        bench.report.judge(
          `${figure}, ${connections} connections`,
          measured.rate / against.rate,
          { least },
          { against: `of ${what}, ${rate(measured.rate)}` },
        );
      judge("100,000 keys by Zipf", byZipf, bareByScript, `bare; ${keysIn(byZipf)}`, 0.35);
      judge("malformed keys", malformed, few, "valid ones", 1);
      judge("checksum keys", checksum, few, "valid ones", 1);
    }
    bare.end();

    const quiet = await observe({ url, headers: hot });
    bench.report.note(
      "statements a second with a hot key",
      quiet.statements.toFixed(1),
      `${quiet.written.toFixed(5)} rows written a request`,
    );
    const flood = await observe({ url, keys: scripts.unknown });
    bench.report.note(
      "well-formed unknown keys",
      rate(flood.rate),
      `${(flood.statements / flood.rate).toFixed(3)} statements a request; ${keysIn(flood)}`,
    );
  });

  // A fresh process has memory of its own.
  await bench.withServer(database, "api", async (server) => {
    const sizes: number[] = [];
    let requests = 0;
    const met = new Set<number>();
    while (requests < 2_000_000) {
      const run = await wrk({ url: `${server.url}/api/v1/auth`, connections: 64, seconds: 3, keys: scripts.many });
      requests += run.requests;
      for (const key of run.sent) met.add(key);
      sizes.push(residentMegabytes(server.process.pid as number));
    }
    const early = median(sizes.slice(Math.floor(sizes.length * 0.2), Math.floor(sizes.length * 0.5)));
    const late = median(sizes.slice(Math.floor(sizes.length * 0.7)));
    bench.report.note(
      `resident over ${(requests / 1e6).toFixed(1)} million requests`,
      `${Math.round(early)} MB → ${Math.round(late)} MB`,
      `${ratio(late, early)} times, from the first half to the end; ${keysIn({ requests, distinct: met.size })}`,
    );
  });
}

/** Counts what reaches the database during ten seconds of load. */
async function observe(load: Target) {
  const seconds = 10;
  const counters = async () =>
    (
      await pool().query<{ statements: number; written: number }>(
        `SELECT (SELECT sum(xact_commit) FROM pg_stat_database)::float8 AS "statements",
          (SELECT sum(n_tup_ins + n_tup_upd) FROM pg_stat_user_tables)::float8 AS "written"`,
      )
    ).rows[0] as { statements: number; written: number };
  await sleep(1_500);
  const before = await counters();
  const { requestsPerSecond, requests, sent } = await wrk({ connections: 16, seconds, ...load });
  await sleep(1_500);
  const after = await counters();
  return {
    rate: requestsPerSecond,
    requests,
    distinct: new Set(sent).size,
    statements: (after.statements - before.statements) / seconds,
    written: (after.written - before.written) / requests,
  };
}
