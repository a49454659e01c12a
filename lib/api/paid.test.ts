import { randomUUID } from "node:crypto";
import { gzipSync } from "node:zlib";
import { describe, expect, test, vi } from "vitest";
import { CAT, draw, givenImages, LARGE } from "#e2e/support/images.ts";
import { expectLockWaits } from "#e2e/support/lock-waits.ts";
import { createKey } from "#e2e/support/test-api.ts";
import { createUser } from "#e2e/support/test-database.ts";
import { setTier } from "#lib/accounts/store.ts";
import { exportLedger } from "#lib/credits/movements.ts";
import { findRemaining } from "#lib/credits/store.ts";
import { database, pool } from "#lib/database/client.ts";
import { ACCOUNT_BUDGET_BYTES } from "#lib/generation/in-flight.ts";
import { answerMaxBytes } from "#lib/generation/model-ark.ts";
import { err } from "#lib/result.ts";
import { findLoggedRequest } from "#lib/usage/logs.ts";
import { flushUsage } from "#lib/usage/recorder.ts";

const { provider, call, send, generate, userId, credits, expectBalanced, holdProvider } = givenImages();
const type = (charset: string) => ({ "content-type": `application/json; charset=${charset}` });
const statuses = (answers: Response[]) => answers.map(({ status }) => status).sort();

describe("an image costs one credit", () => {
  test("and the answer says what is left", async () => {
    const answer = await generate();
    expect(answer.status).toBe(200);
    expect(answer.headers.get("goodtake-credits-remaining")).toBe("99");
    expect(await credits()).toBe(99);
    await expectBalanced();
  });

  test("of 100 parallel requests with 37 credits, exactly 37 are drawn", async () => {
    await call("/auth?cost=63");
    const answers = await Promise.all(Array.from({ length: 100 }, () => generate()));
    expect(answers.filter(({ status }) => status === 200).length).toBe(37);
    expect(answers.filter(({ status }) => status === 403).length).toBe(63);
    expect(provider).toHaveBeenCalledTimes(37);
    expect(await credits()).toBe(0);
    const rejected = await generate();
    expect(await rejected.clone().json()).toEqual({
      error: { code: "forbidden", message: "Insufficient credits or quota exceeded" },
    });
    expect(rejected.headers.get("goodtake-credits-remaining")).toBe("0");
    await expectBalanced();
  });

  test("the month's quota rejects, too", async () => {
    await setTier(userId(), "pro", { actor: "operator", address: null, userAgent: null });
    await database().balance.update({ where: { userId: userId() }, data: { requests: 49_999 } });
    expect((await generate()).headers.get("goodtake-quota-remaining")).toBe("0");
    expect((await generate()).status).toBe(403);
    expect(await credits()).toBe(99);
  });

  test.each([
    ["no_credits", { credits: 0 }],
    ["quota_exceeded", { requests: 50_000 }],
  ])("a %s rejection tells the cause to the owner, not to the caller", async (cause, data) => {
    await setTier(userId(), "pro", { actor: "operator", address: null, userAgent: null });
    await database().balance.update({ where: { userId: userId() }, data });
    for (const rejected of [await generate(), await generate(CAT, { "idempotency-key": randomUUID() })]) {
      expect(rejected.status).toBe(403);
      expect(await rejected.text()).toBe(
        '{"error":{"code":"forbidden","message":"Insufficient credits or quota exceeded"}}',
      );
      await flushUsage();
      expect(await findLoggedRequest(userId(), rejected.headers.get("x-request-id") ?? "")).toMatchObject({
        reason: cause,
        status: 403,
      });
    }
  });

  test("what stops before the work costs nothing", async () => {
    for (const body of [{}, { prompt: " " }, { prompt: "A cat", unknown: 1 }])
      expect((await generate(body)).status).toBe(400);
    expect((await generate(CAT, { "content-type": "text/plain" })).status).toBe(415);
    expect(provider).not.toHaveBeenCalled();
    expect(await credits()).toBe(100);
  });

  test.each<[string, number, string, Record<string, string>, BodyInit]>([
    ["gzip", 415, "unsupported_media_type", { "content-encoding": "gzip" }, gzipSync(JSON.stringify(CAT))],
    ["another charset", 415, "unsupported_media_type", type("iso-8859-1"), '{"prompt":"caf\xe9"}'],
    ["another charset beside UTF-8", 415, "unsupported_media_type", type("utf-8; charset=latin1"), "{}"],
    ["bytes that aren't UTF-8", 400, "invalid_request", {}, Buffer.from('{"prompt":"caf\xe9"}', "latin1")],
    ["half of a surrogate pair", 400, "invalid_request", {}, '{"prompt":"A cat \\ud83d"}'],
  ])("a body in %s is %i, and costs nothing", async (_, status, code, headers, body) => {
    for (const chunked of [false, true]) {
      const answer = await send(chunked ? new Blob([body as never]).stream() : body, headers);
      expect(answer.status).toBe(status);
      expect((await answer.json()).error.code).toBe(code);
    }
    expect(provider).not.toHaveBeenCalled();
    expect(await credits()).toBe(100);
  });

  test.each<[string, Record<string, string>, BodyInit]>([
    ["UTF-8 by any of its names", type('"UTF8"'), '{"prompt":"caf\xe9"}'],
    ["identity", { "content-encoding": "identity" }, JSON.stringify(CAT)],
    ["UTF-8 with a byte order mark", {}, `\ufeff${JSON.stringify(CAT)}`],
    ["NUL and a whole surrogate pair", {}, '{"prompt":"A cat \\u0000 \\ud83d\\ude3a"}'],
  ])("a body in %s is accepted, and its answer is kept", async (_, headers, body) => {
    const once = { ...headers, "idempotency-key": randomUUID() };
    expect((await send(body, once)).status).toBe(200);
    const again = await send(body, once);
    expect([again.status, again.headers.get("idempotency-replayed")]).toEqual([200, "true"]);
  });

  test("while the image is drawn the credit is reserved, for the key and in the ledger; then it is spent", async () => {
    const read = async () => {
      const { credits_remaining, credits_reserved } = await (await call("/key")).json();
      const { value } = await exportLedger(userId()).next();
      const latest = value && "movements" in value ? value.movements.slice(0, 2) : [];
      return [credits_remaining, credits_reserved, ...latest.map(({ kind }) => kind)];
    };
    const { started, finish } = holdProvider();
    const image = generate();
    await started;
    expect(await read()).toEqual([99, 1, "reserved", "signup"]);
    finish();
    await image;
    expect(await read()).toEqual([99, 0, "charged", "signup"]);
    provider.mockImplementation(async () => err("upstream_error"));
    await generate();
    expect(await read()).toEqual([99, 0, "refunded", "charged"]);
  });

  test("large images in flight are bounded for an account (429) and for the process (503), before they cost anything", async () => {
    const gate = Promise.withResolvers<void>();
    provider.mockImplementation(async (input, cutOff) => {
      await gate.promise;
      return draw(input, cutOff);
    });
    const each = Math.max(1, Math.floor(ACCOUNT_BUDGET_BYTES / answerMaxBytes(LARGE)));
    const all: Promise<Response>[] = [];
    const accounts: { images: number; rejection: unknown[] }[] = [];
    do {
      const user = await createUser("Ada", "scale");
      const { inFlight, busy } = await fill((await createKey(user.id)).secret);
      all.push(...inFlight);
      const rejection = [busy.status, busy.headers.get("retry-after"), (await busy.json()).error.code];
      accounts.push({ images: inFlight.length, rejection });
      expect((await findRemaining(user.id, null))?.credits).toBe(100 - inFlight.length);
    } while (accounts.at(-1)?.rejection[0] === 429 && accounts.length < 10);
    expect(accounts.pop()?.rejection).toEqual([503, "5", "unavailable"]);
    expect(accounts).toEqual(accounts.map(() => ({ images: each, rejection: [429, "5", "rate_limit_exceeded"] })));
    expect(all.length).toBeGreaterThanOrEqual(Math.min(4, 4 * each));
    gate.resolve();
    expect(new Set(statuses(await Promise.all(all)))).toEqual(new Set([200]));
    await vi.waitFor(async () => expect((await generate(LARGE)).status).toBe(200));
  });

  test.each([
    ["fails", 502, "100", async () => err("upstream_error" as const)],
    ["takes too long", 504, "100", async () => err("upstream_timeout" as const)],
    ["rejects the prompt", 400, "100", async () => err("rejected" as const)],
    ["throws unexpectedly", 500, null, () => Promise.reject(new Error("unexpected"))],
  ])("a provider that %s is %i, and the credit is refunded", async (_, status, remaining, behavior) => {
    provider.mockImplementation(behavior);
    const answer = await generate();
    expect(answer.status).toBe(status);
    expect(answer.headers.get("goodtake-credits-remaining")).toBe(remaining);
    expect(await credits()).toBe(100);
    expect(
      (await database().creditMovement.findMany({ where: { userId: userId() }, orderBy: { createdAt: "asc" } })).map(
        ({ kind, amount }) => [kind, amount],
      ),
    ).toEqual([
      ["signup", 100],
      ["charged", -1],
      ["refunded", 1],
    ]);
    await expectBalanced();
  });

  test.each([
    ["before the provider is asked costs nothing", false, 100],
    ["while the provider draws pays for what is drawn", true, 99],
  ])("a caller that hangs up %s", async (_, asked, left) => {
    const { started, finish } = holdProvider();
    const caller = new AbortController();
    const lock = asked ? undefined : await lockBalance();
    const gone = generate(CAT, {}, { signal: caller.signal });
    await (asked ? started : expectLockWaits(1));
    caller.abort();
    await expect(gone).rejects.toThrow();
    // Sent after the connection's end, so the server knows of it by now.
    await call("/nothing", {}, null);
    await lock?.();
    finish();
    await vi.waitFor(async () => expect(await database().reservation.count({ where: { userId: userId() } })).toBe(0));
    await vi.waitFor(async () => expect((await outcomes()).length).toBe(1));
    expect(provider).toHaveBeenCalledTimes(asked ? 1 : 0);
    expect(await credits()).toBe(left);
    // Neither is a failure of ours.
    expect(await outcomes()).toEqual([asked ? "ok" : "invalid"]);
    await expectBalanced();
  });
});

/** Makes charges of the account wait until the returned function is called. */
async function lockBalance(): Promise<() => Promise<void>> {
  const client = await pool().connect();
  await client.query("BEGIN");
  await client.query(`SELECT FROM "Balance" WHERE "userId" = $1 FOR UPDATE`, [userId()]);
  return async () => {
    await client.query("ROLLBACK");
    client.release();
  };
}

async function outcomes(): Promise<string[]> {
  await flushUsage();
  const { rows } = await pool().query<{ outcome: string }>(
    `SELECT "outcome" FROM "UsageHour" JOIN "ApiKey" k ON k."id" = "apiKeyId" WHERE k."userId" = $1`,
    [userId()],
  );
  return rows.map(({ outcome }) => outcome);
}

/** Asks for large images until one is rejected; the others stay in flight. */
async function fill(key: string): Promise<{ inFlight: Promise<Response>[]; busy: Response }> {
  for (const inFlight: Promise<Response>[] = []; ; ) {
    const asked = provider.mock.calls.length + 1;
    const image = generate(LARGE, {}, {}, key);
    const drawing = vi.waitFor(() => {
      expect(provider.mock.calls.length).toBe(asked);
    });
    const busy = await Promise.race([image, drawing]);
    if (busy) return { inFlight, busy };
    inFlight.push(image);
  }
}
