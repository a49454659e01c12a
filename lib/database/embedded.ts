import { createHash } from "node:crypto";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type pg from "pg";
import { type Cluster, prepareCluster } from "#lib/database/cluster.ts";
import { openClient } from "#lib/database/connection.ts";
import { boundLog } from "#lib/database/postgres-log.ts";
import { isGuarded, runPostmaster, stopPostmaster, urlOf } from "#lib/database/postmaster.ts";
import { isUnavailable } from "#lib/database/unavailable.ts";
import { OperatorError } from "#lib/operator-error.ts";

/**
 * Held by a session of the server that owns the folder, so that a `kill -9` frees it. "datadir!" in
 * ASCII.
 */
const OWNER_LOCK = "7233190438179009057";
/** Shared by the sessions of all guests. A guest that can take it alone is the last one. */
const GUEST_LOCK = "7233190438179009058";
const LOG_INTERVAL_MS = 60_000;

/** A PostgreSQL left running by an earlier version, which accepts accounts that it must not. */
class OpenDatabaseError extends OperatorError {
  override name = "OperatorError";
}

export type EmbeddedDatabase = {
  url: string;
  /**
   * Stops PostgreSQL and resolves when its files are closed. A guest stops it only if nobody else
   * uses it.
   */
  stop(): Promise<void>;
};

/**
 * Returns where the data is: `DATA_DIR`, else `./data`. For root it is a place that an unprivileged
 * account can reach.
 */
export function dataDirectory(explicit: string | undefined, projectRoot: string): string {
  if (explicit) return path.resolve(projectRoot, explicit);
  if (process.getuid?.() !== 0) return path.join(projectRoot, "data");
  return `/var/lib/goodtake-${createHash("sha256").update(projectRoot).digest("hex").slice(0, 8)}`;
}

/**
 * Starts the embedded PostgreSQL on a folder, or connects to the one that a killed process left
 * running there. The npm package only has the binaries: starting, joining and guarding are our own,
 * because its wrapper handles neither root nor a crash.
 *
 * `role: "owner"` (the server) takes the folder, rejects one that another server holds, and
 * restarts PostgreSQL if it dies. `role: "guest"` (a command) works beside a server or other
 * guests; the last one to leave stops PostgreSQL.
 *
 * @throws {OperatorError} with a sentence that says what is wrong.
 */
export async function startEmbedded(directory: string, role: "owner" | "guest"): Promise<EmbeddedDatabase> {
  const cluster = await prepareCluster(directory);
  const join = role === "owner" ? joinAsOwner : joinAsGuest;
  for (let attempt = 1; ; attempt++) {
    try {
      return await join(cluster, directory);
    } catch (error) {
      // The PostgreSQL that was joined may have been stopping, because its last user left.
      if (attempt === 5 || !(isUnavailable(error) || error instanceof OpenDatabaseError)) throw error;
      await sleep(100);
    }
  }
}

async function joinAsGuest(cluster: Cluster): Promise<EmbeddedDatabase> {
  const socket = await runPostmaster(cluster);
  const session = await openSession(socket, "goodtake guest");
  await session.query("SELECT pg_advisory_lock_shared($1)", [GUEST_LOCK]);
  const leave = async () => {
    await session.query("SELECT pg_advisory_unlock_shared($1)", [GUEST_LOCK]);
    if ((await tryLock(session, GUEST_LOCK)) && (await tryLock(session, OWNER_LOCK))) await stopPostmaster(cluster);
  };
  return {
    url: urlOf(socket),
    // If the session is gone, a server has stopped PostgreSQL already.
    stop: () =>
      leave()
        .catch(() => {})
        .finally(() => session.end().catch(() => {})),
  };
}

async function joinAsOwner(cluster: Cluster, directory: string): Promise<EmbeddedDatabase> {
  const socket = await runPostmaster(cluster);
  let session = await openSession(socket, "goodtake owner");
  if (!(await takeOwnership(session))) {
    await session.end();
    throw new OperatorError(
      `Another GoodTake server is already running on ${directory}; stop it, or choose another DATA_DIR.`,
    );
  }
  if (!(await isGuarded(session, cluster, socket))) {
    await session.end();
    await stopPostmaster(cluster);
    throw new OpenDatabaseError("It accepted every account; it is started again.");
  }
  const logBound = setInterval(() => void boundLog(cluster.logFile).catch(() => {}), LOG_INTERVAL_MS).unref();
  let stopping = false;
  let recovery = Promise.resolve();
  const watch = () => {
    session.once("end", () => {
      if (!stopping) recovery = recover();
    });
  };
  // Restarts a killed PostgreSQL on the socket that the pools know. Takes ownership again after a
  // crash of one of its processes, which ends all sessions.
  const recover = async () => {
    while (!stopping) {
      try {
        if ((await runPostmaster(cluster, socket)) !== socket) await stopPostmaster(cluster);
        else {
          session = await openSession(socket, "goodtake owner");
          if (await takeOwnership(session)) return watch();
          await session.end();
        }
      } catch {
        await sleep(500);
      }
    }
  };
  watch();
  return {
    url: urlOf(socket),
    stop: async () => {
      stopping = true;
      clearInterval(logBound);
      await recovery;
      await stopPostmaster(cluster);
      await session.end().catch(() => {});
    },
  };
}

function openSession(socket: string, name: string): Promise<pg.Client> {
  return openClient(urlOf(socket), { application_name: name });
}

async function takeOwnership(session: pg.Client): Promise<boolean> {
  // PostgreSQL can need a moment to notice that a killed owner's session is gone.
  for (let attempt = 0; attempt < 20; attempt++) {
    if (await tryLock(session, OWNER_LOCK)) return true;
    await sleep(50);
  }
  return false;
}

async function tryLock(session: pg.Client, lock: string): Promise<boolean> {
  const { rows } = await session.query<{ taken: boolean }>("SELECT pg_try_advisory_lock($1) AS taken", [lock]);
  return rows[0]?.taken === true;
}
