import { open, rename, rm } from "node:fs/promises";
import { userInfo } from "node:os";
import type { Cluster } from "#lib/database/cluster.ts";

/**
 * Writes the rules by which PostgreSQL accepts exactly one account of the machine, this process's.
 * The files lie beside the data folder, because root writes nothing where PostgreSQL's account can
 * write.
 */
export async function writeAccessRules({ hbaFile, identFile }: Cluster): Promise<void> {
  await replace(hbaFile, "# Written at each start.\nlocal all all peer map=goodtake\n");
  await replace(identFile, `# Written at each start.\ngoodtake "${userInfo().username}" goodtake\n`);
}

/** Replaces a file atomically, and never through a symlink. */
async function replace(file: string, text: string): Promise<void> {
  const partial = `${file}.${process.pid}`;
  await rm(partial, { force: true });
  const handle = await open(partial, "wx");
  try {
    await handle.writeFile(text);
    // PostgreSQL's account reads it, whatever our umask is.
    await handle.chmod(0o644);
  } finally {
    await handle.close();
  }
  await rename(partial, file);
}
