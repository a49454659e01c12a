import type { ChildProcess } from "node:child_process";
import { log } from "#lib/log.ts";
import type { FromDashboard, ToDashboard } from "#lib/server/dashboard-messages.ts";

/** Longer than a garbage collection, or than loading a page while the API takes all cores. */
const BEATS_MISSED_MAX = 10;
const BEAT_MS = 1_000;

/**
 * Kills a child whose event loop hasn't turned for ten beats of this process. Counts beats and
 * doesn't measure time: there are none while this process or the machine is stopped, and an answer
 * that came meanwhile is read before the next beat.
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
