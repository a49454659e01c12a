import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createKey, startApi, type TestApi } from "#e2e/support/test-api.ts";
import { createDatabase, createUser } from "#e2e/support/test-database.ts";
import { isFreshSession, startSession } from "#lib/accounts/sessions.ts";
import { rotateApiKey } from "#lib/api-keys/rotation.ts";
import { connectDatabase, database, disconnectDatabase } from "#lib/database/client.ts";
import { openClient } from "#lib/database/connection.ts";
import { HOUR_MS } from "#lib/time/model/duration.ts";

const CALLER = { actor: "user", address: "192.0.2.1", userAgent: "test" } as const;

// UTC is included because no other test runs on it.
describe.each(["UTC", "America/New_York", "Asia/Tokyo", "Asia/Kathmandu"])("on a database in %s", (zone) => {
  let api: TestApi;
  let url: string;
  let drop: () => Promise<void>;
  beforeEach(async () => {
    ({ url, drop } = await createDatabase());
    const admin = await openClient(url);
    await admin.query(`ALTER DATABASE ${new URL(url).pathname.slice(1)} SET TimeZone = '${zone}'`);
    await admin.end();
    connectDatabase(url, 4);
    api = await startApi();
  });
  afterEach(async () => {
    api.close();
    await disconnectDatabase();
    await drop();
  });

  test("a key is rejected once it has expired, and its stored end is the one that was asked for", async () => {
    const ada = await createUser();
    const { key, secret } = await createKey(ada.id, { type: "preset", preset: "7d" });
    expect((await api.call("/auth", {}, secret)).status).toBe(204);
    const session = await openClient(url);
    const { rows } = await session.query(`SELECT "createdAt", "expiresAt" FROM "ApiKey" WHERE "id" = $1`, [key.id]);
    await session.end();
    expect(rows).toEqual([{ createdAt: key.createdAt, expiresAt: key.expiresAt }]);
    const expired = await createKey(ada.id);
    await database().apiKey.update({
      where: { id: expired.key.id },
      data: { expiresAt: new Date(Date.now() - 1_000) },
      select: { id: true },
    });
    expect((await api.call("/auth", {}, expired.secret)).status).toBe(401);
  });

  test("a rotated key passes for the hour of its overlap", async () => {
    const ada = await createUser();
    const { key, secret } = await createKey(ada.id);
    await rotateApiKey(ada.id, key.id, "1h", CALLER);
    const answer = await api.call("/key", {}, secret);
    expect(answer.status).toBe(200);
    const { expires_at } = (await answer.json()) as { expires_at: string };
    expect((Date.parse(expires_at) - Date.now()) / HOUR_MS).toBeCloseTo(1, 1);
  });

  test("a new session is fresh", async () => {
    const ada = await createUser();
    const { userId, sessionId } = await database().$transaction((transaction) =>
      startSession(transaction, ada.id, CALLER),
    );
    expect(await isFreshSession(userId, sessionId)).toBe(true);
  });
});
