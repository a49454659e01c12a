import { constants } from "node:fs";
import { lstat, mkdir, open, realpath } from "node:fs/promises";
import path from "node:path";
import type { Account } from "#lib/database/account.ts";
import { OperatorError } from "#lib/operator-error.ts";

const STICKY = 0o1000;

/**
 * Checks that root can safely work in a folder: the account can neither write into it nor replace
 * it, so no name in it can be the account's symlink.
 *
 * @throws {OperatorError} with a sentence that names the folder.
 */
export async function checkGuarded(directory: string, account: Account): Promise<void> {
  const real = await realpath(directory);
  for (const folder of new Set([...lineage(directory), ...lineage(real)])) {
    const found = await lstat(folder);
    const { uid, gid, mode } = found;
    // In a sticky folder such as /tmp nobody renames another account's files. The data folder
    // itself must belong to root alone.
    const shared = !found.isSymbolicLink() && (folder === real || !(mode & STICKY));
    const writable = shared && (Boolean(mode & 0o002) || (gid === account.gid && Boolean(mode & 0o020)));
    if (uid === account.uid || writable)
      throw new OperatorError(
        `The account with the id ${account.uid}, which runs PostgreSQL, can change ${folder}; take that away (chown root, chmod go-w), or run GoodTake as that account.`,
      );
  }
}

/** Returns the folder and all its parents. */
function lineage(folder: string): string[] {
  const parent = path.dirname(folder);
  return parent === folder ? [folder] : [...lineage(parent), folder];
}

/**
 * Makes a folder with that owner and mode, or adjusts an existing one. Changes go through an open
 * handle, so that a symlink in its place changes nothing elsewhere.
 *
 * @throws {OperatorError} if something of another account has the name.
 */
export async function ownFolder(folder: string, { uid, gid }: Account, mode: number): Promise<void> {
  await mkdir(folder, { mode }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "EEXIST") throw error;
  });
  const { O_RDONLY, O_DIRECTORY, O_NOFOLLOW } = constants;
  const taken = () => new OperatorError(`${folder} belongs to another account; remove it.`);
  const handle = await open(folder, O_RDONLY | O_DIRECTORY | O_NOFOLLOW).catch((error: NodeJS.ErrnoException) => {
    throw error.code === "ELOOP" || error.code === "ENOTDIR" || error.code === "EACCES" ? taken() : error;
  });
  try {
    const found = await handle.stat();
    if (found.uid !== uid && found.uid !== process.getuid?.()) throw taken();
    if (found.uid !== uid) await handle.chown(uid, gid);
    await handle.chmod(mode);
  } finally {
    await handle.close();
  }
}
