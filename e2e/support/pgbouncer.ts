import { writeFile } from "node:fs/promises";
import path from "node:path";
import { freePort } from "#e2e/support/free-port.ts";
import { startProgram } from "#e2e/support/program.ts";
import { temporaryDirectory } from "#e2e/support/start-server.ts";

export type TestPgBouncer = { url: string; stop: () => Promise<void> };

/**
 * Starts a PgBouncer in transaction mode with the settings of the documentation. All clients share
 * three server connections.
 */
export async function startPgBouncer(databaseUrl: string): Promise<TestPgBouncer> {
  const { directory, remove } = await temporaryDirectory();
  const { pathname, searchParams, username } = new URL(databaseUrl);
  const database = pathname.slice(1);
  const port = await freePort();
  const file = path.join(directory, "pgbouncer.ini");
  await writeFile(
    file,
    `[databases]
${database} = host=${searchParams.get("host")} user=${username} connect_query='SET statement_timeout = 2500; SET idle_in_transaction_session_timeout = 10000'
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = any
pool_mode = transaction
default_pool_size = 3
ignore_startup_parameters = statement_timeout,idle_in_transaction_session_timeout
${process.getuid?.() === 0 ? "user = nobody" : ""}
`,
  );
  const program = await startProgram("pgbouncer", [file], port, directory);
  return {
    url: `postgresql://${username}@127.0.0.1:${port}/${database}`,
    stop: async () => {
      await program.stop();
      await remove();
    },
  };
}
