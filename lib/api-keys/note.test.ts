import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { createKey, startApi } from "#e2e/support/test-api.ts";
import { createUser, useOwnDatabase } from "#e2e/support/test-database.ts";
import type { UserId } from "#lib/accounts/model/user-id.ts";
import type { Caller } from "#lib/activity/record.ts";
import { deleteApiKeys, restoreApiKeys } from "#lib/api-keys/bulk.ts";
import { findListedApiKey, listApiKeys } from "#lib/api-keys/list.ts";
import { DEFAULT_VIEW, UNFILTERED } from "#lib/api-keys/model/list-view.ts";
import { apiKeyNote } from "#lib/api-keys/model/schema.ts";
import { rotateApiKey } from "#lib/api-keys/rotation.ts";
import { generateSecret } from "#lib/api-keys/secret.ts";
import { deleteApiKey, noteApiKey } from "#lib/api-keys/store.ts";
import { database } from "#lib/database/client.ts";

const CALLER: Caller = { actor: "user", address: null, userAgent: null };
const NOTE = "In the vault of the build servers.\nAsk Zoë.";

let close: () => Promise<void>;
let ada: UserId;
let bob: UserId;
beforeAll(async () => {
  close = await useOwnDatabase();
});
afterAll(() => close());
beforeEach(async () => {
  ada = (await createUser()).id;
  bob = (await createUser("Bob")).id;
});

const actionsOf = async (apiKeyId: string) =>
  (await database().activity.findMany({ where: { apiKeyId }, orderBy: { createdAt: "asc" } })).map(
    ({ action, details }) => [action, details],
  );

describe("a note", () => {
  test("is kept, goes over to a successor, and is recorded without its text", async () => {
    const { key } = await createKey(ada);
    expect(await noteApiKey(ada, key.id, NOTE, CALLER)).toEqual({ ok: true, value: undefined });
    expect(await noteApiKey(ada, key.id, NOTE, CALLER)).toEqual({ ok: true, value: undefined });
    expect((await findListedApiKey(ada, key.id))?.note).toBe(NOTE);
    expect((await actionsOf(key.id)).slice(1)).toEqual([["api_key.note_changed", { name: "Production App" }]]);
    const rotated = await rotateApiKey(ada, key.id, "24h", CALLER);
    expect(rotated.ok && rotated.value.key.note).toBe(NOTE);
  });

  test("of another user's key or of a deleted one doesn't change", async () => {
    const { key } = await createKey(ada);
    expect(await noteApiKey(bob, key.id, NOTE, CALLER)).toEqual({ ok: false, error: "not_found" });
    await deleteApiKey(ada, key.id, CALLER);
    expect(await noteApiKey(ada, key.id, NOTE, CALLER)).toEqual({ ok: false, error: "not_found" });
    expect((await findListedApiKey(ada, key.id))?.note).toBe("");
  });

  test("has at most 500 characters, none of them hidden, and no key in it", () => {
    expect(apiKeyNote.parse(`  ${NOTE.replace("\n", "\r\n")} `)).toBe(NOTE);
    expect(apiKeyNote.parse(" ")).toBe("");
    expect(apiKeyNote.parse("🌅".repeat(500))).toHaveLength(1_000);
    for (const note of ["a".repeat(501), "a\0b", "a\u202eb", "a\u200bb", `it is ${generateSecret()}`])
      expect(apiKeyNote.safeParse(note).success, note).toBe(false);
  });
});

describe("undoing a deletion", () => {
  const rowsOf = async (userId: UserId) => (await listApiKeys(userId, DEFAULT_VIEW, new Date())).rows;

  test("brings back the row and never the key", async () => {
    const api = await startApi();
    const { key, secret } = await createKey(ada);
    const deleted = await deleteApiKey(ada, key.id, CALLER);
    if (!deleted.ok) throw new Error(deleted.error);
    const { deletedAt } = deleted.value;
    expect(await rowsOf(ada)).toEqual([]);
    expect(await restoreApiKeys(bob, deletedAt, CALLER)).toEqual({ ok: false, error: "not_found" });
    expect(await restoreApiKeys(ada, deletedAt, CALLER)).toEqual({ ok: true, value: { keys: 1 } });
    expect(await restoreApiKeys(ada, deletedAt, CALLER)).toEqual({ ok: false, error: "not_found" });
    expect(await rowsOf(ada)).toMatchObject([{ id: key.id, revokedAt: expect.any(Date) }]);
    expect((await api.call("/key", {}, secret)).status).toBe(401);
    expect((await actionsOf(key.id)).map(([action]) => action)).toEqual([
      "api_key.created",
      "api_key.revoked",
      "api_key.deleted",
      "api_key.restored",
    ]);
    api.close();
  });

  test("of many keys brings back exactly those", async () => {
    const { key: before } = await createKey(ada);
    await deleteApiKey(ada, before.id, CALLER);
    const ids = [(await createKey(ada)).key.id, (await createKey(ada)).key.id];
    const selection = { all: false, ids, view: UNFILTERED, confirmedAt: new Date(), confirmedKeys: 2 };
    const deleted = await deleteApiKeys(ada, selection, CALLER);
    if (!deleted.ok) throw new Error(deleted.error);
    expect(await restoreApiKeys(ada, deleted.value.deletedAt, CALLER)).toEqual({ ok: true, value: { keys: 2 } });
    expect((await rowsOf(ada)).map(({ id }) => id).toSorted()).toEqual(ids.toSorted());
  });
});
