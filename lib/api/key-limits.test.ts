import { writeFile } from "node:fs/promises";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { temporaryDirectory } from "#e2e/support/start-server.ts";
import { createKey, startApi, type TestApi } from "#e2e/support/test-api.ts";
import { createUser, useOwnDatabase } from "#e2e/support/test-database.ts";
import type { UserId } from "#lib/accounts/model/user-id.ts";
import { env } from "#lib/config/env.ts";
import { DEFAULT_TIERS } from "#lib/config/tiers.ts";
import { database } from "#lib/database/client.ts";
import { findLoggedRequest } from "#lib/usage/logs.ts";
import { flushUsage } from "#lib/usage/recorder.ts";

let api: TestApi;
let close: () => Promise<void>;
let removeFolder: () => Promise<void>;
beforeAll(async () => {
  close = await useOwnDatabase();
  const folder = await temporaryDirectory();
  removeFolder = folder.remove;
  env().TIERS_FILE = path.join(folder.directory, "tiers.json");
  const open = { ...DEFAULT_TIERS.free, requestsPerMinute: null };
  await writeFile(env().TIERS_FILE ?? "", JSON.stringify({ ...DEFAULT_TIERS, open }));
  api = await startApi();
});
afterAll(async () => {
  api.close();
  await close();
  await removeFolder();
});

type Limits = { requestsPerMinute?: number; creditsPerMonth?: number };

/** Creates a key with its own limits, which no process has cached yet. */
async function keyWith(userId: UserId, limits: Limits): Promise<string> {
  const { key, secret } = await createKey(userId);
  await database().apiKey.update({ where: { id: key.id }, data: limits, select: { id: true } });
  return secret;
}

describe("requests a minute", () => {
  test("a response names both limits, the key's second", async () => {
    const { id } = await createUser();
    const secret = await keyWith(id, { requestsPerMinute: 5 });
    const answer = await api.call("/key", {}, secret);
    expect(answer.headers.get("ratelimit-policy")).toBe('"free";q=20;w=60, "key";q=5;w=60');
    expect(answer.headers.get("ratelimit")).toMatch(/^"free";r=19;t=(59|60), "key";r=4;t=(59|60)$/);
    const other = await api.call("/auth", {}, (await createKey(id)).secret);
    expect(other.headers.get("ratelimit-policy")).toBe('"free";q=20;w=60');
    expect(other.headers.get("ratelimit")).toMatch(/^"free";r=18;t=/);
  });

  test("a key at its own limit gets 429 and uses up nothing of its account's limit", async () => {
    const { id } = await createUser();
    const [limited, other] = [await keyWith(id, { requestsPerMinute: 5 }), (await createKey(id)).secret];
    const answers = await Promise.all(Array.from({ length: 30 }, () => api.call("/auth", {}, limited)));
    const rejected = answers.filter(({ status }) => status === 429);
    expect(rejected.length).toBe(25);
    for (const { headers } of rejected) {
      expect(headers.get("ratelimit")).toMatch(/^"free";r=15;t=\d+, "key";r=0;t=\d+$/);
      expect(headers.get("retry-after")).toBe(/"key";r=0;t=(\d+)/.exec(headers.get("ratelimit") ?? "")?.[1]);
    }
    expect((await api.call("/auth?limited=403", {}, limited)).status).toBe(403);
    const others = await Promise.all(Array.from({ length: 30 }, () => api.call("/auth", {}, other)));
    expect(others.filter(({ status }) => status === 204).length).toBe(15);
  });

  test("without a tier limit only the key's is shown, and without either both headers are absent", async () => {
    const { id } = await createUser("Ada", "open");
    const limited = await keyWith(id, { requestsPerMinute: 2 });
    const answer = await api.call("/auth", {}, limited);
    expect(answer.headers.get("ratelimit-policy")).toBe('"key";q=2;w=60');
    expect(answer.headers.get("ratelimit")).toMatch(/^"key";r=1;t=/);
    await api.call("/auth", {}, limited);
    expect((await api.call("/auth", {}, limited)).status).toBe(429);
    const { headers, status } = await api.call("/auth", {}, (await createKey(id)).secret);
    expect([status, headers.has("ratelimit-policy"), headers.has("ratelimit")]).toEqual([204, false, false]);
  });
});

describe("credits a month", () => {
  const call = async (secret: string, path: string) => {
    const answer = await api.call(path, {}, secret);
    return [answer.status, await answer.text()];
  };
  const FORBIDDEN = '{"error":{"code":"forbidden","message":"Insufficient credits or quota exceeded"}}';
  const usedBy = async (secret: string) => (await (await api.call("/key", {}, secret)).json()).credits_used_this_month;

  test("of 100 parallel requests with a cap of 7, 7 pass, and its account can spend the rest with other keys", async () => {
    const { id } = await createUser("Ada", "open");
    const [capped, other] = [await keyWith(id, { creditsPerMonth: 7 }), (await createKey(id)).secret];
    const answers = await Promise.all(Array.from({ length: 100 }, () => call(capped, "/auth?cost=1")));
    expect(answers.filter(([status]) => status === 204).length).toBe(7);
    expect(answers.filter(([status]) => status !== 204)).toEqual(Array(93).fill([403, FORBIDDEN]));
    expect(await call(other, "/auth?cost=93")).toEqual([204, ""]);
    expect([await usedBy(capped), await usedBy(other)]).toEqual([7, 93]);
  });

  test("Logs name the key's cap, and the caller sees that the account has credits left", async () => {
    const { id } = await createUser();
    const secret = await keyWith(id, { creditsPerMonth: 0 });
    expect((await api.call("/auth", {}, secret)).status).toBe(204);
    const image = { method: "POST", body: '{"prompt":"A cat"}', headers: { "content-type": "application/json" } };
    for (const [path, init] of [
      ["/auth?cost=1", {}],
      ["/bytedance/generate-image", image],
    ] as const) {
      const answer = await api.call(path, init, secret);
      expect([answer.status, await answer.text()]).toEqual([403, FORBIDDEN]);
      expect(answer.headers.get("goodtake-credits-remaining")).toBe("100");
      await flushUsage();
      const logged = await findLoggedRequest(id, answer.headers.get("x-request-id") ?? "");
      expect(logged).toMatchObject({ reason: "key_cap_exceeded", status: 403 });
    }
  });
});
