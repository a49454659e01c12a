import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, readlinkSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import type { BenchContext } from "#e2e/load/bench-context.ts";
import { ROUNDS } from "#e2e/load/measure.ts";
import { median } from "#e2e/load/median.ts";
import { residentMegabytes } from "#e2e/load/process-usage.ts";
import { serverEnvironment, startServer, type TestServer, temporaryDirectory } from "#e2e/support/start-server.ts";

/** The folder of another build to compare the memory with. */
const BASELINE = process.env.BENCH_BASELINE;
const IDLE_MS = 5_000;

/** Measures the time of `npm start` until it is ready, and the memory of its idle processes. */
export async function start(bench: BenchContext): Promise<void> {
  const { directory, remove } = await temporaryDirectory();
  try {
    const first = await npmStart(directory);
    bench.report.note("npm start to ready, with a new database", `${first.toFixed(2)} s`);
    const later: number[] = [];
    for (let round = 0; round < ROUNDS; round += 1) later.push(await npmStart(directory));
    bench.report.judge("npm start to ready", median(later), { most: 3 }, { unit: "s" });

    const all = await idleMegabytes(() => startServer({ DATA_DIR: directory }));
    const words = { unit: "MB", against: `${all.map(Math.round).join(" + ")} MB` };
    if (BASELINE) {
      const old = await temporaryDirectory();
      const before = sum(await idleMegabytes(() => startServer({ DATA_DIR: old.directory }, BASELINE)));
      await old.remove();
      const against = `${words.against}; ${Math.round(before)} MB before`;
      bench.report.judge(
        "resident when idle, npm start",
        sum(all),
        { most: 1.5 * before },
        { ...words, against, because: "1.5 times" },
      );
    } else bench.report.note("resident when idle, npm start", `${Math.round(sum(all))} MB`, words.against);
  } finally {
    await remove();
  }
  const database = await bench.keys();
  const api = await idleMegabytes(() => startServer({ ...database.settings, ROLE: "api" }));
  bench.report.judge("resident when idle, ROLE=api", sum(api), { most: 200 }, { unit: "MB" });
  const began = performance.now();
  const started = await bench.withServer(database, "api", async () => performance.now() - began);
  bench.report.judge("ROLE=api to ready", started / 1000, { most: 1.5 }, { unit: "s" });
}

/** Returns the seconds from the command to the line that says where the server is ready. */
async function npmStart(directory: string): Promise<number> {
  const began = performance.now();
  const npm = spawn("npm", ["start"], {
    env: serverEnvironment({ DATA_DIR: directory }),
    stdio: ["ignore", "pipe", "inherit"],
    detached: true,
  });
  const closed = once(npm, "close");
  let output = "";
  for await (const chunk of npm.stdout) {
    output += chunk;
    if (output.includes("ready at")) break;
  }
  const seconds = (performance.now() - began) / 1000;
  if (!output.includes("ready at")) throw new Error(`npm start ended before it was ready: ${output}`);
  process.kill(-(npm.pid as number), "SIGTERM");
  await closed;
  return seconds;
}

/** Returns the resident memory of a server's process and its children, without its database's. */
async function idleMegabytes(begin: () => Promise<TestServer>): Promise<number[]> {
  const server = await begin();
  const pid = server.process.pid as number;
  await sleep(IDLE_MS);
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").split(" ").filter(Boolean).map(Number);
  const program = (of: number) => readlinkSync(`/proc/${of}/exe`);
  const sizes = [pid, ...children.filter((child) => program(child) === program(pid))].map(residentMegabytes);
  await server.end("SIGTERM");
  return sizes;
}

function sum(values: number[]): number {
  return values.reduce((all, value) => all + value, 0);
}
