import { stat } from "node:fs/promises";
import path from "node:path";
import { dataDirectory, startEmbedded } from "#lib/database/embedded.ts";
import { OperatorError } from "#lib/operator-error.ts";

type OpenDatabase = {
  url: string;
  /** Stops the embedded PostgreSQL if nobody else uses it. */
  close(): Promise<void>;
};

/**
 * Opens the database for a command: the one of DATABASE_URL, else the embedded one, with or without
 * a running server.
 *
 * @throws {OperatorError} if there is no database yet, unless `create`. A mistyped DATA_DIR must
 * not create an empty one.
 */
export async function openDatabase(
  env: { DATABASE_URL?: string | undefined; DATA_DIR?: string | undefined },
  projectRoot: string,
  { create = false } = {},
): Promise<OpenDatabase> {
  if (env.DATABASE_URL) return { url: env.DATABASE_URL, close: async () => {} };
  const directory = dataDirectory(env.DATA_DIR, projectRoot);
  if (!create && !(await stat(path.join(directory, "postgres")).catch(() => undefined)))
    throw new OperatorError(
      `There is no database in ${directory} yet; start the server once, or set DATA_DIR or DATABASE_URL as it has them.`,
    );
  const { url, stop } = await startEmbedded(directory, "guest");
  return { url, close: stop };
}
