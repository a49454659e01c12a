import { createHash } from "node:crypto";
import { type FileHandle, open, rename, rm } from "node:fs/promises";
import path from "node:path";
import { OperatorError } from "#lib/operator-error.ts";
import { checksumLine, headerLine } from "#lib/revocations/list-file.ts";
import { allLines, type Run } from "#lib/revocations/statements.ts";

type WrittenList = { handle: FileHandle; bytes: number; at: string };

/**
 * Writes what the database says of all keys and accounts into a file that only its owner can read. It has its name only when it is whole,
 * and takes the place of an older one. The caller closes its handle.
 *
 * @throws {OperatorError} if the file can't be written.
 */
export async function writeList(run: Run, file: string, installation: string): Promise<WrittenList> {
  const partial = `${file}.partial-${process.pid}`;
  await rm(partial, { force: true });
  const handle = await open(partial, "wx", 0o600).catch((error: NodeJS.ErrnoException) => {
    throw new OperatorError(`${file} can't be written (${error.code}).`);
  });
  try {
    const [now] = await run<{ at: string }>(`SELECT to_jsonb(now()) AS "at"`);
    const at = now?.at ?? "";
    const hash = createHash("sha256");
    let bytes = 0;
    const write = async (text: string) => {
      hash.update(text);
      bytes += Buffer.byteLength(text);
      await handle.writeFile(text);
    };
    await write(headerLine(installation, at));
    for await (const lines of allLines(run)) await write(lines);
    await handle.writeFile(checksumLine(hash.digest("hex")));
    await handle.sync();
    await rename(partial, file);
    await syncFolder(path.dirname(file));
    return { handle, bytes, at };
  } catch (error) {
    await handle.close();
    await rm(partial, { force: true });
    throw error;
  }
}

/** Without it a power cut may bring back the file that was replaced. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, "r");
  await handle.sync().finally(() => handle.close());
}
