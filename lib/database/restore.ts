import { pipeline } from "node:stream/promises";
import type pg from "pg";
import { from as copyFrom } from "pg-copy-streams";
import { type BackupHeader, copyLine, quote, readScript, TABLE_END, verifyBackup } from "#lib/database/backup-file.ts";
import { openClient } from "#lib/database/connection.ts";
import { migrate } from "#lib/database/migrate.ts";
import { readMigrations } from "#lib/database/migration-history.ts";
import { ScriptReader } from "#lib/database/script-reader.ts";
import { FIRST_MIGRATION, prepareForCopy, type Table, tablesInOrder } from "#lib/database/tables.ts";
import { OperatorError } from "#lib/operator-error.ts";

/**
 * Verifies that the file is complete and of this version's last migration, before a database is
 * touched.
 *
 * @throws {OperatorError} with a sentence that says what is wrong.
 */
export async function checkBackup(file: string, migrations: string, signal?: AbortSignal): Promise<BackupHeader> {
  const header = await verifyBackup(file, signal);
  const last = (await readMigrations(migrations)).at(-1)?.name;
  if (header.lastMigration !== last)
    throw new OperatorError(
      `${file} was made by the version whose last migration is ${header.lastMigration}, and this one's is ${last}; restore it with that version, then upgrade.`,
    );
  return header;
}

type Options = {
  signal?: AbortSignal;
  /** Changes the loaded rows in the same transaction. */
  finish?: (client: pg.Client, header: BackupHeader) => Promise<void>;
};

/**
 * Migrates an empty database and loads a backup into it in one transaction: everything or nothing.
 *
 * @throws {OperatorError} if the backup is of another version or incomplete, or if the database
 * holds rows.
 */
export async function restore(
  url: string,
  file: string,
  migrations: string,
  { signal, finish }: Options = {},
): Promise<BackupHeader> {
  const header = await checkBackup(file, migrations, signal);
  await migrate(url, migrations);
  const client = await openClient(url, { application_name: "goodtake restore" });
  try {
    await prepareForCopy(client);
    await client.query("BEGIN");
    // Keeps the trigger from adding up days of credits, which are loaded too.
    await client.query("SET LOCAL goodtake.restoring = 'on'");
    const tables = await tablesInOrder(client);
    await lockEmpty(client, tables);
    await readScript(file, (script) => load(client, new ScriptReader(script), tables), signal);
    await moveSequences(client, tables);
    if (header.installation)
      await client.query(`UPDATE "_prisma_migrations" SET "id" = $1 WHERE "id" = (${FIRST_MIGRATION})`, [
        header.installation,
      ]);
    await finish?.(client, header);
    await client.query("COMMIT");
    return header;
  } finally {
    // Without a COMMIT, closing the connection rolls back.
    await client.end();
  }
}

/** Locks each table and checks that it is empty, so that no running server adds a row. */
async function lockEmpty(client: pg.Client, tables: Table[]): Promise<void> {
  for (const { name } of tables) {
    await client.query(`LOCK TABLE ${quote(name)} IN ACCESS EXCLUSIVE MODE`);
    const { rowCount } = await client.query(`SELECT FROM ${quote(name)} LIMIT 1`);
    if (rowCount)
      throw new OperatorError(`The database already holds rows (table ${name}); restore into an empty one.`);
  }
}

async function load(client: pg.Client, reader: ScriptReader, tables: Table[]): Promise<void> {
  await reader.line();
  for (const table of tables) {
    const command = copyLine(table);
    if (`${await reader.line()}\n` !== command)
      throw new OperatorError(`The tables of the backup are not those of this version (${table.name}).`);
    await pipeline(reader.until(TABLE_END), client.query(copyFrom(command)));
  }
}

/** Moves sequences behind the highest number that was loaded. */
async function moveSequences(client: pg.Client, tables: Table[]): Promise<void> {
  for (const { name, columns } of tables)
    for (const column of columns) {
      const { rows } = await client.query<{ sequence: string | null }>(
        `SELECT pg_get_serial_sequence($1, $2) AS "sequence"`,
        [quote(name), column],
      );
      const sequence = rows[0]?.sequence;
      if (sequence)
        await client.query(`SELECT setval($1::regclass, max(${quote(column)})) FROM ${quote(name)}`, [sequence]);
    }
}
