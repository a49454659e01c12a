import { randomUUID } from "node:crypto";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { createKey, startApi, type TestApi } from "#e2e/test-api.ts";
import { createPerson, useOwnDatabase } from "#e2e/test-database.ts";
import { setTier } from "#lib/accounts/store.ts";
import { findRemaining, sweepReservations } from "#lib/credits/store.ts";
import { database, pool } from "#lib/database/client.ts";
import type { Generate } from "#lib/generation/generate.ts";
import { drawInSandbox } from "#lib/generation/sandbox.ts";
import { pruneIdempotencyRecords } from "#lib/idempotency/store.ts";
import { err, ok } from "#lib/result.ts";
import { findRefusal } from "#lib/usage/read.ts";
import { flushUsage } from "#lib/usage/recorder.ts";

/** What the provider does in the test at hand; in all others it draws. */
const draw: Generate = async (input) => ok(drawInSandbox(input, new Date()));
const provider = vi.fn<Generate>(draw);

let api: TestApi;
let close: () => Promise<void>;
let ada: { id: string };
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
  ada = await createPerson("Ada", "scale");
  ({ secret } = await createKey(ada.id));
});
afterEach(() => {
  provider.mockReset().mockImplementation(draw);
});

const CAT = { prompt: "A cat" };
function generate(body: object = CAT, headers: Record<string, string> = {}, init: RequestInit = {}, key = secret) {
  return api.call(
    "/bytedance/generate-image",
    {
      ...init,
      method: "POST",
      headers: { "content-type": "application/json", ...headers },
      body: JSON.stringify(body),
    },
    key,
  );
}
const credits = async () => (await findRemaining(ada.id, null))?.credits;
const statuses = (answers: Response[]) => answers.map(({ status }) => status).sort();

/** No reservation is open, and the balance is the ledger's sum. */
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
    const refused = await generate();
    expect(await refused.clone().json()).toEqual({
      error: { code: "forbidden", message: "Insufficient credits or quota exceeded" },
    });
    expect(refused.headers.get("goodtake-credits-remaining")).toBe("0");
    await expectBalanced();
  });

  test("the month's quota refuses, too", async () => {
    await setTier(ada.id, "pro", { actor: "operator", address: null, userAgent: null });
    await database().balance.update({ where: { userId: ada.id }, data: { requests: 49_999 } });
    expect((await generate()).headers.get("goodtake-quota-remaining")).toBe("0");
    expect((await generate()).status).toBe(403);
    expect(await credits()).toBe(99);
  });

  test.each([
    ["no_credits", { credits: 0 }],
    ["quota_exceeded", { requests: 50_000 }],
  ])("a refusal for %s is kept as that for the owner, and is one answer to its caller", async (cause, data) => {
    await setTier(ada.id, "pro", { actor: "operator", address: null, userAgent: null });
    await database().balance.update({ where: { userId: ada.id }, data });
    for (const refused of [await generate(), await generate(CAT, { "idempotency-key": randomUUID() })]) {
      expect(refused.status).toBe(403);
      expect(await refused.text()).toBe(
        '{"error":{"code":"forbidden","message":"Insufficient credits or quota exceeded"}}',
      );
      await flushUsage();
      expect(await findRefusal(ada.id, refused.headers.get("x-request-id") ?? "")).toMatchObject({ cause });
    }
  });

  test("what stops before the work costs nothing", async () => {
    for (const body of [{}, { prompt: " " }, { prompt: "A cat", unknown: 1 }])
      expect((await generate(body)).status).toBe(400);
    expect((await generate(CAT, { "content-type": "text/plain" })).status).toBe(415);
    expect(provider).not.toHaveBeenCalled();
    expect(await credits()).toBe(100);
  });

  test.each([
    ["fails", 502, async () => err("upstream_error" as const)],
    ["takes too long", 504, async () => err("upstream_timeout" as const)],
    ["refuses the prompt", 400, async () => err("rejected" as const)],
    ["breaks in a way nobody thought of", 500, () => Promise.reject(new Error("unexpected"))],
  ])("a provider that %s is %i, and gives the credit back", async (_, status, behaviour) => {
    provider.mockImplementation(behaviour);
    const answer = await generate();
    expect(answer.status).toBe(status);
    if (status !== 500) expect(answer.headers.get("goodtake-credits-remaining")).toBe("100");
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

  test("a caller who goes away while the provider works gets the credit back", async () => {
    const started = Promise.withResolvers<void>();
    provider.mockImplementation(
      (_, signal) =>
        new Promise((resolve) => {
          signal.addEventListener("abort", () => resolve(err("aborted")));
          started.resolve();
        }),
    );
    const caller = new AbortController();
    const gone = generate(CAT, {}, { signal: caller.signal });
    await started.promise;
    expect(await credits()).toBe(99);
    caller.abort();
    await expect(gone).rejects.toThrow();
    await vi.waitFor(async () => expect(await credits()).toBe(100));
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
    const refused = await Promise.all(parallel.map((answer) => Promise.race([answer, undefinedAfterOthers(parallel)])));
    expect(refused.filter((answer) => answer?.status === 409).length).toBe(49);
    for (const answer of refused) if (answer) expect(answer.headers.get("retry-after")).toBe("1");
    finish();
    expect(statuses(await Promise.all(parallel))).toEqual([200, ...Array(49).fill(409)]);
    expect(provider).toHaveBeenCalledTimes(1);
    expect(await credits()).toBe(99);
    expect((await generate(CAT, { "idempotency-key": key })).headers.get("idempotency-replayed")).toBe("true");
  });

  test("a failure is not kept: the same key begins anew", async () => {
    const key = randomUUID();
    provider.mockImplementationOnce(async () => err("upstream_error"));
    expect((await generate(CAT, { "idempotency-key": key })).status).toBe(502);
    expect((await generate(CAT, { "idempotency-key": key })).status).toBe(200);
    expect(await credits()).toBe(99);
  });

  test("neither is a refusal for lack of credits", async () => {
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
    // The first one was slow, not dead: it is answered, and changes neither the balance nor the answer that is kept.
    finish();
    expect((await first).status).toBe(200);
    expect(await credits()).toBe(99);
    await expectBalanced();
  });

  test("each account has keys of its own", async () => {
    const key = randomUUID();
    const bob = await createPerson("Bob", "scale");
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
    "%j is refused, and costs nothing",
    async (key) => {
      const answer = await generate(CAT, { "idempotency-key": key });
      expect(answer.status).toBe(400);
      expect((await answer.clone().json()).error.message).toMatch(/^Idempotency-Key must have 1 to 255/);
      expect(await credits()).toBe(100);
    },
  );
});

/** A provider that waits until it is told to go on. */
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

/** Undefined as soon as all but one are answered. */
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
