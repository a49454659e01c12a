import { letOthersIn } from "#e2e/support/postgres.ts";
import { startServer, type TestServer } from "#e2e/support/start-server.ts";
import { pool } from "#lib/database/client.ts";

/**
 * Starts a dashboard with settings of its own on the database of the browser tests' server, to which
 * the `test` of `with-database.ts` connects. It starts in a third of a whole server's CPU time.
 */
export async function startDashboard(settings: Record<string, string>, cwd?: string): Promise<TestServer> {
  const url = String(pool().options.connectionString);
  await letOthersIn(url);
  return startServer(
    {
      ROLE: "dashboard",
      DATABASE_URL: url,
      AUTH_SECRET: "k3J9mQ2xV7bN5tR8wY1zL4cF6hD0gS+a",
      // Each test has an address of its own here, too.
      TRUSTED_PROXIES: "127.0.0.1",
      ...settings,
    },
    cwd,
  );
}
