import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { createKey } from "#e2e/support/test-api.ts";
import { createUser, useOwnDatabase } from "#e2e/support/test-database.ts";
import type { UserId } from "#lib/accounts/model/user-id.ts";
import { revokeApiKeys } from "#lib/api-keys/bulk.ts";
import { setDisabled } from "#lib/api-keys/disable-keys.ts";
import { findWarnings } from "#lib/api-keys/key-health.ts";
import { exportApiKeys, listApiKeys } from "#lib/api-keys/list.ts";
import { WARNINGS, type WarningKind } from "#lib/api-keys/model/key-warning.ts";
import { DEFAULT_VIEW, UNFILTERED } from "#lib/api-keys/model/list-view.ts";
import { readKeyList } from "#lib/api-keys/read-key-list.ts";
import { rotateApiKey } from "#lib/api-keys/rotation.ts";
import { deleteApiKey, revokeApiKey } from "#lib/api-keys/store.ts";
import { database } from "#lib/database/client.ts";

const CALLER = { actor: "user", address: null, userAgent: null } as const;
const DAY_MS = 86_400_000;
const now = new Date("2026-11-25T12:00:00Z");
const ago = (days: number, ms = 0) => new Date(now.getTime() - days * DAY_MS - ms);

let close: () => Promise<void>;
let ada: { id: UserId };
beforeAll(async () => {
  close = await useOwnDatabase();
});
afterAll(() => close());
beforeEach(async () => {
  ada = await createUser();
});

type Change = {
  createdAt?: Date;
  lastUsedAt?: Date;
  expiresAt?: Date;
  environment?: "staging";
  scopes?: string;
  creditsPerMonth?: number;
};
async function keyWith(data: Change): Promise<string> {
  const { key } = await createKey(ada.id);
  await database().apiKey.update({ where: { id: key.id }, data, select: { id: true } });
  return key.id;
}
const kinds = async () => (await findWarnings(ada.id, now)).map(({ kind, keys }) => `${kind} ${keys}`);
/** Returns the keys that the list shows for a warning. */
async function listed(finding: WarningKind): Promise<string[]> {
  const { rows, matching } = await listApiKeys(ada.id, { ...DEFAULT_VIEW, finding }, now);
  expect(matching).toBe(rows.length);
  return rows.map(({ id }) => id).toSorted();
}
const RECENT = { createdAt: ago(1), lastUsedAt: ago(1) };
const LONG = { createdAt: ago(60), lastUsedAt: ago(1) };
async function seenOn(apiKeyId: string, networks: number, lastSeenAt: Date): Promise<void> {
  await database().usageCaller.createMany({
    data: Array.from({ length: networks }, (_, i) => ({
      apiKeyId,
      addressPrefix: `203.0.${i}.0/24`,
      userAgent: "curl",
      route: "/api/v1/key",
      lastSeenAt,
    })),
    skipDuplicates: true,
  });
}

test("a key that is used, young and not about to end has no warning", async () => {
  await keyWith(RECENT);
  await keyWith({ ...RECENT, expiresAt: ago(-6) });
  expect(await kinds()).toEqual([]);
});

test.each<[WarningKind, Change, Change]>([
  ["expiring", { ...LONG, expiresAt: ago(-7) }, { ...LONG, expiresAt: ago(-7, -1) }],
  ["never_used", { createdAt: ago(30) }, { createdAt: ago(30, -1) }],
  ["idle_full_access", { createdAt: ago(80), lastUsedAt: ago(30) }, { createdAt: ago(80), lastUsedAt: ago(30, -1) }],
  ["dropped_permission", { ...RECENT, scopes: "gone:read images:write" }, { ...RECENT, scopes: "images:write" }],
  [
    "idle",
    { createdAt: ago(80), lastUsedAt: ago(90), scopes: "" },
    { createdAt: ago(80), lastUsedAt: ago(90, -1), scopes: "" },
  ],
  [
    "old",
    { createdAt: ago(366), lastUsedAt: ago(1), expiresAt: ago(-100) },
    { createdAt: ago(364), lastUsedAt: ago(1), expiresAt: ago(-100) },
  ],
  ["no_expiry", { createdAt: ago(90), lastUsedAt: ago(1) }, { createdAt: ago(90, -1), lastUsedAt: ago(1) }],
])("the warning %s comes on its day, and not a millisecond before", async (kind, at, before) => {
  await keyWith(before);
  expect(await kinds()).toEqual([]);
  const id = await keyWith(at);
  expect(await findWarnings(ada.id, now)).toEqual([{ kind, keys: 1 }]);
  expect(await listed(kind)).toEqual([id]);
});

test("a full-access key gets one warning when it is unused for 30 days and another after 90 days", async () => {
  await keyWith({ createdAt: ago(80), lastUsedAt: ago(40), scopes: "" });
  await keyWith({ createdAt: ago(80), lastUsedAt: ago(90, -1) });
  await keyWith({ createdAt: ago(80), lastUsedAt: ago(90) });
  expect(await kinds()).toEqual(["idle 1", "idle_full_access 1"]);
});

test("a production key without a network or spending limit gets a warning if other keys have one", async () => {
  const WEEK = { createdAt: ago(7), lastUsedAt: ago(1) };
  const unlimited = await keyWith({ ...WEEK, scopes: "images:write" });
  await keyWith({ ...WEEK, environment: "staging" });
  await keyWith({ ...WEEK, createdAt: ago(7, -1) });
  expect(await kinds()).toEqual([]);
  const limited = await keyWith({ ...WEEK, creditsPerMonth: 0 });
  expect(await kinds()).toEqual(["unlimited 1"]);
  expect(await listed("unlimited")).toEqual([unlimited]);
  await revokeApiKey(ada.id, limited, CALLER);
  expect(await kinds()).toEqual([]);
});

test("the list shows the three most urgent warnings", async () => {
  await keyWith({ createdAt: ago(500), lastUsedAt: ago(400) });
  await keyWith({ createdAt: ago(40) });
  const { warnings } = await readKeyList(ada.id, DEFAULT_VIEW, now);
  expect(warnings.map(({ kind }) => kind)).toEqual(["never_used", "idle", "old"]);
});

test("many networks are five or more, within 30 days in which the key was used", async () => {
  const id = await keyWith(RECENT);
  await seenOn(id, 4, now);
  expect(await kinds()).toEqual([]);
  await seenOn(id, 5, now);
  expect(await kinds()).toEqual(["many_networks 1"]);
  expect(await listed("many_networks")).toEqual([id]);

  await seenOn(await keyWith(RECENT), 5, ago(30));
  // All of its callers of these days were rejected.
  await seenOn(await keyWith({ createdAt: ago(80), lastUsedAt: ago(31), expiresAt: ago(-100) }), 5, now);
  expect(await listed("many_networks")).toEqual([id]);
});

test("keys that have ended, are disabled, were replaced or are another user's have no warning", async () => {
  const old = { createdAt: ago(100), lastUsedAt: ago(1) };
  const bob = await createUser("Bob");
  const theirs = await createKey(bob.id);
  await database().apiKey.update({ where: { id: theirs.key.id }, data: old });
  await keyWith({ createdAt: ago(400), lastUsedAt: ago(100), expiresAt: ago(1) });
  await deleteApiKey(ada.id, await keyWith(old), CALLER);
  await revokeApiKey(ada.id, await keyWith(old), CALLER);
  await rotateApiKey(ada.id, await keyWith(old), "7d", CALLER);
  await setDisabled(ada.id, await keyWith(old), "disabled", CALLER);
  expect(await kinds()).toEqual([]);
  // A revoked successor replaces nothing.
  const alone = await keyWith({ ...old, expiresAt: ago(-300) });
  const rotated = await rotateApiKey(ada.id, alone, "7d", CALLER);
  if (!rotated.ok) throw new Error(rotated.error);
  await revokeApiKey(ada.id, rotated.value.key.id, CALLER);
  await database().apiKey.update({ where: { id: alone }, data: { expiresAt: ago(-7) } });
  expect(await kinds()).toEqual(["expiring 1"]);
  await revokeApiKey(ada.id, alone, CALLER);
  for (const kind of WARNINGS) expect(await listed(kind), kind).toEqual([]);
});

test("the list of a warning has exactly the keys that are counted, also when it is searched, exported or revoked", async () => {
  const staging = (data: Change) => keyWith({ environment: "staging", ...data });
  const keys = {
    expiring: [await staging({ ...LONG, expiresAt: ago(-3) }), await staging({ ...LONG, expiresAt: ago(-6) })],
    dropped_permission: [await staging({ ...RECENT, scopes: "gone:read" })],
    // Needs a limit that the operator sets.
    beyond_lifetime: [],
    never_used: [await staging({ createdAt: ago(40) })],
    idle: [await staging({ createdAt: ago(200), lastUsedAt: ago(95), expiresAt: ago(-100) })],
    many_networks: [await keyWith(RECENT)],
    idle_full_access: [await staging({ createdAt: ago(80), lastUsedAt: ago(40) })],
    unlimited: [await keyWith({ createdAt: ago(8), lastUsedAt: ago(1) })],
    old: [await staging({ createdAt: ago(400), lastUsedAt: ago(1), expiresAt: ago(-100) })],
    no_expiry: [await staging({ createdAt: ago(100), lastUsedAt: ago(1) })],
  } satisfies Record<WarningKind, string[]>;
  await seenOn(keys.many_networks[0] as string, 6, ago(2));
  // Has three warnings at once.
  const worst = await staging({ createdAt: ago(500), lastUsedAt: ago(400) });
  for (const kind of ["idle", "old", "no_expiry"] as const) keys[kind].push(worst);
  await keyWith({ ...RECENT, creditsPerMonth: 1 });
  const counted = WARNINGS.map((kind) => ({ kind, keys: keys[kind].length })).filter((warning) => warning.keys > 0);
  expect(await findWarnings(ada.id, now)).toEqual(counted);
  for (const kind of WARNINGS) expect(await listed(kind), kind).toEqual(keys[kind].toSorted());

  const idle = { ...UNFILTERED, finding: "idle" } as const;
  const search = { ...DEFAULT_VIEW, ...idle, q: "nobody's" };
  expect((await listApiKeys(ada.id, search, now)).matching).toBe(0);
  const exported: string[] = [];
  for await (const rows of exportApiKeys(ada.id, { ...DEFAULT_VIEW, ...idle }, now))
    exported.push(...rows.map(({ id }) => id));
  expect(exported.toSorted()).toEqual(keys.idle.toSorted());
  const selection = { all: true, ids: [], view: idle, confirmedAt: now, confirmedKeys: 2 };
  expect(await revokeApiKeys(ada.id, selection, CALLER)).toEqual({ ok: true, value: { keys: 2 } });
  expect(await kinds()).toEqual([
    "expiring 2",
    "dropped_permission 1",
    "never_used 1",
    "many_networks 1",
    "idle_full_access 1",
    "unlimited 1",
    "old 1",
    "no_expiry 1",
  ]);
});
