import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import pg from "pg";
import { temporaryDirectory } from "#e2e/support/start-server.ts";
import { until } from "#e2e/support/until.ts";
import { prepareCluster } from "#lib/database/cluster.ts";
import { openClient } from "#lib/database/connection.ts";
import { runPostmaster, stopPostmaster, urlOf } from "#lib/database/postmaster.ts";

/** The time zone of all test servers, whose offset no mistake has by accident. */
export const LOCAL_ZONE = "Asia/Kathmandu";

/** Gives every database of a server the time zone of an operator's machine, in place of UTC. */
export async function setLocalZone(url: string): Promise<void> {
  const client = await openClient(url);
  await client.query(`ALTER ROLE ALL SET TimeZone = '${LOCAL_ZONE}'`).finally(() => client.end());
}

/**
 * Lets other roles and a pooler's account connect. The product's own rules admit the server's
 * account only.
 */
export async function letOthersIn(url: string): Promise<void> {
  const client = await openClient(url);
  try {
    const { rows } = await client.query<{ file: string }>(`SELECT current_setting('hba_file') AS "file"`);
    await writeFile(rows[0]?.file ?? "", "local all all trust\n");
    await client.query("SELECT pg_reload_conf()");
  } finally {
    await client.end();
  }
}

export type TestPostgres = {
  url: string;
  stop: () => Promise<void>;
  /** Starts it again at the same address. */
  start: () => Promise<void>;
  /** Sends a signal to all of its processes. */
  signal: (name: NodeJS.Signals) => Promise<void>;
  /**
   * Kills one of its processes. PostgreSQL then ends all others, recovers and goes on within a
   * second.
   */
  crash: () => Promise<void>;
  /** Starts it again as a standby that waits for a primary. Promotes it after `work`. */
  asStandby: (work: (standby: pg.Client) => Promise<void>) => Promise<void>;
  remove: () => Promise<void>;
};

/**
 * Sends a signal to a postmaster and all of its children. Each has a session of its own, so that no
 * signal reaches them all.
 */
export async function signalPostgres(postmaster: number, name: NodeJS.Signals): Promise<void> {
  // A postmaster that goes on could start a child that the list below doesn't have.
  process.kill(postmaster, "SIGSTOP");
  const children = await readFile(`/proc/${postmaster}/task/${postmaster}/children`, "utf8");
  for (const pid of [...children.trim().split(" ").filter(Boolean), postmaster])
    try {
      process.kill(Number(pid), name);
    } catch {
      // It ended in the meantime.
    }
}

/** Starts a PostgreSQL of its own, for tests that stop it. */
export async function startPostgres(): Promise<TestPostgres> {
  const { directory, remove } = await temporaryDirectory();
  const cluster = await prepareCluster(directory);
  const socket = await runPostmaster(cluster);
  await setLocalZone(urlOf(socket));
  return {
    url: urlOf(socket),
    stop: () => stopPostmaster(cluster),
    start: async () => {
      await runPostmaster(cluster, socket);
    },
    signal: async (name) => {
      const [postmaster] = (await readFile(path.join(cluster.data, "postmaster.pid"), "utf8")).split("\n");
      await signalPostgres(Number(postmaster), name);
    },
    crash: async () => {
      const [victim, witness] = [await untilConnected(urlOf(socket)), await untilConnected(urlOf(socket))];
      const ended = [victim, witness].map((client) => new Promise((resolve) => client.once("end", resolve)));
      const { rows } = await victim.query<{ pid: number }>("SELECT pg_backend_pid() AS pid");
      process.kill(rows[0]?.pid as number, "SIGKILL");
      await Promise.all(ended);
    },
    asStandby: async (work) => {
      await stopPostmaster(cluster);
      await writeFile(path.join(cluster.data, "standby.signal"), "");
      const promoted = runPostmaster(cluster, socket);
      const client = await untilConnected(urlOf(socket));
      await work(client);
      await client.query("SELECT pg_promote()");
      await client.end();
      await promoted;
    },
    remove: async () => {
      await stopPostmaster(cluster);
      await remove();
    },
  };
}

/** Connects as soon as the server accepts connections. */
function untilConnected(url: string): Promise<pg.Client> {
  return until(async () => {
    const client = new pg.Client(url);
    client.on("error", () => {});
    return client.connect().catch(() => undefined);
  });
}
