import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import type { IncomingMessage, RequestListener } from "node:http";
import { tmpdir } from "node:os";
import path from "node:path";
import type { Duplex } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import type { MetricObject } from "prom-client";
import { log } from "#lib/log.ts";
import { OperatorError } from "#lib/operator-error.ts";
import type { FromDashboard, ToDashboard } from "#lib/server/dashboard-messages.ts";
import { createDashboardProxy, passUpgrade } from "#lib/server/dashboard-proxy.ts";
import { killWhenHung } from "#lib/server/heartbeat.ts";
import { letOthersFirst } from "#lib/server/priority.ts";

const CHILD = path.join(import.meta.dirname, "dashboard-child.ts");
/**
 * Half of V8's default. Saves a quarter of the memory after many pages, and costs a tenth more CPU
 * time in garbage collection.
 */
const V8_OPTIONS = ["--max-semi-space-size=8"];
const RESTART_MIN_MS = 250;
const RESTART_MAX_MS = 10_000;
/**
 * A dashboard that ran this long wasn't broken from the start: the wait before its restart is the
 * shortest again.
 */
const STABLE_MS = 60_000;
/** Pages in flight are finished by now; only connections are left to close. */
const STOP_DEADLINE_MS = 2_000;
const METRICS_DEADLINE_MS = 1_000;
/** A start takes a second. This is for a machine that is overloaded. */
const START_DEADLINE_MS = 60_000;

export type Dashboard = {
  listener: RequestListener;
  /** For hot reload in development. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  /** False from the end of the process until its successor serves pages. */
  isUp(): boolean;
  /** The metrics of the process; empty if it doesn't answer within a second. */
  metrics(): Promise<MetricObject[]>;
  /** Makes this process and its successors deliver email. Call it when the database is migrated. */
  deliverMail(): void;
  stop(): Promise<void>;
};

/**
 * Runs the dashboard in its own process and restarts it when it ends, so that rendering delays no
 * API request and a crash ends none.
 *
 * @throws {OperatorError} with the process's own sentence if its first start fails.
 */
export async function startDashboard(environment: NodeJS.ProcessEnv): Promise<Dashboard> {
  // Short, because a socket's path has at most 107 bytes. Only this account can enter the folder.
  const folder = await mkdtemp(path.join(tmpdir().length < 60 ? tmpdir() : "/tmp", "goodtake-dashboard-"));
  const socketPath = path.join(folder, "socket");
  let child: ChildProcess | undefined;
  let isUp = false;
  let isStopping = false;
  let deliversMail = false;

  const spawnChild = async (): Promise<void> => {
    await rm(socketPath, { force: true });
    child = fork(CHILD, {
      env: { ...environment, DASHBOARD_SOCKET: socketPath },
      execArgv: [...process.execArgv, ...V8_OPTIONS, "--import", path.join(import.meta.dirname, "end-with-parent.ts")],
    });
    child.on("error", (error) => log().error({ err: error }, "the dashboard's process could not be reached"));
    await serving(child);
    // Set after the start, which pages wait for.
    letOthersFirst(Number(child.pid));
    // A breakpoint in development stops the process, too.
    if (environment.NODE_ENV !== "development") killWhenHung(child);
    isUp = true;
    if (deliversMail) deliverMail();
  };
  const deliverMail = () => {
    deliversMail = true;
    // If no process is running, its successor delivers.
    if (isUp) child?.send({ kind: "deliverMail" } satisfies ToDashboard, () => {});
  };

  const watch = (startedAt: number, waitMs: number): void => {
    child?.once("exit", (code, signal) => {
      isUp = false;
      if (isStopping) return;
      const wait = performance.now() - startedAt > STABLE_MS ? RESTART_MIN_MS : waitMs;
      log().error({ code, signal }, "the dashboard's process ended and is started again");
      void restart(wait);
    });
  };
  const restart = async (waitMs: number): Promise<void> => {
    for (let wait = waitMs; !isStopping; wait = Math.min(wait * 2, RESTART_MAX_MS)) {
      await sleep(wait, undefined, { ref: false });
      if (isStopping) return;
      const startedAt = performance.now();
      try {
        await spawnChild();
        watch(startedAt, Math.min(wait * 2, RESTART_MAX_MS));
        log().info("the dashboard serves again");
        return;
      } catch (error) {
        log().error({ err: error }, "the dashboard's process could not start and is started again");
      }
    }
  };

  const stop = async () => {
    isStopping = true;
    if (child) await endChild(child);
    await rm(folder, { recursive: true, force: true });
  };
  const startedAt = performance.now();
  try {
    await spawnChild();
  } catch (error) {
    await stop();
    throw error;
  }
  watch(startedAt, RESTART_MIN_MS);

  return {
    listener: createDashboardProxy(socketPath),
    upgrade: (request, socket, head) => passUpgrade(socketPath, request, socket, head),
    isUp: () => isUp,
    metrics: () => (child && isUp ? askMetrics(child) : Promise.resolve([])),
    deliverMail,
    stop,
  };
}

/**
 * Resolves when the child serves pages.
 *
 * @throws {OperatorError} if it ends before that, with what it said, or takes too long.
 */
async function serving(child: ChildProcess): Promise<void> {
  const first = Promise.withResolvers<void>();
  const timer = setTimeout(() => child.kill("SIGKILL"), START_DEADLINE_MS);
  child.on("message", (message: FromDashboard) => {
    if (message.kind === "serving") first.resolve();
    if (message.kind === "failed") first.reject(new OperatorError(message.sentence));
  });
  child.once("error", (error) => first.reject(error));
  child.once("exit", (code, signal) =>
    first.reject(new OperatorError(`The dashboard's process ended (${signal ?? code}).`)),
  );
  await first.promise.finally(() => clearTimeout(timer));
}

async function askMetrics(child: ChildProcess): Promise<MetricObject[]> {
  const answer = Promise.withResolvers<MetricObject[]>();
  const receive = (message: FromDashboard) => message.kind === "metrics" && answer.resolve(message.metrics);
  child.on("message", receive);
  child.send({ kind: "metrics" } satisfies ToDashboard, (error) => error && answer.resolve([]));
  const late = sleep(METRICS_DEADLINE_MS, [], { ref: false });
  return Promise.race([answer.promise, late]).finally(() => child.off("message", receive));
}

async function endChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, "exit");
  child.send({ kind: "stop" } satisfies ToDashboard, () => {});
  const killer = setTimeout(() => child.kill("SIGKILL"), STOP_DEADLINE_MS);
  await exit;
  clearTimeout(killer);
}
