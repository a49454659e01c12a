import { hash } from "node:crypto";
import { constants } from "node:fs";
import { access, mkdtemp, rm, rmdir, unlink } from "node:fs/promises";
import { tmpdir, userInfo } from "node:os";
import path from "node:path";
import type { Cluster } from "#lib/database/cluster.ts";
import { ownFolder } from "#lib/database/guarded-folder.ts";

const PREFIX = "goodtake-";

/**
 * Returns the socket folder of root's PostgreSQL: a name that follows from the data folder, in a
 * folder that only root can change. Undefined for other accounts, which make a new folder each
 * time.
 */
export function rootSocket({ data, account }: Cluster): string | undefined {
  return account && path.join("/var/run", `${PREFIX}${hash("sha256", data).slice(0, 16)}`, "socket");
}

/**
 * Makes a folder for the socket. A socket path over 107 bytes is fatal to PostgreSQL, and a data
 * folder's path may be longer.
 */
export async function makeSocketFolder(cluster: Cluster, known?: string): Promise<string> {
  const folder = rootSocket(cluster);
  if (cluster.account && folder) {
    await ownFolder(path.dirname(folder), { uid: 0, gid: 0 }, 0o711);
    await ownFolder(folder, cluster.account, 0o700);
    return folder;
  }
  if (!known) return mkdtemp(path.join(await temporaryFolder(), PREFIX));
  // Pools know the folder by its name, so a restarted PostgreSQL gets the same one.
  await ownFolder(known, userInfo(), 0o700);
  return known;
}

/** Returns a temporary folder. TMPDIR may be root's after root was given up. */
async function temporaryFolder(): Promise<string> {
  const folder = tmpdir();
  const writable = await access(folder, constants.W_OK).then(
    () => true,
    () => false,
  );
  return writable && folder.length < 60 ? folder : "/tmp";
}

/**
 * Removes a socket's folder. As root it removes only known names, because another account's tree
 * may hold symlinks.
 */
export async function removeSocketFolder(cluster: Cluster, folder: string): Promise<void> {
  const fixed = rootSocket(cluster);
  if (!fixed) {
    if (path.basename(folder).startsWith(PREFIX)) await rm(folder, { recursive: true, force: true });
    return;
  }
  for (const name of [".s.PGSQL.5432", ".s.PGSQL.5432.lock"]) await unlink(path.join(fixed, name)).catch(() => {});
  await rmdir(fixed).catch(() => {});
  await rmdir(path.dirname(fixed)).catch(() => {});
}
