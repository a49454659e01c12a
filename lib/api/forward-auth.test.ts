import { randomUUID } from "node:crypto";
import net from "node:net";
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { createKey, startApi, type TestApi } from "#e2e/support/test-api.ts";
import { createUser, useOwnDatabase } from "#e2e/support/test-database.ts";
import type { UserId } from "#lib/accounts/model/user-id.ts";
import { setTier } from "#lib/accounts/store.ts";
import { renameApiKey } from "#lib/api-keys/store.ts";
import { charge, findRemaining } from "#lib/credits/store.ts";
import { database, pool } from "#lib/database/client.ts";
import { findLoggedRequest } from "#lib/usage/logs.ts";
import { usageByDay } from "#lib/usage/read.ts";
import { flushUsage } from "#lib/usage/recorder.ts";

const CALLER = { actor: "user", address: null, userAgent: null } as const;

let api: TestApi;
let close: () => Promise<void>;
let ada: { id: UserId };
let key: { id: string };
let secret: string;
beforeAll(async () => {
  close = await useOwnDatabase();
  api = await startApi();
});
afterAll(async () => {
  api.close();
  await close();
});
beforeEach(async () => {
  ada = await createUser("Ada", "pro");
  ({ key, secret } = await createKey(ada.id));
});

const ask = (query = "", init: RequestInit = {}) => api.call(`/auth${query}`, init, secret);
const credits = async () => (await findRemaining(ada.id, null))?.credits;

const IDENTITY = ["User-Id", "Key-Id", "Key-Name", "Key-Environment", "Key-Scopes", "Tier"].map(
  (name) => `goodtake-${name}`,
);

test.each(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"])(
  "%s answers 204 with who calls, in all six headers",
  async (method) => {
    await renameApiKey(ada.id, key.id, "Größe & Co, 日本", CALLER);
    const answer = await ask("", { method });
    expect(answer.status).toBe(204);
    expect(Object.fromEntries(IDENTITY.map((name) => [name.toLowerCase(), answer.headers.get(name)]))).toEqual({
      "goodtake-user-id": ada.id,
      "goodtake-key-id": key.id,
      "goodtake-key-name": "Gr%C3%B6%C3%9Fe%20%26%20Co%2C%20%E6%97%A5%E6%9C%AC",
      "goodtake-key-environment": "production",
      "goodtake-key-scopes": "*",
      "goodtake-tier": "pro",
    });
    expect(answer.headers.get("ratelimit-policy")).toBe('"pro";q=120;w=60');
    expect(answer.headers.get("allow")).toBeNull();
  },
);

test("without a key it is the one 401, to any method, without any identity", async () => {
  for (const method of ["GET", "POST", "OPTIONS"]) {
    const answer = await api.call("/auth", { method });
    expect(answer.status).toBe(401);
    for (const name of IDENTITY) expect(answer.headers.has(name)).toBe(false);
  }
});

test("the body is never read: the answer comes while the client still holds it back", async () => {
  const answer = await new Promise<string>((resolve, reject) => {
    const socket = net.connect(api.port, "127.0.0.1", () =>
      socket.write(
        `POST /api/v1/auth HTTP/1.1\r\nHost: x\r\nX-API-Key: ${secret}\r\nContent-Type: text/plain\r\nContent-Length: 9999999999\r\n\r\n`,
      ),
    );
    socket.setEncoding("latin1").once("data", (text) => {
      resolve(String(text));
      socket.destroy();
    });
    socket.on("error", reject);
  });
  expect(answer).toMatch(/^HTTP\/1\.1 204 /);
});

describe("cost", () => {
  test("is charged when it passes, and the answer says what is left", async () => {
    const answer = await ask("?cost=7", { method: "POST" });
    expect(answer.status).toBe(204);
    expect(answer.headers.get("goodtake-credits-remaining")).toBe("93");
    expect(answer.headers.get("goodtake-quota-remaining")).toBe("49999");
    expect(await credits()).toBe(93);
    expect(await database().creditMovement.findFirst({ where: { userId: ada.id, kind: "charged" } })).toMatchObject({
      amount: -7,
      apiKeyId: key.id,
    });
  });

  test("of 0 writes nothing and counts as none of the month's requests", async () => {
    for (const query of ["", "?cost=0", "?cost=000"]) {
      const answer = await ask(query);
      expect(answer.status).toBe(204);
      expect(answer.headers.has("goodtake-credits-remaining")).toBe(false);
    }
    expect(await findRemaining(ada.id, 50_000)).toEqual({ credits: 100, requests: 50_000 });
  });

  test("beyond the credits is 403 with the documented body, says what is left, and takes nothing", async () => {
    const answer = await ask("?cost=101");
    expect(answer.status).toBe(403);
    expect(await answer.clone().text()).toBe(
      '{"error":{"code":"forbidden","message":"Insufficient credits or quota exceeded"}}',
    );
    expect(answer.headers.get("goodtake-credits-remaining")).toBe("100");
    expect(answer.headers.get("goodtake-quota-remaining")).toBe("50000");
    expect(answer.headers.has("retry-after")).toBe(false);
    for (const name of IDENTITY) expect(answer.headers.has(name)).toBe(false);
    expect(await credits()).toBe(100);
  });

  test("beyond the month's requests is 403, too", async () => {
    await database().balance.update({ where: { userId: ada.id }, data: { requests: 50_000 } });
    const answer = await ask("?cost=1");
    expect(answer.status).toBe(403);
    expect(answer.headers.get("goodtake-credits-remaining")).toBe("100");
    expect(answer.headers.get("goodtake-quota-remaining")).toBe("0");
    expect((await ask("?cost=0")).status).toBe(204);
  });

  test("the owner is told which of the two it was, and the caller is not", async () => {
    const [poor, rich] = [await ask("?cost=101"), await ask("?cost=1")];
    await database().balance.update({ where: { userId: ada.id }, data: { requests: 50_000 } });
    const late = await ask("?cost=1");
    expect([poor.status, rich.status, late.status]).toEqual([403, 204, 403]);
    const bodies = [await poor.text(), await late.text()];
    expect(bodies).toEqual(
      Array(2).fill('{"error":{"code":"forbidden","message":"Insufficient credits or quota exceeded"}}'),
    );
    await flushUsage();
    const reasonOf = async (answer: Response) =>
      (await findLoggedRequest(ada.id, answer.headers.get("x-request-id") ?? ""))?.reason;
    expect([await reasonOf(poor), await reasonOf(rich), await reasonOf(late)]).toEqual([
      "no_credits",
      "ok",
      "quota_exceeded",
    ]);
    const [day] = await usageByDay(ada.id, 1, new Date());
    expect(day).toMatchObject({ ok: 1, limited: 2, invalid: 0 });
  });

  test("a tier without a quota names none", async () => {
    await setTier(ada.id, "scale", CALLER);
    const answer = await ask("?cost=1");
    expect(answer.headers.get("goodtake-credits-remaining")).toBe("99");
    expect(answer.headers.has("goodtake-quota-remaining")).toBe(false);
  });

  test("of 100 parallel requests with 37 credits, exactly 37 pass and the balance ends at 0", async () => {
    await ask("?cost=63");
    const answers = await Promise.all(Array.from({ length: 100 }, () => ask("?cost=1")));
    expect(answers.filter(({ status }) => status === 204).length).toBe(37);
    expect(answers.filter(({ status }) => status === 403).length).toBe(63);
    expect(await credits()).toBe(0);
  });

  /** Holds a charge on a locked row for longer than a request may take. */
  async function askWhileLocked(statement: string): Promise<void> {
    const clients = await Promise.all(Array.from({ length: pool().options.max }, () => pool().connect()));
    await Promise.all(clients.map((client) => client.query("SET statement_timeout = 0")));
    const [locker, ...others] = clients;
    await locker?.query("BEGIN");
    await locker?.query(statement, [ada.id]);
    for (const client of others) client.release();
    expect((await ask("?cost=7")).status).toBe(503);
    await locker?.query("COMMIT");
    locker?.release();
  }
  const movements = () =>
    database().creditMovement.findMany({
      where: { userId: ada.id, kind: { not: "signup" } },
      orderBy: { createdAt: "asc" },
      select: { kind: true, amount: true },
    });

  test("taken too late, after the answer that the database is away, comes back", async () => {
    // The charge adds to the day's sum after it has passed its own deadline.
    await askWhileLocked(`SELECT 1 FROM "CreditDayTotal" WHERE "userId" = $1 FOR UPDATE`);
    await vi.waitFor(
      async () =>
        expect(await movements()).toEqual([
          { kind: "charged", amount: -7 },
          { kind: "refunded", amount: 7 },
        ]),
      { timeout: 5_000 },
    );
    expect(await findRemaining(ada.id, 50_000)).toEqual({ credits: 100, requests: 50_000 });
  });

  test("is not taken at all when the database comes to it too late, whether this process lives or not", async () => {
    // Makes the database's clock known.
    await charge({ userId: ada.id, apiKeyId: randomUUID(), credits: 1, quota: null, cap: null });
    await askWhileLocked(`UPDATE "Balance" SET "requests" = "requests" WHERE "userId" = $1`);
    const charged = { kind: "charged", amount: -1 };
    await vi.waitFor(async () => expect(await movements()).toEqual([charged, { kind: "charged", amount: 0 }]), {
      timeout: 5_000,
    });
    expect(await findRemaining(ada.id, 50_000)).toEqual({ credits: 99, requests: 49_999 });
  });

  test("misspelt is rejected, because it would be free", async () => {
    const answer = await ask("?Cost=5");
    expect(answer.status).toBe(400);
    expect((await answer.clone().json()).error.message).toBe('"Cost" is not a known parameter');
  });

  test.each(["-1", "+1", "1001", "9999", "10000", "1.0", "1e2", "0x10", "abc", "", " 1", "%31%00", "١"])(
    "%j is rejected by a sentence that names it, and charges nothing",
    async (cost) => {
      const answer = await ask(`?cost=${cost.includes("%") ? cost : encodeURIComponent(cost)}`);
      expect(answer.status).toBe(400);
      expect((await answer.clone().json()).error).toEqual({
        code: "invalid_request",
        message: "cost must be a whole number from 0 to 1000",
      });
      expect(await credits()).toBe(100);
    },
  );

  test("given twice is rejected, because two readers could take two different ones", async () => {
    const answer = await ask("?cost=1&cost=2");
    expect(answer.status).toBe(400);
    expect((await answer.clone().json()).error.message).toBe("cost must be given once");
  });
});
