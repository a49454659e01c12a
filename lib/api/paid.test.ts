import { randomUUID } from "node:crypto";
import { gzipSync } from "node:zlib";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { expectLockWaits } from "#e2e/support/lock-waits.ts";
import { createKey, startApi, type TestApi } from "#e2e/support/test-api.ts";
import { createUser, useOwnDatabase } from "#e2e/support/test-database.ts";
import type { UserId } from "#lib/accounts/model/user-id.ts";
import { setTier } from "#lib/accounts/store.ts";
import { exportLedger } from "#lib/credits/movements.ts";
import { findRemaining, sweepReservations } from "#lib/credits/store.ts";
import { database, pool } from "#lib/database/client.ts";
import type { Generate } from "#lib/generation/generation.ts";
import { answerOf } from "#lib/generation/image-answer.ts";
import { ACCOUNT_BUDGET_BYTES } from "#lib/generation/in-flight.ts";
import { answerMaxBytes } from "#lib/generation/model-ark.ts";
import { drawInSandbox } from "#lib/generation/sandbox.ts";
import { pruneIdempotencyRecords } from "#lib/idempotency/store.ts";
import { err, ok } from "#lib/result.ts";
import { findLoggedRequest } from "#lib/usage/logs.ts";
import { flushUsage } from "#lib/usage/recorder.ts";

/** What the provider does in the current test. By default it draws. */
const draw: Generate = async (input) => ok(answerOf(drawInSandbox(input, new Date())));
const provider = vi.fn<Generate>(draw);

let api: TestApi;
let close: () => Promise<void>;
let ada: { id: UserId };
let secret: string;
beforeAll(async () => {
  close = await useOwnDatabase();
  api = await startApi((input, signal) => provider(input, signal));
});
afterAll(async () => {
  api.close();
  await close();
});
beforeEach(async () => {
  ada = await createUser("Ada", "scale");
  ({ secret } = await createKey(ada.id));
});
afterEach(() => {
  provider.mockReset().mockImplementation(draw);
});

const CAT = { prompt: "A cat" };
const LARGE = { prompt: "A cat", response_format: "b64_json" } as const;
const type = (charset: string) => ({ "content-type": `application/json; charset=${charset}` });

function generate(body: object = CAT, headers: Record<string, string> = {}, init: RequestInit = {}, key = secret) {
  return send(JSON.stringify(body), headers, init, key);
}
function send(body: BodyInit, headers: Record<string, string>, init: RequestInit = {}, key = secret) {
  const request = { ...init, method: "POST", headers: { "content-type": "application/json", ...headers }, body };
  return api.call("/bytedance/generate-image", { ...request, duplex: "half" } as RequestInit, key);
}
const credits = async () => (await findRemaining(ada.id, null))?.credits;
const statuses = (answers: Response[]) => answers.map(({ status }) => status).sort();

/** Expects that no reservation is open and the balance is the ledger's sum. */
async function expectBalanced(): Promise<void> {
  expect(await database().reservation.count({ where: { userId: ada.id } })).toBe(0);
  const { _sum } = await database().creditMovement.aggregate({ where: { userId: ada.id }, _sum: { amount: true } });
  expect(_sum.amount).toBe(await credits());
}

describe("an image costs one credit", () => {
  test("and the answer says what is left", async () => {
    const answer = await generate();
    expect(answer.status).toBe(200);
    expect(answer.headers.get("goodtake-credits-remaining")).toBe("99");
    expect(await credits()).toBe(99);
    await expectBalanced();
  });

  test("of 100 parallel requests with 37 credits, exactly 37 are drawn", async () => {
    await api.call("/auth?cost=63", {}, secret);
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
    await setTier(ada.id, "pro", { actor: "operator", address: null, userAgent: null });
    await database().balance.update({ where: { userId: ada.id }, data: { requests: 49_999 } });
    expect((await generate()).headers.get("goodtake-quota-remaining")).toBe("0");
    expect((await generate()).status).toBe(403);
    expect(await credits()).toBe(99);
  });

  test.each([
    ["no_credits", { credits: 0 }],
    ["quota_exceeded", { requests: 50_000 }],
  ])("a %s rejection tells the cause to the owner, not to the caller", async (cause, data) => {
    await setTier(ada.id, "pro", { actor: "operator", address: null, userAgent: null });
    await database().balance.update({ where: { userId: ada.id }, data });
    for (const rejected of [await generate(), await generate(CAT, { "idempotency-key": randomUUID() })]) {
      expect(rejected.status).toBe(403);
      expect(await rejected.text()).toBe(
        '{"error":{"code":"forbidden","message":"Insufficient credits or quota exceeded"}}',
      );
      await flushUsage();
      expect(await findLoggedRequest(ada.id, rejected.headers.get("x-request-id") ?? "")).toMatchObject({
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
      const { credits_remaining, credits_reserved } = await (await api.call("/key", {}, secret)).json();
      const { value } = await exportLedger(ada.id).next();
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
      (await database().creditMovement.findMany({ where: { userId: ada.id }, orderBy: { createdAt: "asc" } })).map(
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
    await api.call("/nothing");
    await lock?.();
    finish();
    await vi.waitFor(async () => expect(await database().reservation.count({ where: { userId: ada.id } })).toBe(0));
    await vi.waitFor(async () => expect((await outcomes()).length).toBe(1));
    expect(provider).toHaveBeenCalledTimes(asked ? 1 : 0);
    expect(await credits()).toBe(left);
    // Neither is a failure of ours.
    expect(await outcomes()).toEqual([asked ? "ok" : "invalid"]);
    await expectBalanced();
  });
});

describe("Idempotency-Key", () => {
  test("the same key and body is answered again, and is drawn and charged once", async () => {
    const key = randomUUID();
    const first = await generate(CAT, { "idempotency-key": key });
    expect(first.headers.has("idempotency-replayed")).toBe(false);
    const image = await first.json();
    for (const headers of [{ "idempotency-key": key }, { "idempotency-key": `"${key}"` }]) {
      const again = await generate({ model: undefined, ...CAT }, headers);
      expect(again.status).toBe(200);
      expect(await again.json()).toEqual(image);
      expect(again.headers.get("idempotency-replayed")).toBe("true");
      expect(again.headers.get("goodtake-credits-remaining")).toBe("99");
    }
    expect(provider).toHaveBeenCalledTimes(1);
    expect(await credits()).toBe(99);
    await expectBalanced();
  });

  test("another body is 422, while it runs and when it is done", async () => {
    const key = randomUUID();
    const { started, finish } = holdProvider();
    const first = generate(CAT, { "idempotency-key": key });
    await started;
    expect((await generate({ prompt: "A dog" }, { "idempotency-key": key })).status).toBe(422);
    finish();
    expect((await first).status).toBe(200);
    const reused = await generate({ prompt: "A dog" }, { "idempotency-key": key });
    expect(reused.status).toBe(422);
    expect((await reused.clone().json()).error.code).toBe("idempotency_key_reused");
    expect(await credits()).toBe(99);
  });

  test("while the first of 50 parallel requests runs the others are 409; one is drawn, one charged", async () => {
    const key = randomUUID();
    const { started, finish } = holdProvider();
    const parallel = Array.from({ length: 50 }, () => generate(CAT, { "idempotency-key": key }));
    await started;
    const rejected = await Promise.all(
      parallel.map((answer) => Promise.race([answer, undefinedAfterOthers(parallel)])),
    );
    expect(rejected.map((answer) => answer && [answer.status, answer.headers.get("retry-after")]).sort()).toEqual([
      ...Array(49).fill([409, "1"]),
      undefined,
    ]);
    finish();
    expect(statuses(await Promise.all(parallel))).toEqual([200, ...Array(49).fill(409)]);
    expect(provider).toHaveBeenCalledTimes(1);
    expect(await credits()).toBe(99);
    expect((await generate(CAT, { "idempotency-key": key })).headers.get("idempotency-replayed")).toBe("true");
  });

  const TOO_LARGE = {
    error: { code: "conflict", message: "The result was too large to store. You were not charged again." },
  };
  test.each([
    [1_048_576, 200, { model: "m" }],
    [1_048_577, 409, TOO_LARGE],
  ])(
    "an answer of %i bytes is delivered and charged once, and asked for again it is %i",
    async (bytes, status, body) => {
      const key = randomUUID();
      provider.mockImplementation(async () => ok({ chunks: [imageOf(bytes)], bytes }));
      const first = await generate(LARGE, { "idempotency-key": key });
      expect([first.status, (await first.arrayBuffer()).byteLength]).toEqual([200, bytes]);
      const again = await generate(LARGE, { "idempotency-key": key });
      expect([again.status, again.headers.get("retry-after")]).toEqual([status, null]);
      expect(await again.json()).toMatchObject(body);
      expect((await generate(CAT, { "idempotency-key": key })).status).toBe(422);
      expect(provider).toHaveBeenCalledTimes(1);
      expect(await credits()).toBe(99);
    },
  );

  test("answers of any size are pruned, none in a statement that takes many of the large ones", async () => {
    // Stored before there was a limit. Incompressible, like images.
    await pool().query(`ALTER TABLE "IdempotencyRecord" ALTER COLUMN "answer" SET STORAGE EXTERNAL`);
    // A busy machine may take longer for 30 MB than the deadline of a request's statement.
    const client = await pool().connect();
    await client.query("SET statement_timeout = 0");
    const insert = (from: number, to: number, bytes: number) =>
      client.query(
        `INSERT INTO "IdempotencyRecord" ("userId", "key", "fingerprint", "answer", "createdAt")
         SELECT $1, i, '', repeat('x', $4), now() - interval '2 days' FROM generate_series($2::int, $3::int) i`,
        [ada.id, from, to, bytes],
      );
    for (let i = 1; i <= 6; i += 1) await insert(i, i, 30_000_000);
    await insert(7, 2_500, 1);
    client.release(true);
    await pool().query(`CREATE FUNCTION reject_large() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
      IF (SELECT sum(pg_column_size("answer")) > 100000000 OR count(*) > 1000 FROM "gone") THEN RAISE 'too much at once'; END IF;
      RETURN NULL; END $$`);
    await pool().query(`CREATE TRIGGER reject_large AFTER DELETE ON "IdempotencyRecord" REFERENCING OLD TABLE AS "gone"
      FOR EACH STATEMENT EXECUTE FUNCTION reject_large()`);
    expect(await pruneIdempotencyRecords()).toBe(2_500);
    expect(await database().idempotencyRecord.count({ where: { userId: ada.id } })).toBe(0);
  });

  test("a failure is not kept: the same key begins anew", async () => {
    const key = randomUUID();
    provider.mockImplementationOnce(async () => err("upstream_error"));
    expect((await generate(CAT, { "idempotency-key": key })).status).toBe(502);
    expect((await generate(CAT, { "idempotency-key": key })).status).toBe(200);
    expect(await credits()).toBe(99);
  });

  test("neither is a rejection for lack of credits", async () => {
    const key = randomUUID();
    await api.call("/auth?cost=100", {}, secret);
    expect((await generate(CAT, { "idempotency-key": key })).status).toBe(403);
    await pool().query(`UPDATE "Balance" SET "credits" = 1 WHERE "userId" = $1`, [ada.id]);
    expect((await generate(CAT, { "idempotency-key": key })).status).toBe(200);
  });

  test("what a crash left running is free again when the sweep has refunded it", async () => {
    const key = randomUUID();
    const { started, finish } = holdProvider();
    const first = generate(CAT, { "idempotency-key": key });
    await started;
    await pool().query(`UPDATE "Reservation" SET "expiresAt" = now() - interval '1 s' WHERE "userId" = $1`, [ada.id]);
    expect(await sweepReservations()).toBe(1);
    expect(await credits()).toBe(100);
    const second = await generate(CAT, { "idempotency-key": key });
    expect(second.status).toBe(200);
    // The first request was slow, not dead. It is answered, and changes neither the balance nor the
    // stored answer.
    finish();
    expect((await first).status).toBe(200);
    expect(await credits()).toBe(99);
    await expectBalanced();
  });

  test("each account has keys of its own", async () => {
    const key = randomUUID();
    const bob = await createUser("Bob", "scale");
    const { secret: bobs } = await createKey(bob.id);
    await generate(CAT, { "idempotency-key": key });
    const answer = await generate({ prompt: "A dog" }, { "idempotency-key": key }, {}, bobs);
    expect(answer.status).toBe(200);
    expect(answer.headers.has("idempotency-replayed")).toBe(false);
  });

  test("after 24 hours the key is free, and the record is pruned", async () => {
    const key = randomUUID();
    await generate(CAT, { "idempotency-key": key });
    await ageRecords("24 hours");
    const again = await generate({ prompt: "A dog" }, { "idempotency-key": key });
    expect(again.headers.has("idempotency-replayed")).toBe(false);
    await ageRecords("23 hours 59 minutes");
    expect(await pruneIdempotencyRecords()).toBe(0);
    await ageRecords("1 minute");
    expect(await pruneIdempotencyRecords()).toBe(1);
  });

  test.each(["", '""', "a b", '"open', "ü", "x".repeat(256), `"${"x".repeat(256)}"`, "a, b"])(
    "%j is rejected, and costs nothing",
    async (key) => {
      const answer = await generate(CAT, { "idempotency-key": key });
      expect(answer.status).toBe(400);
      expect((await answer.clone().json()).error.message).toMatch(/^Idempotency-Key must have 1 to 255/);
      expect(await credits()).toBe(100);
    },
  );
});

/** Makes charges of the account wait until the returned function is called. */
async function lockBalance(): Promise<() => Promise<void>> {
  const client = await pool().connect();
  await client.query("BEGIN");
  await client.query(`SELECT FROM "Balance" WHERE "userId" = $1 FOR UPDATE`, [ada.id]);
  return async () => {
    await client.query("ROLLBACK");
    client.release();
  };
}

async function outcomes(): Promise<string[]> {
  await flushUsage();
  const { rows } = await pool().query<{ outcome: string }>(
    `SELECT "outcome" FROM "UsageHour" JOIN "ApiKey" k ON k."id" = "apiKeyId" WHERE k."userId" = $1`,
    [ada.id],
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

/** Returns an answer of this many bytes. */
function imageOf(bytes: number): Buffer {
  const answer = { model: "m", created: 0, data: [{ b64_json: "" }] };
  answer.data[0] = { b64_json: "A".repeat(bytes - JSON.stringify(answer).length) };
  return Buffer.from(JSON.stringify(answer));
}

/** Returns a provider that waits until it is told to go on. */
function holdProvider(): { started: Promise<void>; finish: () => void } {
  const started = Promise.withResolvers<void>();
  const gate = Promise.withResolvers<void>();
  provider.mockImplementationOnce(async (input, signal) => {
    started.resolve();
    await gate.promise;
    return draw(input, signal);
  });
  return { started: started.promise, finish: gate.resolve };
}

/** Resolves with undefined as soon as all but one are answered. */
function undefinedAfterOthers(all: Promise<Response>[]): Promise<undefined> {
  let answered = 0;
  return new Promise((resolve) => {
    for (const each of all)
      each.then(() => {
        answered += 1;
        if (answered === all.length - 1) resolve(undefined);
      });
  });
}

async function ageRecords(by: string): Promise<void> {
  await pool().query(`UPDATE "IdempotencyRecord" SET "createdAt" = "createdAt" - $2::interval WHERE "userId" = $1`, [
    ada.id,
    by,
  ]);
}
