import { constants } from "node:fs";
import { type FileHandle, open, rm, writeFile } from "node:fs/promises";

const LOG_BYTES_MAX = 10_000_000;

/**
 * Opens PostgreSQL's log for appending, which lets {@link boundLog} truncate it while PostgreSQL
 * writes.
 */
export function openLog(file: string): Promise<FileHandle> {
  return open(file, constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT | constants.O_NOFOLLOW, 0o600);
}

/** Truncates a log over 10 MB. Its end becomes `FILE.old` and replaces the previous one. */
export async function boundLog(file: string): Promise<void> {
  const handle = await open(file, constants.O_RDWR | constants.O_NOFOLLOW).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "ENOENT") throw error;
  });
  if (!handle) return;
  try {
    const { size } = await handle.stat();
    if (size <= LOG_BYTES_MAX) return;
    const end = Buffer.alloc(LOG_BYTES_MAX);
    const { bytesRead } = await handle.read(end, 0, LOG_BYTES_MAX, size - LOG_BYTES_MAX);
    await rm(`${file}.old`, { force: true });
    await writeFile(`${file}.old`, end.subarray(0, bytesRead), { flag: "wx", mode: 0o600 });
    await handle.truncate();
  } finally {
    await handle.close();
  }
}
