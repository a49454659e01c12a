import { randomUUID } from "node:crypto";
import { describe, expect, test } from "vitest";
import { CAT, givenImages, LARGE } from "#e2e/support/images.ts";
import { createKey } from "#e2e/support/test-api.ts";
import { createUser } from "#e2e/support/test-database.ts";
import { sweepReservations } from "#lib/credits/store.ts";
import { database, pool } from "#lib/database/client.ts";
import { pruneIdempotencyRecords } from "#lib/idempotency/store.ts";
import { err, ok } from "#lib/result.ts";

const { provider, call, generate, userId, credits, expectBalanced, holdProvider } = givenImages();
const statuses = (answers: Response[]) => answers.map(({ status }) => status).sort();

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
        [userId(), from, to, bytes],
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
    expect(await database().idempotencyRecord.count({ where: { userId: userId() } })).toBe(0);
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
    await call("/auth?cost=100");
    expect((await generate(CAT, { "idempotency-key": key })).status).toBe(403);
    await pool().query(`UPDATE "Balance" SET "credits" = 1 WHERE "userId" = $1`, [userId()]);
    expect((await generate(CAT, { "idempotency-key": key })).status).toBe(200);
  });

  test("what a crash left running is free again when the sweep has refunded it", async () => {
    const key = randomUUID();
    const { started, finish } = holdProvider();
    const first = generate(CAT, { "idempotency-key": key });
    await started;
    await pool().query(`UPDATE "Reservation" SET "expiresAt" = now() - interval '1 s' WHERE "userId" = $1`, [userId()]);
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

/** Returns an answer of this many bytes. */
function imageOf(bytes: number): Buffer {
  const answer = { model: "m", created: 0, data: [{ b64_json: "" }] };
  answer.data[0] = { b64_json: "A".repeat(bytes - JSON.stringify(answer).length) };
  return Buffer.from(JSON.stringify(answer));
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
    userId(),
    by,
  ]);
}
