import { type ChildProcess, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { insertKeysOf } from "#e2e/load/dashboard.ts";
import { loadAtRate } from "#e2e/load/latency.ts";
import { type Figure, measure, measureInTurns, ROUNDS, SECONDS, type Target } from "#e2e/load/measure.ts";
import { startNginx } from "#e2e/load/nginx.ts";
import { insertKeys, startBare, startNode, writeKeyScript, writeTiers, zipf } from "#e2e/load/set-up.ts";
import { cpuSeconds, median, requirePrograms, residentMegabytes, wrk } from "#e2e/load/tools.ts";
import { startPostgres } from "#e2e/postgres.ts";
import { startRedis } from "#e2e/redis.ts";
import { signUpByForm } from "#e2e/sign-up.ts";
import { startServer, temporaryDirectory } from "#e2e/start-server.ts";
import { generateSecret, hashSecret } from "#lib/api-keys/secret.ts";
import { connectDatabase, disconnectDatabase, pool } from "#lib/database/client.ts";
import { formatTable, type Row } from "#scripts/table.ts";

// Run by `npm run bench`. All in one run on one machine, each server alone and warmed up. Rates, latencies and CPU times are medians of
// five measurements; statements, the start and memory are looked at once.
const CONNECTIONS = [16, 256];
const KEYS = 100_000;
const AUTH_SECRET = "k3J9mQ2xV7bN5tR8wY1zL4cF6hD0gS+a";
const PEERS = path.join(import.meta.dirname, "peers");

requirePrograms("wrk", "nginx", "redis-server");
const { directory, remove } = await temporaryDirectory();
const postgres = await startPostgres();
const redis = await startRedis();
const settings = {
  ROLE: "api",
  DATABASE_URL: postgres.url,
  AUTH_SECRET,
  TIERS_FILE: await writeTiers(directory),
};
const rows: Row[] = [];
const say = (figure: string, value: string, against: string, target: string) => {
  rows.push({ figure, measured: value, against, target });
  process.stdout.write(`${figure}: ${value} ${against}\n`);
};

const ratio = (a: number, b: number) => (a / b).toFixed(2);
const rate = (value: number) => `${Math.round(value / 100) / 10}k/s`;
const keysIn = ({ distinct, requests }: Pick<Figure, "distinct" | "requests">) =>
  `${distinct} different keys in ${requests} requests`;

async function sameBytes(url: string, secret: string): Promise<string[]> {
  const answer = await fetch(`${url}/api/v1/auth`, { headers: { "x-api-key": secret } });
  if (answer.status !== 204) throw new Error(`/auth answered ${answer.status}`);
  // Those that Node writes by itself are written by the other one, too.
  return [...answer.headers].filter(([name]) => !["date", "connection", "keep-alive"].includes(name)).flat();
}

try {
  let server = await startServer(settings);
  connectDatabase(postgres.url, 4);
  const secrets = await insertKeys(KEYS);
  const hot = { "X-API-Key": secrets[0] as string };
  const auth = () => `${server.url}/api/v1/auth`;
  const bare = await startBare(await sameBytes(server.url, hot["X-API-Key"]));
  const bareUrl = `http://127.0.0.1:${bare.line}/`;
  const scripts = {
    zipf: await writeKeyScript(directory, "zipf", secrets, zipf(KEYS, 1_000_000)),
    few: await writeKeyScript(directory, "few", secrets.slice(0, 1_000)),
    malformed: await writeKeyScript(
      directory,
      "malformed",
      secrets.slice(0, 50_000).map((key) => `${key.slice(0, -1)}!`),
    ),
    checksum: await writeKeyScript(
      directory,
      "checksum",
      secrets.slice(0, 50_000).map((key) => key.slice(0, 20) + (key[20] === "a" ? "b" : "a") + key.slice(21)),
    ),
    unknown: await writeKeyScript(directory, "unknown", Array.from({ length: 500_000 }, generateSecret)),
    many: await writeKeyScript(directory, "many", await insertKeys(200_000)),
  };

  // The page of somebody with few keys and of somebody with many, before the load leaves work to the database.
  await server.end("SIGTERM");
  server = await startServer({ ...settings, ROLE: "dashboard" });
  const page = `${server.url}/settings/developer`;
  const pageOf = async (count: number): Promise<Target> => {
    const email = `keys-${count}@example.com`;
    const cookie = await signUpByForm(server.url, { name: "Load", email, password: "correct horse battery" });
    await insertKeysOf(email, count);
    const text = await (await fetch(page, { headers: { cookie } })).text();
    if (!text.includes("Key 1")) throw new Error("The page shows no keys.");
    return { url: page, headers: { cookie } };
  };
  const { few, many } = await measureInTurns({ few: await pageOf(10), many: await pageOf(10_000) }, 1);
  say(
    "Developer Settings with 10,000 keys against 10",
    `${ratio(few.rate, many.rate)} times the server's time`,
    `${Math.round(1000 / few.rate)} and ${Math.round(1000 / many.rate)} ms`,
    "1.5 times",
  );
  await server.end("SIGTERM");
  server = await startServer(settings);

  for (const connections of CONNECTIONS) {
    const { bare, hotKey, fewKeys, malformed, checksum } = await measureInTurns(
      {
        bare: { url: bareUrl, headers: hot },
        hotKey: { url: auth(), headers: hot },
        fewKeys: { url: auth(), keys: scripts.few },
        malformed: { url: auth(), keys: scripts.malformed },
        checksum: { url: auth(), keys: scripts.checksum },
      },
      connections,
    );
    // Requests to a service never stop for a second, as they do between two runs of wrk: the cache would be empty again.
    const others = setInterval(() => void fetch(auth(), { headers: hot }), 100);
    await wrk({ url: auth(), connections, seconds: 10, keys: scripts.zipf });
    const { bareByScript, byZipf } = await measureInTurns(
      { bareByScript: { url: bareUrl, keys: scripts.zipf }, byZipf: { url: auth(), keys: scripts.zipf } },
      connections,
    );
    clearInterval(others);
    for (const { refused } of [hotKey, byZipf, fewKeys])
      if (refused > 0) throw new Error(`${refused} requests were refused`);
    const sayRate = (figure: string, measured: Figure, against: Figure, what: string, target: string) =>
      say(
        `${figure}, ${connections} connections`,
        rate(measured.rate),
        `${ratio(measured.rate, against.rate)} of ${what}`,
        target,
      );
    sayRate("hot key", hotKey, bare, "bare node:http", "0.5");
    sayRate("100,000 keys by Zipf", byZipf, bareByScript, `bare; ${keysIn(byZipf)}`, "0.35");
    sayRate("malformed keys", malformed, fewKeys, "valid ones", "1");
    sayRate("checksum keys", checksum, fewKeys, "valid ones", "1");
  }

  // Charges share statements: the more wait, the more go into one. And the default start, whose dashboard is a process of its own.
  await pool().query(
    `
    INSERT INTO "Balance" ("userId", "credits", "month")
    SELECT "userId", 1000000000, date_trunc('month', now() AT TIME ZONE 'UTC')::date FROM "ApiKey" WHERE "hash" = $1`,
    [hashSecret(hot["X-API-Key"])],
  );
  const everything = await startServer({ ...settings, ROLE: "all" });
  for (const connections of CONNECTIONS) {
    const { api, all, costed } = await measureInTurns(
      {
        api: { url: auth(), headers: hot },
        all: { url: `${everything.url}/api/v1/auth`, headers: hot },
        costed: { url: `${auth()}?cost=1`, headers: hot },
      },
      connections,
    );
    if (all.refused + costed.refused > 0) throw new Error("Requests were rejected");
    const against = (figure: string, measured: Figure, what: string, target: string) =>
      say(
        `${figure}, ${connections} connections`,
        rate(measured.rate),
        `${ratio(measured.rate, api.rate)} of ${what}`,
        target,
      );
    against("hot key, default start", all, "ROLE=api", "0.95");
    against("charges of one account", costed, "uncosted requests", "0.5");
  }
  await everything.end("SIGTERM");

  // Half of what it can do.
  const half = Math.round((await measure({ url: auth(), headers: hot }, 16, 1)).rate / 2);
  const latencies = { ours: [] as number[], bare: [] as number[] };
  for (let round = 0; round < ROUNDS; round += 1)
    for (const [name, url] of [
      ["ours", auth()],
      ["bare", bareUrl],
    ] as const)
      latencies[name].push((await loadAtRate({ url, connections: 16, rate: half, headers: hot })).p99);
  const [ours99, bare99] = [median(latencies.ours), median(latencies.bare)];
  say(
    `p99 at half of the rate (${rate(half)}), in bursts, 16 connections`,
    `${ours99.toFixed(2)} ms`,
    `bare: ${bare99.toFixed(2)} ms, ${ratio(ours99, bare99)} times`,
    "3 ms, or twice bare",
  );

  // What reaches the database.
  const statements = async () =>
    (await pool().query(`SELECT sum(xact_commit)::int AS n FROM pg_stat_database`)).rows[0].n as number;
  const written = async () =>
    (await pool().query(`SELECT sum(n_tup_ins + n_tup_upd)::int AS n FROM pg_stat_user_tables`)).rows[0].n as number;
  const observe = async (load: Omit<Target, "url">, seconds: number) => {
    await sleep(1_500);
    const before = [await statements(), await written()] as const;
    const { requestsPerSecond, requests, sent } = await wrk({ url: auth(), connections: 16, seconds, ...load });
    await sleep(1_500);
    return {
      rate: requestsPerSecond,
      requests,
      distinct: new Set(sent).size,
      statements: ((await statements()) - before[0]) / seconds,
      written: ((await written()) - before[1]) / requests,
    };
  };
  const quiet = await observe({ headers: hot }, 10);
  say(
    "statements a second with a hot key",
    quiet.statements.toFixed(1),
    `${quiet.written.toFixed(5)} rows written a request`,
    "4 reads, 0 writes on the path",
  );
  const flood = await observe({ keys: scripts.unknown }, 10);
  say(
    "well-formed unknown keys",
    rate(flood.rate),
    `${(flood.statements / flood.rate).toFixed(3)} statements a request; ${keysIn(flood)}`,
    "bounded",
  );

  // A fresh process, so that the memory is its own.
  await server.end("SIGTERM");
  const started = performance.now();
  server = await startServer(settings);
  say("ROLE=api starts in", `${((performance.now() - started) / 1000).toFixed(2)} s`, "", "1.5 s");
  await sleep(2_000);
  const pid = server.process.pid as number;
  say("resident when idle", `${Math.round(residentMegabytes(pid))} MB`, "", "200 MB");
  const sizes: number[] = [];
  let requests = 0;
  const met = new Set<number>();
  while (requests < 2_000_000) {
    const run = await wrk({ url: auth(), connections: 64, seconds: 3, keys: scripts.many });
    requests += run.requests;
    for (const key of run.sent) met.add(key);
    sizes.push(residentMegabytes(pid));
  }
  const early = sizes.slice(Math.floor(sizes.length * 0.2), Math.floor(sizes.length * 0.5));
  const late = sizes.slice(Math.floor(sizes.length * 0.7));
  say(
    `resident over ${(requests / 1e6).toFixed(1)} million requests`,
    `${Math.round(median(early))} MB → ${Math.round(median(late))} MB`,
    `${ratio(median(late), median(early))} times, from the first half to the end; ${keysIn({ requests, distinct: met.size })}`,
    "flat",
  );
  const microseconds = async (processes: ChildProcess[], load: () => Promise<{ requests: number }>) => {
    const used = () => processes.reduce((sum, { pid }) => sum + cpuSeconds(pid as number), 0);
    const before = used();
    const { requests } = await load();
    return ((used() - before) / requests) * 1e6;
  };
  const alone: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1)
    alone.push(
      await microseconds([server.process], () => wrk({ url: auth(), connections: 16, seconds: SECONDS, headers: hot })),
    );
  say("CPU a request, hot key, in memory", `${median(alone).toFixed(0)} µs`, "", "");

  // One process and two on one PostgreSQL and one Redis, behind nginx. Two cores can't show twice the rate beside the load's own process.
  await server.end("SIGTERM");
  const start = () => startServer({ ...settings, REDIS_URL: redis.url, TRUSTED_PROXIES: "127.0.0.1" });
  const pair = await Promise.all([start(), start()]);
  const bares = [bare, await startBare(await sameBytes(pair[0].url, hot["X-API-Key"]))];
  const behind = async (servers: { url: string; process: ChildProcess }[]) => {
    const { url, stop } = await startNginx(directory, servers);
    return { url: `${url}/api/v1/auth`, stop, processes: servers.map(({ process }) => process), used: [] as number[] };
  };
  const bareServers = bares.map(({ child, line }) => ({ url: `http://127.0.0.1:${line}`, process: child }));
  const fronts = {
    one: await behind(pair.slice(0, 1)),
    two: await behind(pair),
    bareOne: await behind(bareServers.slice(0, 1)),
    bareTwo: await behind(bareServers),
  };
  const { one, two } = await measureInTurns(
    { one: { url: fronts.one.url, keys: scripts.few }, two: { url: fronts.two.url, keys: scripts.few } },
    32,
  );
  if (one.refused + two.refused > 0) throw new Error("Requests behind nginx were refused");
  // A second process for a second share of the load, each at a quarter of its rate: at full load they would fight for the cores.
  const share = Math.round(one.rate / 4);
  for (let round = 0; round < ROUNDS; round += 1)
    for (const { url, processes, used } of Object.values(fronts)) {
      const shares = processes.length;
      const load = () => loadAtRate({ url, connections: 8 * shares, rate: share * shares, headers: hot });
      used.push(await microseconds(processes, load));
    }
  const cpu = ({ used }: { used: number[] }) => `${median(used).toFixed(0)} µs`;
  say(
    "two processes with Redis against one, behind nginx",
    `${ratio(two.rate, one.rate)} times the rate`,
    `${rate(one.rate)} → ${rate(two.rate)}; CPU a request, each at a quarter of its rate: ${cpu(fronts.one)} → ${cpu(fronts.two)}, ${ratio(median(fronts.two.used), median(fronts.one.used))} times, and of bare ones ${cpu(fronts.bareOne)} → ${cpu(fronts.bareTwo)}, ${ratio(median(fronts.bareTwo.used), median(fronts.bareOne.used))} times`,
    "1.7, or CPU unchanged",
  );
  await Promise.all(Object.values(fronts).map(({ stop }) => stop()));
  bares[1]?.end();
  await Promise.all(pair.map((each) => each.end("SIGTERM")));

  // The peer, in each set-up alone on the machine.
  if (!existsSync(path.join(PEERS, "node_modules"))) {
    const installed = spawnSync("npm", ["install", "--no-audit", "--no-fund"], { cwd: PEERS, stdio: "inherit" });
    if (installed.status !== 0) throw new Error("better-auth could not be installed.");
  }
  server = await startServer(settings);
  const best: Record<string, number> = {};
  for (const [name, env] of [
    ["PostgreSQL", {}],
    ["Redis", { REDIS_URL: redis.url }],
  ] as const) {
    await pool().query("DROP DATABASE IF EXISTS better_auth");
    await pool().query("CREATE DATABASE better_auth");
    const url = new URL(postgres.url);
    url.pathname = "/better_auth";
    const peer = await startNode(["better-auth.js"], PEERS, { DATABASE_URL: url.href, ...env });
    const { port, key } = JSON.parse(peer.line);
    const measured = await measure({ url: `http://127.0.0.1:${port}/`, headers: { "X-API-Key": key } }, 16);
    if (measured.refused > 0) throw new Error(`better-auth refused ${measured.refused} requests`);
    best[name] = measured.rate;
    peer.end();
    await sleep(1_000);
  }
  const ours = await measure({ url: auth(), headers: hot }, 16);
  for (const [name, theirs] of Object.entries(best))
    say(
      `against better-auth's API keys in ${name}`,
      `${ratio(ours.rate, theirs)} times`,
      `${rate(ours.rate)} and ${rate(theirs)}`,
      "20 times",
    );
  bare.end();
  await server.end("SIGTERM");
  process.stdout.write(`\n${formatTable(rows)}\n`);
} finally {
  await disconnectDatabase().catch(() => {});
  await redis.stop();
  await postgres.remove();
  await remove();
}
