import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import pg from "pg";
import type { TestProject } from "vitest/node";
import { letOthersIn, setLocalZone } from "#e2e/support/postgres.ts";
import { startEmbedded } from "#lib/database/embedded.ts";
import { migrate } from "#lib/database/migrate.ts";

declare module "vitest" {
  export interface ProvidedContext {
    /** The URL of a PostgreSQL server whose database `template` is migrated. */
    serverUrl: string;
  }
}

/** Starts one PostgreSQL for the whole run. Each test file copies the migrated template. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const directory = await mkdtemp(path.join(tmpdir(), "goodtake-test-"));
  await chmod(directory, 0o755);
  const server = await startEmbedded(directory, "owner");
  await setLocalZone(server.url);
  await letOthersIn(server.url);
  const admin = new pg.Client(server.url);
  await admin.connect();
  // No data here has to survive a crash of the machine. The crash tests start servers of their own.
  for (const setting of ["fsync = off", "full_page_writes = off", "synchronous_commit = off", "max_connections = 300"])
    await admin.query(`ALTER SYSTEM SET ${setting}`);
  await admin.query("SELECT pg_reload_conf()");
  await admin.query("CREATE DATABASE template");
  await admin.end();
  await migrate(databaseUrl(server.url, "template"), "prisma/migrations");
  project.provide("serverUrl", server.url);
  return async () => {
    await server.stop();
    await rm(directory, { recursive: true, force: true });
  };
}

function databaseUrl(serverUrl: string, name: string): string {
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  return url.href;
}
