import { readdirSync } from "node:fs";
import { constants, getPriority, setPriority } from "node:os";
import { log } from "#lib/log.ts";

/** A process with this niceness gets a quarter of a busy core and all of an idle one. */
const NICE = 5;

/**
 * Lowers the priority of a running process. If that fails, only speed is lost. The process must
 * belong to this process's session: Linux may weigh whole sessions against each other, and a
 * process only within its own (sched(7), autogroup).
 */
export function letOthersFirst(pid: number): void {
  // An account may lower a priority and not raise it, and this process's own may be low.
  const priority = Math.min(getPriority() + NICE, constants.priority.PRIORITY_LOW);
  try {
    setPriority(pid, priority);
    // Linux has a priority for each thread. Threads that start later inherit it.
    if (process.platform === "linux")
      for (const thread of readdirSync(`/proc/${pid}/task`)) setPriority(Number(thread), priority);
  } catch (error) {
    log().debug({ err: error }, "the dashboard's process keeps its priority");
  }
}
