import { execFile, execFileSync, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { promisify } from "node:util";

const run = promisify(execFile);
process.env.PATH += ":/usr/sbin:/usr/local/sbin";

/** Ends the process with the package to install where a program is missing: no figure is reported that was not measured. */
export function requirePrograms(...programs: ("wrk" | "nginx" | "redis-server")[]): void {
  for (const program of programs) {
    if (spawnSync(program, ["--version"], { stdio: "ignore" }).error === undefined) continue;
    process.stderr.write(`${program} is not on this machine; install it, on Debian with: apt-get install ${program}\n`);
    process.exit(1);
  }
}

export type Measured = {
  requestsPerSecond: number;
  /** Answers with a status outside of 2xx and 3xx. */
  refused: number;
};

type Load = {
  url: string;
  connections: number;
  seconds: number;
  headers?: Record<string, string>;
  /** A Lua script that makes the requests. */
  script?: string;
};

/** Loads a server with wrk on one thread. */
export async function wrk({ url, connections, seconds, headers = {}, script }: Load): Promise<Measured> {
  const { stdout } = await run("wrk", [
    "--threads=1",
    `--connections=${connections}`,
    `--duration=${seconds}s`,
    ...(script ? ["--script", script] : []),
    ...Object.entries(headers).flatMap(([name, value]) => ["--header", `${name}: ${value}`]),
    url,
  ]);
  const socketErrors = /Socket errors: .*/.exec(stdout)?.[0];
  if (socketErrors) throw new Error(`wrk against ${url}: ${socketErrors}`);
  return {
    requestsPerSecond: Number(/Requests\/sec:\s+([\d.]+)/.exec(stdout)?.[1]),
    refused: Number(/Non-2xx or 3xx responses: (\d+)/.exec(stdout)?.[1] ?? 0),
  };
}

export function median(values: number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] as number;
}

/** CPU time that a process has used, in seconds. */
export function cpuSeconds(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.split(" ") ?? [];
  return (Number(fields[11]) + Number(fields[12])) / Number(execFileSync("getconf", ["CLK_TCK"]));
}

export function residentMegabytes(pid: number): number {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) / 1024;
}
