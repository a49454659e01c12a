import { openClient } from "#lib/database/connection.ts";
import { FIRST_MIGRATION, lastMigration, prepareForCopy } from "#lib/database/tables.ts";
import { OperatorError } from "#lib/operator-error.ts";
import type { Run } from "#lib/revocations/statements.ts";
import { writeList } from "#lib/revocations/write-list.ts";

/**
 * Writes the list as of one instant into a new file and returns that instant.
 *
 * @throws {OperatorError} if the database is empty or the file can't be written.
 */
export async function exportRevocations(url: string, file: string): Promise<string> {
  const client = await openClient(url, { application_name: "goodtake revocations" });
  const run: Run = async (sql, values) => (await client.query(sql, values)).rows;
  try {
    await prepareForCopy(client);
    await client.query("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
    if (!(await lastMigration(client)))
      throw new OperatorError("The database holds nothing yet; start the server once.");
    const [first] = await run<{ id: string }>(FIRST_MIGRATION);
    const { handle, at } = await writeList(run, file, first?.id ?? "");
    await handle.close();
    return new Date(at).toISOString();
  } finally {
    await client.end();
  }
}
