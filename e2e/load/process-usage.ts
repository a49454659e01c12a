import { type ChildProcess, execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";

/** Returns the CPU time that a process has used, in seconds. */
export function cpuSeconds(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.split(" ") ?? [];
  return (Number(fields[11]) + Number(fields[12])) / Number(execFileSync("getconf", ["CLK_TCK"]));
}

/** Returns the CPU time of some processes for each request of a load, in microseconds. */
export async function cpuMicroseconds(
  processes: ChildProcess[],
  load: () => Promise<{ requests: number }>,
): Promise<number> {
  const used = () => processes.reduce((sum, { pid }) => sum + cpuSeconds(pid as number), 0);
  const before = used();
  const { requests } = await load();
  return ((used() - before) / requests) * 1e6;
}

export function residentMegabytes(pid: number): number {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) / 1024;
}
