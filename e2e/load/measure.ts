import { median } from "#e2e/load/median.ts";
import { cpuSeconds } from "#e2e/load/process-usage.ts";
import { type KeyOrder, type Measured, wrk } from "#e2e/load/wrk.ts";

/** The seconds of one measurement, and the measurements of a median. */
export const SECONDS = Number(process.env.BENCH_SECONDS ?? 4);
export const ROUNDS = 5;

export type Target = {
  url: string;
  headers?: Record<string, string>;
  keys?: KeyOrder;
  /** The server's process, if its CPU time is measured. */
  pid?: number | undefined;
};

export type Figure = {
  rate: number;
  p99: number;
  /**
   * CPU time of the server's process each second. Below 1 something else was the bottleneck: the
   * client or other processes.
   */
  cores: number;
  rejected: number;
  requests: number;
  /** Different keys in those requests. */
  distinct: number;
};

/** Measures targets in turns, each warmed up again, so that all meet the same machine. */
export async function measureInTurns<Name extends string>(
  targets: Record<Name, Target>,
  connections: number,
  rounds = ROUNDS,
) {
  const all = new Map<string, (Measured & { cores: number })[]>();
  for (let round = 0; round < rounds; round += 1)
    for (const [name, { pid, ...target }] of Object.entries<Target>(targets)) {
      await wrk({ ...target, connections, seconds: 2 });
      const before = pid ? cpuSeconds(pid) : Number.NaN;
      const measured = await wrk({ ...target, connections, seconds: SECONDS });
      const cores = pid ? (cpuSeconds(pid) - before) / SECONDS : Number.NaN;
      all.set(name, [...(all.get(name) ?? []), { ...measured, cores }]);
    }
  const each = [...all].map(([name, measured]) => [
    name,
    {
      rate: median(measured.map(({ requestsPerSecond }) => requestsPerSecond)),
      p99: median(measured.map(({ p99 }) => p99)),
      cores: median(measured.map(({ cores }) => cores)),
      rejected: sum(measured.map(({ rejected }) => rejected)),
      requests: sum(measured.map(({ requests }) => requests)),
      distinct: new Set(measured.flatMap(({ sent }) => [...sent])).size,
    },
  ]);
  return Object.fromEntries(each) as Record<Name, Figure>;
}

function sum(values: number[]): number {
  return values.reduce((all, value) => all + value, 0);
}

/** Measures one target, time after time. */
export async function measure(target: Target, connections: number, rounds?: number) {
  return (await measureInTurns({ target }, connections, rounds)).target;
}

export const ratio = (a: number, b: number) => (a / b).toFixed(2);
export const rate = (value: number) => `${Math.round(value / 100) / 10}k/s`;
export const keysIn = ({ distinct, requests }: Pick<Figure, "distinct" | "requests">) =>
  `${distinct} different keys in ${requests} requests`;
