import { randomBytes } from "node:crypto";
import { open, readFile, rename, rm } from "node:fs/promises";
import path from "node:path";

/**
 * The secret that encrypts session cookies, kept beside the embedded database; made on the first start. In hexadecimal, which spells no
 * word by which `lib/config/env.ts` knows an example value.
 */
export async function authSecret(directory: string): Promise<string> {
  const file = path.join(directory, "auth-secret");
  const existing = await readFile(file, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "ENOENT") throw error;
  });
  if (existing) return existing.trim();
  const secret = randomBytes(33).toString("hex");
  // Whole or absent after a crash: a half secret would sign everybody out on the next start.
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
