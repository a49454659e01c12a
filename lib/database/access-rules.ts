import { open, rename, rm } from "node:fs/promises";
import { userInfo } from "node:os";
import type { Cluster } from "#lib/database/cluster.ts";

/**
 * Writes the rules by which PostgreSQL lets exactly one account of the machine connect: the one that this process has.
 * They lie beside the data folder, because as root we write nothing where PostgreSQL's account can write, too.
 */
export async function writeAccessRules({ hbaFile, identFile }: Cluster): Promise<void> {
  await replace(hbaFile, "# Written at each start.\nlocal all all peer map=goodtake\n");
  await replace(identFile, `# Written at each start.\ngoodtake "${userInfo().username}" goodtake\n`);
}

/** Whole or as before after a crash, and never through a symlink. */
async function replace(file: string, text: string): Promise<void> {
  const partial = `${file}.${process.pid}`;
  await rm(partial, { force: true });
  const handle = await open(partial, "wx");
  try {
    await handle.writeFile(text);
    // PostgreSQL's account reads it, whatever our umask.
    await handle.chmod(0o644);
  } finally {
    await handle.close();
  }
  await rename(partial, file);
}
