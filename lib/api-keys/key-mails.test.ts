import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { mailSettings } from "#e2e/support/mail-server.ts";
import { takeMails, takeSubjects } from "#e2e/support/queued-mails.ts";
import { CALLER } from "#e2e/support/seed.ts";
import { createKey } from "#e2e/support/test-api.ts";
import { createVerifiedUser, useOwnDatabase } from "#e2e/support/test-database.ts";
import type { UserId } from "#lib/accounts/model/user-id.ts";
import { deleteApiKeys, revokeApiKeys } from "#lib/api-keys/bulk.ts";
import { UNFILTERED } from "#lib/api-keys/model/list-view.ts";
import { UNRESTRICTED } from "#lib/api-keys/model/restrictions.ts";
import { changeRestrictions } from "#lib/api-keys/restrict.ts";
import { rotateApiKey } from "#lib/api-keys/rotation.ts";
import { deleteApiKey, revokeApiKey } from "#lib/api-keys/store.ts";
import { database } from "#lib/database/client.ts";
import { changeMutedNotices } from "#lib/mail/muted-notices.ts";

Object.assign(process.env, mailSettings({ url: "smtp://127.0.0.1:1" }));

let close: () => Promise<void>;
let ada: { id: UserId };
beforeAll(async () => {
  close = await useOwnDatabase();
});
afterAll(() => close());
beforeEach(async () => {
  ada = await createVerifiedUser();
});

async function newKey() {
  const created = await createKey(ada.id);
  await takeMails(ada.id);
  return created;
}

test("creating, rotating, revoking and deleting a key each send one email", async () => {
  const { key } = await createKey(ada.id);
  expect(await takeSubjects(ada.id)).toEqual(["API key created: Production App"]);
  for (const overlap of ["24h", "now"] as const) {
    const old = await newKey();
    await rotateApiKey(ada.id, old.key.id, overlap, CALLER);
    expect(await takeSubjects(ada.id)).toEqual(["API key rotated: Production App"]);
  }
  await revokeApiKey(ada.id, key.id, CALLER);
  expect(await takeSubjects(ada.id)).toEqual(["API key revoked: Production App"]);
  await revokeApiKey(ada.id, key.id, CALLER);
  await deleteApiKey(ada.id, key.id, CALLER);
  expect(await takeSubjects(ada.id)).toEqual([]);
  await deleteApiKey(ada.id, (await newKey()).key.id, CALLER);
  expect(await takeSubjects(ada.id)).toEqual(["API key revoked: Production App"]);
});

test("one email is about 500 revoked keys and names 20 of them, and none of another account", async () => {
  const bob = await createVerifiedUser("Bob");
  await createKey(bob.id);
  await takeMails(bob.id);
  await database().$executeRaw`
    INSERT INTO "ApiKey" ("id", "userId", "name", "environment", "prefix", "hash")
    SELECT gen_random_uuid(), ${ada.id}::uuid, 'key ' || n, 'production', 'gt_aaaa', sha256(('key ' || n || ${ada.id})::bytea)
    FROM generate_series(1, 500) n`;
  const selection = { all: true, ids: [], view: UNFILTERED, confirmedAt: new Date(), confirmedKeys: 500 };
  expect(await revokeApiKeys(ada.id, selection, CALLER)).toEqual({ ok: true, value: { keys: 500 } });
  const [mail, ...more] = await takeMails(ada.id);
  expect(more).toEqual([]);
  expect(mail?.subject).toBe("500 API keys revoked");
  expect(mail?.paragraphs[1]).toMatch(/^(• "key \d+" \(production, gt_aaaa…\)\n){20}and 480 more$/);
  await deleteApiKeys(ada.id, { ...selection, confirmedAt: new Date() }, CALLER);
  expect(await takeSubjects(ada.id)).toEqual([]);
  expect(await takeMails(bob.id)).toEqual([]);
});

test("relaxed restrictions send a security notice even to a user who turned off all notices", async () => {
  const { key } = await newKey();
  await changeMutedNotices(ada.id, ["key_changes", "credits", "expiry", "networks", "quota", "spending_caps"]);
  await changeRestrictions(ada.id, key.id, { ...UNRESTRICTED, scopes: [], requestsPerMinute: 5 }, CALLER);
  expect(await takeMails(ada.id)).toEqual([]);
  await changeRestrictions(ada.id, key.id, { ...UNRESTRICTED, scopes: ["images:write"] }, CALLER);
  const [mail, ...more] = await takeMails(ada.id);
  expect(more).toEqual([]);
  expect(mail).toMatchObject({ kind: "api_key.widened", subject: "API key restrictions relaxed: Production App" });
  expect(mail?.paragraphs[1]).toBe("• Permissions: images:write\n• Requests per minute: no limit for this key");
});

test("no email contains a key's secret", async () => {
  const { secret } = await createKey(ada.id);
  const rows = await database().$queryRaw<{ data: object }[]>`SELECT "data" FROM "Mail"`;
  expect(JSON.stringify(rows)).not.toContain(secret.slice(10, 30));
});
