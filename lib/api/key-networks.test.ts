import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createRestrictedKey, startApi, type TestApi } from "#e2e/support/test-api.ts";
import { createUser, useOwnDatabase } from "#e2e/support/test-database.ts";
import type { UserId } from "#lib/accounts/model/user-id.ts";
import { outliveLeases } from "#lib/api-keys/lease.ts";
import { database } from "#lib/database/client.ts";
import { findLoggedRequest } from "#lib/usage/logs.ts";
import { usageByDay } from "#lib/usage/read.ts";
import { flushUsage } from "#lib/usage/recorder.ts";

let api: TestApi;
let close: () => Promise<void>;
let ada: { id: UserId };
beforeAll(async () => {
  close = await useOwnDatabase();
  api = await startApi();
  ada = await createUser("Ada", "scale");
});
afterAll(async () => {
  api.close();
  await close();
});

/** The front listener puts the client's address into this header. */
const from = (address: string) => ({ headers: { "x-forwarded-for": address } });
const fifty = Array.from({ length: 50 }, (_, i) => `192.0.2.${i}/32`).join(" ");

describe("a key is accepted only from its networks", () => {
  test.each<[networks: string | null, address: string, status: number]>([
    [null, "203.0.113.9", 204],
    ["203.0.113.0/24", "203.0.113.9", 204],
    ["203.0.113.0/24", "203.0.114.9", 401],
    ["203.0.113.0/24", "::ffff:203.0.113.9", 204],
    ["10.0.0.0/8 203.0.113.0/24 2001:db8::/32", "2001:db8:1::1", 204],
    ["10.0.0.0/8 203.0.113.0/24", "2001:db8:1::1", 401],
    ["0.0.0.0/0", "2001:db8:1::1", 401],
    ["::/0", "203.0.113.9", 401],
    [fifty, "192.0.2.49", 204],
    [fifty, "192.0.2.50", 401],
    ["", "203.0.113.9", 401],
    ["not-a-network 203.0.113.0/24", "203.0.113.9", 204],
    ["not-a-network", "203.0.113.9", 401],
    ["0.0.0.0/0", "", 401],
    ["0.0.0.0/0", "unknown", 401],
  ])("networks %.40j, address %j: %i", async (allowedNetworks, address, status) => {
    const { secret } = await createRestrictedKey(ada.id, { allowedNetworks });
    for (const path of ["/auth", "/key"]) {
      const answer = await api.call(path, from(address), secret);
      expect(answer.status).toBe(status === 204 && path === "/key" ? 200 : status);
    }
  });
});

test("a request from elsewhere gets the uniform 401, and only the owner sees the reason and the network", async () => {
  const { key, secret } = await createRestrictedKey(ada.id, { allowedNetworks: "203.0.113.0/24" });
  const unknown = await api.call("/key", from("198.51.100.7"), `${secret.slice(0, -1)}!`);
  const answer = await api.call("/key", from("198.51.100.7"), secret);
  expect(answer.status).toBe(401);
  expect(await answer.clone().text()).toBe(await unknown.text());
  const headersOf = ({ headers }: Response) =>
    [...headers].filter(([name]) => name !== "x-request-id" && name !== "date");
  expect(headersOf(answer)).toEqual(headersOf(unknown));
  await flushUsage();
  const id = answer.headers.get("x-request-id") ?? "";
  expect(await findLoggedRequest(ada.id, id)).toMatchObject({
    reason: "address_not_allowed",
    status: 401,
    addressPrefix: "198.51.100.0/24",
    apiKeyId: key.id,
  });
  const bob = await createUser("Bob");
  expect(await findLoggedRequest(bob.id, id)).toBeNull();
  const { lastUsedAt } = await database().apiKey.findUniqueOrThrow({
    where: { id: key.id },
    select: { lastUsedAt: true },
  });
  expect(lastUsedAt).toBeNull();
  expect((await usageByDay(ada.id, 1, new Date()))[0]?.rejected).toBeGreaterThan(0);
});

test("a request from elsewhere uses up nothing of the account's rate limit", async () => {
  const { id } = await createUser("Carol", "free");
  const { secret } = await createRestrictedKey(id, { allowedNetworks: "203.0.113.0/24" });
  for (let i = 0; i < 25; i += 1) expect((await api.call("/auth", from("198.51.100.7"), secret)).status).toBe(401);
  const answer = await api.call("/auth", from("203.0.113.9"), secret);
  expect(answer.headers.get("ratelimit")).toMatch(/^"free";r=19;/);
});

test("networks are changed, and each key has its own", async () => {
  const { key, secret } = await createRestrictedKey(ada.id, { allowedNetworks: "203.0.113.0/24" });
  const other = await createRestrictedKey(ada.id, { allowedNetworks: "203.0.113.0/24" });
  const status = async (of: string) => (await api.call("/auth", from("203.0.113.9"), of)).status;
  const changeTo = async (allowedNetworks: string | null) => {
    await database().apiKey.update({ where: { id: key.id }, data: { allowedNetworks } });
    await outliveLeases();
  };
  expect([await status(secret), await status(other.secret)]).toEqual([204, 204]);
  await changeTo("10.0.0.0/8");
  expect([await status(secret), await status(other.secret)]).toEqual([401, 204]);
  await changeTo(null);
  expect([await status(secret), await status(other.secret)]).toEqual([204, 204]);
});

test("GET /key returns the key's own restrictions, and null for none", async () => {
  const restrictions = {
    scopes: "images:write files:read",
    allowedNetworks: "203.0.113.0/24 2001:db8::/32",
    requestsPerMinute: 7,
    creditsPerMonth: 0,
  };
  const restricted = await createRestrictedKey(ada.id, restrictions);
  const none = await createRestrictedKey(ada.id, { scopes: "" });
  const full = await createRestrictedKey(ada.id, {});
  const own = async (secret: string) => (await api.call("/key", from("203.0.113.9"), secret)).json();
  expect(await own(restricted.secret)).toMatchObject({
    scopes: ["images:write", "files:read"],
    allowed_networks: ["203.0.113.0/24", "2001:db8::/32"],
    requests_per_minute: 7,
    credits_per_month: 0,
  });
  expect(await own(none.secret)).toMatchObject({ scopes: [] });
  expect(await own(full.secret)).toMatchObject({
    scopes: null,
    allowed_networks: null,
    requests_per_minute: null,
    credits_per_month: null,
  });
});
