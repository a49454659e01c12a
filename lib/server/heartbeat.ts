import type { ChildProcess } from "node:child_process";
import { log } from "#lib/log.ts";
import type { FromDashboard, ToDashboard } from "#lib/server/dashboard-messages.ts";

/** Longer than a garbage collection, and than a page takes to load on a machine whose cores the API has taken. */
const BEATS_MISSED_MAX = 10;
const BEAT_MS = 1_000;

/**
 * Kills a child whose event loop has not turned for ten beats of this process's own. Beats are counted and time isn't measured: while
 * this process or the machine is stopped there are none, and an answer that came meanwhile is read before the next one.
 */
export function killWhenHung(child: ChildProcess, beatMs = BEAT_MS): void {
  let missed = 0;
  child.on("message", ({ kind }: FromDashboard) => {
    if (kind === "alive") missed = 0;
  });
  const timer = setInterval(() => {
    if (missed === 0) child.send({ kind: "areYouAlive" } satisfies ToDashboard, () => {});
    missed += 1;
    if (missed <= BEATS_MISSED_MAX) return;
    clearInterval(timer);
    log().error("the dashboard's process has hung and is ended");
    child.kill("SIGKILL");
  }, beatMs).unref();
  child.once("exit", () => clearInterval(timer));
}
