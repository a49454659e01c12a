import { execFile } from "node:child_process";
import { constants, readFileSync } from "node:fs";
import { open, readFile, realpath } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import type { Account } from "#lib/database/account.ts";

const run = promisify(execFile);
/** A data directory and the account that PostgreSQL runs as, if we are root. */
type OwnedData = { data: string; account: Account | undefined };

const READ_MAX = 4_096;

/**
 * Reads a small file that PostgreSQL's account wrote. As root it follows no symlink, waits for no
 * pipe and reads only the account's own files, because the text may end up in a message.
 */
export async function readFromData({ data, account }: OwnedData, name: string) {
  const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK } = constants;
  const handle = await open(path.join(data, name), O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  try {
    const found = await handle.stat();
    if (!found.isFile() || (account && found.uid !== account.uid)) throw new Error(`${name} is not PostgreSQL's.`);
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(READ_MAX), 0, READ_MAX, 0);
    return buffer.toString("utf8", 0, bytesRead);
  } finally {
    await handle.close();
  }
}

/**
 * Reads pid and socket folder from postmaster.pid. Its lines are pid, data, start, port, socket
 * folder.
 */
export async function readPostmasterFile(cluster: OwnedData): Promise<{ pid: number; socket: string }> {
  const lines = await readFromData(cluster, "postmaster.pid").then(
    (text) => text.split("\n"),
    () => [],
  );
  return { pid: Number(lines[0]), socket: lines[4]?.trim() ?? "" };
}

/**
 * Finds the pid of the PostgreSQL that runs on the cluster. Believes the pid in the file only if
 * that process runs as PostgreSQL's account on this data folder: the pid may have been reused, and
 * the account can write any pid.
 */
export async function findPostmaster(cluster: OwnedData): Promise<number | undefined> {
  const { pid } = await readPostmasterFile(cluster);
  if (!Number.isSafeInteger(pid) || pid <= 1 || !isAlive(pid)) return undefined;
  const { uid, args } = await describe(pid).catch(() => ({ uid: undefined, args: [] as string[] }));
  if (uid !== (cluster.account?.uid ?? process.getuid?.())) return undefined;
  const data = args[args.indexOf("-D") + 1] ?? "";
  const isOurs = path.basename(args[0] ?? "") === "postgres" && (await realpath(data).catch(() => "")) === cluster.data;
  return isOurs ? pid : undefined;
}

async function describe(pid: number): Promise<{ uid: number; args: string[] }> {
  if (process.platform === "linux") {
    const status = await readFile(`/proc/${pid}/status`, "utf8");
    // Not /proc/PID/exe, which root without CAP_SYS_PTRACE can't read in a container.
    const args = (await readFile(`/proc/${pid}/cmdline`, "utf8")).split("\0");
    return { uid: Number(/^Uid:\s+(\d+)/m.exec(status)?.[1] ?? Number.NaN), args };
  }
  const { stdout } = await run("ps", ["-o", "uid=,command=", "-p", String(pid)]);
  const [, uid, command = ""] = /^\s*(\d+)\s+(.*)$/s.exec(stdout) ?? [];
  const [, postgres = "", data = ""] = /^(.*?) -D (.*?) -k /.exec(command) ?? [];
  return { uid: Number(uid), args: [postgres, "-D", data] };
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    // A zombie still has a pid.
    return process.platform !== "linux" || !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
