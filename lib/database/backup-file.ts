import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";
import type { Table } from "#lib/database/tables.ts";
import { OperatorError } from "#lib/operator-error.ts";

/**
 * The format of a backup: a gzipped script of COPY commands. It is our own because `pg_dump` is not
 * part of the embedded PostgreSQL; `gunzip -c FILE | psql` can still read it.
 *
 * One comment line has the header. Each table has a COPY line, its rows and `\.`. One comment line
 * at the end has the SHA-256 of everything before it.
 */
const MAGIC = "-- GoodTake backup 1 ";
export const TABLE_END = "\\.\n";
const TRAILER = /^-- sha256 ([0-9a-f]{64})\n$/;
const TRAILER_LENGTH = 75;
const HEADER_MAX = 4_096;

export type BackupHeader = {
  lastMigration: string;
  createdAt: string;
  postgres: string;
  /** Missing in files of older versions. */
  installation?: string;
};

export function headerLine(header: BackupHeader): string {
  return `${MAGIC}${JSON.stringify(header)}\n`;
}

export function copyLine({ name, columns }: Table): string {
  return `COPY ${quote(name)} (${columns.map(quote).join(", ")}) FROM stdin;\n`;
}

/** Appends the trailer to the script. */
export async function* withTrailer(script: AsyncIterable<Buffer | string>): AsyncGenerator<Buffer | string> {
  const hash = createHash("sha256");
  for await (const part of script) {
    hash.update(part);
    yield part;
  }
  yield `-- sha256 ${hash.digest("hex")}\n`;
}

/**
 * Passes the unpacked script to `consume`, chunk by chunk.
 *
 * @throws {OperatorError} if the file can't be read or unpacked.
 */
export async function readScript<T>(
  file: string,
  consume: (script: AsyncIterable<Buffer>) => Promise<T>,
  signal?: AbortSignal,
): Promise<T> {
  let result: T | undefined;
  const read = async (script: AsyncIterable<Buffer>) => {
    result = await consume(script);
  };
  try {
    await pipeline(createReadStream(file), createGunzip(), read, { signal });
  } catch (error) {
    throw sentence(file, error as NodeJS.ErrnoException);
  }
  return result as T;
}

/**
 * Reads the whole file once and returns its header.
 *
 * @throws {OperatorError} if it is not a backup, or not complete.
 */
export async function verifyBackup(file: string, signal?: AbortSignal): Promise<BackupHeader> {
  const hash = createHash("sha256");
  let start = Buffer.alloc(0);
  const trailer = await readScript(
    file,
    async (script) => {
      let held = Buffer.alloc(0);
      for await (const part of script) {
        if (start.length < HEADER_MAX) start = Buffer.concat([start, part]);
        held = Buffer.concat([held, part]);
        const whole = Math.max(0, held.length - TRAILER_LENGTH);
        hash.update(held.subarray(0, whole));
        held = held.subarray(whole);
      }
      return held.toString();
    },
    signal,
  );
  const line = start.subarray(0, HEADER_MAX).toString().split("\n", 1)[0] ?? "";
  if (!line.startsWith(MAGIC)) throw new OperatorError(`${file} is not a backup that this version can read.`);
  if (TRAILER.exec(trailer)?.[1] !== hash.digest("hex"))
    throw new OperatorError(`${file} is damaged or was cut off; nothing was restored.`);
  return JSON.parse(line.slice(MAGIC.length)) as BackupHeader;
}

function sentence(file: string, error: NodeJS.ErrnoException): Error {
  if (error.code === "Z_BUF_ERROR" || error.code === "Z_DATA_ERROR")
    return new OperatorError(
      /header/.test(error.message)
        ? `${file} is not a backup that this version can read.`
        : `${file} is damaged or was cut off; nothing was restored.`,
    );
  if (error.syscall === "open" || error.syscall === "read")
    return new OperatorError(`${file} can't be read (${error.code}).`);
  return error;
}

/** Quotes a name. Names come from a database's catalog, and from there through the file. */
export function quote(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
