import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, openSync, readFileSync } from "node:fs";
import { chown, mkdir, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import {
  type Account,
  as,
  type Cluster,
  EmbeddedDatabaseError,
  lastLine,
  POSTGRES_ENVIRONMENT,
  USER,
} from "#lib/database/cluster.ts";
import { openClient } from "#lib/database/connection.ts";

const START_TIMEOUT_MS = 10_000;
const STOP_TIMEOUT_MS = 6_000;
const SOCKET_PREFIX = "goodtake-";

/**
 * Returns the socket folder of the PostgreSQL that runs on the cluster, after starting it where none answers, in the
 * folder `socket` if one is given. After a crash of everything a start can meet a dying postmaster's pid file or shared
 * memory (one took 1.4 s to go), so it is tried again until the time is up.
 *
 * @throws {EmbeddedDatabaseError} with PostgreSQL's own last words.
 */
export async function runPostmaster(cluster: Cluster, socket?: string): Promise<string> {
  if (await answers(cluster)) return socketOf(cluster);
  if (!socket) await removeStaleSocket(cluster);
  const folder = await socketFolder(cluster.account, socket);
  const deadline = Date.now() + START_TIMEOUT_MS;
  let child: ChildProcess | undefined;
  while (Date.now() < deadline) {
    if (!child || child.exitCode !== null || child.signalCode !== null) child = spawnPostmaster(cluster, folder);
    await sleep(25);
    if (!(await answers(cluster))) continue;
    const running = await socketOf(cluster);
    // Another process was faster.
    if (running !== folder) await rm(folder, { recursive: true, force: true });
    return running;
  }
  if (!socket) await rm(folder, { recursive: true, force: true });
  throw new EmbeddedDatabaseError(
    `PostgreSQL did not start within ${START_TIMEOUT_MS / 1000} seconds: ${lastLine(await readFile(cluster.logFile, "utf8").catch(() => ""))}`,
  );
}

/** Stops PostgreSQL and returns when its files are closed. */
export async function stopPostmaster(cluster: Cluster): Promise<void> {
  const pid = await postmasterPid(cluster);
  const socket = await socketOf(cluster).catch(() => undefined);
  if (pid) await endProcess(pid);
  if (socket) await removeSocket(socket);
}

/** A folder of its own, because a socket's path over 107 bytes is fatal to PostgreSQL and a data folder's may be longer. */
async function socketFolder(account: Account | undefined, known?: string): Promise<string> {
  // Pools know the folder by its name, so a PostgreSQL that is started again gets the same one.
  if (known) await mkdir(known, { mode: 0o700 }).catch(ignoreExisting);
  const folder = known ?? (await mkdtemp(path.join(tmpdir().length < 60 ? tmpdir() : "/tmp", SOCKET_PREFIX)));
  if (account) await chown(folder, account.uid, account.gid);
  return folder;
}

function spawnPostmaster(cluster: Cluster, socket: string): ChildProcess {
  const settings = ["listen_addresses=", "unix_socket_permissions=0700", "timezone=UTC", "log_timezone=UTC"];
  const [command, args] = as(cluster.account, path.join(cluster.binaries, "bin/postgres"), [
    "-D",
    cluster.data,
    "-k",
    socket,
    ...settings.flatMap((setting) => ["-c", setting]),
  ]);
  const logFile = openSync(cluster.logFile, "a", 0o600);
  // Detached: it must outlive a Ctrl-C to our process group, because we drain before it stops.
  const child = spawn(command, args, {
    cwd: "/",
    env: POSTGRES_ENVIRONMENT,
    detached: true,
    stdio: ["ignore", logFile, logFile],
  });
  closeSync(logFile);
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
  // SIGINT is PostgreSQL's fast shutdown, SIGQUIT its immediate one, after which the next start recovers from the log.
  signal(pid, "SIGINT");
  while (isAlive(pid) && Date.now() < deadline) await sleep(10);
  if (isAlive(pid)) signal(pid, "SIGQUIT");
}

function signal(pid: number, name: "SIGINT" | "SIGQUIT"): void {
  try {
    process.kill(pid, name);
  } catch {
    // It is gone already.
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    // A child that ended and was not waited for still has a pid.
    return process.platform !== "linux" || !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return false;
  }
}

/** PostgreSQL's own record of the running server: pid, data, start, port, socket folder, one a line. */
async function pidFile(cluster: Cluster): Promise<string[]> {
  return (await readFile(path.join(cluster.data, "postmaster.pid"), "utf8")).split("\n");
}

async function postmasterPid(cluster: Cluster): Promise<number | undefined> {
  return pidFile(cluster).then(
    (lines) => Number(lines[0]),
    () => undefined,
  );
}

async function socketOf(cluster: Cluster): Promise<string> {
  const folder = (await pidFile(cluster))[4]?.trim();
  if (!folder) throw new EmbeddedDatabaseError(`${cluster.data} names no socket.`);
  return folder;
}

async function removeStaleSocket(cluster: Cluster): Promise<void> {
  const folder = await socketOf(cluster).catch(() => undefined);
  const pid = await postmasterPid(cluster);
  if (folder && !(pid && isAlive(pid))) await removeSocket(folder);
}

/** Only a folder that we made: the name stands in a file of the data folder, which somebody may have edited. */
async function removeSocket(folder: string): Promise<void> {
  if (path.basename(folder).startsWith(SOCKET_PREFIX)) await rm(folder, { recursive: true, force: true });
}

function ignoreExisting(error: NodeJS.ErrnoException): void {
  if (error.code !== "EEXIST") throw error;
}

export function urlOf(socket: string): string {
  return `postgresql://${USER}@localhost/postgres?host=${encodeURIComponent(socket)}`;
}
