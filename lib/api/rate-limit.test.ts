import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { createKey, startApi, type TestApi } from "#e2e/support/test-api.ts";
import { createUser, useOwnDatabase } from "#e2e/support/test-database.ts";
import type { UserId } from "#lib/accounts/model/user-id.ts";

let api: TestApi;
let close: () => Promise<void>;
let ada: { id: UserId };
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
  ada = await createUser();
  ({ secret } = await createKey(ada.id));
});

async function useUp(requests = 20): Promise<void> {
  for (let i = 0; i < requests; i += 1) expect((await api.call("/key", {}, secret)).status).toBe(200);
}

/** The parts of `RateLimit: "free";r=19;t=42`. */
function limitOf(answer: Response): { tier: string; r: number; t: number } {
  const [, tier = "", r, t] = /^"([a-z0-9-]+)";r=(\d+);t=(\d+)$/.exec(answer.headers.get("ratelimit") ?? "") ?? [];
  return { tier, r: Number(r), t: Number(t) };
}

test("every authenticated answer says what the tier allows, what is left, and until when", async () => {
  for (let left = 19; left >= 17; left -= 1) {
    const answer = await api.call("/key", {}, secret);
    expect(answer.headers.get("ratelimit-policy")).toBe('"free";q=20;w=60');
    const limit = limitOf(answer);
    expect(limit).toMatchObject({ tier: "free", r: left });
    expect(limit.t).toBeGreaterThanOrEqual(58);
    expect(limit.t).toBeLessThanOrEqual(60);
    expect(answer.headers.has("retry-after")).toBe(false);
  }
});

test("of 100 parallel requests by two keys, both headers and all routes, 20 pass: the bucket is the account's", async () => {
  const { secret: other } = await createKey(ada.id);
  const spellings: ((key: string) => Promise<Response>)[] = [
    (key) => api.call("/key", {}, key),
    (key) => api.call("/key", { headers: { "x-api-key": key } }),
    (key) => api.call("/key?page=1", { headers: { authorization: `bEARER  ${key}` } }),
    (key) => api.call("/auth", { method: "PUT" }, key),
    (key) => api.call("/bytedance/generate-image", { method: "POST", body: "no JSON" }, key),
  ];
  const answers = await Promise.all(
    Array.from({ length: 100 }, (_, i) => spellings[i % 5]?.(i % 2 ? secret : other) as Promise<Response>),
  );
  const rejected = answers.filter(({ status }) => status === 429);
  expect(answers.length - rejected.length).toBe(20);
  for (const answer of rejected) {
    expect(limitOf(answer).r).toBe(0);
    expect(Number(answer.headers.get("retry-after"))).toBe(limitOf(answer).t);
    expect((await answer.clone().json()).error.code).toBe("rate_limit_exceeded");
  }
  const bob = await createUser("Bob");
  const { secret: bobs } = await createKey(bob.id);
  expect((await api.call("/key", {}, bobs)).status).toBe(200);
});

test("a rejected key is counted for no account", async () => {
  await Promise.all(
    Array.from({ length: 30 }, () => api.call("/key", { headers: { "x-api-key": secret, authorization: "Bearer x" } })),
  );
  expect(limitOf(await api.call("/key", {}, secret)).r).toBe(19);
});

test("429 comes before the body is looked at, and costs no credit", async () => {
  await useUp();
  for (const body of ["no JSON", '{"prompt":"A cat"}'])
    expect(
      (
        await api.call(
          "/bytedance/generate-image",
          { method: "POST", body, headers: { "content-type": "application/json" } },
          secret,
        )
      ).status,
    ).toBe(429);
  const charged = await api.call("/auth?cost=5", {}, secret);
  expect(charged.status).toBe(429);
  expect(charged.headers.has("goodtake-credits-remaining")).toBe(false);
});

describe("limited=403", () => {
  test("answers 403 in place of 429, with the same body and Retry-After", async () => {
    await useUp();
    const limited = await api.call("/auth?limited=403", {}, secret);
    expect(limited.status).toBe(403);
    expect(await limited.clone().json()).toEqual({
      error: { code: "rate_limit_exceeded", message: "Too many requests; try again when Retry-After has passed" },
    });
    expect(Number(limited.headers.get("retry-after"))).toBe(limitOf(limited).t);
    expect((await api.call("/auth", {}, secret)).status).toBe(429);
  });

  test("changes no other answer, and takes no other value", async () => {
    expect((await api.call("/auth?limited=403", {}, secret)).status).toBe(204);
    expect((await api.call("/auth?limited=403")).status).toBe(401);
    for (const query of ["limited=429", "limited=", "limited=403&limited=403"])
      expect((await api.call(`/auth?${query}`, {}, secret)).status).toBe(400);
  });
});
