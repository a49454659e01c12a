import { mkdir, readdir, stat } from "node:fs/promises";
import path from "node:path";
import type { Env } from "#lib/config/env.ts";
import { become, canEnter, canRunProject, findAccount, isRoot } from "#lib/database/account.ts";
import { ownFolder } from "#lib/database/guarded-folder.ts";

/**
 * Switches from root to the account `goodtake`, if the machine has one that can read the project.
 * With the embedded database a new or empty data folder is given to that account, and
 * `prepareCluster` switches to the folder's owner; root's own folder with a database in it stays
 * root's. Never switches to `nobody`, which processes of other services run as.
 */
export async function dropRoot(env: Env, dataDirectory: string): Promise<void> {
  // Later code would choose another folder if it found that it isn't root.
  if (isRoot()) env.DATA_DIR = dataDirectory;
  if (!isRoot() || env.NODE_ENV === "development") return;
  const account = await findAccount("goodtake");
  if (!account || !(await canRunProject(account, ...(env.TIERS_FILE ? [env.TIERS_FILE] : [])))) return;
  if (env.DATABASE_URL) return become(account);
  const found = await stat(dataDirectory).catch(() => undefined);
  if (found && (found.uid !== 0 || (await readdir(dataDirectory)).length > 0)) return;
  const parent = path.dirname(dataDirectory);
  await mkdir(parent, { recursive: true });
  if (await canEnter(account, parent)) await ownFolder(dataDirectory, account, 0o700);
}
