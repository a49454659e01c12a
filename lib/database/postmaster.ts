import { type ChildProcess, spawn } from "node:child_process";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type pg from "pg";
import { writeAccessRules } from "#lib/database/access-rules.ts";
import { type Cluster, lastLine, POSTGRES_ENVIRONMENT, USER } from "#lib/database/cluster.ts";
import { openClient } from "#lib/database/connection.ts";
import { boundLog, openLog } from "#lib/database/postgres-log.ts";
import { findPostmaster, isAlive, readPostmasterFile } from "#lib/database/postmaster-file.ts";
import { makeSocketFolder, removeSocketFolder, rootSocket } from "#lib/database/socket-folder.ts";
import { OperatorError } from "#lib/operator-error.ts";

const START_TIMEOUT_MS = 10_000;
const STOP_TIMEOUT_MS = 6_000;

/**
 * Returns the socket folder of the PostgreSQL that runs on the cluster. Starts it if none answers,
 * in the folder `socket` if one is given. Retries until {@link START_TIMEOUT_MS}: after a crash a
 * start can meet the pid file or shared memory of a dying postmaster (one took 1.4 s).
 *
 * @throws {OperatorError} with the last line of PostgreSQL's log.
 */
export async function runPostmaster(cluster: Cluster, socket?: string): Promise<string> {
  if (await answers(cluster)) return socketOf(cluster);
  if (!socket) await removeStaleSocket(cluster);
  const folder = await makeSocketFolder(cluster, socket);
  await writeAccessRules(cluster);
  await boundLog(cluster.logFile);
  const deadline = Date.now() + START_TIMEOUT_MS;
  let child: ChildProcess | undefined;
  while (Date.now() < deadline) {
    if (!child || child.exitCode !== null || child.signalCode !== null) child = await spawnPostmaster(cluster, folder);
    await sleep(25);
    if (!(await answers(cluster))) continue;
    const running = await socketOf(cluster);
    // Another process was faster.
    if (running !== folder) await removeSocketFolder(cluster, folder);
    return running;
  }
  if (!socket) await removeSocketFolder(cluster, folder);
  throw new OperatorError(
    `PostgreSQL did not start within ${START_TIMEOUT_MS / 1000} seconds: ${lastLine(await readFile(cluster.logFile, "utf8").catch(() => ""))}`,
  );
}

/** Stops PostgreSQL and resolves when its files are closed. */
export async function stopPostmaster(cluster: Cluster): Promise<void> {
  const { socket } = await readPostmasterFile(cluster);
  const pid = await findPostmaster(cluster);
  if (pid) await endProcess(pid);
  await removeSocketFolder(cluster, socket);
}

/**
 * Returns whether only our account may connect to the running PostgreSQL, on the socket where we
 * look for it. One of an earlier version accepts every account.
 */
export async function isGuarded(session: pg.Client, cluster: Cluster, socket: string): Promise<boolean> {
  const { rows } = await session.query<{ hbaFile: string }>(`SELECT current_setting('hba_file') AS "hbaFile"`);
  return rows[0]?.hbaFile === cluster.hbaFile && socket === (rootSocket(cluster) ?? socket);
}

async function spawnPostmaster(cluster: Cluster, socket: string): Promise<ChildProcess> {
  const settings = [
    "listen_addresses=",
    "unix_socket_permissions=0700",
    `hba_file=${cluster.hbaFile}`,
    `ident_file=${cluster.identFile}`,
    "timezone=UTC",
    "log_timezone=UTC",
  ];
  const args = ["-D", cluster.data, "-k", socket, ...settings.flatMap((setting) => ["-c", setting])];
  const log = await openLog(cluster.logFile);
  // Detached, so that a Ctrl-C to our process group doesn't end it before requests are drained.
  const child = spawn(path.join(cluster.binaries, "bin/postgres"), args, {
    ...cluster.account,
    cwd: "/",
    env: POSTGRES_ENVIRONMENT,
    detached: true,
    stdio: ["ignore", log.fd, log.fd],
  });
  await log.close();
  child.on("error", () => {});
  child.unref();
  return child;
}

async function answers(cluster: Cluster): Promise<boolean> {
  const socket = await socketOf(cluster).catch(() => undefined);
  if (!socket) return false;
  try {
    await (await openClient(urlOf(socket), { connectionTimeoutMillis: 1_000 })).end();
    return true;
  } catch {
    return false;
  }
}

async function endProcess(pid: number): Promise<void> {
  const deadline = Date.now() + STOP_TIMEOUT_MS;
  // SIGINT is PostgreSQL's fast shutdown. SIGQUIT is the immediate one, after which the next start
  // recovers from the write-ahead log.
  signal(pid, "SIGINT");
  while (isAlive(pid) && Date.now() < deadline) await sleep(10);
  if (isAlive(pid)) signal(pid, "SIGQUIT");
}

function signal(pid: number, name: "SIGINT" | "SIGQUIT"): void {
  try {
    process.kill(pid, name);
  } catch {
    // The process is gone already.
  }
}

async function socketOf(cluster: Cluster): Promise<string> {
  const { socket } = await readPostmasterFile(cluster);
  if (!socket) throw new OperatorError(`${cluster.data} names no socket.`);
  return socket;
}

async function removeStaleSocket(cluster: Cluster): Promise<void> {
  const { pid, socket } = await readPostmasterFile(cluster);
  if (socket && !(pid && isAlive(pid))) await removeSocketFolder(cluster, socket);
}

export function urlOf(socket: string): string {
  return `postgresql://${USER}@localhost/postgres?host=${encodeURIComponent(socket)}`;
}
