import { randomUUID } from "node:crypto";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { runCommand } from "#e2e/support/run-command.ts";
import { spawnServer, startServer } from "#e2e/support/start-server.ts";
import { createDatabase, createUser } from "#e2e/support/test-database.ts";
import { startSession } from "#lib/accounts/sessions.ts";
import { disableAccount } from "#lib/accounts/store.ts";
import { deleteEveryApiKey } from "#lib/api-keys/bulk.ts";
import { endReplacedKeys } from "#lib/api-keys/end-replaced-keys.ts";
import type { CreateApiKeyInput } from "#lib/api-keys/model/schema.ts";
import { rotateApiKey } from "#lib/api-keys/rotation.ts";
import { createApiKey, deleteApiKey, revokeApiKey } from "#lib/api-keys/store.ts";
import { connectDatabase, database, disconnectDatabase, pool } from "#lib/database/client.ts";
import { openClient } from "#lib/database/connection.ts";
import { planShift, shiftTimeZone } from "#lib/database/time-zone-shift.ts";
import { HOUR_MS } from "#lib/time/model/duration.ts";

const CALLER = { actor: "user", address: "192.0.2.1", userAgent: "test" } as const;

let url: string;
let drop: () => Promise<void>;
beforeEach(async () => {
  ({ url, drop } = await createDatabase());
});
afterEach(async () => {
  await disconnectDatabase();
  await drop();
});

/** Connects as an older version did, in the database's time zone. */
function connectAsBefore(zone: string): void {
  connectDatabase(url, 4).pool.on("connect", (client) => void client.query(`SET TimeZone = '${zone}'`));
}

/** Returns the instants of all corrected columns by row. */
async function readInstants() {
  const orderBy = { id: "asc" } as const;
  const createdAt = true;
  return {
    keys: await database().apiKey.findMany({
      orderBy,
      select: { id: true, name: true, createdAt, expiresAt: true, revokedAt: true, deletedAt: true },
    }),
    sessions: await database().session.findMany({ orderBy, select: { id: true, createdAt, lastSeenAt: true } }),
    users: await database().user.findMany({
      orderBy,
      select: { id: true, createdAt, disabledAt: true, deletedAt: true },
    }),
    activity: await database().activity.findMany({ orderBy, select: { id: true, createdAt } }),
    identities: await database().providerIdentity.findMany({ select: { createdAt } }),
    answers: await database().idempotencyRecord.findMany({ select: { createdAt } }),
  };
}

/** Uses the product as it was and returns the true instants. */
async function writeAsBefore(zone: string) {
  connectAsBefore(zone);
  const [ada, bob] = [await createUser("Ada", "scale"), await createUser("Bob")];
  const create = async (name: string, expiry: CreateApiKeyInput["expiry"] = { type: "never" }, owner = ada.id) => {
    const created = await createApiKey(owner, { name, environment: "staging", expiry }, CALLER);
    if (!created.ok) throw new Error(created.error);
    return created.value.key.id;
  };
  const rotate = async (id: string, overlap: "1h" | "on_use") => {
    const rotated = await rotateApiKey(ada.id, id, overlap, CALLER);
    if (!rotated.ok) throw new Error(rotated.error);
    return rotated.value.key.id;
  };
  const use = (id: string) =>
    pool().query(`INSERT INTO "UsageHour" VALUES ($1, date_trunc('hour', now(), 'UTC'), 'ok', 1)`, [id]);
  await create("never ends");
  await create("ends in a week", { type: "preset", preset: "7d" });
  await create("ends in summer", { type: "custom", at: new Date("2027-07-01T12:00:00Z") });
  await create("ends when clocks go back", { type: "custom", at: new Date("2027-11-07T06:30:00Z") });
  await revokeApiKey(ada.id, await create("revoked"), CALLER);
  await deleteApiKey(ada.id, await create("deleted"), CALLER);
  await rotate(await create("ends in an hour"), "1h");
  await rotate(await create("ends on use"), "on_use");
  const used = await create("was ended by use");
  await use(await rotate(used, "on_use"));
  await use(
    await rotate(
      await create("used, but ends sooner", { type: "custom", at: new Date(Date.now() + 2 * HOUR_MS) }),
      "on_use",
    ),
  );
  await endReplacedKeys();
  await create("deleted with others", undefined, bob.id);
  await database().$transaction((transaction) => deleteEveryApiKey(transaction, bob.id, CALLER));
  await disableAccount(bob.id, CALLER);
  const [, seen] = await database().$transaction(async (transaction) => [
    await startSession(transaction, ada.id, CALLER),
    await startSession(transaction, ada.id, CALLER),
  ]);
  await pool().query(`UPDATE "Session" SET "lastSeenAt" = now() WHERE "id" = $1`, [seen?.sessionId]);
  await database().providerIdentity.create({ data: { provider: "oidc", subject: "1", userId: ada.id } });
  await database().idempotencyRecord.create({
    data: { userId: ada.id, key: randomUUID(), fingerprint: Buffer.from("x") },
  });

  const instants = await readInstants();
  // Prisma reads what it wrote as intended; these two have the database's clock.
  for (const session of instants.sessions)
    if (session.id === seen?.sessionId) session.lastSeenAt = await readRaw("Session", "lastSeenAt", session.id);
  for (const key of instants.keys) if (key.id === used) key.expiresAt = await readRaw("ApiKey", "expiresAt", used);
  await disconnectDatabase();
  return instants;
}

async function readRaw(table: string, column: string, id: string): Promise<Date> {
  const { rows } = await pool().query(`SELECT "${column}" AS "at" FROM "${table}" WHERE "id" = $1`, [id]);
  return rows[0].at;
}

async function readAgain() {
  connectDatabase(url, 4);
  return readInstants().finally(disconnectDatabase);
}

const run = (...args: string[]) => runCommand("shift-time-zone.ts", args, { DATABASE_URL: url });

describe.each(["America/New_York", "Asia/Tokyo", "Asia/Kathmandu"])("a database that was written in %s", (zone) => {
  test("has the true instants after the correction, which runs once", async () => {
    const before = await writeAsBefore(zone);
    const shifted = await readAgain();
    expect(shifted).not.toEqual(before);

    const dry = await run("--from", zone);
    expect([dry.code, dry.stderr]).toEqual([0, ""]);
    expect(dry.stdout).toContain(`ApiKey: ${before.keys.length} rows (createdAt, expiresAt, revokedAt, deletedAt)`);
    expect(dry.stdout).toContain(`${zone} explains the instants of all 2 accounts.\nNothing was changed`);
    expect(await readAgain()).toEqual(shifted);

    const applied = await run("--from", zone, "--apply");
    expect([applied.code, applied.stderr]).toEqual([0, ""]);
    expect(await readAgain()).toEqual(before);

    const again = await run("--from", zone, "--apply");
    expect([again.code, again.stderr]).toEqual([1, "This database was corrected already.\n"]);
    expect(await readAgain()).toEqual(before);

    connectDatabase(url, 2);
    for (const [table, change] of [
      ["ApiKey", `"revokedAt" = now() WHERE "revokedAt" IS NOT NULL`],
      ["Activity", `"createdAt" = now()`],
    ])
      await expect(pool().query(`UPDATE "${table}" SET ${change}`)).rejects.toThrow(/can not be/);
  });
});

test("no server or command works on a shifted database before it is corrected, and they do after it", async () => {
  await writeAsBefore("Asia/Tokyo");
  const settings = { DATABASE_URL: url, AUTH_SECRET: "k3J9mQ2xV7bN5tR8wY1zL4cF6hD0gS+a", ROLE: "api" };
  const [server, command] = [spawnServer(settings), await runCommand("account.ts", ["list"], { DATABASE_URL: url })];
  expect([await server.end(), command.code]).toEqual([1, 1]);
  for (const output of [server.output(), command.stderr])
    expect(output).toMatch(
      /off by -9\.00 hours\. Stop every GoodTake process and run npm run shift-time-zone -- --from ZONE/,
    );
  expect((await run("--from", "Asia/Tokyo", "--apply")).code).toBe(0);
  expect((await runCommand("account.ts", ["list"], { DATABASE_URL: url })).code).toBe(0);
  await (await startServer(settings)).end("SIGTERM");
});

test("an interrupted correction continues where it stopped", async () => {
  const before = await writeAsBefore("America/New_York");
  for (let steps = 0; ; steps += 1) {
    const client = await openClient(url);
    const enough = new AbortController();
    let left = 1 + (steps % 3);
    // Presses Ctrl-C after some transactions.
    const query = client.query.bind(client) as typeof client.query;
    client.query = ((...args: Parameters<typeof client.query>) => {
      if (String(args[0]).startsWith('INSERT INTO "TimeZoneShift"') && --left === 0) enough.abort();
      return query(...args);
    }) as typeof client.query;
    const done = await shiftTimeZone(client, "America/New_York", { stepRows: 3, signal: enough.signal }).then(
      () => true,
      (error: Error) => {
        if (error.name !== "AbortError") throw error;
        return false;
      },
    );
    await client.end();
    if (done) {
      expect(steps).toBeGreaterThan(5);
      break;
    }
  }
  expect(await readAgain()).toEqual(before);
});

describe("the correction is rejected, and changes nothing,", () => {
  test("with a wrong, unknown or missing zone", async () => {
    await writeAsBefore("America/New_York");
    const shifted = await readAgain();
    expect(await run("--from", "Asia/Tokyo", "--apply")).toMatchObject({
      code: 1,
      stderr: "The zone Asia/Tokyo explains the instants of 0 of 2 accounts, and must explain all.\n",
    });
    expect((await run("--from", "Mars/Olympus", "--apply")).stderr).toMatch(/^PostgreSQL knows no time zone Mars/);
    expect((await run("--apply")).code).toBe(2);
    expect(await readAgain()).toEqual(shifted);
  });

  test("on a database whose instants are right", async () => {
    connectDatabase(url, 2);
    await createUser();
    await disconnectDatabase();
    const right = await readAgain();
    expect(await run("--from", "Asia/Tokyo", "--apply")).toMatchObject({
      code: 1,
      stderr: "The instants of this database are right; there is nothing to correct.\n",
    });
    expect(await readAgain()).toEqual(right);
  });

  test("while a server is connected", async () => {
    await writeAsBefore("Asia/Tokyo");
    const shifted = await readAgain();
    connectDatabase(url, 1);
    await pool().query("SELECT");
    const client = await openClient(url);
    await expect(shiftTimeZone(client, "Asia/Tokyo")).rejects.toThrow(/^A GoodTake server is connected/);
    expect((await planShift(client, "Asia/Tokyo")).accounts).toBe(2);
    await client.end();
    await disconnectDatabase();
    expect(await readAgain()).toEqual(shifted);
  });
});
