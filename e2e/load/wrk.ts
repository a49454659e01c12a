import { execFile } from "node:child_process";
import { promisify } from "node:util";

const run = promisify(execFile);

/** Keys that a script sends in the order of `picks`. Each run goes on at `next`, else all would send the first few again. */
export type KeyOrder = { script: string; picks: Uint32Array; next: number };

export type Measured = {
  requestsPerSecond: number;
  /** How many were answered. */
  requests: number;
  /** Which keys these were, by their place, where an order was given. */
  sent: Uint32Array;
  /** Answers with a status outside of 2xx and 3xx. */
  refused: number;
  /** Milliseconds in which 99 of 100 were answered, by a client that waits for each answer before it asks again. */
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
    // Of a request that takes longer nothing is known.
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
    refused: Number(/Non-2xx or 3xx responses: (\d+)/.exec(stdout)?.[1] ?? 0),
  };
}

function milliseconds(time: RegExpExecArray | null): number {
  const units: Record<string, number> = { us: 0.001, ms: 1, s: 1_000, m: 60_000 };
  return Number(time?.[1]) * (units[time?.[2] ?? ""] ?? Number.NaN);
}

/** One thread sends in order, so those that were answered are the first ones, but for some that were on their way at the end. */
function advance(keys: KeyOrder, requests: number): Uint32Array {
  const { picks, next } = keys;
  keys.next = (next + requests) % picks.length;
  return Uint32Array.from({ length: requests }, (_, i) => picks[(next + i) % picks.length] as number);
}
