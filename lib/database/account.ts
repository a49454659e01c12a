import { execFile } from "node:child_process";
import { stat } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);
const PROJECT = path.resolve(import.meta.dirname, "../..");

/**
 * An account of the machine. `spawn` with it runs a program as that account, without our groups.
 */
export type Account = { uid: number; gid: number };

export function isRoot(): boolean {
  return process.getuid?.() === 0;
}

export async function findAccount(name: string): Promise<Account | undefined> {
  const id = async (flag: string) => Number((await run("id", [flag, name])).stdout);
  return Promise.all([id("-u"), id("-g")]).then(
    ([uid, gid]) => ({ uid, gid }),
    () => undefined,
  );
}

/** Turns this process into the account's for good, without other groups. */
export function become({ uid, gid }: Account): void {
  process.setgroups?.([gid]);
  process.setgid?.(gid);
  process.setuid?.(uid);
}

/** Returns whether the account can enter a folder. */
export function canEnter(account: Account, folder: string): Promise<boolean> {
  return succeeds(account, "test", "-x", folder);
}

/** Returns whether the account can run the project and read `files` of the configuration. */
export async function canRunProject(account: Account, ...files: string[]): Promise<boolean> {
  const built = path.join(PROJECT, ".next/BUILD_ID");
  const sample = ["server.ts", "lib/config/env.ts", "node_modules/pg/package.json"].map((file) =>
    path.join(PROJECT, file),
  );
  const isBuilt = await stat(built).catch(() => undefined);
  const readable = 'for file; do test -r "$file" || exit 1; done';
  return succeeds(account, "sh", "-c", readable, "sh", ...sample, ...files, ...(isBuilt ? [built] : []));
}

function succeeds(account: Account, command: string, ...args: string[]): Promise<boolean> {
  return run(command, args, { ...account, cwd: "/" }).then(
    () => true,
    () => false,
  );
}
