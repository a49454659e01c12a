import { readdirSync } from "node:fs";
import { constants, getPriority, setPriority } from "node:os";
import { log } from "#lib/log.ts";

/** On a core that both want, a process with it gets a quarter of the time. On a free core it makes no difference. */
const NICE = 5;

/**
 * Lowers the priority of a running process. Where that can't be done, nothing but speed is lost. It must be of this process's session:
 * Linux may weigh whole sessions against each other, and a process only within its own (sched(7), autogroup).
 */
export function letOthersFirst(pid: number): void {
  // An account may lower a priority and not raise it, and this process may have a low one itself.
  const priority = Math.min(getPriority() + NICE, constants.priority.PRIORITY_LOW);
  try {
    setPriority(pid, priority);
    // Linux has a priority for each thread. Those that start later inherit it.
    if (process.platform === "linux")
      for (const thread of readdirSync(`/proc/${pid}/task`)) setPriority(Number(thread), priority);
  } catch (error) {
    log().debug({ err: error }, "the dashboard's process keeps its priority");
  }
}
