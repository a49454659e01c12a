import { randomBytes } from "node:crypto";
import { open, readFile, rename, rm } from "node:fs/promises";
import path from "node:path";

/**
 * Reads the secret that encrypts session cookies from the folder of the embedded database; creates
 * it on the first start. It is hexadecimal, which contains no word that `lib/config/variables.ts`
 * takes for an example value.
 */
export async function authSecret(directory: string): Promise<string> {
  const file = path.join(directory, "auth-secret");
  const existing = await readFile(file, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "ENOENT") throw error;
  });
  if (existing) return existing.trim();
  const secret = randomBytes(33).toString("hex");
  // Renamed when it is complete: half a secret after a crash would end every session.
  const partial = `${file}.${process.pid}`;
  await rm(partial, { force: true });
  const handle = await open(partial, "wx", 0o600);
  try {
    await handle.writeFile(`${secret}\n`);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(partial, file);
  return secret;
}
