import { type ChildProcess, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import type { KeyOrder } from "#e2e/load/wrk.ts";
import { generateSecret, hashSecret } from "#lib/api-keys/secret.ts";
import { pool } from "#lib/database/client.ts";

const NODE = process.execPath;
/** So few that a busy machine inserts them within the statement timeout. */
const STATEMENT_KEYS = 2_000;

/** Writes a tiers file whose one tier no load exhausts. */
export async function writeTiers(directory: string): Promise<string> {
  const file = path.join(directory, "tiers.json");
  await writeFile(
    file,
    JSON.stringify({ free: { requestsPerMinute: 1_000_000_000, requestsPerMonth: null, signupCredits: 0 } }),
  );
  return file;
}

/** Creates keys of many accounts, ten each, in few statements. Returns their secrets. */
export async function insertKeys(count: number): Promise<string[]> {
  const secrets = Array.from({ length: count }, generateSecret);
  const owners = Array.from({ length: Math.ceil(count / 10) }, () => randomUUID());
  await pool().query(
    `INSERT INTO "User" ("id", "email", "name", "tier") SELECT id, id || '@example.com', 'Load', 'free' FROM unnest($1::uuid[]) id`,
    [owners],
  );
  for (let from = 0; from < count; from += STATEMENT_KEYS) {
    const some = secrets.slice(from, from + STATEMENT_KEYS);
    await pool().query(
      `INSERT INTO "ApiKey" ("id", "userId", "name", "environment", "prefix", "hash")
       SELECT gen_random_uuid(), o, 'Load', 'production', p, decode(h, 'hex')
       FROM unnest($1::uuid[], $2::text[], $3::text[]) t(o, p, h)`,
      [
        some.map((_, i) => owners[Math.floor((from + i) / 10)]),
        some.map((secret) => secret.slice(0, 7)),
        some.map((secret) => Buffer.from(hashSecret(secret)).toString("hex")),
      ],
    );
  }
  await pool().query("ANALYZE");
  return secrets;
}

/**
 * Writes a script for wrk that sends these keys in the order of `picks`. Its argument is the place
 * to start at.
 */
export async function writeKeyScript(
  directory: string,
  name: string,
  secrets: string[],
  picks: Uint32Array = Uint32Array.from(secrets.keys()),
): Promise<KeyOrder> {
  const script = path.join(directory, `${name}.lua`);
  await writeFile(`${script}.txt`, Array.from(picks, (pick) => secrets[pick]).join("\n"));
  await writeFile(
    script,
    `local keys = {}
for line in io.lines("${script}.txt") do keys[#keys + 1] = line end
local i
init = function(arguments)
  -- wrk makes one request more before the first, only to look at it.
  i = tonumber(arguments[1]) - 1
end
request = function()
  i = i % #keys + 1
  return wrk.format("GET", nil, { ["X-API-Key"] = keys[i] })
end`,
  );
  return { script, picks, next: 0 };
}

/**
 * Returns numbers below `count` by Zipf's law with exponent 1: the second is half as frequent as
 * the first.
 */
export function zipf(count: number, picks: number): Uint32Array {
  const cumulated = new Float64Array(count);
  let sum = 0;
  for (let i = 0; i < count; i += 1) {
    sum += 1 / (i + 1);
    cumulated[i] = sum;
  }
  return Uint32Array.from({ length: picks }, () => {
    const wanted = Math.random() * sum;
    let low = 0;
    let high = count - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((cumulated[middle] as number) < wanted) low = middle + 1;
      else high = middle;
    }
    return low;
  });
}

type Started = { child: ChildProcess; line: string; end: () => void };

/** Runs a program in Node.js until it prints its first line. */
export async function startNode(args: string[], cwd: string, env: Record<string, string> = {}): Promise<Started> {
  // Linux shares the cores among sessions, so each measured server has a session of its own, as
  // e2e/support/start-server.ts does it.
  const options = { cwd, env: { ...process.env, ...env }, detached: true };
  const child = spawn(NODE, args, { ...options, stdio: ["ignore", "pipe", "inherit"] });
  let output = "";
  for await (const chunk of child.stdout as AsyncIterable<Buffer>) {
    output += chunk;
    if (output.includes("\n")) break;
  }
  if (!output.includes("\n")) throw new Error(`${args[0]} ended before it was ready.`);
  return { child, line: output.split("\n")[0] as string, end: () => child.kill("SIGKILL") };
}

/** Starts the baseline: `node:http` alone, which answers these headers. */
export function startBare(headers: string[]): Promise<Started> {
  const program = `
    const headers = ${JSON.stringify(headers)};
    require("node:http").createServer((request, response) => { response.writeHead(204, headers); response.end(); })
      .listen(0, "127.0.0.1", function () { console.log(this.address().port); });`;
  return startNode(["--eval", program], process.cwd());
}
