import { randomUUID } from "node:crypto";
import pg from "pg";
import { inject } from "vitest";
import { asUserId, type UserId } from "#lib/accounts/model/user-id.ts";
import { openBalance } from "#lib/credits/store.ts";
import { connectDatabase, database, disconnectDatabase } from "#lib/database/client.ts";

async function onServer(statement: string): Promise<void> {
  const admin = new pg.Client(inject("serverUrl"));
  await admin.connect();
  await admin.query(statement).finally(() => admin.end());
}

/**
 * Creates a migrated database, or an empty one from `template0`. Returns its URL and its removal.
 */
export async function createDatabase(
  template: "template" | "template0" = "template",
): Promise<{ url: string; drop: () => Promise<void> }> {
  const name = `test_${randomUUID().replaceAll("-", "")}`;
  // PostgreSQL rejects two copies of one template at the same time, so they queue on a lock.
  const admin = new pg.Client(inject("serverUrl"));
  await admin.connect();
  await admin.query("SELECT pg_advisory_lock(1)");
  await admin.query(`CREATE DATABASE ${name} TEMPLATE ${template}`).finally(() => admin.end());
  const url = new URL(inject("serverUrl"));
  url.pathname = `/${name}`;
  return { url: url.href, drop: () => onServer(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`) };
}

/** Connects this test file to a database of its own. Returns what `afterAll` calls. */
export async function useOwnDatabase(): Promise<() => Promise<void>> {
  const { url, drop } = await createDatabase();
  connectDatabase(url, 20);
  return async () => {
    await disconnectDatabase();
    await drop();
  };
}

let users = 0;

/** Creates a user without a password and with 100 credits. */
export async function createUser(
  name = "Ada",
  tier = "free",
  email = `${name.toLowerCase()}-${++users}@example.com`,
): Promise<{ id: UserId; email: string }> {
  const user = await database().user.create({ data: { name, email, tier }, select: { id: true, email: true } });
  const id = asUserId(user.id);
  await openBalance(database(), id, 100);
  return { ...user, id };
}

/** Creates a user with a verified address, who gets notices by email. */
export async function createVerifiedUser(...user: Parameters<typeof createUser>) {
  const created = await createUser(...user);
  await database().user.update({ where: { id: created.id }, data: { emailVerifiedAt: new Date() } });
  return created;
}
