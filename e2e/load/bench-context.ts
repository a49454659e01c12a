import type { ChildProcess } from "node:child_process";
import { type FilledAccount, fillLargeAccounts } from "#e2e/load/large-accounts.ts";
import type { Report } from "#e2e/load/report.ts";
import { insertKeys, startBare, writeTiers } from "#e2e/load/set-up.ts";
import { startPostgres, type TestPostgres } from "#e2e/support/postgres.ts";
import { startServer, type TestServer } from "#e2e/support/start-server.ts";
import { connectDatabase, disconnectDatabase } from "#lib/database/client.ts";
import { openClient } from "#lib/database/connection.ts";
import { migrate } from "#lib/database/migrate.ts";

export const KEYS = 100_000;
/** The size of the large account: 0.01 is ready in seconds. */
const FACTOR = Number(process.env.BENCH_FACTOR ?? 1);
const AUTH_SECRET = "k3J9mQ2xV7bN5tR8wY1zL4cF6hD0gS+a";

type Role = "all" | "api" | "dashboard";
export type Databases = {
  keys: { postgres: TestPostgres; settings: Record<string, string>; secrets: string[]; hot: Record<string, string> };
  large: { postgres: TestPostgres; settings: Record<string, string>; large: FilledAccount; small: FilledAccount };
};

/**
 * Databases and bare servers that the groups of a bench share. Each is made when a group first asks
 * for it.
 */
export class BenchContext {
  readonly report: Report;
  readonly directory: string;
  readonly #ends: (() => unknown)[] = [];
  #keys?: Promise<Databases["keys"]>;
  #large?: Promise<Databases["large"]>;

  constructor(report: Report, directory: string) {
    this.report = report;
    this.directory = directory;
  }

  /** Returns a database with 100,000 keys of 10,000 accounts, to which `pool()` is connected. */
  keys(): Promise<Databases["keys"]> {
    this.#keys ??= (async () => {
      const { postgres, settings } = await this.#database();
      connectDatabase(postgres.url, 4);
      this.#ends.push(disconnectDatabase);
      const secrets = await insertKeys(KEYS);
      return { postgres, settings, secrets, hot: { "X-API-Key": secrets[0] as string } };
    })();
    return this.#keys;
  }

  /**
   * Returns a database with an account of 20 million charges and one of ten. It has
   * pg_stat_statements.
   */
  large(): Promise<Databases["large"]> {
    this.#large ??= (async () => {
      const { postgres, settings } = await this.#database();
      const client = await openClient(postgres.url);
      await client
        .query("ALTER SYSTEM SET shared_preload_libraries = 'pg_stat_statements'")
        .finally(() => client.end());
      await postgres.stop();
      await postgres.start();
      const start = performance.now();
      const accounts = await fillLargeAccounts(postgres.url, FACTOR);
      this.report.note(
        "large account filled in",
        `${Math.round((performance.now() - start) / 1000)} s`,
        `factor ${FACTOR}`,
      );
      return { postgres, settings, ...accounts };
    })();
    return this.#large;
  }

  /** Runs `work` with a server on the database, then ends the server. */
  async withServer<T>(
    database: { settings: Record<string, string> },
    role: Role,
    work: (server: TestServer) => Promise<T>,
    settings: Record<string, string> = {},
  ): Promise<T> {
    const server = await startServer({ ...database.settings, ROLE: role, ...settings });
    try {
      return await work(server);
    } finally {
      await server.end("SIGTERM");
    }
  }

  /** Starts a bare `node:http` server that answers with the headers of `/auth`. */
  async bare(url: string, hot: Record<string, string>): Promise<{ url: string; child: ChildProcess; end: () => void }> {
    const answer = await fetch(`${url}/api/v1/auth`, { headers: hot });
    if (answer.status !== 204) throw new Error(`/auth answered ${answer.status}`);
    // Node adds these to both.
    const headers = [...answer.headers].filter(([name]) => !["date", "connection", "keep-alive"].includes(name));
    const { line, child, end } = await startBare(headers.flat());
    return { url: `http://127.0.0.1:${line}/`, child, end };
  }

  async end(): Promise<void> {
    for (const end of this.#ends.reverse()) await end();
  }

  async #database() {
    const postgres = await startPostgres();
    this.#ends.push(postgres.remove);
    await migrate(postgres.url, "prisma/migrations");
    return {
      postgres,
      settings: { DATABASE_URL: postgres.url, AUTH_SECRET, TIERS_FILE: await writeTiers(this.directory) },
    };
  }
}
