import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { createKey } from "#e2e/test-api.ts";
import { createPerson, useOwnDatabase } from "#e2e/test-database.ts";
import { findHygiene } from "#lib/api-keys/hygiene.ts";
import { rotateApiKey } from "#lib/api-keys/rotation.ts";
import { revokeApiKey } from "#lib/api-keys/store.ts";
import { database } from "#lib/database/client.ts";

const CALLER = { actor: "user", address: null, userAgent: null } as const;
const DAY_MS = 86_400_000;
const now = new Date("2026-11-25T12:00:00Z");
const ago = (days: number, ms = 0) => new Date(now.getTime() - days * DAY_MS - ms);

let close: () => Promise<void>;
let ada: { id: string };
beforeAll(async () => {
  close = await useOwnDatabase();
});
afterAll(() => close());
beforeEach(async () => {
  ada = await createPerson();
});

type Change = { createdAt?: Date; lastUsedAt?: Date; expiresAt?: Date };
async function keyWith(data: Change): Promise<string> {
  const { key } = await createKey(ada.id);
  await database().apiKey.update({ where: { id: key.id }, data, select: { id: true } });
  return key.id;
}
const kinds = async () => (await findHygiene(ada.id, now)).map(({ kind, keys }) => `${kind} ${keys}`);
const RECENT = { createdAt: ago(1), lastUsedAt: ago(1) };

test("a key that is used, young and not about to end is nothing to speak of", async () => {
  await keyWith(RECENT);
  expect(await kinds()).toEqual([]);
});

test.each<[string, Change, Change]>([
  ["expiring", { ...RECENT, expiresAt: ago(-7) }, { ...RECENT, expiresAt: ago(-7, -1) }],
  ["never_used", { createdAt: ago(30) }, { createdAt: ago(30, -1) }],
  ["idle", { createdAt: ago(80), lastUsedAt: ago(90) }, { createdAt: ago(80), lastUsedAt: ago(90, -1) }],
  [
    "old",
    { createdAt: ago(366), lastUsedAt: ago(1), expiresAt: ago(-100) },
    { createdAt: ago(364), lastUsedAt: ago(1), expiresAt: ago(-100) },
  ],
  ["no_expiry", { createdAt: ago(90), lastUsedAt: ago(1) }, { createdAt: ago(90, -1), lastUsedAt: ago(1) }],
])("%s is found at its day, and not a moment before", async (kind, at, before) => {
  await keyWith(before);
  expect(await kinds()).toEqual([]);
  const id = await keyWith(at);
  expect(await findHygiene(ada.id, now)).toEqual([{ kind, keys: 1, examples: [{ id, name: "Production App" }] }]);
});

test("many networks are five or more", async () => {
  const id = await keyWith(RECENT);
  const seen = (networks: number) =>
    database().usageCaller.createMany({
      data: Array.from({ length: networks }, (_, i) => ({
        apiKeyId: id,
        addressPrefix: `203.0.${i}.0/24`,
        userAgent: "curl",
        route: "/api/v1/key",
        lastSeenAt: now,
      })),
      skipDuplicates: true,
    });
  await seen(4);
  expect(await kinds()).toEqual([]);
  await seen(5);
  expect(await kinds()).toEqual(["many_networks 1"]);
});

test("what has ended, was replaced, or is another's is not spoken of; of many, three are named", async () => {
  const old = { createdAt: ago(100), lastUsedAt: ago(1) };
  const bob = await createPerson("Bob");
  const theirs = await createKey(bob.id);
  await database().apiKey.update({ where: { id: theirs.key.id }, data: old });
  await revokeApiKey(ada.id, await keyWith(old), CALLER);
  await rotateApiKey(ada.id, await keyWith(old), "7d", CALLER);
  expect(await kinds()).toEqual([]);
  // A successor that is gone replaces nothing.
  const alone = await keyWith({ ...old, expiresAt: ago(-300) });
  const rotated = await rotateApiKey(ada.id, alone, "7d", CALLER);
  if (!rotated.ok) throw new Error(rotated.error);
  await revokeApiKey(ada.id, rotated.value.key.id, CALLER);
  await database().apiKey.update({ where: { id: alone }, data: { expiresAt: ago(-7) } });
  expect(await kinds()).toEqual(["expiring 1"]);
  await revokeApiKey(ada.id, alone, CALLER);
  for (let i = 0; i < 5; i += 1) await keyWith(old);
  const [finding] = await findHygiene(ada.id, now);
  expect([finding?.keys, finding?.examples.length]).toEqual([5, 3]);
});
