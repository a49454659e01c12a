import { open, rename, rm, stat } from "node:fs/promises";
import { pipeline } from "node:stream/promises";
import { createGzip } from "node:zlib";
import type pg from "pg";
import { to as copyTo } from "pg-copy-streams";
import { type BackupHeader, copyLine, headerLine, TABLE_END, withTrailer } from "#lib/database/backup-file.ts";
import { openClient } from "#lib/database/connection.ts";
import { FIRST_MIGRATION, lastMigration, prepareForCopy, type Table, tablesInOrder } from "#lib/database/tables.ts";
import { OperatorError } from "#lib/operator-error.ts";

/**
 * Writes all tables, as they were at one instant, into a new file that only its owner can read. The
 * file gets its name when it is complete.
 *
 * @throws {OperatorError} if the file exists already or can't be written, or the database was never
 * migrated.
 */
export async function backUp(url: string, file: string, signal?: AbortSignal): Promise<BackupHeader> {
  if (await stat(file).catch(() => undefined)) throw new OperatorError(`${file} exists already; choose another name.`);
  const client = await openClient(url, { application_name: "goodtake backup" });
  const partial = `${file}.partial-${process.pid}`;
  try {
    await prepareForCopy(client);
    await client.query("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
    const header = await describe(client);
    const handle = await open(partial, "wx", 0o600).catch((error: NodeJS.ErrnoException) => {
      throw new OperatorError(`${file} can't be written (${error.code}).`);
    });
    const rows = withTrailer(script(client, header, await tablesInOrder(client)));
    await pipeline(rows, createGzip(), handle.createWriteStream({ flush: true }), { signal });
    await rename(partial, file);
    return header;
  } finally {
    await rm(partial, { force: true });
    await client.end();
  }
}

async function describe(client: pg.Client): Promise<BackupHeader> {
  const migration = await lastMigration(client);
  if (!migration) throw new OperatorError("The database holds nothing yet; start the server once.");
  const { rows } = await client.query<{ createdAt: Date; postgres: string; installation: string }>(
    `SELECT now() AS "createdAt", current_setting('server_version') AS "postgres", (${FIRST_MIGRATION}) AS "installation"`,
  );
  const [{ createdAt, ...origin }] = rows as [(typeof rows)[0]];
  return { lastMigration: migration, createdAt: createdAt.toISOString(), ...origin };
}

async function* script(client: pg.Client, header: BackupHeader, tables: Table[]): AsyncGenerator<Buffer | string> {
  yield headerLine(header);
  for (const table of tables) {
    yield copyLine(table);
    yield* client.query(copyTo(copyLine(table).replace("FROM stdin;", "TO STDOUT")));
    yield TABLE_END;
  }
}
