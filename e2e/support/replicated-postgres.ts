import { type ChildProcess, execFile, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { chown, mkdir, rm } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import pg from "pg";
import { freePort } from "#e2e/support/free-port.ts";
import { DEBIAN_POSTGRES } from "#e2e/support/installed.ts";
import { setLocalZone, signalPostgres } from "#e2e/support/postgres.ts";
import { temporaryDirectory } from "#e2e/support/start-server.ts";
import { until } from "#e2e/support/until.ts";
import type { Account } from "#lib/database/account.ts";

const run = promisify(execFile);
const USER = "goodtake";

export type ReplicaServer = { url: string; port: number; data: string; process: ChildProcess };

export type ReplicatedPostgres = {
  /** The URL of both servers, in the form that libpq has for several hosts. */
  url: string;
  primary: ReplicaServer;
  standby: ReplicaServer;
  /** Ends the primary like a crash. */
  stopPrimary: () => Promise<void>;
  /**
   * Keeps the primary from answering while its connections stay open, like a network that is gone.
   */
  hangPrimary: () => Promise<void>;
  /** Promotes the standby to primary. The former primary stays away. */
  promote: () => Promise<void>;
  /** Copies the primary to a new standby in the place of the server that is away. */
  rebuildStandby: () => Promise<void>;
  remove: () => Promise<void>;
};

/**
 * Starts two servers of Debian's `postgresql` with streaming replication. The primary confirms what
 * the standby has on its disk; the standby applies it `applyDelayS` seconds later.
 */
export async function startReplicatedPostgres({ applyDelayS = 0 } = {}): Promise<ReplicatedPostgres> {
  const { directory, remove } = await temporaryDirectory();
  const account = unprivilegedAccount();
  const standbySettings = [`recovery_min_apply_delay=${applyDelayS}s`];
  const ports = [await freePort(), await freePort()];
  const folder = async (place: number) => {
    const data = path.join(directory, String(place));
    await rm(data, { recursive: true, force: true });
    await mkdir(data, { mode: 0o700 });
    if (account) await chown(data, account.uid, account.gid);
    return data;
  };
  const start = async (place: number, data: string, settings: string[]) => {
    const port = ports[place] as number;
    const server = { port, data, url: `postgresql://${USER}@127.0.0.1:${port}/postgres` };
    return { ...server, process: await startServer(server, account, settings) };
  };
  const copyPrimary = async ({ port }: ReplicaServer, place: number) => {
    const data = await folder(place);
    const from = ["-h", "127.0.0.1", "-p", String(port), "-U", USER];
    await runAs(account, "pg_basebackup", [...from, "-D", data, "-R", "-X", "stream", "-c", "fast"]);
    return start(place, data, standbySettings);
  };

  const data = await folder(0);
  await runAs(account, "initdb", ["-D", data, "-U", USER, "-A", "trust", "-E", "UTF8", "--no-sync"]);
  const primary = await start(0, data, []);
  const pair: ReplicatedPostgres = {
    url: `postgresql://${USER}@127.0.0.1:${ports[0]},127.0.0.1:${ports[1]}/postgres`,
    primary,
    standby: await copyPrimary(primary, 1),
    stopPrimary: () => end(pair.primary),
    hangPrimary: () => signalPostgres(pair.primary.process.pid as number, "SIGSTOP"),
    promote: async () => {
      await onServer(pair.standby, "SELECT pg_promote()");
      [pair.primary, pair.standby] = [pair.standby, pair.primary];
    },
    rebuildStandby: async () => {
      await end(pair.standby);
      pair.standby = await copyPrimary(pair.primary, ports.indexOf(pair.standby.port));
      await confirmOnBoth(pair.primary);
    },
    remove: async () => {
      for (const server of [pair.standby, pair.primary]) await end(server);
      await remove();
    },
  };
  await confirmOnBoth(primary);
  await setLocalZone(primary.url);
  return pair;
}

/** Makes the primary confirm only what the standby has. */
async function confirmOnBoth(primary: ReplicaServer): Promise<void> {
  await onServer(primary, "ALTER SYSTEM SET synchronous_standby_names = '*'");
  await onServer(primary, "SELECT pg_reload_conf()");
  await until(async () => {
    const rows = await onServer(primary, "SELECT 1 FROM pg_stat_replication WHERE sync_state = 'sync'");
    return rows.length > 0;
  });
}

/** Sends a statement to one server, which may be the standby. */
export async function onServer({ url }: { url: string }, statement: string): Promise<pg.QueryResultRow[]> {
  const client = new pg.Client(url);
  await client.connect();
  return client
    .query(statement)
    .then(({ rows }) => rows)
    .finally(() => client.end());
}

async function startServer(
  { url, port, data }: { url: string; port: number; data: string },
  account: Account | undefined,
  settings: string[],
): Promise<ChildProcess> {
  const all = [
    `port=${port}`,
    "listen_addresses=127.0.0.1",
    "unix_socket_directories=",
    "max_connections=200",
    // No data here has to survive a crash of the machine.
    "fsync=off",
    "wal_receiver_timeout=5s",
    ...settings,
  ];
  const args = ["-D", data, ...all.flatMap((setting) => ["-c", setting])];
  const child = spawn(path.join(DEBIAN_POSTGRES, "postgres"), args, {
    ...account,
    cwd: "/",
    stdio: ["ignore", "ignore", "pipe"],
  });
  let output = "";
  child.stderr?.on("data", (text) => (output = `${output}${text}`.slice(-4_000)));
  return until(async () => {
    if (child.exitCode !== null || child.signalCode !== null)
      throw new Error(`PostgreSQL ended before it answered: ${output}`);
    return onServer({ url }, "SELECT 1").then(
      () => child,
      () => undefined,
    );
  });
}

async function end({ process: child }: ReplicaServer): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, "exit");
  await signalPostgres(child.pid as number, "SIGKILL");
  await ended;
}

async function runAs(account: Account | undefined, program: string, args: string[]): Promise<void> {
  await run(path.join(DEBIAN_POSTGRES, program), args, { ...account, cwd: "/" });
}

/** PostgreSQL doesn't run as root. */
function unprivilegedAccount(): Account | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const id = (flag: string) => Number(execFileSync("id", [flag, "nobody"]));
  return { uid: id("-u"), gid: id("-g") };
}
