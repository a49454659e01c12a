import { execFile } from "node:child_process";
import { promisify } from "node:util";

const run = promisify(execFile);

/**
 * Keys that a script sends in the order of `picks`. Each run starts at `next`, so that it doesn't
 * repeat the first few.
 */
export type KeyOrder = { script: string; picks: Uint32Array; next: number };

export type Measured = {
  requestsPerSecond: number;
  /** The number of answers. */
  requests: number;
  /** The places of the sent keys, if there is an order. */
  sent: Uint32Array;
  /** Answers with a status other than 2xx and 3xx. */
  rejected: number;
  /** Milliseconds of 99 in 100 answers, for a client that waits for each answer. */
  p99: number;
};

type Load = {
  url: string;
  connections: number;
  seconds: number;
  headers?: Record<string, string>;
  keys?: KeyOrder;
};

/** Loads a server with wrk on one thread. */
export async function wrk({ url, connections, seconds, headers = {}, keys }: Load): Promise<Measured> {
  const { stdout } = await run("wrk", [
    "--threads=1",
    "--latency",
    // wrk reports nothing about a request that takes longer.
    "--timeout=10s",
    `--connections=${connections}`,
    `--duration=${seconds}s`,
    ...(keys ? ["--script", keys.script] : []),
    ...Object.entries(headers).flatMap(([name, value]) => ["--header", `${name}: ${value}`]),
    url,
    ...(keys ? ["--", String(keys.next)] : []),
  ]);
  const socketErrors = /Socket errors: .*/.exec(stdout)?.[0];
  if (socketErrors) throw new Error(`wrk against ${url}: ${socketErrors}`);
  const requests = Number(/(\d+) requests in/.exec(stdout)?.[1]);
  return {
    requests,
    sent: keys ? advance(keys, requests) : new Uint32Array(),
    requestsPerSecond: Number(/Requests\/sec:\s+([\d.]+)/.exec(stdout)?.[1]),
    p99: milliseconds(/ 99%\s+([\d.]+)(us|ms|s|m)/.exec(stdout)),
    rejected: Number(/Non-2xx or 3xx responses: (\d+)/.exec(stdout)?.[1] ?? 0),
  };
}

function milliseconds(time: RegExpExecArray | null): number {
  const units: Record<string, number> = { us: 0.001, ms: 1, s: 1_000, m: 60_000 };
  return Number(time?.[1]) * (units[time?.[2] ?? ""] ?? Number.NaN);
}

/**
 * Returns the keys of a run. One thread sends in order, so the answered ones are the first, except
 * for some in flight at the end.
 */
function advance(keys: KeyOrder, requests: number): Uint32Array {
  const { picks, next } = keys;
  keys.next = (next + requests) % picks.length;
  return Uint32Array.from({ length: requests }, (_, i) => picks[(next + i) % picks.length] as number);
}
